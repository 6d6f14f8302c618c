"""Queries of the record; they change nothing. Those of every turn are built once: that takes as long as the answer."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Select, bindparam, func, select

from transcripts import rows
from transcripts.models import (
    IS_OPEN,
    IS_UNSENT,
    conversations,
    deliveries,
    erasures,
    feedback,
    messages,
    understandings,
)
from transcripts.values import Conversation, Message, Understanding

#: Messages with the visitor's thumb on each.
_MESSAGES = select(*messages.c, feedback.c.value.label("thumb")).outerjoin_from(
    messages, feedback, feedback.c.message_id == messages.c.id
)
_OF_CONVERSATION = messages.c.conversation_id == bindparam("conversation")
_CONVERSATION = select(conversations).where(conversations.c.id == bindparam("conversation"))
_AFTER = (
    _MESSAGES.where(_OF_CONVERSATION, messages.c.sequence > bindparam("after"))
    .order_by(messages.c.sequence)
    .limit(bindparam("most"))
)
_MESSAGE = _MESSAGES.where(_OF_CONVERSATION, messages.c.sequence == bindparam("number"))
#: More than a conversation can have.
_ALL = 2**31 - 1


def conversation(connection: Connection, conversation_id: str) -> Conversation | None:
    """Return one conversation, or None."""
    row = connection.execute(_CONVERSATION, {"conversation": conversation_id}).one_or_none()
    return None if row is None else rows.conversation(row)


def messages_after(connection: Connection, conversation_id: str, after: int, limit: int | None) -> list[Message]:
    """Return the messages with a sequence above `after`, in order, at most `limit`."""
    most = _ALL if limit is None else limit
    return _fetch(connection, _AFTER, {"conversation": conversation_id, "after": after, "most": most})


def message(connection: Connection, conversation_id: str, sequence: int) -> Message | None:
    """Return one message, or None."""
    found = _fetch(connection, _MESSAGE, {"conversation": conversation_id, "number": sequence})
    return found[0] if found else None


def latest(connection: Connection, conversation_id: str, most: int) -> list[Message]:
    """Return the last messages of a conversation, in order, at most `most`."""
    query = _MESSAGES.where(_OF_CONVERSATION).order_by(messages.c.sequence.desc()).limit(most)
    return _fetch(connection, query, {"conversation": conversation_id})[::-1]


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
    """Return how many messages are received and unanswered, erasures pending, deliveries waiting, failed and unknown."""
    conditions = {
        **{state: (messages.c.state == state, IS_OPEN) for state in ("received", "unanswered")},
        "pending_erasures": (erasures.c.done_at.is_(None),),
        **{
            f"deliveries_{state}": (deliveries.c.state == state, IS_UNSENT)
            for state in ("waiting", "failed", "unknown")
        },
    }
    counting = [select(func.count()).where(*them).scalar_subquery().label(name) for name, them in conditions.items()]
    return dict(connection.execute(select(*counting)).one()._mapping)


def _fetch(
    connection: Connection, query: Select[tuple[object, ...]], values: Mapping[str, object] | None = None
) -> list[Message]:
    return [rows.message(row, row.thumb) for row in connection.execute(query, values)]
