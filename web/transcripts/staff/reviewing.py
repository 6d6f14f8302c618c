"""What staff do with a conversation: each in one transaction that takes its row of `reviews` first, audited, committed.

Audit rows say who did what to which conversation, never what was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from transcripts.models import audit, conversations
from transcripts.staff import summarising
from transcripts.staff.review_models import notes, reviews, tags, turns
from transcripts.staff.review_values import (
    ChangedMeanwhileError,
    Claim,
    ClaimedByOtherError,
    Note,
    ReviewedByOtherError,
)
from transcripts.staff.summaries import stamp
from transcripts.values import UnknownConversationError
from transcripts.writing import INSERT


def claim(connection: Connection, conversation_id: str, who: str, until: datetime, take: bool, now: datetime) -> Claim:
    """Claim the conversation or renew the claim; `take` takes it from whoever has it."""
    row = _take(connection, conversation_id, now)
    if not take:
        _not_of_another(row, who, now)
    elif row.claimed_by not in (None, who) and row.claimed_until > now:
        note_audit(connection, who, "take_over", conversation_id, {"from": row.claimed_by}, now)
    _set(connection, row, claimed_by=who, claimed_until=until)
    connection.commit()
    return Claim(who, until)


def claim_if_free(connection: Connection, conversation_id: str, who: str, until: datetime, now: datetime) -> bool:
    """Claim the conversation unless somebody has reviewed it meanwhile, it is somebody else's, or gone; tell whether."""
    row = _row(connection, conversation_id)
    if row is None or row.reviewed_at is not None or _is_of_another(row, who, now):
        return False
    if row.assigned_to not in (None, who):
        return False
    _set(connection, row, claimed_by=who, claimed_until=until)
    connection.commit()
    return True


def renew(connection: Connection, conversation_id: str, who: str, until: datetime, now: datetime) -> Claim | None:
    """Renew a claim that `who` still has; None: there is none."""
    r = reviews.c
    mine = (r.conversation_id == conversation_id, r.claimed_by == who, r.claimed_until > now)
    renewed = connection.execute(update(reviews).where(*mine).values(claimed_until=until)).rowcount
    connection.commit()
    return Claim(who, until) if renewed else None


def release(connection: Connection, conversation_id: str, who: str) -> bool:
    """Give up a claim; False: it is not theirs."""
    mine = (reviews.c.conversation_id == conversation_id, reviews.c.claimed_by == who)
    given = connection.execute(update(reviews).where(*mine).values(claimed_by=None, claimed_until=None)).rowcount
    connection.commit()
    return bool(given)


def assign(connection: Connection, conversation_id: str, who: str, to: str | None, now: datetime) -> None:
    """Hand the conversation to somebody, or (None) to nobody."""
    row = _take(connection, conversation_id, now)
    _set(connection, row, assigned_to=to)
    note_audit(connection, who, "assign", conversation_id, {"to": to}, now)
    connection.commit()


def give_up_all(connection: Connection, who: str) -> dict[str, int]:
    """Take from `who` what is assigned to them and what they have claimed; return how much; the caller commits."""
    summarising.alone(connection)
    r = reviews.c
    assigned = connection.execute(update(reviews).where(r.assigned_to == who).values(assigned_to=None)).rowcount
    free = {"claimed_by": None, "claimed_until": None}
    claimed = connection.execute(update(reviews).where(r.claimed_by == who).values(free)).rowcount
    return {"assigned": assigned, "claimed": claimed}


def mark_reviewed(connection: Connection, conversation_id: str, who: str, seen: int, shown: str, now: datetime) -> None:
    """Mark what the reviewer has seen, up to the sequence `seen` and as it stands for `shown`, and release the claim."""
    summarising.alone(connection)
    row = _take(connection, conversation_id, now)
    _not_of_another(row, who, now)
    summarising.summarise(connection, [conversation_id], now)
    row = _take(connection, conversation_id, now)
    if row.reviewed_at is not None and row.reviewed_by != who:
        raise ReviewedByOtherError(row.reviewed_by)
    lost = [sequence for _, sequence in summarising.undelivered(connection, [conversation_id])]
    own = turns.c.number == row.number
    flagged = connection.execute(select(turns.c.sequence, turns.c.reasons, turns.c.down).where(own))
    if seen != row.last_sequence or shown != stamp([(one[0], one[1], one[2]) for one in flagged], lost):
        raise ChangedMeanwhileError(row.last_sequence, seen)
    # Each turn keeps what was seen of it: the same reason in another turn, or a further thumb, opens the review anew.
    connection.execute(update(turns).where(own).values(reviewed_reasons=turns.c.reasons, reviewed_down=turns.c.down))
    _set(
        connection, row, reviewed_at=now, reviewed_by=who, reviewed_sequence=seen, reviewed_undelivered=lost,
        claimed_by=None, claimed_until=None,
    )  # fmt: skip
    note_audit(connection, who, "review", conversation_id, {"sequence": seen}, now)
    summarising.summarise(connection, [conversation_id], now)
    connection.commit()


def reopen(connection: Connection, conversation_id: str, who: str, now: datetime) -> None:
    """Put the conversation back into the queue, as if nobody had reviewed it."""
    summarising.alone(connection)
    row = _take(connection, conversation_id, now)
    _not_of_another(row, who, now)
    _set(connection, row, reviewed_at=None, reviewed_by=None, reviewed_sequence=0, reviewed_undelivered=[])
    summarising.summarise(connection, [conversation_id], now)
    note_audit(connection, who, "reopen", conversation_id, {}, now)
    connection.commit()


