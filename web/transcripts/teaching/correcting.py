"""Corrections of what a turn was understood as or came to, collected into change sets; training data comes of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, select, update

from transcripts.models import conversations, messages, understandings
from transcripts.staff.review_models import IS_OPEN_SET, change_sets, corrections
from transcripts.staff.review_values import ChangedSetError, ChangeSet, Correction, FullSetError, Use
from transcripts.staff.reviewing import note_audit, refuse_if_claimed
from transcripts.values import UnknownConversationError
from transcripts.writing import INSERT

#: Corrections of the open change set. Its page checks each of them against all that is trained and measured, which takes
#: some 6 milliseconds.
MOST_OPEN = 200

_CORRECTIONS: Select[Any] = (
    select(
        *corrections.c,
        messages.c.conversation_id,
        messages.c.sequence,
        messages.c.text,
        understandings.c.intent.label("was_intent"),
        understandings.c.outcome.label("was_outcome"),
    )
    .join_from(corrections, messages, messages.c.id == corrections.c.message_id)
    .outerjoin(understandings, understandings.c.message_id == messages.c.id)
)


def correct(
    connection: Connection,
    conversation_id: str,
    sequence: int,
    intent: str | None,
    outcome: str | None,
    who: str,
    now: datetime,
) -> Correction:
    """Put a correction of a visitor's message into the open change set; it replaces an earlier one there."""
    own = select(conversations.c.id).where(conversations.c.id == conversation_id)
    connection.execute(own.with_for_update(read=True, key_share=True))
    message_id = connection.execute(_visitors(conversation_id, sequence)).scalar_one_or_none()
    if message_id is None:
        raise UnknownConversationError(conversation_id)
    refuse_if_claimed(connection, conversation_id, who, now)
    change_set = _open(connection, now)
    others = (corrections.c.change_set_id == change_set, corrections.c.message_id != message_id)
    if connection.execute(select(func.count()).select_from(corrections).where(*others)).scalar_one() >= MOST_OPEN:
        raise FullSetError(MOST_OPEN)
    values = {"intent": intent, "outcome": outcome, "author": who, "at": now}
    add = INSERT[connection.dialect.name](corrections).values(change_set_id=change_set, message_id=message_id, **values)
    stored = connection.execute(
        add.on_conflict_do_update(index_elements=["change_set_id", "message_id"], set_=values).returning(
            corrections.c.id
        )
    ).scalar_one()
    note_audit(connection, who, "correct", conversation_id, {"sequence": sequence}, now)
    found = connection.execute(_CORRECTIONS.where(corrections.c.id == stored)).one()
    connection.commit()
    return _correction(found)


def revise(
    connection: Connection, correction_id: int, words: str | None, use: Use | None, who: str, now: datetime
) -> bool:
    """Set what of a correction in the open change set goes out, and what for; False: it is not in it (any more)."""
    found = _held(connection, correction_id)
    if found is None:
        return False
    values = {"words": words, "use": use}
    connection.execute(update(corrections).where(corrections.c.id == correction_id).values(values))
    details = {"sequence": found.sequence, "use": use}
    note_audit(connection, who, "revise_correction", found.conversation_id, details, now)
    connection.commit()
    return True


def withdraw(connection: Connection, correction_id: int, who: str, now: datetime) -> bool:
    """Take a correction out of the open change set; False: it is not in it (any more)."""
    found = _held(connection, correction_id)
    if found is None:
        return False
    connection.execute(delete(corrections).where(corrections.c.id == correction_id))
    note_audit(connection, who, "withdraw", found.conversation_id, {"sequence": found.sequence}, now)
    connection.commit()
    return True


def close(connection: Connection, who: str, shown: str, now: datetime) -> int | None:
    """Close the open change set as somebody has seen it (`stamp`), so that it can go out so; None: it holds nothing."""
    found = connection.execute(
        select(change_sets.c.id).where(change_sets.c.state == "open").with_for_update()
    ).scalar_one_or_none()
    held = [] if found is None else of_set(connection, found)
    if found is None or not held:
        return None
    if shown != stamp(held):
        raise ChangedSetError
    values = {"state": "closed", "closed_at": now, "closed_by": who}
    connection.execute(update(change_sets).where(change_sets.c.id == found).values(values))
    note_audit(connection, who, "close_change_set", None, {"change_set": found}, now)
    connection.commit()
    return int(found)


