"""The dashboard's figures as panels: a chart for two widths, and the table with the same numbers and links to the lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from markupsafe import Markup

from console import charts, scales
from console.amounts import count, rate, seconds
from console.charts import Series
from console.drawing import NARROW, WIDE, Size, long_day
from console.facts import Cell, to_list
from console.rendering import phrase
from transcripts.staff.filtering import Filters
from transcripts.staff.review_values import Count, Figures


@dataclass(frozen=True, slots=True)
class Table:
    """The first cell of a row is its head."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """A chart in several sizes, its table, and perhaps one with `more`. `across`: the table needs the whole width."""

    name: str
    heading: str
    about: str
    pictures: tuple[Markup, ...]
    table: Table
    more: Table | None = None
    across: bool = False


def panels(figures: Figures, filters: Filters) -> list[Panel]:
    """Return what the page shows below them; `filters` are those of the lists that its numbers lead to."""
    days = [date.fromisoformat(one.name) for one in figures.days]
    return [
        make(figures, days, filters) for make in (_volume, _outcomes, _urgent, _fallbacks, _feedback, _times, _channels)
    ]


def _volume(figures: Figures, days: list[date], filters: Filters) -> Panel:
    series = (
        Series("Messages", [one.messages for one in figures.days], "back"),
        Series("Conversations", [one.conversations for one in figures.days], "front"),
    )
    title = "Conversations and messages"
    rows = [
        (_listed_day(day, one, filters), Cell(count(one.conversations)), Cell(count(one.messages)))
        for day, one in zip(days, figures.days)
    ]
    return Panel(
        "volume",
        title,
        "A conversation counts on the day it began, a message on its own.",
        _pictures(lambda size: charts.columns("volume", title, days, series, size)),
        _table(title, ("Conversations", "Messages"), rows),
    )


def _outcomes(figures: Figures, days: list[date], filters: Filters) -> Panel:
    title, all_turns = "Outcomes", sum(turns for _, turns in figures.all.outcomes)
    names = [name for name, _ in figures.all.outcomes]
    by_day = [dict(one.outcomes) for one in figures.days]
    series = [Series(phrase(name), [found.get(name, 0) for found in by_day], "front") for name in names]
    rows = [
        (Cell(phrase(name)), Cell(count(turns), to_list(filters, outcome=name)), Cell(rate(turns / all_turns)))
        for name, turns in figures.all.outcomes
    ]
    daily = [
        (Cell(long_day(day)), *(Cell(count(found.get(name, 0))) for name in names)) for day, found in zip(days, by_day)
    ]
    return Panel(
        "outcomes",
        title,
        "What answered messages came to. Each strip has a height of its own: its highest day is named.",
        _pictures(lambda size: charts.strips("outcomes", title, days, series, size)),
        Table("Outcomes", ("Outcome", "Messages", "Share"), tuple(rows)),
        more=_table("Outcomes by day", tuple(phrase(name) for name in names), daily),
    )


def _urgent(figures: Figures, days: list[date], filters: Filters) -> Panel:
    series = (
        Series("Emergencies", [one.emergencies for one in figures.days], "alarm"),
        Series("Unanswered", [one.unanswered for one in figures.days], "second"),
    )
    title = "Emergencies and unanswered"
    rows = [
        (
            Cell(long_day(day)),
            _listed(one.emergencies, day, filters, escalated=True),
            _listed(one.unanswered, day, filters, unanswered=True),
        )
        for day, one in zip(days, figures.days)
    ]
    return Panel(
        "urgent",
        title,
        "Emergencies: messages answered as an emergency, a crisis or an eating disorder.",
        _pictures(lambda size: charts.strips("urgent", title, days, series, size, height=104)),
        _table(title, ("Emergencies", "Unanswered"), rows),
    )


def _fallbacks(figures: Figures, days: list[date], filters: Filters) -> Panel:
    series = (Series("Fallback rate", [one.fallback_rate for one in figures.days], "front"),)
    title = "Fallback rate"
    rows = [
        (
            Cell(long_day(day)),
            _listed(one.fallbacks, day, filters, outcome="out_of_scope"),
            Cell(rate(one.fallback_rate)),
        )
        for day, one in zip(days, figures.days)
    ]
    return Panel(
        "fallbacks",
        title,
        "Of the answered messages, how many the assistant took as out of scope. A day without answers has none.",
        _pictures(lambda size: charts.lines("fallbacks", title, days, series, size, scales.rates, rate)),
        _table(title, ("Fallbacks", "Rate"), rows),
    )


def _feedback(figures: Figures, days: list[date], filters: Filters) -> Panel:
    up = Series("Thumbs up", [one.up for one in figures.days], "good-mark")
    down = Series("Thumbs down", [one.down for one in figures.days], "alarm")
    title = "Feedback"
    rows = [
        (
            Cell(long_day(day)),
            _listed(one.up, day, filters, feedback="up"),
            _listed(one.down, day, filters, feedback="down"),
        )
        for day, one in zip(days, figures.days)
    ]
    return Panel(
        "feedback",
        title,
        "Thumbs on replies, on the day of the message that was answered.",
        _pictures(lambda size: charts.opposed("feedback", title, days, up, down, size)),
        _table(title, ("Up", "Down"), rows),
    )


def _times(figures: Figures, days: list[date], filters: Filters) -> Panel:
    series = (
        Series("Half of all", [one.waited.p50 for one in figures.days], "front"),
        Series("95 of 100", [one.waited.p95 for one in figures.days], "second"),
    )
    title = "Response times"
    rows = [
        (Cell(long_day(day)), Cell(seconds(one.waited.p50)), Cell(seconds(one.waited.p95)), Cell(count(one.waited.n)))
        for day, one in zip(days, figures.days)
    ]
    return Panel(
        "times",
        title,
        "Half of all messages (p50), or 95 of 100 (p95), had a reply so soon. Each line is about ten times the one below.",
        _pictures(lambda size: charts.lines("times", title, days, series, size, scales.times, seconds)),
        _table(title, ("p50", "p95", "Messages"), rows),
    )


def _channels(figures: Figures, days: list[date], filters: Filters) -> Panel:
    series = (
        Series("Messages", [one.messages for one in figures.channels], "back"),
        Series("Conversations", [one.conversations for one in figures.channels], "front"),
    )
    title = "Channels"
    heads = (
        "Channel",
        "Conversations",
        "Messages",
        "Emergencies",
        "Unanswered",
        "Fallbacks",
        "Up",
        "Down",
        "p50",
        "p95",
    )
    return Panel(
        "channels",
        title,
        "A channel's name leads to its own dashboard.",
        _pictures(
            lambda size: charts.bars("channels", title, [phrase(one.name) for one in figures.channels], series, size)
        ),
        Table("Figures by channel", heads, tuple(_channel(one, filters) for one in figures.channels)),
        across=True,
    )


def _channel(one: Count, filters: Filters) -> tuple[Cell, ...]:
    filters = replace(filters, channel=one.name)

    def listed(number: int, text: str = "", **more: Any) -> Cell:
        return Cell(text or count(number), to_list(filters, **more) if number else "")

    return (
        Cell(phrase(one.name), f"/dashboard?{filters.to_query()}"),
        listed(one.conversations),
        Cell(count(one.messages)),
        listed(one.emergencies, escalated=True),
        listed(one.unanswered, unanswered=True),
        listed(one.fallbacks, rate(one.fallback_rate), outcome="out_of_scope"),
        listed(one.up, feedback="up"),
        listed(one.down, feedback="down"),
        Cell(seconds(one.waited.p50)),
        Cell(seconds(one.waited.p95)),
    )


def _pictures(drawn: Callable[[Size], Markup]) -> tuple[Markup, ...]:
    return tuple(drawn(size) for size in (WIDE, NARROW))


def _table(title: str, heads: tuple[str, ...], rows: Sequence[tuple[Cell, ...]]) -> Table:
    """Return a table of days, the newest first."""
    return Table(title, ("Day", *heads), tuple(reversed(rows)))


def _listed(number: int, day: date, filters: Filters, **more: Any) -> Cell:
    return Cell(count(number), to_list(filters, since=day, until=day, **more) if number else "")


def _listed_day(day: date, one: Count, filters: Filters) -> Cell:
    return Cell(long_day(day), to_list(filters, since=day, until=day) if one.messages else "")
