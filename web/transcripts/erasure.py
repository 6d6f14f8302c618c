"""Erasing conversations: rows gone, an audit row without content, and a note that the bot's tracker is still to go."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from transcripts.models import audit, conversations, erasures, messages


def erase(
    connection: Connection, conversation_id: str, actor: str, now: datetime, last_before: datetime | None
) -> bool:
    """Erase one conversation and commit; False: there is none, or (with `last_before`) it is not that old.

    What belongs to its messages (understandings, feedback) goes with them: the foreign keys cascade.
    """
    own = conversations.c.id == conversation_id
    old = [conversations.c.last_at < last_before] if last_before else []
    if connection.execute(select(conversations.c.id).where(own, *old).with_for_update()).first() is None:
        return False
    count = connection.execute(delete(messages).where(messages.c.conversation_id == conversation_id)).rowcount
    connection.execute(delete(conversations).where(own))
    connection.execute(insert(erasures), {"conversation_id": conversation_id, "requested_at": now})
    connection.execute(
        insert(audit),
        {
            "at": now,
            "actor": actor,
            "action": "erase",
            "conversation_id": conversation_id,
            "details": {"messages": count},
        },
    )
    connection.commit()
    return True


def expired(connection: Connection, last_before: datetime) -> list[str]:
    """Return the conversations whose last message is older, the oldest first."""
    query = (
        select(conversations.c.id)
        .where(conversations.c.last_at < last_before)
        .order_by(conversations.c.last_at, conversations.c.id)
    )
    return list(connection.execute(query).scalars())


def pending(connection: Connection) -> list[str]:
    """Return the erased conversations whose tracker the bot still has, the oldest erasure first."""
    query = (
        select(erasures.c.conversation_id)
        .where(erasures.c.done_at.is_(None))
        .order_by(erasures.c.requested_at, erasures.c.conversation_id)
    )
    return list(connection.execute(query).scalars())


def done(connection: Connection, conversation_id: str, now: datetime) -> None:
    """Note that the bot's tracker is gone too, and commit."""
    connection.execute(
        update(erasures)
        .where(erasures.c.conversation_id == conversation_id, erasures.c.done_at.is_(None))
        .values(done_at=now)
    )
    connection.commit()


def any_ever(connection: Connection) -> bool:
    """Tell whether anything was ever erased here."""
    return connection.execute(select(erasures.c.conversation_id).limit(1)).first() is not None
