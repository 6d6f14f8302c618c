"""How messages and answers get into the record: each in one short transaction, each exactly once.

The replies of a platform's conversation are queued for delivery in the same transaction; the website's cost nothing more.
Whoever writes to a conversation takes its row first (the UPDATE that hands out sequences, or FOR UPDATE). So PostgreSQL
lets one writer at a time into a conversation, and nobody waits in a circle. On SQLite a transaction is alone anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from transcripts import delivering, rows
from transcripts.at_once import Writing
from transcripts.choices import choices_and_card
from transcripts.models import IS_VISITORS, conversations, messages, understandings
from transcripts.values import Added, Choice, FinalState, Message, Reply, Said, Understanding, UnknownConversationError

#: INSERT ... ON CONFLICT is spelt alike by both databases, but not by SQLAlchemy.
INSERT: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

#: Takes the conversation's row and `n` sequences, if its last message is not older than `since`; gives the row.
_TAKE = (
    update(conversations)
    .where(conversations.c.id == bindparam("conversation"), conversations.c.last_at >= bindparam("since"))
    .values(last_sequence=conversations.c.last_sequence + bindparam("n"), last_at=bindparam("now"))
    .returning(*conversations.c)
)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
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
_INSERT = insert(messages).returning(*messages.c)
_MOVE = update(conversations).where(conversations.c.id == bindparam("conversation")).values(region=bindparam("there"))
_UNDERSTAND = insert(understandings)


def add_message(
    connection: Writing,
    conversation_id: str,
    client_id: str,
    text: str,
    payload: str | None,
    since: datetime | None,
    now: datetime,
) -> Added:
    """Store a visitor's message and commit, or return the one that is stored under its `client_id` and commit nothing."""
    taken = _take(connection, conversation_id, 1, now, since or _EVER)
    if taken is None:
        raise UnknownConversationError(conversation_id)
    values = _message_values(conversation_id, taken.last_sequence, client_id, Said(text, payload), now)
    row = connection.execute(_ADD[connection.dialect.name], values).one_or_none()
    if row is None:  # a repeat: without a commit the sequence taken above is given back
        stored = connection.execute(_STORED, {"conversation": conversation_id, "client": client_id}).one()
        return Added(rows.message(stored), False, rows.conversation(taken))
    connection.commit()
    return Added(rows.message(row), True, rows.conversation(taken))


def add_arrived(
    connection: Connection, conversation_id: str, client_id: str, said: Sequence[Said], now: datetime
) -> list[Message]:
    """Store what arrived from a platform (once: the caller has seen to that, and holds the row); the caller commits."""
    taken = _take(connection, conversation_id, len(said), now)
    if taken is None:
        raise UnknownConversationError(conversation_id)
    first = taken.last_sequence - len(said) + 1
    values = [
        _message_values(conversation_id, first + number, f"{client_id}-{number}", one, now)
        for number, one in enumerate(said)
    ]
    return _insert(connection, values)


def add_answer(
    connection: Writing,
    conversation_id: str,
    sequence: int,
    replies: Sequence[Reply],
    understanding: Understanding | None,
    state: FinalState,
    reason: str | None,
    named: str | None,
    now: datetime,
) -> list[Message]:
    """Store the replies to the visitor's message `sequence` and commit; [] and no commit when it waits for none."""
    taken = _take(connection, conversation_id, len(replies), now)
    if taken is None:
        return []
    key = {"conversation": conversation_id, "answered": sequence, "final": state, "why": reason}
    message_id = connection.execute(_FINISH, key).scalar_one_or_none()
    if message_id is None:
        return []
    outcome = understanding.outcome if understanding else None
    first = taken.last_sequence - len(replies) + 1
    values = [
        _reply_values(conversation_id, number, sequence, reply, outcome, now)
        for number, reply in enumerate(replies, first)
    ]
    stored = _insert(connection, values)
    if understanding:
        connection.execute(_UNDERSTAND, {"message_id": message_id, **_understanding_values(understanding)})
    if named is not None:
        connection.execute(_MOVE, {"conversation": conversation_id, "there": named})
    if taken.address is not None:
        delivering.queue(connection, taken.channel, taken.address, stored, now)
    connection.commit()
    return stored


def _take(connection: Writing, conversation_id: str, n: int, now: datetime, since: datetime = _EVER) -> Row[Any] | None:
    return connection.execute(
        _TAKE, {"conversation": conversation_id, "n": n, "now": now, "since": since}
    ).one_or_none()


def _insert(connection: Writing, values: list[dict[str, Any]]) -> list[Message]:
    stored = map(rows.message, connection.execute(_INSERT, values))
    return sorted(stored, key=lambda message: message.sequence)


def _message_values(conversation_id: str, sequence: int, client_id: str, said: Said, now: datetime) -> dict[str, Any]:
    return {
        "conversation_id": conversation_id,
        "sequence": sequence,
        "sender": "visitor",
        "client_id": client_id,
        "text": said.text,
        "payload": said.payload,
        "kind": "message",
        "state": "received",
        "created_at": now,
    }


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
