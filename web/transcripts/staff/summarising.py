"""Brings summaries, turns and the full-text index up to date with what was said.

Triggers mark each conversation that changes; the console summarises what is marked, in the background and before it reads. So a
visitor's message costs one more small row and nothing else, the rules are Python (queueing.py), and changing them is marking
all anew (rules.py). What changed last comes first: behind a backlog nothing new has to wait.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, delete, exists, func, insert, select, text, update

from transcripts.models import IS_OPEN, conversations, deliveries, feedback, messages, understandings
from transcripts.staff import searching
from transcripts.staff.queueing import WAITED, Reason
from transcripts.staff.review_models import reviews, stale, turns
from transcripts.staff.summaries import blank, summary_of, turns_of
from transcripts.writing import INSERT

#: PostgreSQL's advisory lock held while summarising: any number of our own, other than that of `schema.py`.
LOCK = 4_849_802_111
#: Deliveries that never arrived, or may not have.
UNDELIVERED = ("failed", "unknown")
#: Newest marks among which conversations are chosen: one that has very many must not hide all others for long.
MARKS = 2000

#: What belongs to a conversation as such; the rest of `reviews` is what people do with it.
_FIELDS = (
    "channel", "begun_at", "day", "last_at", "last_sequence", "indexed", "turns", "unanswered", "escalated", "up", "down",
    "lowest", "urgency", "reasons", "jump", "reviewed_at",
)  # fmt: skip
_UPDATE = (
    update(reviews)
    .where(reviews.c.number == bindparam("of_number"))
    .values({name: bindparam(f"new_{name}") for name in _FIELDS})
)


class _Known(NamedTuple):
    """A conversation, and what `reviews` has of it already."""

    conversation: Row[Any]
    review: Row[Any]


@dataclass(slots=True)
class _Said:
    """What was said in one conversation, in order."""

    rows: list[Any] = field(default_factory=list)
    undelivered: list[int] = field(default_factory=list)


def waits(connection: Connection) -> bool:
    """Tell whether any conversation is marked."""
    return connection.execute(select(stale.c.id).limit(1)).first() is not None


def late(connection: Connection, now: datetime) -> list[str]:
    """Return conversations with a message that has waited too long since they were summarised: time alone marks nothing."""
    waiting = select(messages.c.id, messages.c.conversation_id).where(
        messages.c.state == "received", IS_OPEN, messages.c.created_at <= now - WAITED
    )
    found = waiting.subquery()
    known = select(found.c.conversation_id).distinct().join_from(found, turns, turns.c.message_id == found.c.id)
    query = known.where(turns.c.reasons.op("&")(int(Reason.UNANSWERED)) == 0)
    return list(connection.execute(query).scalars())


def left(connection: Connection) -> int:
    """Return how many conversations are marked."""
    return int(connection.execute(select(func.count(func.distinct(stale.c.conversation_id)))).scalar_one())


def mark_all(connection: Connection) -> None:
    """Mark every conversation that has messages: the rules have changed; the newest comes first; the caller commits."""
    c = conversations.c
    marked = select(c.id).where(c.last_sequence > 0).order_by(c.last_at, c.id)
    connection.execute(insert(stale).from_select(["conversation_id"], marked))


def mark(connection: Connection, conversation_id: str) -> None:
    """Mark one conversation; the caller commits."""
    connection.execute(insert(stale), {"conversation_id": conversation_id})


def forget(connection: Connection) -> None:
    """Delete the marks of conversations that are gone; the caller commits."""
    connection.execute(delete(stale).where(~exists().where(conversations.c.id == stale.c.conversation_id)))


def refresh(connection: Connection, most: int, now: datetime) -> bool:
    """Summarise up to `most` marked conversations, those that changed last, and commit; False: none was marked.

    All their marks go. A mark that is seen was committed with the change it tells of, and the change is read after it: none is
    lost.
    """
    alone(connection)
    newest = select(stale.c.conversation_id).order_by(stale.c.id.desc()).limit(MARKS)
    names = sorted(list(dict.fromkeys(connection.execute(newest).scalars()))[:most])
    if not names:
        return False
    connection.execute(delete(stale).where(stale.c.conversation_id.in_(names)))
    summarise(connection, names, now)
    connection.commit()
    return True


def alone(connection: Connection) -> None:
    """Wait until nobody else summarises, and keep it so until the transaction ends: the older summary could be stored last.

    Whoever holds a row of `reviews` must have called this before: those who summarise take these rows after it.
    """
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyhow
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def summarise(connection: Connection, names: Sequence[str], now: datetime) -> None:
    """Bring these conversations up to date; the caller commits. A conversation that is gone is passed over."""
    alone(connection)
    known = _known(connection, names)
    said = _read(connection, [conversation.id for conversation, _ in known])
    seen = _seen(connection, [review.number for _, review in known if review.reviewed_sequence])
    lines: list[tuple[int, int, str, str]] = []
    summaries: list[dict[str, Any]] = []
    turned: list[dict[str, Any]] = []
    for conversation, review in known:
        whole, number = said[conversation.id], review.number
        judged = list(turns_of(conversation.channel, number, whole.rows, now))
        summaries.append(summary_of(conversation, review, judged, whole.undelivered, seen[number]))
        turned += [one.values for one in judged]
        lines += [(number, one.sequence, one.sender, one.text) for one in whole.rows if one.sequence > review.indexed]
    if summaries:
        connection.execute(_UPDATE, summaries)
    if turned:
        add = INSERT[connection.dialect.name](turns)
        changed = {name: add.excluded[name] for name in ("state", "outcome", "intent", "confidence", "ms", "seconds",
                                                         "reasons", "up", "down")}  # fmt: skip
        connection.execute(add.on_conflict_do_update(index_elements=["message_id"], set_=changed), turned)
    searching.index(connection, lines)


def _known(connection: Connection, names: Sequence[str]) -> list[_Known]:
    """Return what is to be summarised, held until the transaction ends; a review is made where there is none.

    Writers of messages are not held up. Conversations that somebody erases or begins to write to are passed over, and marked
    anew if they are still there: waiting for them here, with others in hand, could be waiting in a circle.
    """
    c = conversations.c
    query = select(c.id, c.channel, c.created_at, c.last_at, c.last_sequence).where(
        c.id.in_(names), c.last_sequence > 0
    )
    held = query.order_by(c.id).with_for_update(read=True, key_share=True, skip_locked=True)
    found: dict[str, Any] = {row.id: row for row in connection.execute(held)}
    if passed := [name for name in names if name not in found]:
        still = select(c.id).where(c.id.in_(passed), c.last_sequence > 0)
        connection.execute(insert(stale).from_select(["conversation_id"], still))
    if not found:
        return []
    r = reviews.c
    columns = (r.conversation_id, r.number, r.indexed, r.reviewed_at, r.reviewed_sequence, r.reviewed_undelivered)
    stored = select(*columns).where(r.conversation_id.in_(found)).order_by(r.number).with_for_update()
    rows: Sequence[Any] = connection.execute(stored).all()
    if missing := found.keys() - {row.conversation_id for row in rows}:
        add = INSERT[connection.dialect.name](reviews).on_conflict_do_nothing()
        connection.execute(add, [blank(found[name]) for name in sorted(missing)])
        rows = connection.execute(stored).all()
    return [_Known(found[row.conversation_id], row) for row in rows]


def _seen(connection: Connection, numbers: Sequence[int]) -> defaultdict[int, dict[int, tuple[int, int]]]:
    """Return what the last reviews of these had seen: reasons and thumbs down, by number and sequence."""
    found: defaultdict[int, dict[int, tuple[int, int]]] = defaultdict(dict)
    t = turns.c
    for row in connection.execute(
        select(t.number, t.sequence, t.reviewed_reasons, t.reviewed_down).where(
            t.number.in_(numbers), t.reviewed_reasons > 0
        )
    ):
        found[row.number][row.sequence] = (row.reviewed_reasons, row.reviewed_down)
    return found


def undelivered(connection: Connection, names: Sequence[str]) -> list[tuple[str, int]]:
    """Return conversation and sequence of each reply in these that did not arrive, or may not have."""
    d = deliveries.c
    fates = select(d.conversation_id, d.sequence).where(d.conversation_id.in_(names), d.state.in_(UNDELIVERED))
    return [(row.conversation_id, row.sequence) for row in connection.execute(fates.order_by(d.id))]


def _read(connection: Connection, names: Sequence[str]) -> defaultdict[str, _Said]:
    said: defaultdict[str, _Said] = defaultdict(_Said)
    query = (
        select(
            *(
                messages.c[name]
                for name in ("id", "conversation_id", "sequence", "sender", "reply_to", "kind", "state")
            ),
            *(messages.c[name] for name in ("text", "payload", "created_at")),
            *(
                understandings.c[name]
                for name in ("outcome", "intent", "confidence", "alternatives", "red_flags", "ms")
            ),
            understandings.c.degraded,
            feedback.c.value.label("thumb"),
        )
        .outerjoin_from(messages, understandings, understandings.c.message_id == messages.c.id)
        .outerjoin(feedback, feedback.c.message_id == messages.c.id)
        .where(messages.c.conversation_id.in_(names))
        .order_by(messages.c.conversation_id, messages.c.sequence)
    )
    for line in connection.execute(query):
        said[line.conversation_id].rows.append(line)
    for name, sequence in undelivered(connection, names):
        said[name].undelivered.append(sequence)
    return said
