"""Rows of the database become values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row

from transcripts.values import Choice, Conversation, Delivery, Message, Understanding


def conversation(row: Row[Any]) -> Conversation:
    """Return the value of a row of `conversations`."""
    return Conversation(
        row.id, row.channel, row.region, row.locale, row.created_at, row.last_at, row.address, row.public
    )


def message(row: Row[Any], feedback: Any = None) -> Message:
    """Return the value of a row of `messages`; `feedback` is what the visitor thinks of it."""
    return Message(
        conversation_id=row.conversation_id,
        sequence=row.sequence,
        sender=row.sender,
        client_id=row.client_id,
        reply_to=row.reply_to,
        text=row.text,
        payload=row.payload,
        choices=_choices(row.choices or ()),
        card=row.card,
        source=row.source,
        response=row.response,
        outcome=row.outcome,
        kind=row.kind,
        state=row.state,
        created_at=row.created_at,
        feedback=feedback,
    )


def understanding(row: Row[Any], outcome: str | None = None) -> Understanding:
    """Return the value of a row of `understandings`; `outcome` where a joined row calls its own otherwise."""
    return Understanding(
        outcome=row.outcome if outcome is None else outcome,
        intent=row.intent,
        confidence=row.confidence,
        alternatives=tuple(row.alternatives),
        red_flags=tuple(row.red_flags),
        region=row.region,
        model=row.model,
        ms=row.ms,
        degraded=row.degraded,
    )


def delivery(row: Row[Any]) -> Delivery:
    """Return the value of a row of `deliveries`."""
    return Delivery(
        id=row.id,
        channel=row.channel,
        address=row.address,
        conversation_id=row.conversation_id,
        sequence=row.sequence,
        text=row.text,
        urgent=row.urgent,
        part=row.part,
        state=row.state,
        attempts=row.attempts,
        next_at=row.next_at,
        reason=row.reason,
    )


def _choices(stored: Iterable[dict[str, Any]]) -> tuple[Choice, ...]:
    return tuple(Choice(**choice) for choice in stored)
