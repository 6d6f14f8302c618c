"""How messages and answers get into the record: each in one short transaction, each exactly once.

Whoever writes to a conversation takes its row first (the UPDATE that hands out sequences, or FOR UPDATE). So PostgreSQL
lets one writer at a time into a conversation, and nobody waits in a circle. On SQLite a transaction is alone anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from transcripts import rows
from transcripts.choices import choices_and_card
from transcripts.models import IS_VISITORS, conversations, messages, understandings
from transcripts.values import Choice, FinalState, Message, Reply, Understanding, UnknownConversationError

#: INSERT ... ON CONFLICT is spelt alike by both databases, but not by SQLAlchemy.
INSERT: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

#: Takes the conversation's row and `n` sequences; gives the last of them.
_TAKE = (
    update(conversations)
    .where(conversations.c.id == bindparam("conversation"))
    .values(last_sequence=conversations.c.last_sequence + bindparam("n"), last_at=bindparam("now"))
    .returning(conversations.c.last_sequence)
)
_ADD = {
    name: insert_into(messages)
    .on_conflict_do_nothing(index_elements=["conversation_id", "client_id"], index_where=IS_VISITORS)
    .returning(*messages.c)
    for name, insert_into in INSERT.items()
}
_STORED = messages.select().where(
    messages.c.conversation_id == bindparam("conversation"), messages.c.client_id == bindparam("client")
)
_FINISH = (
    update(messages)
    .where(
        messages.c.conversation_id == bindparam("conversation"),
        messages.c.sequence == bindparam("answered"),
        messages.c.state == "received",
    )
    .values(state=bindparam("final"), reason=bindparam("why"))
    .returning(messages.c.id)
)
_REPLY = insert(messages).returning(*messages.c)
_UNDERSTAND = insert(understandings)


def add_message(
    connection: Connection, conversation_id: str, client_id: str, text: str, payload: str | None, now: datetime
) -> tuple[Message, bool]:
    """Store a visitor's message and commit, or return the one that is stored under its `client_id` and commit nothing."""
    sequence = _take(connection, conversation_id, 1, now)
    if sequence is None:
        raise UnknownConversationError(conversation_id)
    values = {
        "conversation_id": conversation_id,
        "sequence": sequence,
        "sender": "visitor",
        "client_id": client_id,
        "text": text,
        "payload": payload,
        "kind": "message",
        "state": "received",
        "created_at": now,
    }
    row = connection.execute(_ADD[connection.dialect.name], values).one_or_none()
    if row is None:  # a repeat: without a commit the sequence taken above is given back
        stored = connection.execute(_STORED, {"conversation": conversation_id, "client": client_id}).one()
        return rows.message(stored), False
    connection.commit()
    return rows.message(row), True


def add_answer(
    connection: Connection,
    conversation_id: str,
    sequence: int,
    replies: Sequence[Reply],
    understanding: Understanding | None,
    state: FinalState,
    reason: str | None,
    now: datetime,
) -> list[Message]:
    """Store the replies to the visitor's message `sequence` and commit; [] and no commit when it waits for none."""
    last = _take(connection, conversation_id, len(replies), now)
    if last is None:
        return []
    key = {"conversation": conversation_id, "answered": sequence, "final": state, "why": reason}
    message_id = connection.execute(_FINISH, key).scalar_one_or_none()
    if message_id is None:
        return []
    outcome = understanding.outcome if understanding else None
    first = last - len(replies) + 1
    values = [
        _reply_values(conversation_id, number, sequence, reply, outcome, now)
        for number, reply in enumerate(replies, first)
    ]
    stored = connection.execute(_REPLY, values).all()
    if understanding:
        connection.execute(_UNDERSTAND, {"message_id": message_id, **_understanding_values(understanding)})
    connection.commit()
    return sorted(map(rows.message, stored), key=lambda message: message.sequence)


def _take(connection: Connection, conversation_id: str, n: int, now: datetime) -> int | None:
    taken: int | None = connection.execute(
        _TAKE, {"conversation": conversation_id, "n": n, "now": now}
    ).scalar_one_or_none()
    return taken


def _reply_values(
    conversation_id: str, sequence: int, reply_to: int, reply: Reply, outcome: str | None, now: datetime
) -> dict[str, Any]:
    choices, card = choices_and_card(reply, sequence)
    return {
        "conversation_id": conversation_id,
        "sequence": sequence,
        "sender": "assistant",
        "reply_to": reply_to,
        "text": reply.text,
        "choices": [_choice_values(choice) for choice in choices],
        "card": card,
        "source": reply.source,
        "response": reply.response,
        "outcome": outcome,
        "kind": reply.kind,
        "created_at": now,
    }


def _choice_values(choice: Choice) -> dict[str, Any]:
    return {"id": choice.id, "title": choice.title, "payload": choice.payload, "hidden": choice.hidden}


def _understanding_values(understanding: Understanding) -> dict[str, Any]:
    return {
        "outcome": understanding.outcome,
        "intent": understanding.intent,
        "confidence": understanding.confidence,
        "alternatives": understanding.alternatives,
        "red_flags": understanding.red_flags,
        "region": understanding.region,
        "model": understanding.model,
        "ms": understanding.ms,
        "degraded": understanding.degraded,
    }
