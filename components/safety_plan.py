"""What a turn must answer when safety is at stake: a pure function of what was understood and what is already known.

docs/safety.md: section 1 (outcomes, precedence, locks), section 3 (the two emergency texts), section 5 (safeguards).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from coaching.dialogue.forms import FACTS

HOLD_SLOT = "emergency_hold"
LOCK_SLOT = "lock"
SAFEGUARD_SLOT = "safeguard_reasons"
NUMBER_SLOTS = ("emergency_number", "crisis_line", "eating_disorder_line")

RELEASE_INTENT = "emergency_release"
#: While held, a doubtful "nobody is hurt" frees nothing: the short text once more costs little.
RELEASE_CONFIDENCE = 0.75
NEW_CONVERSATION_INTENT = "smalltalk_new_conversation"
#: While locked, "I want to change the topic" opens nothing; the button and the plain words do.
NEW_CONVERSATION_CONFIDENCE = 0.9
#: Asked while a lock is on, these are answered too, after the lock's own reply.
ANSWERED_WHILE_LOCKED = {
    "handoff": "utter_handoff_contact",
    "privacy": "utter_privacy_storage",
    "privacy_delete": "utter_privacy_delete",
}

#: Intents whose answers hold calorie, protein or weight figures, or lead to a plan.
_NUMBER_INTENTS = frozenset(
    f"fitness_{topic}"
    for topic in (
        "calorie_deficit",
        "diet",
        "metabolism",
        "protein",
        "supplements",
        "plateau",
        "timeline",
        "body_recomposition",
        "overview",
    )
) | {"coaching_calorie_deficit", "coaching_protein", "coaching_formula"}
_EXERCISE_INTENTS = frozenset(
    f"fitness_{topic}"
    for topic in (
        "training_plan",
        "overview",
        "cardio",
        "mobility",
        "recovery",
        "best_exercises",
        "strength_training",
        "progression",
        "hiit",
        "glute_growth",
        "compound_isolation",
        "squat",
        "barbell_squat",
        "dumbbell_squat",
        "goblet_squat",
        "deadlift",
        "conventional_deadlift",
        "romanian_deadlift",
        "sumo_deadlift",
        "lunge",
        "forward_lunge",
        "reverse_lunge",
        "lateral_lunge",
        "walking_lunge",
        "hip_thrust",
        "glute_bridge",
        "cable_kickback",
        "hip_abduction",
        "hip_adduction",
    )
) | {"coaching_cardio", "coaching_swap"}
_EXERCISE_DETAILS = frozenset({"followup_easier", "followup_mistakes", "followup_equipment", "followup_muscles"})
#: In the fitness meaning these are answered with an energy gap, exercises and weekly minutes.
_FITNESS_FOLLOW_UPS = frozenset({"followup_how", "followup_more", "followup_works", "followup_duration"})
_PLANS = frozenset({"fitness_training_plan", "coaching_training_plan"})
_NO_FIGURES = _NUMBER_INTENTS | _FITNESS_FOLLOW_UPS | _PLANS
_NO_EXERCISE = _EXERCISE_INTENTS | _EXERCISE_DETAILS | _FITNESS_FOLLOW_UPS | _PLANS
#: Safeguard reason -> the later questions that get the safeguard's answer instead of figures or a plan. Where the set is
#: empty only what was asked for is refused (1,000 kcal, 3 kg a week, a pill); the general ranges stay.
SAFEGUARDED_INTENTS: dict[str, frozenset[str]] = {
    "minor": _NO_FIGURES | {"fitness_measuring", "coaching_measuring", "coaching_hydration", "coaching_cardio"},
    "pregnancy": _NO_FIGURES,
    "underweight": _NO_FIGURES,
    "low_intake": frozenset(),
    "rapid_loss": frozenset(),
    "medicine": _NO_FIGURES,
    "condition": _NO_FIGURES | {"fitness_hydration", "coaching_hydration"},
    "after_surgery": _NO_EXERCISE,
    "exercise_pain": _NO_EXERCISE,
    "drugs": frozenset(),
    "compulsive_exercise": _NO_FIGURES | _NO_EXERCISE,
    "older": _NO_FIGURES - {"fitness_protein"},
    "somebody_else": _NO_FIGURES,
}
#: Intents that tell a safeguard fact without being a safeguard question.
_REASON_TOLD_BY = {
    "medical_past_treated": "after_surgery",
    "urgent_pregnancy_pain": "pregnancy",
    "urgent_teen_pain": "minor",
}


#: What a new conversation forgets.
_FORGOTTEN: dict[str, Any] = dict.fromkeys(
    (SAFEGUARD_SLOT, "meaning", "exercise", *FACTS, "dialogue", "dialogue_state", "dialogue_attempts", "dialogue_which")
)


@dataclass(frozen=True)
class Known:
    """What the conversation already holds (slots)."""

    hold: bool = False
    lock: str | None = None
    safeguards: tuple[str, ...] = ()
    meaning: str | None = None


@dataclass(frozen=True)
class Plan:
    """Actions up to, not including, action_listen; an empty list leaves the turn to the rules. `slots` are set at once."""

    actions: tuple[str, ...] = ()
    slots: dict[str, Any] = field(default_factory=dict)
    ends_loop: bool = False


@dataclass(frozen=True)
class Understood:
    """What the message was understood as.

    Attributes:
        intent: the top intent, with its confidence.
        safety_intents: every safety intent that holds (both texts are shown when emergency and crisis hold).
        flags: names of the red flags, e.g. `X1_violence`.
        facts: reasons of safeguards told in passing, e.g. `minor` ("I'm 15"), whatever the message asks.
    """

    intent: str | None
    confidence: float = 1.0
    safety_intents: Collection[str] = ()
    flags: Collection[str] = ()
    facts: Collection[str] = ()


def plan_turn(understood: Understood, known: Known) -> Plan:
    """Return what the safety policy does in this turn, given what the conversation already holds."""
    plan = _plan(understood, known)
    reasons = _reasons(understood, known)
    if reasons != known.safeguards and SAFEGUARD_SLOT not in plan.slots:
        return Plan(plan.actions, {**plan.slots, SAFEGUARD_SLOT: list(reasons)}, plan.ends_loop)
    return plan


def _reasons(understood: Understood, known: Known) -> tuple[str, ...]:
    intent = understood.intent or ""
    told = [intent.removeprefix("safeguard_")] if intent.startswith("safeguard_") else []
    told += [_REASON_TOLD_BY[intent]] if intent in _REASON_TOLD_BY else []
    return tuple(dict.fromkeys((*known.safeguards, *told, *understood.facts)))


def _plan(understood: Understood, known: Known) -> Plan:
    intent = understood.intent
    intents = set(understood.safety_intents) | ({intent} if intent else set())
    lock = _stricter(
        known.lock,
        "crisis" if "crisis" in intents else None,
        "eating_disorder" if "eating_disorder" in intents else None,
    )
    slots: dict[str, Any] = {} if lock == known.lock else {LOCK_SLOT: lock}

    emergency = next((name for name in ("emergency_injury", "emergency_general") if name == intent), None) or next(
        (name for name in ("emergency_injury", "emergency_general") if name in intents), None
    )
    if emergency:
        actions = [f"utter_{emergency}"]
        if "X1_violence" in understood.flags:
            actions.append("utter_emergency_violence")
        if "crisis" in intents:
            actions.append("utter_crisis_support")
        return Plan((*actions, "action_escalate_emergency"), {HOLD_SLOT: True, **slots}, ends_loop=True)

    released = intent == RELEASE_INTENT and understood.confidence >= RELEASE_CONFIDENCE
    if known.hold and not released:
        also = "crisis" if "crisis" in intents else "eating_disorder" if "eating_disorder" in intents else None
        actions = ["utter_emergency_held", *([f"utter_{also}_support"] if also else [])]
        return Plan(tuple(actions), slots, ends_loop=True)

    if "crisis" in intents or "eating_disorder" in intents:
        return Plan((f"utter_{'crisis' if 'crisis' in intents else 'eating_disorder'}_support",), slots, ends_loop=True)

    if known.hold:  # released
        after = f"utter_{known.lock}_locked" if known.lock else "utter_clarify_after_release"
        return Plan((after,), {HOLD_SLOT: False}, ends_loop=True)

    if known.lock:
        return _locked(understood, known.lock)
    return _safeguarded(intent, _reasons(understood, known), known.meaning)


def _locked(understood: Understood, lock: str) -> Plan:
    intent = understood.intent
    if intent == NEW_CONVERSATION_INTENT and understood.confidence >= NEW_CONVERSATION_CONFIDENCE:
        return Plan(("utter_smalltalk_new_conversation",), {LOCK_SLOT: None, **_FORGOTTEN}, ends_loop=True)
    if intent == "eating_disorder_information" and lock == "eating_disorder":
        return Plan(("utter_eating_disorder_information",), ends_loop=True)
    also = ANSWERED_WHILE_LOCKED.get(intent or "")
    return Plan((f"utter_{lock}_locked", *([also] if also else [])), ends_loop=True)


def _safeguarded(intent: str | None, reasons: tuple[str, ...], meaning: str | None) -> Plan:
    if intent and intent.startswith("safeguard_"):
        return Plan((f"utter_{intent}",), ends_loop=True)
    if intent == NEW_CONVERSATION_INTENT:
        return Plan(("utter_smalltalk_new_conversation",), dict(_FORGOTTEN), ends_loop=True)
    reason = next((reason for reason in reasons if intent in SAFEGUARDED_INTENTS[reason]), None)
    if reason and (intent not in _FITNESS_FOLLOW_UPS or meaning == "fitness"):
        return Plan((f"utter_safeguard_{reason}",), ends_loop=True)
    return Plan()


def _stricter(*locks: str | None) -> str | None:
    return next((lock for lock in ("crisis", "eating_disorder") if lock in locks), None)
