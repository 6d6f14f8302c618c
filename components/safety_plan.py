"""What a turn must answer when safety is at stake: a pure function of what was understood and what is already known.

SAFETY.md: section 1 (outcomes, precedence, locks), section 3 (the two emergency texts), section 5 (safeguards).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

HOLD_SLOT = "emergency_hold"
LOCK_SLOT = "lock"
SAFEGUARD_SLOT = "safeguard_reason"
NUMBER_SLOTS = ("emergency_number", "crisis_line", "eating_disorder_line")

RELEASE_INTENT = "emergency_release"
NEW_CONVERSATION_INTENT = "smalltalk_new_conversation"
#: Asked while a lock is on, these are answered too, after the lock's own reply.
ANSWERED_WHILE_LOCKED = {
    "handoff": "utter_handoff_contact",
    "privacy": "utter_privacy_storage",
    "privacy_delete": "utter_privacy_delete",
}

#: Intents whose answers hold calorie, protein or weight figures, or lead to a plan.
_NUMBER_INTENTS = frozenset(
    f"fitness_{topic}"
    for topic in ("calorie_deficit", "diet", "metabolism", "protein", "supplements", "plateau", "timeline", "body_recomposition", "overview")
)
_PLAN_INTENTS = frozenset(
    f"fitness_{topic}"
    for topic in (
        "training_plan", "best_exercises", "strength_training", "progression", "hiit", "glute_growth", "compound_isolation",
        "squat", "barbell_squat", "dumbbell_squat", "goblet_squat", "deadlift", "conventional_deadlift", "romanian_deadlift",
        "sumo_deadlift", "lunge", "forward_lunge", "reverse_lunge", "lateral_lunge", "walking_lunge", "hip_thrust",
        "glute_bridge", "cable_kickback", "hip_abduction", "hip_adduction",
    )
)
#: Safeguard reason -> the later questions that get the safeguard's answer instead of figures or a plan.
SAFEGUARDED_INTENTS: dict[str, frozenset[str]] = {
    "minor": _NUMBER_INTENTS | {"fitness_training_plan"},
    "pregnancy": _NUMBER_INTENTS | {"fitness_training_plan"},
    "underweight": _NUMBER_INTENTS,
    "low_intake": frozenset(),
    "rapid_loss": frozenset(),
    "medicine": _NUMBER_INTENTS,
    "condition": _NUMBER_INTENTS,
    "after_surgery": _PLAN_INTENTS,
    "exercise_pain": _PLAN_INTENTS,
    "drugs": frozenset(),
    "compulsive_exercise": _NUMBER_INTENTS | _PLAN_INTENTS | {"fitness_cardio"},
    "older": _NUMBER_INTENTS - {"fitness_protein"},
    "somebody_else": frozenset(),
}
#: Intents that tell a safeguard fact without being a safeguard question.
_REASON_TOLD_BY = {"medical_past_treated": "after_surgery", "urgent_pregnancy_pain": "pregnancy", "urgent_teen_pain": "minor"}


@dataclass(frozen=True)
class Known:
    """What the conversation already holds (slots)."""

    hold: bool = False
    lock: str | None = None
    safeguard: str | None = None


@dataclass(frozen=True)
class Plan:
    """Actions up to, not including, action_listen; an empty list leaves the turn to the rules. `slots` are set at once."""

    actions: tuple[str, ...] = ()
    slots: dict[str, Any] = field(default_factory=dict)
    ends_loop: bool = False


def plan_turn(intent: str | None, safety_intents: Collection[str], flags: Collection[str], known: Known) -> Plan:
    """Return what the safety policy does in this turn.

    Args:
        intent: the top intent.
        safety_intents: every safety intent that holds (both texts are shown when emergency and crisis hold).
        flags: names of the red flags, e.g. `X1_violence`.
        known: the slots before this turn.
    """
    intents = set(safety_intents) | ({intent} if intent else set())
    lock = _stricter(known.lock, "crisis" if "crisis" in intents else None, "eating_disorder" if "eating_disorder" in intents else None)
    slots: dict[str, Any] = {} if lock == known.lock else {LOCK_SLOT: lock}

    emergency = next((name for name in ("emergency_injury", "emergency_general") if name == intent), None) or next(
        (name for name in ("emergency_injury", "emergency_general") if name in intents), None
    )
    if emergency:
        actions = [f"utter_{emergency}"]
        if "X1_violence" in flags:
            actions.append("utter_emergency_violence")
        if "crisis" in intents:
            actions.append("utter_crisis_support")
        return Plan((*actions, "action_escalate_emergency"), {HOLD_SLOT: True, **slots}, ends_loop=True)

    if known.hold and intent != RELEASE_INTENT:
        also = "crisis" if "crisis" in intents else "eating_disorder" if "eating_disorder" in intents else None
        actions = ["utter_emergency_held", *([f"utter_{also}_support"] if also else [])]
        return Plan(tuple(actions), slots, ends_loop=True)

    if "crisis" in intents or "eating_disorder" in intents:
        return Plan((f"utter_{'crisis' if 'crisis' in intents else 'eating_disorder'}_support",), slots, ends_loop=True)

    if known.hold:  # released
        after = f"utter_{known.lock}_locked" if known.lock else "utter_clarify_after_release"
        return Plan((after,), {HOLD_SLOT: False}, ends_loop=True)

    if known.lock:
        return _locked(intent, known.lock)
    return _safeguarded(intent, known)


def _locked(intent: str | None, lock: str) -> Plan:
    if intent == NEW_CONVERSATION_INTENT:
        return Plan(("utter_smalltalk_new_conversation",), {LOCK_SLOT: None, SAFEGUARD_SLOT: None, "meaning": None}, ends_loop=True)
    if intent == "eating_disorder_information" and lock == "eating_disorder":
        return Plan(("utter_eating_disorder_information",), ends_loop=True)
    also = ANSWERED_WHILE_LOCKED.get(intent or "")
    return Plan((f"utter_{lock}_locked", *([also] if also else [])), ends_loop=True)


def _safeguarded(intent: str | None, known: Known) -> Plan:
    if intent and intent.startswith("safeguard_"):
        reason = intent.removeprefix("safeguard_")
        return Plan((f"utter_safeguard_{reason}",), {SAFEGUARD_SLOT: reason}, ends_loop=True)
    if intent == NEW_CONVERSATION_INTENT:
        return Plan(("utter_smalltalk_new_conversation",), {SAFEGUARD_SLOT: None, "meaning": None}, ends_loop=True)
    told = _REASON_TOLD_BY.get(intent or "")
    if told and known.safeguard is None:
        return Plan((), {SAFEGUARD_SLOT: told})
    if known.safeguard and intent in SAFEGUARDED_INTENTS[known.safeguard]:
        return Plan((f"utter_safeguard_{known.safeguard}",), ends_loop=True)
    return Plan()


def _stricter(*locks: str | None) -> str | None:
    return next((lock for lock in ("crisis", "eating_disorder") if lock in locks), None)
