"""Pages of the queue and of lists: rows in order, from a cursor on, with counts."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, literal, or_, select, tuple_

from transcripts.models import messages
from transcripts.staff import searching
from transcripts.staff.filtering import FilterError, Filters, Order, conditions
from transcripts.staff.queueing import Reason, named
from transcripts.staff.review_models import IS_UNREVIEWED, reviews, tags
from transcripts.staff.review_values import Claim, Entry, Excerpt

_CURSOR = re.compile(r"(\d{1,2})_(-?\d{1,18})_(\d{1,18})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

#: What masks private words in a tag or a passage; it gets the whole message, so that nothing is cut in two before.
Mask = Callable[[str], str]


def entries(
    connection: Connection, filters: Filters, order: Order, after: str | None, limit: int, mask: Mask, now: datetime
) -> tuple[tuple[Entry, ...], str | None, int]:
    """Return the rows of one page, the cursor of the next, and how many rows all pages have.

    Raises:
        FilterError: the cursor is none of ours.
    """
    found = matching(connection, filters)
    r = reviews.c
    query = select(reviews).order_by(*_down(r, order))
    if filters.words:  # what is searched for is looked up once, for the page and for the count
        hits = select(r.number, r.urgency, r.last_at).where(*found).cte("hits")
        counted = select(func.count()).select_from(hits)
        page = select(hits.c.number, counted.scalar_subquery().label("total")).where(*_after(hits.c, order, after))
        numbered = connection.execute(page.order_by(*_down(hits.c, order)).limit(limit + 1)).all()
        total = numbered[0].total if numbered else connection.execute(counted).scalar_one()
        query = query.where(r.number.in_([row.number for row in numbered]))
    else:
        total = count(connection, filters)
        query = query.where(*found, *_after(r, order, after)).limit(limit + 1)
    rows = connection.execute(query).all()
    shown = rows[:limit]
    following = _written(shown[-1]) if len(rows) > limit else None
    return _entries(connection, filters, shown, mask, now), following, total


def _keys(columns: Any, order: Order) -> list[ColumnElement[Any]]:
    return (
        [columns.last_at, columns.number] if order == "newest" else [columns.urgency, columns.last_at, columns.number]
    )


def _down(columns: Any, order: Order) -> list[ColumnElement[Any]]:
    return [key.desc() for key in _keys(columns, order)]


def _after(columns: Any, order: Order, after: str | None) -> list[ColumnElement[bool]]:
    """Return the condition that a row comes after the cursor."""
    if not after:
        return []
    keys = _keys(columns, order)
    values = _cursor(after)[-len(keys) :]
    return [tuple_(*keys) < tuple_(*(literal(value, key.type) for key, value in zip(keys, values)))]


def by_reason(connection: Connection, filters: Filters) -> dict[Reason | None, int]:
    """Return how many conversations have each reason (one may have several), and under None how many have none."""
    query = select(reviews.c.reasons, func.count()).where(*matching(connection, filters)).group_by(reviews.c.reasons)
    counts: Counter[Reason | None] = Counter(dict.fromkeys((*sorted(Reason, reverse=True), None), 0))
    for reasons, count in connection.execute(query):
        for reason in named(reasons) or (None,):
            counts[reason] += count
    return dict(counts)


def entry(connection: Connection, conversation_id: str, now: datetime) -> Entry | None:
    """Return one conversation's row, or None."""
    row = connection.execute(select(reviews).where(reviews.c.conversation_id == conversation_id)).one_or_none()
    return None if row is None else _entry(row, tags_of(connection, [conversation_id])[conversation_id], now)


def free(connection: Connection, filters: Filters, who: str, limit: int, now: datetime) -> list[str]:
    """Return the most urgent conversations that are nobody else's: neither claimed by others nor assigned to them."""
    r = reviews.c
    unclaimed = or_(r.claimed_by.is_(None), r.claimed_by == who, r.claimed_until <= now)
    unassigned = or_(r.assigned_to.is_(None), r.assigned_to == who)
    query = select(r.conversation_id).where(*matching(connection, filters), unclaimed, unassigned)
    return list(connection.execute(query.order_by(*_down(r, "urgency")).limit(limit)).scalars())


