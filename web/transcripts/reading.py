"""Queries of the record; they change nothing."""

from __future__ import annotations

from sqlalchemy import Connection, Select, func, select

from transcripts import rows
from transcripts.models import IS_OPEN, conversations, erasures, feedback, messages, understandings
from transcripts.values import Conversation, Message, Understanding

#: Messages with the visitor's thumb on each.
_MESSAGES = select(*messages.c, feedback.c.value.label("thumb")).outerjoin_from(
    messages, feedback, feedback.c.message_id == messages.c.id
)


def conversation(connection: Connection, conversation_id: str) -> Conversation | None:
    """Return one conversation, or None."""
    row = connection.execute(select(conversations).where(conversations.c.id == conversation_id)).one_or_none()
    return None if row is None else rows.conversation(row)


def messages_after(connection: Connection, conversation_id: str, after: int, limit: int | None) -> list[Message]:
    """Return the messages with a sequence above `after`, in order, at most `limit`."""
    query = _MESSAGES.where(messages.c.conversation_id == conversation_id, messages.c.sequence > after)
    return _fetch(connection, query.order_by(messages.c.sequence).limit(limit))


def message(connection: Connection, conversation_id: str, sequence: int) -> Message | None:
    """Return one message, or None."""
    own = (messages.c.conversation_id == conversation_id, messages.c.sequence == sequence)
    found = _fetch(connection, _MESSAGES.where(*own))
    return found[0] if found else None


def pending(connection: Connection, conversation_id: str | None) -> list[Message]:
    """Return the visitors' messages that wait for an answer, the oldest first."""
    query = _MESSAGES.where(messages.c.state == "received", IS_OPEN)
    if conversation_id is not None:
        query = query.where(messages.c.conversation_id == conversation_id)
    return _fetch(connection, query.order_by(messages.c.id))


def understanding(connection: Connection, conversation_id: str, sequence: int) -> Understanding | None:
    """Return what the bot understood of a visitor's message, or None."""
    query = (
        select(understandings)
        .join(messages, messages.c.id == understandings.c.message_id)
        .where(messages.c.conversation_id == conversation_id, messages.c.sequence == sequence)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else rows.understanding(row)


def counts(connection: Connection) -> dict[str, int]:
    """Return how many messages are received and unanswered, and how many erasures are pending."""
    in_state = {
        state: select(func.count()).where(messages.c.state == state, IS_OPEN).scalar_subquery()
        for state in ("received", "unanswered")
    }
    erasing = select(func.count()).select_from(erasures).where(erasures.c.done_at.is_(None)).scalar_subquery()
    row = connection.execute(select(in_state["received"], in_state["unanswered"], erasing)).one()
    return {"received": row[0], "unanswered": row[1], "pending_erasures": row[2]}


def _fetch(connection: Connection, query: Select[tuple[object, ...]]) -> list[Message]:
    return [rows.message(row, row.thumb) for row in connection.execute(query)]
