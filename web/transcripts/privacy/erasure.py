"""Erasing conversations: rows gone, an audit row without content, and a note that the bot's tracker is still to go."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from transcripts.arriving import take_turn
from transcripts.models import audit, conversations, deliveries, erasures, messages


def erase(
    connection: Connection, conversation_id: str, actor: str, now: datetime, last_before: datetime | None
) -> bool:
    """Erase one conversation and commit; False: there is none, or (with `last_before`) it is not that old.

    What belongs to its messages (understandings, feedback) and its deliveries go with them: the foreign keys cascade.
    """
    own = conversations.c.id == conversation_id
    old = [conversations.c.last_at < last_before] if last_before else []
    if connection.execute(select(conversations.c.id).where(own, *old).with_for_update()).first() is None:
        return False
    _erase(connection, conversation_id, actor, now)
    connection.commit()
    return True


def erase_addresses(
    connection: Connection, places: Collection[tuple[str, str]], actor: str, now: datetime
) -> tuple[list[str], int]:
    """Erase all that holds one of these addresses, given as (channel, address), and commit.

    Returns:
        the conversations, of each address the oldest first; how many deliveries of no conversation went too.
    """
    erased: list[str] = []
    loose = 0
    for channel, address in sorted(places):  # in one order, so that two erasures do not wait for each other
        take_turn(connection, channel, address)
        own = (conversations.c.channel == channel, conversations.c.address == address)
        found = select(conversations.c.id).where(*own).order_by(conversations.c.created_at).with_for_update()
        here = list(connection.execute(found).scalars())
        for conversation_id in here:
            _erase(connection, conversation_id, actor, now)
        left = (deliveries.c.channel == channel, deliveries.c.address == address)
        loose += connection.execute(delete(deliveries).where(*left)).rowcount
        erased += here
    connection.commit()
    return erased, loose


def _erase(connection: Connection, conversation_id: str, actor: str, now: datetime) -> None:
    count = connection.execute(delete(messages).where(messages.c.conversation_id == conversation_id)).rowcount
    connection.execute(delete(conversations).where(conversations.c.id == conversation_id))
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


def give_up(connection: Connection, last_before: datetime) -> int:
    """Delete deliveries of no conversation that nothing has come of since; the caller commits. Return how many."""
    old = (deliveries.c.conversation_id.is_(None), deliveries.c.updated_at < last_before)
    return connection.execute(delete(deliveries).where(*old)).rowcount


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


def count(connection: Connection) -> int:
    """Return how many conversations were ever erased here, by whatever process."""
    return int(connection.execute(select(func.count()).select_from(erasures)).scalar_one())
