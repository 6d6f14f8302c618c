"""Which misreadings what somebody plainly says rules out: "no, I never had an eating disorder" discloses none.

For a sentence encoder a denial is near what it denies. So what the answers of coaching/dialogue are read from takes a
classifier's mistake back. The rules of the red flags are never taken back, nor is an emergency or a crisis.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coaching import body, energy, facts
from coaching.dialogue.answers import choice
from coaching.dialogue.forms import DIALOGUES
from coaching.dialogue.safeguards import ADULT
from coaching.numerals import plain

#: Question -> the answer that denies, and the intents that it contradicts.
_DENIED_BY: dict[str, tuple[str, frozenset[str]]] = {
    "pregnancy": ("no", frozenset({"safeguard_pregnancy"})),
    "eating": ("no", frozenset({"eating_disorder", "eating_disorder_information"})),
    "health": ("none", frozenset({"safeguard_medicine", "safeguard_condition", "safeguard_drugs"})),
    "injuries": ("none", frozenset({"safeguard_after_surgery", "safeguard_exercise_pain"})),
}
_AGES = frozenset({"safeguard_minor", "safeguard_older"})
#: Dialogues without figures go on whatever the age; it is remembered all the same.
_FOR_ALL_AGES = frozenset(slot for name in ("sleep", "stress") for slot in DIALOGUES[name].slots)
#: A message that is hardly more than an age.
_BARE_AGE_LENGTH = 25


def contradicted(asked: str | None, text: str, known: Mapping[str, Any]) -> frozenset[str]:
    """Return the intents that a message cannot have, for what it denies or tells.

    Args:
        asked: the slot whose question it may answer.
        text: the message.
        known: what was told before, for heights and weights.
    """
    found: set[str] = set()
    for slot, (denial, intents) in _DENIED_BY.items():
        outright = choice(slot, text, asked=False) == denial
        if (outright or slot == asked) and choice(slot, text, asked=True) == denial:
            found |= intents
    ages = facts.find(text, "age" if asked == "age" else None).age
    if len(ages) == 1 and ADULT <= ages[0].value < energy.OLDER:
        found |= _AGES
    if asked in _FOR_ALL_AGES and ages and len(plain(text)) <= _BARE_AGE_LENGTH:
        found |= _AGES
    if asked == "activity" and choice("activity", text, asked=True) in ("desk", "light"):
        found.add("safeguard_compulsive_exercise")
    if asked == "stress_sources" and choice("stress_sources", text, asked=True):
        found.add("safeguard_somebody_else")
    if _tells_enough_weight(asked, text, known):
        found.add("safeguard_underweight")
    return frozenset(found)


def _tells_enough_weight(asked: str | None, text: str, known: Mapping[str, Any]) -> bool:
    """Tell whether the weights in a message, at the height known or told, are all at or above BMI 18.5."""
    told = facts.find(text, asked if asked in ("weight", "goal", "height") else None)  # type: ignore[arg-type]  # narrowed
    height = told.height[0].value if len(told.height) == 1 else known.get("height")
    masses = [reading.value for readings in (told.weight, told.goal) for reading in readings]
    if not isinstance(height, float) or not masses or "underweight" in plain(text).replace(" ", ""):
        return False
    return all(body.bmi(mass, height) >= body.HEALTHY_BMI.low for mass in masses)
