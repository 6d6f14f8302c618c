"""What one message answers: the slots that it fills, the one that must be asked back, what is out of range."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from coaching import body, facts, measurements
from coaching.bare import Name
from coaching.dialogue.amounts import ACCEPTED, amount
from coaching.dialogue.answers import choice, choices, closed_slots
from coaching.numerals import numbers, plain
from coaching.units import Reading

BODY_SLOTS: tuple[Name, ...] = get_args(Name)
#: Accepted of a body's measures; ages outside are read all the same, for they decide who gets no number.
BODY_RANGES = {**body.ACCEPTED, "goal": body.ACCEPTED["weight"], "waist": measurements.WAIST, "hip": measurements.HIP}
#: An age outside this is a slip, not somebody's.
_AGES = (5, 110)
_NO_GOAL = re.compile(
    r"^(?:no|none|nope|nah|not? really|nothing|never|n)\b|\bno (?:goal|target|particular|specific|number)\b"
    r"|\bnot? (?:set|sure|fixed)\b"
    r"|\b(?:don.?t|do not|haven.?t) (?:have|got|care|know|want)\b|\bjust (?:smaller|slimmer|fitter|toned?|healthy|healthier)\b"
    r"|\bskip\b|\bno idea\b|\bmaintain\b|\bstay\b"
)
#: The unit somebody uses -> the units that they are shown.
UNITS: dict[str, str] = {"kg": "metric", "cm": "metric", "m": "metric", "lb": "lb", "st": "st", "in": "lb", "ft": "lb"}
#: What makes a number a measure that was not asked for: "2" days are no height of 2 m.
_TOLD_AS = {
    "age": re.compile(
        r"\b(?:i.?m|i am|age[ds]?|years?|yrs?|y/?o|old|turn(?:ed|ing)?|(?:fe)?male|(?:wo)?man)\b|[0-9] ?[fmy]\b|\b[fm][0-9]"
    ),
    "height": re.compile(
        r"[0-9] ?(?:['\"]|(?:cms?|centi\w*|m|mt|met(?:er|re)s?|ft|foot|feet|ins?|inch(?:es)?)\b|m[0-9])|\b(?:tall|height)\b"
    ),
    "weight": re.compile(r"[0-9] ?(?:#|(?:kgs?|kilo\w*|lbs?|pounds?|st|stones?)(?![a-z]))|\bweigh"),
}


@dataclass(frozen=True)
class Ambiguous:
    """A measure that may be read in several ways: none is chosen, the visitor is asked."""

    slot: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class Answers:
    """What a message says.

    `out_of_range` names the asked slot when its value is not accepted, `readings_apart` a tape's whose two readings differ
    by more than 1 cm.
    """

    slots: dict[str, Any] = field(default_factory=dict)
    ambiguous: Ambiguous | None = None
    out_of_range: str | None = None
    readings_apart: str | None = None


def read(text: str, asked: str | None, wanted: Iterable[str], known: Mapping[str, Any]) -> Answers:
    """Return what `text` says of the slots in `wanted`, above all of the one just asked for.

    Args:
        text: the message.
        asked: the slot whose question it may answer, or None.
        wanted: slots that a message may fill whatever was asked.
        known: slots filled before; a height and weight together tell which reading of another measure is possible.
    """
    slots: dict[str, Any] = {}
    wanted = {*wanted, asked} if asked else {*wanted}
    ambiguous, out_of_range, apart = _read_body(text, asked, slots, known)
    if ambiguous and ambiguous.slot not in wanted:
        ambiguous = None
    for slot in closed_slots():
        if slot not in wanted:
            continue
        if slot == "stress_sources":
            found: Any = list(choices(slot, text, slot == asked)) or None
        else:
            found = choice(slot, text, slot == asked)
        if found is not None and slot not in slots:
            slots[slot] = found
    for slot in ACCEPTED:
        if slot not in wanted:
            continue
        value = amount(slot, text, slot == asked)
        if value is None or value == slots.get("age"):
            continue
        if value in ACCEPTED[slot]:
            slots[slot] = value
        elif slot == asked:
            out_of_range = slot
    if asked == "goal" and "goal" not in slots and ambiguous is None and _NO_GOAL.search(plain(text)):
        slots["goal"], out_of_range = "none", None
    if out_of_range and slots.get(out_of_range) is not None:
        out_of_range = None
    return Answers(slots, ambiguous, out_of_range, apart)


def _read_body(
    text: str, asked: str | None, slots: dict[str, Any], known: Mapping[str, Any]
) -> tuple[Ambiguous | None, str | None, str | None]:
    told = facts.find(text, asked if asked in BODY_SLOTS else None)  # type: ignore[arg-type]  # narrowed by the test
    ambiguous: Ambiguous | None = None
    out_of_range: str | None = None
    apart: str | None = None
    if told.sex:
        slots["sex"] = told.sex
    for name in BODY_SLOTS:
        readings = getattr(told, name) if _is_told(name, text, asked) else ()
        if name in ("hip", "waist") and name == asked and len(pair := _pair(name, text, readings)) == 2:
            mean = measurements.of_two(*pair)
            apart = name if mean is None else None
            if mean is not None:
                slots[name] = mean
            continue
        if name == "age" and len(readings) > 1:
            readings = _one_age(readings)
        if name != "age":
            readings = _possible(name, readings, {**known, **slots}) or readings
        if len(readings) > 1 and not any(reading.value in BODY_RANGES[name] for reading in readings):
            out_of_range = name if asked == name else out_of_range
        elif len(readings) > 1:
            ambiguous = ambiguous if ambiguous and name != asked else Ambiguous(name, readings)
        elif readings:
            value = readings[0].value
            if name == "age" and not _AGES[0] <= value <= _AGES[1]:
                out_of_range = "age" if asked == "age" else out_of_range
            elif name != "age" and value not in BODY_RANGES[name]:
                out_of_range = name if asked == name else out_of_range
            else:
                slots[name] = value
                if name in ("weight", "goal", "height"):
                    units = UNITS[readings[0].parts[0][1]]
                    if name != "height" or "units" not in slots:
                        slots["units"] = units
    return ambiguous, out_of_range, apart


def _is_told(name: str, text: str, asked: str | None) -> bool:
    """Tell whether a measure may be taken from a message: a bare number is one only where measures are what is told."""
    if asked in BODY_SLOTS or name not in _TOLD_AS or (asked is None and len(numbers(text)) > 1):
        return True
    return _TOLD_AS[name].search(plain(text)) is not None


def _one_age(readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
    """Return the last of several ages, "I said 31 but it's 32", unless one of them is a minor's."""
    youngest = min(readings, key=lambda reading: reading.value)
    return (youngest,) if youngest.value < body.ACCEPTED["age"].low else readings[-1:]


