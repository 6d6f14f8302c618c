"""Numbers that lead to the list of what they count, and those that stand on top of the dashboard."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from console.amounts import count, rate, seconds
from transcripts.staff.filtering import Filters
from transcripts.staff.review_values import Figures


class Cell(NamedTuple):
    """A number as text, and the list of what it counts; "": there is no filter for it, or nothing to list."""

    text: str
    href: str = ""


class Fact(NamedTuple):
    """A number at the top."""

    name: str
    value: str
    about: str
    href: str = ""


def to_list(filters: Filters, **more: Any) -> str:
    """Return the address of the list of conversations with these filters and `more`."""
    return f"/conversations?{replace(filters, **more).to_query()}"


def facts(figures: Figures, filters: Filters) -> list[Fact]:
    """Return the numbers of all days together."""
    one = figures.all
    answered = sum(turns for _, turns in one.outcomes)

    def listed(number: int, **more: Any) -> str:
        return to_list(filters, **more) if number else ""

    return [
        Fact("Conversations", count(one.conversations), "begun", listed(one.conversations)),
        Fact("Messages", count(one.messages), "of visitors"),
        Fact(
            "Emergencies",
            count(one.emergencies),
            "with crises and eating disorders",
            listed(one.emergencies, escalated=True),
        ),
        Fact("Unanswered", count(one.unanswered), "messages", listed(one.unanswered, unanswered=True)),
        Fact(
            "Fallback rate",
            rate(one.fallback_rate),
            f"{count(one.fallbacks)} of {count(answered)} answered",
            listed(one.fallbacks, outcome="out_of_scope"),
        ),
        Fact("Thumbs up", count(one.up), "replies", listed(one.up, feedback="up")),
        Fact("Thumbs down", count(one.down), "replies", listed(one.down, feedback="down")),
        Fact("Response time", seconds(one.waited.p50), f"for half of all; {seconds(one.waited.p95)} for 95 of 100"),
    ]
