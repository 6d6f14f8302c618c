"""The dialogues: which questions each asks in which order, which of them it cannot do without, and who gets none of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: The value of a slot whose question was skipped.
DECLINED = "declined"

#: Slots that are asked of everybody before a personal number (docs/safety.md, section 5), in this order.
_SAFETY = ("age", "pregnancy", "eating", "health")
#: Reasons of safeguards that rule out figures, and those that rule out exercise.
_NO_FIGURES = (
    "minor",
    "pregnancy",
    "underweight",
    "medicine",
    "condition",
    "older",
    "compulsive_exercise",
    "somebody_else",
)
_NO_EXERCISE = (*_NO_FIGURES, "after_surgery", "exercise_pain")
#: Read in every dialogue, whether it asks them or not.
ALWAYS_READ = ("pregnancy", "eating", "health", "injuries")


@dataclass(frozen=True)
class Dialogue:
    """One guided dialogue.

    Attributes:
        slots: what is asked, in this order.
        needed: slots without which only general ranges are given.
        blocked_by: reasons of safeguards that end it, in order of precedence.
    """

    slots: tuple[str, ...]
    needed: frozenset[str]
    blocked_by: tuple[str, ...]


DIALOGUES: dict[str, Dialogue] = {
    "calorie_deficit": Dialogue(
        (*_SAFETY, "sex", "height", "weight", "activity", "goal"),
        frozenset({*_SAFETY, "height", "weight", "activity"}),
        _NO_FIGURES,
    ),
    "training_plan": Dialogue(
        ("age", "pregnancy", "level", "equipment", "days", "injuries"),
        frozenset({"age", "pregnancy", "injuries"}),
        _NO_EXERCISE,
    ),
    "protein": Dialogue(
        (*_SAFETY, "height", "weight", "diet"), frozenset({*_SAFETY, "height", "weight"}), _NO_FIGURES
    ),
    "sleep": Dialogue(
        ("sleep_hours", "sleep_trouble", "caffeine", "screens"), frozenset({"sleep_hours"}), ()
    ),
    "stress": Dialogue(("stress_sources", "stress_minutes"), frozenset(), ()),
    "hydration": Dialogue(
        ("age", "pregnancy", "sex", "health", "heat"),
        frozenset({"age", "pregnancy", "health"}),
        ("minor", "pregnancy", "condition", "somebody_else"),
    ),
    "cardio": Dialogue(
        ("age", "pregnancy", "level", "cardio_minutes", "cardio_days", "cardio_kind"),
        frozenset({"age", "pregnancy"}),
        _NO_EXERCISE,
    ),
    "measuring": Dialogue(
        ("age", "hip", "waist", "sex"), frozenset({"age"}), ("minor", "pregnancy", "underweight", "somebody_else")
    ),
}  # fmt: skip

#: Every slot that a dialogue fills, and those that follow from an answer without being asked for.
ASKED = tuple(dict.fromkeys(slot for dialogue in DIALOGUES.values() for slot in dialogue.slots))
FACTS = (*ASKED, "units", "disliked", "missing")


def readable(dialogue: str) -> tuple[str, ...]:
    """Return the slots that any message inside a dialogue may fill."""
    return tuple(dict.fromkeys((*DIALOGUES[dialogue].slots, *ALWAYS_READ)))


def questions(dialogue: str, known: Mapping[str, Any]) -> list[str]:
    """Return the slots that this dialogue asks of somebody of whom this is known."""
    return [slot for slot in DIALOGUES[dialogue].slots if _applies(slot, known)]


def next_question(dialogue: str, known: Mapping[str, Any]) -> str | None:
    """Return the first slot that is still to be asked, or None: the dialogue is complete, or general ranges must do."""
    if lacks_needed(dialogue, known):
        return None
    return next((slot for slot in questions(dialogue, known) if known.get(slot) is None), None)


def lacks_needed(dialogue: str, known: Mapping[str, Any]) -> bool:
    """Tell whether an answer was skipped without which only general ranges can be given."""
    return any(known.get(slot) == DECLINED for slot in DIALOGUES[dialogue].needed)


def blocking(dialogue: str, reasons: tuple[str, ...]) -> str | None:
    """Return the safeguard that keeps somebody with these reasons from the dialogue."""
    return next((reason for reason in DIALOGUES[dialogue].blocked_by if reason in reasons), None)


def _applies(slot: str, known: Mapping[str, Any]) -> bool:
    if slot == "pregnancy":
        return known.get("sex") != "male"
    if slot == "cardio_kind":
        return known.get("level") in ("intermediate", "advanced")
    return True