def _pair(name: str, text: str, readings: tuple[Reading, ...]) -> tuple[float, ...]:
    """Return two readings of a tape told in one message: "first 104 cm, then 106"."""
    told = [
        float(found)
        for found in re.findall(
            r"(?<![0-9.])([0-9]{2,3}(?:\.[0-9])?)(?![0-9.])", re.sub(r"(?<=[0-9]),(?=[0-9])", ".", plain(text))
        )
    ]
    inches = any(unit == "in" for reading in readings for _, unit in reading.parts) and not any(
        unit == "cm" for reading in readings for _, unit in reading.parts
    )
    lengths = [number * 2.54 if inches else number for number in told]
    fitting = tuple(length for length in lengths if length in BODY_RANGES[name])
    return fitting if len(fitting) == 2 and len(told) == 2 and abs(fitting[0] - fitting[1]) <= 15 else ()


def _possible(name: str, readings: tuple[Reading, ...], known: Mapping[str, Any]) -> tuple[Reading, ...]:
    """Return the readings that go with the other measure: a BMI outside 12-70 means mixed-up units."""
    height, weight = known.get("height"), known.get("weight")
    if name in ("weight", "goal") and isinstance(height, float):
        return tuple(r for r in readings if body.bmi(r.value, height) in body.ACCEPTED["bmi"])
    if name == "height" and isinstance(weight, float):
        return tuple(r for r in readings if r.value > 0 and body.bmi(weight, r.value) in body.ACCEPTED["bmi"])
    return readings
