"""What is read of replays: which there are, the turns of one, and the words of turns, from the messages they were said in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from transcripts.models import messages
from transcripts.staff.review_models import replayed, replays
from transcripts.teaching.replay_values import Reading, Replay, Replayed


def all_replays(connection: Connection, number: int | None = None) -> list[Replay]:
    """Return all replays that are kept, the newest first, or the one of this number."""
    through = func.count(replayed.c.id).filter(replayed.c.state != "waiting")
    query: Select[Any] = (
        select(*replays.c, func.count(replayed.c.id).label("there"), through.label("answered"))
        .outerjoin_from(replays, replayed, replayed.c.replay_id == replays.c.id)
        .group_by(*replays.c)
        .order_by(replays.c.id.desc())
    )
    if number is not None:
        query = query.where(replays.c.id == number)
    return [_replay(row) for row in connection.execute(query)]


def turns(connection: Connection, number: int) -> list[Replayed]:
    """Return the turns of a replay: the newest messages first, or the lines in order."""
    query: Select[Any] = (
        select(*replayed.c, messages.c.conversation_id, messages.c.sequence)
        .outerjoin_from(replayed, messages, messages.c.id == replayed.c.message_id)
        .where(replayed.c.replay_id == number)
        .order_by(messages.c.id.desc(), replayed.c.line)
    )
    return [_turn(row) for row in connection.execute(query)]


def texts(connection: Connection, replayed_ids: Sequence[int]) -> dict[int, str]:
    """Return what was said in these turns, as it was written; the masking is the caller's part."""
    query = (
        select(replayed.c.id, messages.c.text)
        .join_from(replayed, messages, messages.c.id == replayed.c.message_id)
        .where(replayed.c.id.in_(replayed_ids))
    )
    return {row.id: row.text for row in connection.execute(query)}


def _replay(row: Row[Any]) -> Replay:
    return Replay(
        id=row.id,
        state=row.state,
        source=row.source,
        query=row.query,
        change_set=row.change_set_id,
        file=row.file,
        digest=row.digest,
        total=row.total,
        answered=row.answered,
        left=row.there,
        author=row.author,
        begun_at=row.begun_at,
        ended_at=row.ended_at,
    )


def _turn(row: Row[Any]) -> Replayed:
    was = (row.was_outcome, row.was_intent, row.was_confidence, row.was_model)
    now = (row.outcome, row.intent, row.confidence, row.model)
    return Replayed(
        id=row.id,
        conversation_id=row.conversation_id,
        sequence=row.sequence,
        line=row.line,
        state=row.state,
        was=None if row.was_outcome is None else Reading(*was),
        now=None if row.outcome is None else Reading(*now),
        right_outcomes=tuple(row.right_outcomes.split("|")) if row.right_outcomes else (),
        right_intent=row.right_intent,
    )
