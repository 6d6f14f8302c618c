"""Numbers without a unit: every way to read one as a height, a weight and so on. None is chosen."""

from __future__ import annotations

from typing import Literal

from coaching.body import ACCEPTED
from coaching.measurements import HIP, WAIST
from coaching.numerals import number
from coaching.ranges import Range
from coaching.units import Reading, Unit, read

Name = Literal["age", "height", "weight", "goal", "waist", "hip"]
Readings = tuple[Reading, ...]

_MASS_UNITS: tuple[Unit, ...] = ("kg", "lb", "st")
#: What a value may be, and the units that it may be in. Ages that are not accepted are read: who is under 18 must be
#: safeguarded.
_KINDS: dict[Name, tuple[Range, tuple[Unit, ...]]] = {
    "age": (Range(8, 110), ("years",)),
    "height": (ACCEPTED["height"], ("cm", "m", "in", "ft")),
    "weight": (ACCEPTED["weight"], _MASS_UNITS),
    "goal": (ACCEPTED["weight"], _MASS_UNITS),
    "waist": (WAIST, ("cm", "in")),
    "hip": (HIP, ("cm", "in")),
}
#: Two numbers side by side: "5 10" of a height, "11 4" of a weight.
_PAIRS: dict[Name, tuple[Unit, Unit]] = {"height": ("ft", "in"), "weight": ("st", "lb"), "goal": ("st", "lb")}
#: Nobody leaves out the unit of more stone than this, or of fewer: a lone 5 is a slip, and no 32 kg.
_STONE = Range(7, 25)


def readings(name: Name, first: str, second: str | None = None) -> Readings:
    """Return the ways to read one or two numbers as `name`, possible or not: "5 10" of a height as 5 ft 10."""
    if second and name in _PAIRS:
        big, small = _PAIRS[name]
        pair = (Reading(((number(first), big), (number(second), small))),)
        if possible(name, pair):
            return pair
    units = [unit for unit in _KINDS[name][1] if unit != "st" or number(first) in _STONE]
    return tuple(reading for unit in units for reading in read(first, unit))


def possible(name: Name, readings: Readings) -> Readings:
    """Return those readings whose value `name` may have."""
    return tuple(reading for reading in readings if reading.value in _KINDS[name][0])
