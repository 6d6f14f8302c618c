"""The dashboard: how many came, what they got, how fast; days and channel in the address."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date

from starlette.responses import Response

from console.drawing import long_day
from console.facts import facts
from console.panels import panels
from console.roles import Role
from console.routing import Pages
from console.visits import Visit
from transcripts.staff.figures import MOST_DAYS
from transcripts.staff.filtering import FilterError, Filters

pages = Pages()

#: Days up to today that have a link of their own, and those that are shown when none are asked for.
PRESETS, USUAL = (7, 30, 90), 30
NAMES = frozenset({"since", "until", "channel"})


@pages.get("/dashboard", role=Role.REVIEWER)
def dashboard(visit: Visit) -> Response:
    """Show the figures of the days in the address."""
    today = visit.house.now().astimezone(UTC).date()
    try:
        since, until, channel = _asked(visit, today)
    except FilterError as error:
        return _page(
            visit, today, visit.asked("since"), visit.asked("until"), visit.asked("channel"), problem=str(error)
        )
    review = visit.house.review
    figures = review.figures(since, until, channel)
    filters = Filters(since=since, until=until, channel=channel)
    return _page(
        visit,
        today,
        since.isoformat(),
        until.isoformat(),
        channel or "",
        period=_period(since, until),
        behind=review.catch_up(0),
        facts=facts(figures, filters),
        panels=panels(figures, filters) if figures.all.messages else [],
    )


def _asked(visit: Visit, today: date) -> tuple[date, date, str | None]:
    """Return the first and the last day, and the channel; None: all.

    Raises:
        FilterError: one of them means nothing, or these days cannot be shown.
    """
    asked = Filters.from_query(visit.request.url.query)
    if more := {name for name, _ in asked.items()} - NAMES:
        raise FilterError(f"The dashboard has no filter {min(more)}; it has: {', '.join(sorted(NAMES))}.")
    until = asked.until or today
    since = asked.since or _before(until, USUAL)
    if since > until:
        raise FilterError(f"The first day, {since}, is after the last one, {until}.")
    if (days := (until - since).days + 1) > MOST_DAYS:
        raise FilterError(f"These are {days:,} days, and at most {MOST_DAYS} can be shown.")
    return since, until, asked.channel


def _page(
    visit: Visit, today: date, since: str, until: str, channel: str, problem: str = "", **values: object
) -> Response:
    channels = visit.house.review.channels()
    known = Filters(until=today, channel=channel if channel in channels else None)
    presets = [(days, replace(known, since=_before(today, days))) for days in PRESETS]
    return visit.page(
        "dashboard.html",
        400 if problem else 200,
        since=since,
        until=until,
        channel=channel,
        channels=sorted({*channels, channel} - {""}),
        presets=[(days, f"/dashboard?{one.to_query()}", (since, until) == _written(one)) for days, one in presets],
        problem=problem,
        **values,
    )


def _period(since: date, until: date) -> str:
    """Return the days in words; they begin and end by UTC."""
    if since == until:
        return f"{long_day(since)} (UTC)"
    return f"{long_day(since)} to {long_day(until)} (UTC), {(until - since).days + 1} days"


def _written(filters: Filters) -> tuple[str, str]:
    return str(filters.since), str(filters.until)


def _before(last: date, days: int) -> date:
    """Return the first of so many days that end with `last`."""
    return date.fromordinal(max(last.toordinal() - days + 1, 1))
