"""Units of weight and length: their sizes, and the quantities that a text names with a unit.

No library reads what visitors write ("12st 4", "5'6", "1m68"): docs/decisions/0009-units.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from coaching.numerals import NUMBER, number

Unit = Literal["kg", "lb", "st", "cm", "m", "in", "ft", "years"]

#: Each unit in kg, cm or years. The pound and the inch are exact by definition (1959).
SIZES: dict[Unit, float] = {
    "kg": 1,
    "lb": 0.45359237,
    "st": 14 * 0.45359237,
    "cm": 1,
    "m": 100,
    "in": 2.54,
    "ft": 12 * 2.54,
    "years": 1,
}
#: The unit that follows another, and how many make one: 5 ft 6 (in), 1 m 68 (cm).
_SMALLER: dict[Unit, tuple[Unit, int]] = {"st": ("lb", 14), "ft": ("in", 12), "m": ("cm", 100)}

_END = r"(?![a-z])"
_POUNDS = rf"(?:lbs?|pounds?){_END}"
_INCHES = rf"(?:\"|(?:ins?|inch(?:es)?){_END})"
#: A number is alone when no other unit claims it: the 5 of "11 stone, 5 ft 6" is not pounds.
_NO_OTHER_UNIT = (
    r"(?! ?(?:['\"%:]|(?:kgs?|kilo\w*|lbs?|pounds?|st|stones?|cms?|centi\w*|mm?|met(?:er|re)s?|km|miles?"
    r"|ft|foot|feet|inch(?:es)?|y|y(?:ea)?rs?|y/?o|months?|weeks?|days?|h|hours?|hrs?|min(?:ute)?s?|sec\w*|k?cals?|calories"
    r"|g|grams?|ml|l|lit\w+|reps?|sets?|times?|x|steps?|percent|am|pm|kids|children|meals?|glasses|cups)(?![a-z])))"
)
ALONE = rf"(?![.,]?[0-9]){_NO_OTHER_UNIT}"
#: After a point come decimals; after a comma comes the next of a list: "5'6,11st4".
_ALONE_OR_COMMA = rf"(?!\.?[0-9]){_NO_OTHER_UNIT}"
#: Too many to be pounds or inches: "11 stone 14" is not read at all.
_UNCLEAR = rf" ?(?:and )?-?[0-9]{{1,3}}{ALONE}"
_MASS = re.compile(
    rf"(?P<st>{NUMBER}) ?(?:st\.?|stones?){_END}"
    rf"(?:(?:,? ?(?:and )?(?P<st_lb>[0-9]{{1,2}}(?:\.[0-9]{{1,4}})?) ?{_POUNDS})"
    rf"|(?: ?(?:and )?(?P<st_bare>(?:1[0-3]|[0-9])(?:\.[0-9]{{1,4}})?){_ALONE_OR_COMMA})|(?P<st_no>{_UNCLEAR}))?"
    rf"|(?P<kg>{NUMBER}) ?(?:kgs?|kilos?|kilogram(?:me)?s?){_END}"
    rf"|(?P<lb>{NUMBER}) ?(?:{_POUNDS}|#)"
)
_LENGTH = re.compile(
    rf"(?<![0-9.])(?P<ft>[0-9][.,][0-9]{{1,2}}|[0-9]{{1,2}}) ?(?:'(?!s\b)|(?:ft\.?|foot|feet){_END})"
    rf"(?:(?:,? ?(?:and )?-?(?P<ft_in>[0-9]{{1,2}}(?:\.[0-9]{{1,4}})?) ?{_INCHES})"
    rf"|(?: ?(?:and )?-?(?P<ft_bare>(?:1[01]|[0-9])(?:\.[0-9]{{1,4}})?){_ALONE_OR_COMMA})|(?P<ft_no>{_UNCLEAR}))?"
    rf"|(?P<cm>{NUMBER}) ?(?:cms?|centi(?:met(?:er|re)s?)?){_END}"
    rf"|(?<![0-9.,])(?P<m>[0-9](?:[.,][0-9]{{1,2}})?) ?(?:m|mt|mtrs?|met(?:er|re)s?){_END}"
    rf"(?: ?(?:and )?(?P<m_cm>[0-9]{{2}})(?: ?cm{_END}|{ALONE}))?"
    # "in" is a unit only where nothing follows that it could be the preposition of
    rf"|(?P<in>{NUMBER}) ?(?:\"|(?:inch(?:es)?|ins){_END}|in(?= ?(?:$|[,.;:/)\n]|tall\b|and\b)))"
)
_SPAN = re.compile(
    rf"({NUMBER}) ?(-|to|or) ?(?={NUMBER} ?(kgs?|kilo[a-z]*|lbs?|pounds?|st|stones?|cms?|centi[a-z]*|inch(?:es)?){_END})"
)


@dataclass(frozen=True)
class Reading:
    """One way to read a quantity: amounts with their units, such as 5 ft and 6 in."""

    parts: tuple[tuple[float, Unit], ...]

    @property
    def value(self) -> float:
        """The quantity in kg, cm or years."""
        return sum(amount * SIZES[unit] for amount, unit in self.parts)


#: Start and end of a quantity in a text, and every way to read it: more than one is ambiguous, none unclear.
Quantity = tuple[int, int, tuple[Reading, ...]]


def give_units(text: str) -> str:
    """Return a text (of `numerals.plain`) where both ends of a span have their unit: "70-75 kg" as "70 kg - 75 kg"."""
    return _SPAN.sub(r"\1 \3 \2 ", text)


def masses(text: str) -> Iterator[Quantity]:
    """Yield the weights that a text (of `numerals.plain`) names with a unit."""
    for match in _MASS.finditer(text):
        smaller = match["st_lb"] or match["st_bare"]
        yield *match.span(), () if match["st_no"] else _first(match, ("st", "kg", "lb"), smaller)


def lengths(text: str) -> Iterator[Quantity]:
    """Yield the lengths that a text (of `numerals.plain`) names with a unit."""
    for match in _LENGTH.finditer(text):
        smaller = match["ft_in"] or match["ft_bare"] or match["m_cm"]
        yield *match.span(), () if match["ft_no"] else _first(match, ("ft", "cm", "m", "in"), smaller)


def _first(match: re.Match[str], units: tuple[Unit, ...], smaller: str | None) -> tuple[Reading, ...]:
    unit = next(unit for unit in units if match[unit])
    return read(match[unit], unit, smaller)


def read(digits: str, unit: Unit, smaller: str | None = None) -> tuple[Reading, ...]:
    """Return the ways to read `digits` of `unit`, with those of the smaller unit after them if any.

    Decimals of feet and stone may be inches and pounds: "5.6 ft" is 5.6 ft or 5 ft 6, "5.75 ft" only the former.
    """
    if smaller:
        return (Reading(((number(digits), unit), (number(smaller), _SMALLER[unit][0]))),)
    readings = [Reading(((number(digits), unit),))]
    whole, _, decimals = digits.replace(",", ".").partition(".")
    if decimals and unit in ("ft", "st"):
        name, count = _SMALLER[unit]
        if 0 < int(decimals) < count:
            readings.append(Reading(((float(whole), unit), (float(decimals), name))))
    return tuple(readings)


def convert(value: float, unit: Unit) -> float:
    """Return kg, cm or years in another unit of the same kind."""
    return value / SIZES[unit]


def in_two(value: float, unit: Literal["st", "ft"]) -> Reading:
    """Return kg in stone and whole pounds, or cm in feet and whole inches, to the nearest."""
    smaller, count = _SMALLER[unit]
    whole, rest = divmod(round(convert(value, smaller)), count)
    return Reading(((whole, unit), (rest, smaller)))