def count(connection: Connection, filters: Filters) -> int:
    """Return how many conversations the filters leave."""
    counted = select(func.count()).select_from(reviews).where(*matching(connection, filters))
    return int(connection.execute(counted).scalar_one())


def channels(connection: Connection) -> list[str]:
    """Return the channels that conversations came by, in order."""
    # From each name to the next one by the index: DISTINCT would read every conversation.
    r = reviews.alias()
    first = select(func.min(reviews.c.channel).label("channel")).cte("names", recursive=True)
    following = select(func.min(r.c.channel)).where(r.c.channel > first.c.channel).scalar_subquery()
    names = first.union_all(select(following).where(first.c.channel.is_not(None)))
    return [name for name in connection.execute(select(names.c.channel)).scalars() if name is not None]


def matching(connection: Connection, filters: Filters) -> list[Any]:
    """Return the conditions on a row of `reviews` that the filters leave, as this database finds them by its indexes."""
    found: list[Any] = conditions(filters, sqlite=connection.dialect.name == "sqlite")
    return [*found, IS_UNREVIEWED] if filters.reviewed is False else found


def _entries(
    connection: Connection, filters: Filters, rows: Sequence[Row[Any]], mask: Mask, now: datetime
) -> tuple[Entry, ...]:
    tagged = tags_of(connection, [row.conversation_id for row in rows])
    found = [_entry(row, [mask(tag) for tag in tagged[row.conversation_id]], now) for row in rows]
    query = searching.parse(filters.words)
    places = searching.first_found(connection, query, [row.number for row in rows], filters.said_by)
    wanted = [(row.conversation_id, places[row.number]) for row in rows if row.number in places]
    if not wanted:
        return tuple(found)
    lines = connection.execute(
        select(messages.c.conversation_id, messages.c.sequence, messages.c.sender, messages.c.text).where(
            tuple_(messages.c.conversation_id, messages.c.sequence).in_(wanted)
        )
    ).all()
    cut = searching.excerpts(query, [mask(line.text) for line in lines])
    passages = {line.conversation_id: Excerpt(line.sequence, line.sender, one) for line, one in zip(lines, cut)}
    return tuple(replace(one, excerpt=passages.get(one.conversation_id)) for one in found)


def _entry(row: Row[Any], tagged: Sequence[str], now: datetime) -> Entry:
    held = row.claimed_by is not None and row.claimed_until > now
    return Entry(
        conversation_id=row.conversation_id,
        channel=row.channel,
        begun_at=row.begun_at,
        last_at=row.last_at,
        last_sequence=row.last_sequence,
        turns=row.turns,
        unanswered=row.unanswered,
        escalated=row.escalated,
        up=row.up,
        down=row.down,
        lowest=row.lowest,
        reasons=named(row.reasons),
        jump=row.jump,
        reviewed_at=row.reviewed_at,
        reviewed_by=row.reviewed_by,
        assigned_to=row.assigned_to,
        claim=Claim(row.claimed_by, row.claimed_until) if held else None,
        follow_up=row.follow_up,
        tags=tuple(tagged),
    )


def tags_of(connection: Connection, names: Sequence[str]) -> defaultdict[str, list[str]]:
    """Return the tags of these conversations, by conversation, in order."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    query = select(tags.c.conversation_id, tags.c.tag).where(tags.c.conversation_id.in_(names)).order_by(tags.c.tag)
    for row in connection.execute(query):
        found[row.conversation_id].append(row.tag)
    return found


def _written(row: Row[Any]) -> str:
    return f"{row.urgency}_{(row.last_at - _EPOCH) // _MICROSECOND}_{row.number}"


def _cursor(given: str) -> tuple[int, datetime, int]:
    match = _CURSOR.fullmatch(given)
    try:
        if match is None:
            raise OverflowError
        return int(match[1]), _EPOCH + int(match[2]) * _MICROSECOND, int(match[3])
    except OverflowError:
        raise FilterError("The page's cursor is not one of ours: begin at the first page.") from None
