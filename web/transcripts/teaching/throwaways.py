"""Conversations that exist at the bot only for a replay, until it has erased them again, whatever happens between."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from transcripts.staff.review_models import throwaways


def keep(connection: Connection, conversation_id: str, at: datetime) -> None:
    """Note a conversation that the bot is about to get, and commit."""
    connection.execute(insert(throwaways), {"conversation_id": conversation_id, "at": at})
    connection.commit()


def forget(connection: Connection, conversation_id: str) -> None:
    """Forget one that the bot has erased, and commit."""
    connection.execute(delete(throwaways).where(throwaways.c.conversation_id == conversation_id))
    connection.commit()


def kept(connection: Connection) -> list[str]:
    """Return the conversations that the bot has still to erase, the oldest first."""
    query = select(throwaways.c.conversation_id).order_by(throwaways.c.at, throwaways.c.conversation_id)
    return list(connection.execute(query).scalars())
