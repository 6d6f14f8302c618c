"""The bridge's answer: what it must be, and how the record keeps it. Pure functions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from gateway.numbers import failure_text
from gateway.shapes import shown
from transcripts.values import Message, Reply, Understanding


class _Read(BaseModel):
    model_config = ConfigDict(strict=True)


class _Choice(_Read):
    title: str
    payload: str


class _Reply(_Read):
    text: str
    choices: list[_Choice]
    card: dict[str, Any] | None
    source: str | None
    response: str | None


class _Answer(_Read):
    replies: list[_Reply] = Field(min_length=1)
    outcome: str
    intent: str | None
    confidence: float
    alternatives: list[dict[str, Any]]
    red_flags: list[dict[str, Any]]
    region: str | None
    model: str | None
    ms: float
    degraded: bool


def check(said: dict[str, Any]) -> None:
    """Raise pydantic.ValidationError unless a body of the bridge's is an answer. It quotes the body: do not log it."""
    _Answer.model_validate(said)


def replies(answer: dict[str, Any]) -> list[Reply]:
    """Return the replies of a bridge answer. A card's own choices (a plan's "how") go with the others, hidden."""
    return [
        Reply(
            text=reply["text"],
            choices=[(choice["title"], choice["payload"], False) for choice in reply["choices"]],
            card=reply["card"],
            source=reply["source"],
            response=reply["response"],
        )
        for reply in answer["replies"]
    ]


def failure(text: str) -> Reply:
    """Return the fixed reply where there is no answer."""
    return Reply(text=text, kind="failure")


def understanding(answer: dict[str, Any]) -> Understanding:
    """Return what the bot understood of the message."""
    return Understanding(
        outcome=answer["outcome"],
        intent=answer["intent"],
        confidence=answer["confidence"],
        alternatives=answer["alternatives"],
        red_flags=answer["red_flags"],
        region=answer["region"],
        model=answer["model"],
        ms=answer["ms"],
        degraded=answer["degraded"],
    )


def urgent_event(message: Message, answer: dict[str, Any], region: str | None) -> dict[str, Any]:
    """Return a message for the stream alone, without a sequence: the answer that cannot be stored just now."""
    texts = [reply["text"] for reply in answer.get("replies", ())]
    card = next((reply["card"] for reply in answer.get("replies", ()) if reply["card"]), None)
    passing = Message(
        conversation_id=message.conversation_id,
        sequence=0,
        sender="assistant",
        client_id=None,
        reply_to=message.sequence,
        text="\n\n".join(texts) or failure_text(region),
        payload=None,
        choices=(),
        card=card if card and card["kind"] in ("emergency", "crisis") else None,
        source=None,
        response=None,
        outcome=answer.get("outcome"),
        kind="answer" if texts else "failure",
        state=None,
        created_at=datetime.now(UTC),
        feedback=None,
    )
    return {**shown(passing).model_dump(), "sequence": None}
