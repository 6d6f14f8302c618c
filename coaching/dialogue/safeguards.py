"""Which safeguards follow from what is known of somebody (docs/safety.md, section 5), however it became known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coaching import body, energy

#: From this age somebody is an adult.
ADULT = 18
#: Answer -> reason.
_ANSWERS = {
    ("pregnancy", "yes"): "pregnancy",
    ("health", "medicine"): "medicine",
    ("health", "condition"): "condition",
    ("injuries", "hip_treated"): "after_surgery",
    ("injuries", "hip_pain"): "exercise_pain",
    ("injuries", "watched"): "condition",
}


def reasons(known: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the reasons of safeguards: `minor`, `older`, `pregnancy`, `medicine`, `condition`, `underweight`, ..."""
    found = [reason for (slot, value), reason in _ANSWERS.items() if known.get(slot) == value]
    age, weight, height, goal = (_number(known.get(slot)) for slot in ("age", "weight", "height", "goal"))
    if age is not None and age < ADULT:
        found.append("minor")
    if age is not None and age >= energy.OLDER:
        found.append("older")
    if height and any(mass is not None and body.is_underweight(mass, height) for mass in (weight, goal)):
        found.append("underweight")
    return tuple(dict.fromkeys(found))


def implied(reasons: tuple[str, ...]) -> dict[str, str]:
    """Return the answers that reasons stand for: what was told once is not asked again."""
    return {slot: value for (slot, value), reason in _ANSWERS.items() if reason in reasons}


def kept(slots: Mapping[str, Any]) -> dict[str, Any]:
    """Return what may be stored of an answer: one that tells of a safeguard leaves only its reason."""
    return {slot: value for slot, value in slots.items() if not (isinstance(value, str) and (slot, value) in _ANSWERS)}


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
