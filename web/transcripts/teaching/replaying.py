"""Replays in the database: chosen turns, what came of them before and comes of them now, never a word of them.

The words are read from the messages when they are asked again; a turn goes with its message when that is erased.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from transcripts.models import conversations, messages, understandings
from transcripts.staff.filtering import Filters, conditions
from transcripts.staff.review_models import corrections, replayed, replays, reviews, turns
from transcripts.staff.reviewing import note_audit
from transcripts.teaching import correcting
from transcripts.teaching.replay_values import (
    AlreadyRunningError,
    EndState,
    Label,
    NothingToReplayError,
    Plan,
    Reading,
    Step,
)

#: Turns of one replay at most: the newest of those that were chosen.
MOST_TURNS = 500
#: Replays that are kept; a new one takes the place of the oldest.
KEPT = 20

#: What the bot was asked: not what waits for its answer, nor what the gateway answered by itself.
_ASKED = or_(messages.c.state == "unanswered", understandings.c.message_id.is_not(None))
_WAITING = replayed.c.state == "waiting"


def chosen(connection: Connection, filters: Filters) -> list[int]:
    """Return the newest turns, as ids of messages, of the conversations that the filters leave; MOST_TURNS at most."""
    left = select(reviews.c.number).where(*conditions(filters, sqlite=connection.dialect.name == "sqlite"))
    asked = or_(turns.c.state == "unanswered", turns.c.outcome.is_not(None))
    query = select(turns.c.message_id).where(turns.c.number.in_(left), turns.c.state != "received", asked)
    return list(connection.execute(query.order_by(turns.c.message_id.desc()).limit(MOST_TURNS)).scalars())


def corrected(connection: Connection, change_set: int) -> list[int]:
    """Return the turns that a change set corrects, the newest first, MOST_TURNS at most."""
    query = select(corrections.c.message_id).where(corrections.c.change_set_id == change_set)
    return list(connection.execute(query.order_by(corrections.c.message_id.desc()).limit(MOST_TURNS)).scalars())


def begin_turns(
    connection: Connection, given: dict[str, Any], message_ids: Sequence[int], who: str, at: datetime
) -> int:
    """Begin a replay of past turns; right is what the newest correction says, or that of the given change set."""
    number = _begin(connection, given, who, at)
    held = select(messages.c.id).where(messages.c.id.in_(message_ids)).with_for_update(read=True, key_share=True)
    # Held: an erasure beside this waits, or has been quicker and its messages are not among them.
    there = list(connection.execute(held).scalars())
    query = (
        select(messages.c.id, *(understandings.c[name] for name in ("outcome", "intent", "confidence", "model")))
        .outerjoin_from(messages, understandings, understandings.c.message_id == messages.c.id)
        .where(messages.c.id.in_(there), _ASKED)
        .order_by(messages.c.id)
    )
    right = correcting.newest(connection, there, given.get("change_set_id"))
    rows = []
    for row in connection.execute(query):
        wanted = right.get(row.id)
        rows.append(
            {
                **_blank(number),
                "message_id": row.id,
                **_was(row.outcome, row.intent, row.confidence, row.model),
                "right_outcomes": wanted.outcome if wanted else None,
                "right_intent": wanted.intent if wanted else None,
            }
        )
    return _filled(connection, number, given, rows, who, at)


def begin_lines(connection: Connection, given: dict[str, Any], labels: Sequence[Label], who: str, at: datetime) -> int:
    """Begin a replay of a labelled file; what was before is what its last replay found, if the file is still the same."""
    number = _begin(connection, given, who, at)
    before = _last_answers(connection, given["file"], given["digest"])
    rows = [
        {
            **_blank(number),
            "line": label.line,
            **before.get(label.line, _was(None, None, None, None)),
            "right_outcomes": "|".join(label.outcomes),
        }
        for label in labels
    ]
    return _filled(connection, number, given, rows, who, at)


def running(connection: Connection) -> int | None:
    """Return the replay that runs, or None."""
    return connection.execute(select(replays.c.id).where(replays.c.state == "running")).scalar_one_or_none()


def end(connection: Connection, number: int, state: EndState, at: datetime, who: str | None = None) -> bool:
    """End a replay that runs, and commit; by `who`, if it was somebody. False: it does not run (any more)."""
    own = (replays.c.id == number, replays.c.state == "running")
    ended = connection.execute(update(replays).where(*own).values(state=state, ended_at=at)).rowcount
    if ended and who is not None:
        note_audit(connection, who, "replay_stop", None, {"replay": number}, at)
    connection.commit()
    return bool(ended)


def go_on(connection: Connection, number: int, who: str, at: datetime) -> bool:
    """Let a replay that ended early go on, and commit; False: there is none."""
    if running(connection) is not None:
        raise AlreadyRunningError
    own = (replays.c.id == number, replays.c.state.not_in(("running", "done")))
    try:
        found = connection.execute(update(replays).where(*own).values(state="running", ended_at=None)).rowcount
    except IntegrityError as error:  # another process was faster
        raise AlreadyRunningError from error
    if found:
        note_audit(connection, who, "replay_go_on", None, {"replay": number}, at)
        connection.commit()
    return bool(found)


def next_plan(connection: Connection, number: int) -> Plan | None:
    """Return a conversation of which turns wait, the newest first; None: none does."""
    query = (
        select(messages.c.conversation_id, func.max(messages.c.sequence).label("last"))
        .join_from(replayed, messages, messages.c.id == replayed.c.message_id)
        .where(replayed.c.replay_id == number, _WAITING)
        .group_by(messages.c.conversation_id)
        .order_by(func.max(messages.c.id).desc())
        .limit(1)
    )
    found = connection.execute(query).one_or_none()
    if found is None:
        return None
    own = select(conversations).where(conversations.c.id == found.conversation_id)
    conversation = connection.execute(own).one_or_none()
    if conversation is None:  # erased between the two queries: without it there is nothing to ask
        return next_plan(connection, number)
    said = (
        select(messages.c.text, messages.c.payload, replayed.c.id.label("replayed"))
        .outerjoin_from(messages, understandings, understandings.c.message_id == messages.c.id)
        .outerjoin(
            replayed,
            and_(replayed.c.message_id == messages.c.id, replayed.c.replay_id == number, _WAITING),
        )
        .where(
            messages.c.conversation_id == found.conversation_id,
            messages.c.sequence <= found.last,
            messages.c.sender == "visitor",
            or_(_ASKED, replayed.c.id.is_not(None)),
        )
        .order_by(messages.c.sequence)
    )
    steps = tuple(Step(row.replayed, row.text, row.payload) for row in connection.execute(said))
    return Plan(conversation.id, conversation.channel, conversation.region, steps)


def waiting_lines(connection: Connection, number: int) -> list[tuple[int, int]]:
    """Return id and line of each turn of a file that waits, in order."""
    query = select(replayed.c.id, replayed.c.line).where(
        replayed.c.replay_id == number, replayed.c.line.is_not(None), _WAITING
    )
    return [(row.id, row.line) for row in connection.execute(query.order_by(replayed.c.line))]


def store(connection: Connection, replayed_id: int, now: Reading | None) -> None:
    """Store what a turn comes to now (None: the bot refused it), and commit; one that was erased meanwhile is gone."""
    values: dict[str, Any] = {"state": "refused"}
    if now is not None:
        names = ("outcome", "intent", "confidence", "model")
        values = {"state": "done", **{name: getattr(now, name) for name in names}}
    connection.execute(update(replayed).where(replayed.c.id == replayed_id).values(values))
    connection.commit()


def _begin(connection: Connection, given: dict[str, Any], who: str, at: datetime) -> int:
    if running(connection) is not None:
        raise AlreadyRunningError
    values = {**given, "state": "running", "total": 0, "author": who, "begun_at": at}
    try:
        return int(connection.execute(insert(replays).values(values).returning(replays.c.id)).scalar_one())
    except IntegrityError as error:  # another process was faster
        raise AlreadyRunningError from error


def _filled(
    connection: Connection, number: int, given: dict[str, Any], rows: Sequence[dict[str, Any]], who: str, at: datetime
) -> int:
    if not rows:
        raise NothingToReplayError
    connection.execute(insert(replayed), rows)
    connection.execute(update(replays).where(replays.c.id == number).values(total=len(rows)))
    kept = select(replays.c.id).order_by(replays.c.id.desc()).limit(KEPT)
    connection.execute(delete(replays).where(replays.c.id.not_in(list(connection.execute(kept).scalars()))))
    names = ("source", "change_set_id", "file")
    known = {name: given[name] for name in names if given.get(name) is not None}
    note_audit(connection, who, "replay", None, {"replay": number, "turns": len(rows), **known}, at)
    connection.commit()
    return number


def _blank(number: int) -> dict[str, Any]:
    return {"replay_id": number, "state": "waiting"}


def _was(outcome: Any, intent: Any, confidence: Any, model: Any) -> dict[str, Any]:
    return {"was_outcome": outcome, "was_intent": intent, "was_confidence": confidence, "was_model": model}


def _last_answers(connection: Connection, file: str, digest: str) -> Mapping[int, dict[str, Any]]:
    """Return what each line came to in the newest replay of the same file that answered it."""
    query: Select[Any] = (
        select(*(replayed.c[name] for name in ("line", "outcome", "intent", "confidence", "model")))
        .join_from(replayed, replays, replays.c.id == replayed.c.replay_id)
        .where(replays.c.file == file, replays.c.digest == digest, replayed.c.state == "done")
        .order_by(replays.c.id)
    )
    return {row.line: _was(row.outcome, row.intent, row.confidence, row.model) for row in connection.execute(query)}
