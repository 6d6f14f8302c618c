"""Filtered lists as rows of a file: conversations or their turns, in the order in which they began, a hundred at a time.

Which conversations they are is settled when the file begins. Each batch is a short transaction of its own; what is erased
meanwhile does not come any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from transcripts.database import Database
from transcripts.models import messages
from transcripts.staff.filtering import Filters
from transcripts.staff.listing import matching, tags_of
from transcripts.staff.queueing import named
from transcripts.staff.review_models import reviews, turns
from transcripts.staff.reviewing import note_audit

#: Conversations that are read at once, with their turns.
BATCH = 100

#: Names of the columns, as they stand in a file.
CONVERSATION = (
    "conversation", "channel", "begun_at", "last_at", "messages", "turns", "unanswered", "escalated", "thumbs_up",
    "thumbs_down", "lowest_confidence", "reasons", "reviewed_at", "reviewed_by", "assigned_to", "follow_up", "tags",
)  # fmt: skip
TURN = (
    "conversation", "sequence", "channel", "at", "text", "state", "outcome", "intent", "confidence", "bot_ms",
    "waited_seconds", "reasons", "thumbs_up", "thumbs_down", "answer", "responses",
)  # fmt: skip

Show = Callable[[str], str]


def count(connection: Connection, filters: Filters) -> tuple[int, int]:
    """Return how many conversations the filters leave, and how many turns these have."""
    query = select(func.count(), func.coalesce(func.sum(reviews.c.turns), 0))
    row = connection.execute(query.select_from(reviews).where(*matching(connection, filters))).one()
    return int(row[0]), int(row[1])


def note(
    database: Database, filters: Filters, known: Mapping[str, Container[str]], who: str, now: datetime, **details: Any
) -> tuple[int, int]:
    """Note in the audit log that the list goes out, with its filters and its size, and return that, as `count` does.

    What was typed into a filter is noted only where it is one of the values `known` of it: it may be somebody's own words.
    """
    with database.writing() as connection:
        of = count(connection, filters)
        more = {"filters": filters.noted(known), "conversations": of[0], "turns": of[1]}
        note_audit(connection, who, "export_list", None, {**details, **more}, now)
        connection.commit()
    return of


def conversations(database: Database, filters: Filters, show: Show) -> Iterator[list[dict[str, Any]]]:
    """Yield batches of rows with the columns CONVERSATION; `show` masks what reaches a person."""
    r = reviews.c
    query = select(reviews).order_by(r.begun_at, r.number)
    for ids in _chosen(database, filters):
        with database.reading() as connection:
            found = connection.execute(query.where(r.conversation_id.in_(ids))).all()
            tagged = tags_of(connection, [row.conversation_id for row in found])
        if found:
            yield [_conversation(row, [show(tag) for tag in tagged[row.conversation_id]]) for row in found]


def of_turns(database: Database, filters: Filters, show: Show) -> Iterator[list[dict[str, Any]]]:
    """Yield batches of rows with the columns TURN: every turn of the conversations that the filters leave."""
    r, t = reviews.c, turns.c
    columns = (*t, r.conversation_id, messages.c.text, messages.c.created_at)
    joined = select(*columns).join_from(turns, reviews, r.number == t.number)
    query = joined.join(messages, messages.c.id == t.message_id).order_by(r.begun_at, r.number, t.sequence)
    for ids in _chosen(database, filters):
        with database.reading() as connection:
            found = connection.execute(query.where(r.conversation_id.in_(ids))).all()
            answers = _answers(connection, found)
        if found:
            yield [_turn(row, answers[row.conversation_id, row.sequence], show) for row in found]


def _chosen(database: Database, filters: Filters) -> Iterator[Sequence[str]]:
    """Yield the ids of the conversations that the filters leave, BATCH at a time.

    All are looked up at once: they are little to hold, and a search or an order without an index is done once. Not their
    numbers: SQLite may give that of an erased conversation to a new one.
    """
    r = reviews.c
    with database.reading() as connection:
        left = select(r.conversation_id).where(*matching(connection, filters)).order_by(r.begun_at, r.number)
        found = connection.execute(left).scalars().all()
    for start in range(0, len(found), BATCH):
        yield found[start : start + BATCH]


def _answers(connection: Connection, asked: Sequence[Row[Any]]) -> Mapping[tuple[str, int], list[Any]]:
    """Return the replies to each of these turns, by conversation and sequence."""
    found: defaultdict[tuple[str, int], list[Any]] = defaultdict(list)
    m = messages.c
    query = select(m.conversation_id, m.reply_to, m.text, m.response).where(
        m.conversation_id.in_({row.conversation_id for row in asked}), m.reply_to.in_({row.sequence for row in asked})
    )
    for row in connection.execute(query.order_by(m.conversation_id, m.sequence)):
        found[row.conversation_id, row.reply_to].append(row)
    return found


def _conversation(row: Row[Any], tagged: Sequence[str]) -> dict[str, Any]:
    values = (
        row.conversation_id, row.channel, row.begun_at, row.last_at, row.last_sequence, row.turns, row.unanswered,
        row.escalated, row.up, row.down, row.lowest, _reasons(row.reasons), row.reviewed_at, row.reviewed_by,
        row.assigned_to, row.follow_up, list(tagged),
    )  # fmt: skip
    return dict(zip(CONVERSATION, values, strict=True))


def _turn(row: Row[Any], answers: Sequence[Row[Any]], show: Show) -> dict[str, Any]:
    values = (
        row.conversation_id, row.sequence, row.channel, row.created_at, show(row.text), row.state, row.outcome, row.intent,
        row.confidence, row.ms, row.seconds, _reasons(row.reasons), row.up, row.down,
        "\n\n".join(show(answer.text) for answer in answers), [answer.response for answer in answers if answer.response],
    )  # fmt: skip
    return dict(zip(TURN, values, strict=True))


def _reasons(value: int) -> list[str]:
    return [str(reason.name).lower() for reason in named(value)]
