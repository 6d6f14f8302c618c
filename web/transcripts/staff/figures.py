"""The dashboard's figures, from `turns` and `reviews`: not a word of anybody's is read for them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from transcripts.staff.queueing import ESCALATED, FALLBACKS
from transcripts.staff.review_models import reviews, turns
from transcripts.staff.review_values import Count, Figures, Percentiles

#: Days that one dashboard may show.
MOST_DAYS = 731


@dataclass(slots=True)
class _Sum:
    conversations: int = 0
    messages: int = 0
    unanswered: int = 0
    up: int = 0
    down: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)


def figures(connection: Connection, since: date, until: date, channel: str | None) -> Figures:
    """Return the figures of the days from `since` to `until`, both included, of one channel or of all."""
    by_day: defaultdict[date, _Sum] = defaultdict(_Sum)
    by_channel: defaultdict[str, _Sum] = defaultdict(_Sum)
    everything = _Sum()
    for row in connection.execute(_turns(since, until, channel)):
        for one in (by_day[row.day], by_channel[row.channel], everything):
            one.messages += row.turns
            one.up += row.up
            one.down += row.down
            if row.state == "unanswered":
                one.unanswered += row.turns
            if row.outcome is not None:
                one.outcomes[row.outcome] += row.turns
    for row in connection.execute(_begun(since, until, channel)):
        for one in (by_day[row.day], by_channel[row.channel], everything):
            one.conversations += row.begun
    days = [since + timedelta(days=number) for number in range((until - since).days + 1)]
    waited = _waited(connection, since, until, channel)
    return Figures(
        since=since,
        until=until,
        channel=channel,
        all=_count("all", everything, waited[None]),
        days=tuple(_count(day.isoformat(), by_day[day], waited[day]) for day in days),
        channels=tuple(_count(name, by_channel[name], waited[name]) for name in sorted(by_channel)),
    )


def _turns(since: date, until: date, channel: str | None) -> Any:
    t = turns.c
    sums = (func.count().label("turns"), func.sum(t.up).label("up"), func.sum(t.down).label("down"))
    groups = (t.day, t.channel, t.state, t.outcome)
    return select(*groups, *sums).where(*_within(t, since, until, channel)).group_by(*groups)


def _begun(since: date, until: date, channel: str | None) -> Any:
    c = reviews.c
    begun = select(c.day, c.channel, func.count().label("begun")).where(*_within(c, since, until, channel))
    return begun.group_by(c.day, c.channel)


def _waited(
    connection: Connection, since: date, until: date, channel: str | None
) -> defaultdict[date | str | None, Percentiles]:
    """Return the percentiles of the time that visitors waited: of each day, of each channel, and (None) of all."""
    t = turns.c
    query = select(t.day, t.channel, t.seconds).where(t.seconds.is_not(None), *_within(t, since, until, channel))
    times: defaultdict[date | str | None, list[float]] = defaultdict(list)
    for day, name, seconds in connection.execute(query):
        for of in (day, name, None):
            times[of].append(seconds)
    found: defaultdict[date | str | None, Percentiles] = defaultdict(lambda: Percentiles(0, None, None))
    found.update((of, _percentiles(values)) for of, values in times.items())
    return found


def _percentiles(values: list[float]) -> Percentiles:
    """Return them by the nearest rank: the smallest time that so many per cent of all do not exceed."""
    ordered, n = sorted(values), len(values)
    p50, p95 = (ordered[(n * per_cent + 99) // 100 - 1] for per_cent in (50, 95))
    return Percentiles(n, p50, p95)


def _within(columns: Any, since: date, until: date, channel: str | None) -> Iterable[ColumnElement[bool]]:
    days = [columns.day >= since, columns.day <= until]
    return [*days, columns.channel == channel] if channel else days


def _count(name: str, one: _Sum, waited: Percentiles) -> Count:
    answered = one.outcomes.total()
    fallbacks = sum(one.outcomes[outcome] for outcome in FALLBACKS)
    return Count(
        name=name,
        conversations=one.conversations,
        messages=one.messages,
        outcomes=tuple(sorted(one.outcomes.items(), key=lambda item: (-item[1], item[0]))),
        emergencies=sum(one.outcomes[outcome] for outcome in ESCALATED),
        unanswered=one.unanswered,
        fallbacks=fallbacks,
        fallback_rate=fallbacks / answered if answered else None,
        up=one.up,
        down=one.down,
        waited=waited,
    )
