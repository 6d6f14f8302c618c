"""Cardio: how many minutes a week, which kind, and what is missing.

WHO 2020: 150-300 minutes of moderate or 75-150 of vigorous activity a week, and strength training on 2 days. Intervals and
steady cardio lose fat alike (Steele 2021, SMD -0.016), so the kind is a matter of what one keeps doing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from coaching.ranges import Range

Kind = Literal["walk", "steady", "intervals"]

_MODERATE, _VIGOROUS = Range(150, 300), Range(75, 150)
#: What is accepted: minutes now, and days, a week.
MINUTES, DAYS = Range(0, 2000), Range(1, 7)
#: Days a week of strength training beside it.
STRENGTH_DAYS = 2


@dataclass(frozen=True)
class Cardio:
    """The kind, the minutes a week to aim at, what is missing to the lower end, and the minutes on each day."""

    kind: Kind
    week: Range
    missing: float
    day: Range


def cardio(minutes: float, days: float, beginner: bool, preference: Kind) -> Cardio:
    """Return what to aim at for somebody who does `minutes` a week now and has `days` for it; beginners walk first.

    Minutes of intervals count as vigorous, all others as moderate.

    Raises:
        OutOfRangeError: for minutes outside 0-2000 or days outside 1-7.
    """
    MINUTES.check("minutes", minutes)
    DAYS.check("days", days)
    kind: Kind = "walk" if beginner else preference
    week = _VIGOROUS if kind == "intervals" else _MODERATE
    return Cardio(kind, week, max(0.0, week.low - minutes), week.times(1 / days))
