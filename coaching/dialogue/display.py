"""Numbers and facts as a visitor reads them: rounded, in the units that they use themselves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from coaching.dialogue.forms import DECLINED
from coaching.ranges import Range
from coaching.units import Reading, convert, in_two

#: Characters of a button's title that every platform shows.
MOST_TITLE = 20
_SYMBOLS = {"kg": "kg", "lb": "lb", "st": "st", "cm": "cm", "m": "m", "in": "in", "ft": "ft", "years": ""}


@cache
def _words() -> dict[str, Any]:
    return dict(yaml.safe_load((Path(__file__).parent / "words.yml").read_text(encoding="utf-8")))


def kcal(value: float | Range) -> str:
    """Return kcal rounded to 10, with a comma for thousands: "1,420" or "1,700–1,900"."""
    if isinstance(value, Range):
        return _span(f"{round(value.low, -1):,.0f}", f"{round(value.high, -1):,.0f}")
    return f"{round(value, -1):,.0f}"


def mass(kg: float, units: str | None) -> str:
    """Return a weight in the visitor's unit: "68 kg", "150 lb" or "10 st 10 lb"."""
    if units == "lb":
        return f"{convert(kg, 'lb'):.0f} lb"
    if units == "st":
        return reading(in_two(kg, "st"))
    return f"{kg:.1f}".removesuffix(".0") + " kg"


def change(kg: Range, units: str | None) -> str:
    """Return a loss of weight: "1.8–4.8 kg", or in pounds for whoever uses pounds or stone."""
    if units in ("lb", "st"):
        return _span(*(_short(convert(end, "lb")) for end in (kg.low, kg.high))) + " lb"
    return _span(*(f"{end:.1f}".removesuffix(".0") for end in (kg.low, kg.high))) + " kg"


def length(cm: float, units: str | None, tape: bool = False) -> str:
    """Return a height, or what a tape says, in the visitor's unit: "168 cm", "5 ft 6 in" or "38.5 in"."""
    if units in ("lb", "st"):
        return f"{convert(cm, 'in'):.1f}".removesuffix(".0") + " in" if tape else reading(in_two(cm, "ft"))
    return f"{cm:.1f}".removesuffix(".0") + " cm"


def grams(value: Range) -> str:
    """Return a range of grams: "112–154"."""
    return _span(f"{value.low:.0f}", f"{value.high:.0f}")


def plain_range(value: Range, digits: int = 0) -> str:
    """Return a range of anything: "150–300"."""
    return _span(*(f"{end:.{digits}f}" for end in (value.low, value.high)))


def reading(value: Reading) -> str:
    """Return one way to read a measure, as its unit was meant: "5 ft 6 in", "82 lb"."""
    return " ".join(f"{amount:g} {_SYMBOLS[unit]}".strip() for amount, unit in value.parts)


def label(slot: str, value: Any) -> str:
    """Return the words of words.yml for a value of a closed slot."""
    return str(_words()[slot][str(value)])


def facts(known: Mapping[str, Any], slots: tuple[str, ...]) -> str:
    """Return what is known in words: "48 years, female, 167 cm, 76 kg"."""
    return ", ".join(_fact(slot, known[slot], known.get("units")) for slot in slots if known.get(slot) is not None)


def exercise(key: str) -> str:
    """Return the name of an exercise: "Romanian deadlift"."""
    return key.replace("_", " ").capitalize().replace("romanian", "Romanian")


def button(topic: str) -> str:
    """Return the title of a how-to button, at most 20 characters long, as the platforms want it: "How: Hip thrust"."""
    name = exercise(topic)
    return next(title for title in (f"How: {name}", name, name.split()[0]) if len(title) <= MOST_TITLE)


def _fact(slot: str, value: Any, units: str | None) -> str:
    if value == DECLINED or (slot, value) == ("goal", "none"):
        return str(_words()["skipped"][slot])
    if slot in ("weight", "goal"):
        return f"{_words()['named'].get(slot, '')}{mass(value, units)}"
    if slot in ("height", "waist", "hip"):
        return f"{_words()['named'].get(slot, '')}{length(value, units, tape=slot != 'height')}"
    if slot in _words()["named"]:
        return str(_words()["named"][slot]).format(value=f"{value:g}")
    if isinstance(value, list):
        return ", ".join(label(slot, entry) for entry in value)
    return label(slot, value)


def _short(value: float) -> str:
    """Return one decimal below 10, none above."""
    return f"{value:.1f}".removesuffix(".0") if value < 10 else f"{value:.0f}"


def _span(low: str, high: str) -> str:
    return low if low == high else f"{low}–{high}"
