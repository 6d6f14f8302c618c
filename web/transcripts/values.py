"""What goes into the record and comes out of it: frozen values, JSON-ready but for their times (aware, UTC)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

Sender = Literal["visitor", "assistant"]
#: "message": a visitor's; "answer": the bot's; "failure": the gateway's fixed text when the bot was down or slow;
#: "notice": the gateway's own words about the chat itself (first contact, a picture that nobody can see).
Kind = Literal["message", "answer", "failure", "notice"]
ReplyKind = Literal["answer", "failure", "notice"]
#: Of a visitor's message: "received" waits for its answer; "unanswered" got the gateway's fixed text, and staff see it.
State = Literal["received", "answered", "unanswered"]
FinalState = Literal["answered", "unanswered"]
Feedback = Literal["up", "down"]
#: Of a reply on its way to a platform: "failed" never arrived; of an "unknown" one nobody knows, and staff see it.
DeliveryState = Literal["waiting", "sending", "sent", "failed", "unknown"]
FinalDeliveryState = Literal["failed", "unknown"]


class UnknownConversationError(LookupError):
    """There is no such conversation: it was never begun, or has been erased."""

    def __init__(self, conversation_id: str) -> None:
        super().__init__(
            f"No conversation {conversation_id!r}: begin one first. One that was erased or expired does not come back."
        )


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation; `id` is 32 hexadecimal characters, `last_at` the time of its last message (or its beginning).

    `address` is where a platform takes its replies (a phone number, say: no log may hold it), None for the website;
    `public`: others read along.
    """

    id: str
    channel: str
    region: str | None
    locale: str
    created_at: datetime
    last_at: datetime
    address: str | None = field(default=None, repr=False)
    public: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A button under a reply. `id` ("c12-1": sequence, number) is all a visitor sees of `payload`.

    A hidden one is no button: it belongs to the reply's card (an exercise's "how").
    """

    id: str
    title: str
    payload: str
    hidden: bool = False


class Offer(NamedTuple):
    """A choice before it is stored, when its reply has no sequence yet. A plain tuple of the same three does as well."""

    title: str
    payload: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply that is to be stored. `card`: docs/architecture.md, section 7; `response`: its name in domain.yml."""

    text: str
    choices: Sequence[tuple[str, str, bool]] = ()
    card: Mapping[str, Any] | None = None
    source: str | None = None
    response: str | None = None
    kind: ReplyKind = "answer"


@dataclass(frozen=True, slots=True)
class Understanding:
    """What the bot understood of a visitor's message; `ms` is the bot's own time for the turn, in milliseconds."""

    outcome: str
    intent: str | None
    confidence: float | None
    alternatives: Sequence[Mapping[str, Any]] = ()
    red_flags: Sequence[Mapping[str, Any]] = ()
    region: str | None = None
    model: str | None = None
    ms: float | None = None
    degraded: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One stored message of either direction; (conversation_id, sequence) names it, sequences count from 1 without gaps.

    `client_id`, `payload` (of a pressed choice) and `state` are a visitor's; `reply_to` (the sequence of the visitor's
    message), `choices`, `card`, `source`, `response`, `outcome` (of the turn) and `feedback` the assistant's.
    """

    conversation_id: str
    sequence: int
    sender: Sender
    client_id: str | None
    reply_to: int | None
    text: str
    payload: str | None
    choices: tuple[Choice, ...]
    card: dict[str, Any] | None
    source: str | None
    response: str | None
    outcome: str | None
    kind: Kind
    state: State | None
    created_at: datetime
    feedback: Feedback | None


@dataclass(frozen=True, slots=True)
class Said:
    """One message that came from a platform; `payload` is that of a pressed choice."""

    text: str
    payload: str | None = None


class Added(NamedTuple):
    """A visitor's message in the record, whether it is `new` there, and its conversation."""

    message: Message
    new: bool
    conversation: Conversation


@dataclass(frozen=True, slots=True)
class Arrived:
    """An event that was taken, and what it left in the record.

    `conversation`: the one it belongs to; None only when nothing was said and there is none. `messages`: as stored, in
    order. `first`: the record held no conversation of this address, so the person has to be told whom they write to.
    """

    conversation: Conversation | None
    messages: list[Message]
    first: bool


@dataclass(frozen=True, slots=True)
class Delivery:
    """One reply that goes to a platform: the message (conversation_id, sequence), or `text` that belongs to none.

    `part` counts what of it has been sent, from 0; `attempts` the tries of this part; `next_at` is the earliest time of
    the next one, None for at once; `reason` says why the last one failed.
    """

    id: int
    channel: str
    address: str = field(repr=False)
    conversation_id: str | None
    sequence: int | None
    text: str | None
    urgent: bool
    part: int
    state: DeliveryState
    attempts: int
    next_at: datetime | None
    reason: str | None
