"""Where a number lies on an axis, and which lines the axis has. Pure; any number may come."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from console.amounts import DAY, HOUR, MINUTE, short

#: Numbers above it are drawn as if they were it.
LARGEST = 10**9
#: Steps that an axis has at most above its bottom.
MOST_STEPS = 4
#: Lines of an axis of times, in seconds; each is six to 24 times the one below.
TIMES = {
    0.001: "1 ms", 0.01: "10 ms", 0.1: "100 ms", 1: "1 s", 10: "10 s", MINUTE: "1 min", 10 * MINUTE: "10 min", HOUR: "1 h",
    DAY: "1 d", 10 * DAY: "10 d", 100 * DAY: "100 d",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis: `ticks` are the values of its lines with their labels, from bottom to top.

    With `logarithmic` equal ratios are equally far apart, and the bottom is above 0.
    """

    ticks: tuple[tuple[float, str], ...]
    logarithmic: bool = False

    @property
    def top(self) -> float:
        """The highest value on it."""
        return self.ticks[-1][0]

    def holding(self, values: Iterable[float]) -> Scale:
        """Return the lower part of this axis, with one step at least, that still holds these values."""
        largest = max(values, default=0)
        steps = sum(tick < largest for tick, _ in self.ticks)
        return Scale(self.ticks[: max(steps, 1) + 1], self.logarithmic)

    def at(self, value: float) -> float:
        """Return where the value lies, 0 (bottom) to 1 (top); one beyond an end lies at that end."""
        bottom, top = self.ticks[0][0], self.top
        value = min(max(value, bottom), top)
        if self.logarithmic:
            return math.log(value / bottom) / math.log(top / bottom)
        return (value - bottom) / (top - bottom)


def drawable(value: float | None) -> float | None:
    """Return the number between 0 and LARGEST; None for one that is missing, infinite or none at all."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return min(max(value, 0), LARGEST)


def counts(values: Iterable[float]) -> Scale:
    """Return an axis of whole numbers from 0 that holds all of them."""
    return Scale(tuple((tick, short(tick)) for tick in _ticks(max(values, default=0))))


def rates(values: Iterable[float]) -> Scale:
    """Return an axis in per cent, from 0 to at most 100, for shares of 0 to 1."""
    per_cents = _ticks(min(100 * max(values, default=0), 100))
    return Scale(tuple((tick / 100, f"{tick}%") for tick in per_cents if tick <= 100))


def times(values: Iterable[float]) -> Scale:
    """Return a logarithmic axis of seconds that holds all of them, 1 millisecond to 100 days."""
    found, marks = list(values) or [1.0], list(TIMES)
    low = max((number for number, mark in enumerate(marks) if mark <= min(found)), default=0)
    high = min((number for number, mark in enumerate(marks) if mark >= max(found)), default=len(marks) - 1)
    low = min(low, len(marks) - 2)
    chosen = marks[low : max(high, low + 1) + 1]
    return Scale(tuple((mark, TIMES[mark]) for mark in chosen), logarithmic=True)


def _ticks(largest: float) -> list[int]:
    """Return 0 and the next lines, in steps of 1, 2 or 5 times a power of ten, the last one at `largest` or above."""
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power):
            if step * MOST_STEPS >= largest:
                steps = max(1, math.ceil(largest / step))
                return [number * step for number in range(steps + 1)]
        power *= 10