def all_sets(connection: Connection) -> list[ChangeSet]:
    """Return the change sets, the newest first. Corrections of erased messages are not counted: they are gone."""
    query = (
        select(*change_sets.c, func.count(corrections.c.id).label("held"))
        .outerjoin_from(change_sets, corrections, corrections.c.change_set_id == change_sets.c.id)
        .group_by(*change_sets.c)
        .order_by(change_sets.c.id.desc())
    )
    return [
        ChangeSet(row.id, row.state, row.opened_at, row.closed_at, row.closed_by, row.held)
        for row in connection.execute(query)
    ]


def of_set(connection: Connection, change_set: int | None) -> list[Correction]:
    """Return the corrections of a change set, or (None) of the open one, the oldest first."""
    wanted = change_sets.c.state == "open" if change_set is None else change_sets.c.id == change_set
    query = _CORRECTIONS.join(change_sets, change_sets.c.id == corrections.c.change_set_id).where(wanted)
    return [_correction(row) for row in connection.execute(query.order_by(corrections.c.id))]


def in_open_set(connection: Connection, correction_id: int) -> Correction | None:
    """Return a correction of the open change set; None: it is not in it (any more)."""
    query = _CORRECTIONS.join(change_sets, change_sets.c.id == corrections.c.change_set_id)
    own = (corrections.c.id == correction_id, change_sets.c.state == "open")
    found = connection.execute(query.where(*own)).one_or_none()
    return None if found is None else _correction(found)


def stamp(shown: Sequence[Correction]) -> str:
    """Return what stands for these corrections: it changes when one comes, goes, or says something else."""
    lines = [[one.id, one.intent, one.outcome, one.words, one.use, one.at.isoformat()] for one in shown]
    return hashlib.sha256(json.dumps(lines).encode()).hexdigest()[:32]


def newest(connection: Connection, message_ids: Sequence[int], change_set: int | None = None) -> dict[int, Correction]:
    """Return the newest correction of each of these messages, of any change set or of this one, by the message's id."""
    query = _CORRECTIONS.where(corrections.c.message_id.in_(message_ids)).order_by(corrections.c.id)
    if change_set is not None:
        query = query.where(corrections.c.change_set_id == change_set)
    return {row.message_id: _correction(row) for row in connection.execute(query)}


def _visitors(conversation_id: str, sequence: int) -> Select[Any]:
    return select(messages.c.id).where(
        messages.c.conversation_id == conversation_id,
        messages.c.sequence == sequence,
        messages.c.sender == "visitor",
    )


def _held(connection: Connection, correction_id: int) -> Row[Any, Any] | None:
    """Return where the correction's message stands if it is in the open change set, which cannot be closed meanwhile."""
    query = (
        select(messages.c.conversation_id, messages.c.sequence)
        .join_from(corrections, messages, messages.c.id == corrections.c.message_id)
        .join(change_sets, change_sets.c.id == corrections.c.change_set_id)
        .where(corrections.c.id == correction_id, change_sets.c.state == "open")
        .with_for_update(of=change_sets)
    )
    return connection.execute(query).one_or_none()


def _open(connection: Connection, now: datetime) -> int:
    """Return the id of the open change set, held until the transaction ends; begin one when there is none."""
    add = INSERT[connection.dialect.name](change_sets).values(state="open", opened_at=now)
    as_it_is = {
        "state": "open"
    }  # a row that is there is "updated" to what it is: so it comes back, and cannot be closed
    either = add.on_conflict_do_update(index_elements=["state"], index_where=IS_OPEN_SET, set_=as_it_is)
    return int(connection.execute(either.returning(change_sets.c.id)).scalar_one())


def _correction(row: Row[Any]) -> Correction:
    return Correction(
        id=row.id,
        change_set=row.change_set_id,
        conversation_id=row.conversation_id,
        sequence=row.sequence,
        text=row.text,
        was_intent=row.was_intent,
        was_outcome=row.was_outcome,
        intent=row.intent,
        outcome=row.outcome,
        words=row.words,
        use=row.use,
        author=row.author,
        at=row.at,
    )