def set_follow_up(connection: Connection, conversation_id: str, who: str, day: date | None, now: datetime) -> None:
    """Note the day on which somebody should look again, or that nobody need."""
    row = _take(connection, conversation_id, now)
    _set(connection, row, follow_up=day)
    note_audit(connection, who, "follow_up", conversation_id, {"day": day.isoformat() if day else None}, now)
    connection.commit()


def tag(connection: Connection, conversation_id: str, who: str, name: str, now: datetime) -> None:
    """Tag the conversation; a repeat changes nothing."""
    _take(connection, conversation_id, now)
    add = INSERT[connection.dialect.name](tags).values(conversation_id=conversation_id, tag=name, author=who, at=now)
    if connection.execute(add.on_conflict_do_nothing().returning(tags.c.at)).first():
        note_audit(connection, who, "tag", conversation_id, {}, now)
    connection.commit()


def untag(connection: Connection, conversation_id: str, who: str, name: str, now: datetime) -> bool:
    """Take a tag off; False: it was not there."""
    own = (tags.c.conversation_id == conversation_id, tags.c.tag == name)
    taken = connection.execute(delete(tags).where(*own)).rowcount
    if taken:
        note_audit(connection, who, "untag", conversation_id, {}, now)
    connection.commit()
    return bool(taken)


def all_tags(connection: Connection) -> dict[str, int]:
    """Return every tag with the number of its conversations, by name."""
    query = select(tags.c.tag, func.count()).group_by(tags.c.tag).order_by(tags.c.tag)
    return {row[0]: row[1] for row in connection.execute(query)}


def add_note(
    connection: Connection, conversation_id: str, who: str, text: str, sequence: int | None, now: datetime
) -> Note:
    """Store a note."""
    _take(connection, conversation_id, now)
    values = {"conversation_id": conversation_id, "sequence": sequence, "text": text, "author": who, "at": now}
    row = connection.execute(insert(notes).returning(*notes.c), values).one()
    note_audit(connection, who, "note", conversation_id, {"note": row.id}, now)
    connection.commit()
    return _note(row)


def delete_note(connection: Connection, conversation_id: str, note_id: int, who: str, now: datetime) -> bool:
    """Delete a note of one's own; False: there is none."""
    own = (notes.c.id == note_id, notes.c.conversation_id == conversation_id, notes.c.author == who)
    gone = connection.execute(delete(notes).where(*own)).rowcount
    if gone:
        note_audit(connection, who, "delete_note", conversation_id, {"note": note_id}, now)
    connection.commit()
    return bool(gone)


def notes_of(connection: Connection, conversation_id: str) -> list[Note]:
    """Return the notes on a conversation, the oldest first."""
    query = select(notes).where(notes.c.conversation_id == conversation_id).order_by(notes.c.id)
    return [_note(row) for row in connection.execute(query)]


def note_audit(
    connection: Connection,
    who: str,
    action: str,
    conversation_id: str | None,
    details: Mapping[str, Any],
    now: datetime,
) -> None:
    """Add an audit row; the caller commits. No details hold anything that was said."""
    values = {"at": now, "actor": who, "action": action, "conversation_id": conversation_id, "details": details}
    connection.execute(insert(audit), values)


def refuse_if_claimed(connection: Connection, conversation_id: str, who: str, now: datetime) -> None:
    """Raise ClaimedByOtherError while somebody else is reviewing the conversation."""
    row = _row(connection, conversation_id)
    if row is not None:
        _not_of_another(row, who, now)


def _take(connection: Connection, conversation_id: str, now: datetime) -> Row[Any]:
    """Return the conversation's row of `reviews`, held until the transaction ends, made if nobody has summarised it yet."""
    # The conversation first: so take rows all who write, and nobody waits in a circle.
    own = select(conversations.c.id).where(conversations.c.id == conversation_id)
    if connection.execute(own.with_for_update(read=True, key_share=True)).first() is None:
        raise UnknownConversationError(conversation_id)
    row = _row(connection, conversation_id)
    if row is None:
        summarising.summarise(connection, [conversation_id], now)
        row = _row(connection, conversation_id)
    if row is None:  # nothing was said in it yet, so there is nothing to review
        raise UnknownConversationError(conversation_id)
    return row


def _row(connection: Connection, conversation_id: str) -> Row[Any] | None:
    return connection.execute(
        select(reviews).where(reviews.c.conversation_id == conversation_id).with_for_update()
    ).one_or_none()


def _set(connection: Connection, row: Row[Any], **values: Any) -> None:
    connection.execute(update(reviews).where(reviews.c.number == row.number).values(**values))


def _is_of_another(row: Row[Any], who: str, now: datetime) -> bool:
    return row.claimed_by not in (None, who) and bool(row.claimed_until > now)


def _not_of_another(row: Row[Any], who: str, now: datetime) -> None:
    if _is_of_another(row, who, now):
        raise ClaimedByOtherError(row.claimed_by, row.claimed_until)


def _note(row: Row[Any]) -> Note:
    return Note(row.id, row.sequence, row.text, row.author, row.at)
