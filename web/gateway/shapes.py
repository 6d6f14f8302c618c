"""What goes over the wire: request bodies, and a message as JSON."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from gateway.errors import ApiError
from gateway.numbers import dialable
from transcripts.cleaning import is_blank
from transcripts.values import Message

#: The bridge reads at most so much.
MAX_CHARACTERS = 4000
TOO_LONG = f"A message may have at most {MAX_CHARACTERS} characters: send it in two parts."
#: Refused before parsing: the longest text in the longest encoding, and room to spare.
MAX_BODY = 64 * 1024

ClientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,64}$")]
ChoiceId = Annotated[str, StringConstraints(pattern=r"^c[0-9]{1,9}-[0-9]{1,3}$")]
Locale = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
RegionCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Begin(_Strict):
    """A new conversation."""

    #: Where the page says its visitors are; an unknown code counts as none.
    region: RegionCode | None = None
    #: Language of the widget's strings.
    locale: Locale = "en"


class Begun(BaseModel):
    """The conversation's id, and the token that every further request carries."""

    id: str
    token: str


class Say(_Strict):
    """A message: exactly one of `text` and `choice`."""

    #: Made by the client; a repeat is answered once.
    id: ClientId
    text: str | None = None
    #: The id of a choice of this conversation.
    choice: ChoiceId | None = None


def check(body: Say) -> None:
    """Raise ApiError unless a message holds one thing that can be answered."""
    if (body.text is None) == (body.choice is None):
        raise ApiError("bad_request", "Send exactly one of `text` and `choice`.")
    if body.text is not None and is_blank(body.text):
        raise ApiError("bad_request", "Write something first.")
    if body.text is not None and len(body.text) > MAX_CHARACTERS:
        raise ApiError("too_long", TOO_LONG)


class Judge(_Strict):
    """Feedback on an answer; null takes it back."""

    value: Literal["up", "down"] | None


class ShownChoice(BaseModel):
    """A choice under an answer."""

    id: str
    title: str


class Shown(BaseModel):
    """A message as the widget gets it; docs/website.md, "Messages"."""

    sequence: int
    sender: Literal["visitor", "assistant"]
    id: str | None
    reply_to: int | None
    text: str
    choices: list[ShownChoice]
    card: dict[str, Any] | None
    source: str | None
    outcome: str | None
    kind: Literal["message", "answer", "failure", "notice"]
    state: Literal["received", "answered", "unanswered"] | None
    time: str
    feedback: Literal["up", "down"] | None


class ShownMessages(BaseModel):
    """Messages in order."""

    messages: list[Shown]


def shown(message: Message) -> Shown:
    """Return a message of the record as the widget gets it: payloads stay here."""
    return Shown(
        sequence=message.sequence,
        sender=message.sender,
        id=message.client_id,
        reply_to=message.reply_to,
        text=message.text,
        choices=[ShownChoice(id=choice.id, title=choice.title) for choice in message.choices if not choice.hidden],
        card=_shown_card(message.card),
        source=message.source,
        outcome=message.outcome,
        kind=message.kind,
        state=message.state,
        time=message.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        feedback=message.feedback,
    )


def _shown_card(card: dict[str, Any] | None) -> dict[str, Any] | None:
    numbers = (card or {}).get("numbers")
    if not card or not numbers:
        return card
    return {
        **card,
        "tel": dialable(numbers.get("emergency_number", "")),
        "crisis_tel": dialable(numbers.get("crisis_line", "")) if card["kind"] == "crisis" else [],
    }
