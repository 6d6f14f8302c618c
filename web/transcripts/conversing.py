"""Beginning a conversation, and the visitor's thumbs: the small writes beside messages."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select

from transcripts import rows
from transcripts.models import conversations, erasures, feedback, messages
from transcripts.values import Conversation, Feedback
from transcripts.writing import INSERT


def begin(
    connection: Connection, conversation_id: str, channel: str, region: str | None, locale: str, now: datetime
) -> Conversation:
    """Store a conversation and commit; one that is stored already comes back as it is.

    Raises:
        ValueError: the id was used by a conversation that has been erased.
    """
    add = INSERT[connection.dialect.name](conversations).values(
        id=conversation_id, channel=channel, region=region, locale=locale, created_at=now, last_at=now, last_sequence=0
    )
    # A row that is there is "updated" to what it is: so it comes back, and cannot be erased before this commits.
    as_it_is = {"last_sequence": conversations.c.last_sequence}
    row = connection.execute(
        add.on_conflict_do_update(index_elements=["id"], set_=as_it_is).returning(*conversations.c)
    ).one()
    # Looked up after the insert: that has waited for an erasure of the same id that was under way.
    if connection.execute(select(erasures).where(erasures.c.conversation_id == conversation_id)).first():
        raise ValueError(f"The conversation {conversation_id} has been erased: begin one with a new id.")
    connection.commit()
    return rows.conversation(row)


def set_feedback(
    connection: Connection, conversation_id: str, sequence: int, value: Feedback | None, now: datetime
) -> bool:
    """Store, change or (None) take back the thumb on an assistant's message and commit; False: there is no such one."""
    # So that the message is not erased between finding it and writing; writers of messages are not held up.
    connection.execute(
        select(conversations.c.id)
        .where(conversations.c.id == conversation_id)
        .with_for_update(read=True, key_share=True)
    )
    message_id = connection.execute(
        select(messages.c.id).where(
            messages.c.conversation_id == conversation_id,
            messages.c.sequence == sequence,
            messages.c.sender == "assistant",
        )
    ).scalar_one_or_none()
    if message_id is None:
        return False
    if value is None:
        connection.execute(delete(feedback).where(feedback.c.message_id == message_id))
    else:
        add = INSERT[connection.dialect.name](feedback).values(message_id=message_id, value=value, at=now)
        connection.execute(add.on_conflict_do_update(index_elements=["message_id"], set_={"value": value, "at": now}))
    connection.commit()
    return True
