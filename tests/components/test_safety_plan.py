"""What a turn must answer when safety is at stake: precedence, hold, lock, release, what is remembered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.outcome import outcome_of
from components.safety_plan import (
    HOLD_SLOT,
    LOCK_SLOT,
    NEW_CONVERSATION_CONFIDENCE,
    NEW_CONVERSATION_INTENT,
    RELEASE_CONFIDENCE,
    RELEASE_INTENT,
    SAFEGUARD_SLOT,
    SAFEGUARDED_INTENTS,
    Known,
    Plan,
    Understood,
    plan_turn,
)  # fmt: skip

FREE, HELD = Known(), Known(hold=True)
CRISIS, EATING = Known(lock="crisis"), Known(lock="eating_disorder")
INJURY = ("utter_emergency_injury", "action_escalate_emergency")
GENERAL = ("utter_emergency_general", "action_escalate_emergency")
LOCKS_CRISIS, LOCKS_EATING, HOLDS = {LOCK_SLOT: "crisis"}, {LOCK_SLOT: "eating_disorder"}, {HOLD_SLOT: True}


def understood(
    *intents: str, flags: tuple[str, ...] = (), facts: tuple[str, ...] = (), confidence: float = 1.0
) -> Understood:
    """The first intent ranks first; the others hold too."""
    return Understood(intents[0], confidence, intents[1:], flags, facts)


@pytest.mark.parametrize(
    ("what", "known", "actions", "slots"),
    [
        # emergency
        (understood("emergency_injury"), FREE, INJURY, HOLDS),
        (understood("emergency_general"), FREE, GENERAL, HOLDS),
        (understood("emergency_injury", "emergency_general"), FREE, INJURY, HOLDS),
        (understood("emergency_general", "emergency_injury"), FREE, GENERAL, HOLDS),
        (understood("fitness_squat", "emergency_injury"), FREE, INJURY, HOLDS),
        (understood("emergency_injury"), HELD, INJURY, HOLDS),
        (understood("emergency_injury"), CRISIS, INJURY, HOLDS),
        (understood("emergency_release", "emergency_injury"), HELD, INJURY, HOLDS),
        (
            understood("emergency_injury", flags=("X1_violence",)),
            FREE,
            (INJURY[0], "utter_emergency_violence", INJURY[1]),
            HOLDS,
        ),
        # emergency and crisis: both, emergency on top
        (
            understood("emergency_general", "crisis"),
            FREE,
            (GENERAL[0], "utter_crisis_support", GENERAL[1]),
            {**HOLDS, **LOCKS_CRISIS},
        ),
        (
            understood("crisis", "emergency_general"),
            FREE,
            (GENERAL[0], "utter_crisis_support", GENERAL[1]),
            {**HOLDS, **LOCKS_CRISIS},
        ),
        (understood("emergency_general", "eating_disorder"), FREE, GENERAL, {**HOLDS, **LOCKS_EATING}),
        # crisis before eating disorder before safeguard
        (understood("crisis"), FREE, ("utter_crisis_support",), LOCKS_CRISIS),
        (understood("crisis", "eating_disorder"), FREE, ("utter_crisis_support",), LOCKS_CRISIS),
        (understood("eating_disorder", "crisis"), FREE, ("utter_crisis_support",), LOCKS_CRISIS),
        (understood("eating_disorder"), FREE, ("utter_eating_disorder_support",), LOCKS_EATING),
        (
            understood("safeguard_minor", "eating_disorder"),
            FREE,
            ("utter_eating_disorder_support",),
            {**LOCKS_EATING, SAFEGUARD_SLOT: ["minor"]},
        ),
        (understood("safeguard_minor"), FREE, ("utter_safeguard_minor",), {SAFEGUARD_SLOT: ["minor"]}),
        # hold
        (understood("fitness_squat"), HELD, ("utter_emergency_held",), {}),
        (understood("out_of_scope_gibberish"), HELD, ("utter_emergency_held",), {}),
        (understood(NEW_CONVERSATION_INTENT), HELD, ("utter_emergency_held",), {}),
        (understood("crisis"), HELD, ("utter_emergency_held", "utter_crisis_support"), LOCKS_CRISIS),
        (understood("eating_disorder"), HELD, ("utter_emergency_held", "utter_eating_disorder_support"), LOCKS_EATING),
        (understood("safeguard_minor"), HELD, ("utter_emergency_held",), {SAFEGUARD_SLOT: ["minor"]}),
        # release
        (understood(RELEASE_INTENT), HELD, ("utter_clarify_after_release",), {HOLD_SLOT: False}),
        (understood(RELEASE_INTENT, confidence=RELEASE_CONFIDENCE - 0.01), HELD, ("utter_emergency_held",), {}),
        (understood(RELEASE_INTENT), Known(True, "crisis"), ("utter_crisis_locked",), {HOLD_SLOT: False}),
        (
            understood(RELEASE_INTENT),
            Known(True, "eating_disorder"),
            ("utter_eating_disorder_locked",),
            {HOLD_SLOT: False},
        ),
        (understood(RELEASE_INTENT, "crisis"), HELD, ("utter_crisis_support",), LOCKS_CRISIS),
        (understood(RELEASE_INTENT), FREE, (), {}),
        # lock
        (understood("fitness_squat"), CRISIS, ("utter_crisis_locked",), {}),
        (understood("followup_repeat"), CRISIS, ("utter_crisis_locked",), {}),
        (understood("fitness_squat"), EATING, ("utter_eating_disorder_locked",), {}),
        (understood("safeguard_minor"), EATING, ("utter_eating_disorder_locked",), {SAFEGUARD_SLOT: ["minor"]}),
        (understood("eating_disorder_information"), EATING, ("utter_eating_disorder_information",), {}),
        (understood("eating_disorder_information"), CRISIS, ("utter_crisis_locked",), {}),
        (understood("handoff"), CRISIS, ("utter_crisis_locked", "utter_handoff_contact"), {}),
        (understood("privacy"), EATING, ("utter_eating_disorder_locked", "utter_privacy_storage"), {}),
        (understood("crisis"), EATING, ("utter_crisis_support",), LOCKS_CRISIS),
        (understood("eating_disorder"), CRISIS, ("utter_eating_disorder_support",), {}),  # the stricter lock stays
        # nothing at stake
        (understood("fitness_squat"), FREE, (), {}),
        (understood("eating_disorder_information"), FREE, (), {}),
        (Understood(None), FREE, (), {}),
    ],
)
def test_rows(what: Understood, known: Known, actions: tuple[str, ...], slots: dict[str, object]) -> None:
    plan = plan_turn(what, known)
    assert plan.actions == actions
    assert plan.slots == slots
    assert plan.ends_loop is bool(actions)


@pytest.mark.parametrize("known", [CRISIS, EATING, FREE, Known(safeguards=("minor", "older"))])
def test_a_new_conversation_forgets(known: Known) -> None:
    plan = plan_turn(understood(NEW_CONVERSATION_INTENT), known)
    assert plan.actions == ("utter_smalltalk_new_conversation",)
    assert plan.slots[SAFEGUARD_SLOT] is None and plan.slots["meaning"] is None
    assert not known.lock or plan.slots[LOCK_SLOT] is None


@pytest.mark.parametrize("lock", ["crisis", "eating_disorder"])
def test_a_doubtful_new_conversation_opens_no_lock(lock: str) -> None:
    doubtful = understood(NEW_CONVERSATION_INTENT, confidence=NEW_CONVERSATION_CONFIDENCE - 0.01)
    assert plan_turn(doubtful, Known(lock=lock)) == Plan((f"utter_{lock}_locked",), {}, ends_loop=True)


@pytest.mark.parametrize("reason", sorted(SAFEGUARDED_INTENTS))
def test_a_safeguard_is_remembered_for_what_it_concerns(reason: str) -> None:
    first = plan_turn(understood(f"safeguard_{reason}"), FREE)
    assert first == Plan((f"utter_safeguard_{reason}",), {SAFEGUARD_SLOT: [reason]}, ends_loop=True)
    known = Known(safeguards=(reason,), meaning="fitness")
    for intent in SAFEGUARDED_INTENTS[reason]:
        assert plan_turn(understood(intent), known) == Plan((f"utter_safeguard_{reason}",), {}, ends_loop=True)
    for intent in ("fitness_sleep", "smalltalk_greet", "medical_recovery"):
        assert plan_turn(understood(intent), known) == Plan()


def test_a_follow_up_in_the_medical_meaning_is_no_fitness_question() -> None:
    assert plan_turn(understood("followup_how"), Known(safeguards=("minor",), meaning="medical")) == Plan()
    assert plan_turn(understood("followup_how"), Known(safeguards=("minor",), meaning="fitness")).actions


@pytest.mark.parametrize(
    ("intent", "reason"),
    [("medical_past_treated", "after_surgery"), ("urgent_pregnancy_pain", "pregnancy"), ("urgent_teen_pain", "minor")],
)
def test_a_reason_told_in_passing_is_remembered_and_the_question_answered_by_rule(intent: str, reason: str) -> None:
    assert plan_turn(understood(intent), FREE) == Plan((), {SAFEGUARD_SLOT: [reason]})


def test_a_fact_told_with_the_question_counts_at_once() -> None:
    plan = plan_turn(understood("fitness_calorie_deficit", facts=("minor",)), FREE)
    assert plan == Plan(("utter_safeguard_minor",), {SAFEGUARD_SLOT: ["minor"]}, ends_loop=True)
    assert plan_turn(understood("fitness_sleep", facts=("minor",)), FREE) == Plan((), {SAFEGUARD_SLOT: ["minor"]})


def test_reasons_add_up_once_each() -> None:
    known = Known(safeguards=("minor",))
    assert plan_turn(understood("safeguard_pregnancy", facts=("minor",)), known).slots == {
        SAFEGUARD_SLOT: ["minor", "pregnancy"]
    }
    assert plan_turn(understood("safeguard_minor"), known).slots == {}


INTENTS = st.sampled_from(
    ["emergency_injury", "emergency_general", "crisis", "eating_disorder", "eating_disorder_information", RELEASE_INTENT,
     NEW_CONVERSATION_INTENT, "fitness_protein", "fitness_squat", "clarify", "followup_repeat", "followup_mistakes", "handoff",
     "privacy", "privacy_delete", "medical_recovery", "medical_past_treated", "urgent_teen_pain", "out_of_scope_general",
     *(f"safeguard_{reason}" for reason in SAFEGUARDED_INTENTS)]
)  # fmt: skip
SAFETY = st.lists(st.sampled_from(["emergency_injury", "emergency_general", "crisis", "eating_disorder"]), unique=True)
REASONS = st.lists(st.sampled_from(sorted(SAFEGUARDED_INTENTS)), unique=True)
MESSAGES = st.builds(
    Understood, st.none() | INTENTS, st.floats(0, 1), SAFETY, st.lists(st.just("X1_violence"), max_size=1), REASONS
)
STATES = st.builds(
    Known,
    st.booleans(),
    st.sampled_from([None, "crisis", "eating_disorder"]),
    REASONS.map(tuple),
    st.sampled_from([None, "medical", "fitness"]),
)


def after(plan: Plan, known: Known) -> Known:
    slots = {HOLD_SLOT: known.hold, LOCK_SLOT: known.lock, SAFEGUARD_SLOT: list(known.safeguards), **plan.slots}
    return Known(bool(slots[HOLD_SLOT]), slots[LOCK_SLOT], tuple(slots[SAFEGUARD_SLOT] or ()), known.meaning)


@given(MESSAGES, STATES)
def test_promises_of_every_turn(message: Understood, known: Known) -> None:
    plan = plan_turn(message, known)
    outcomes = [outcome_of(action) for action in plan.actions if action.startswith("utter_")]
    then = after(plan, known)
    intents = {message.intent, *message.safety_intents}
    assert "fitness" not in outcomes and "medical_info" not in outcomes
    assert len(set(plan.actions)) == len(plan.actions)
    if known.lock or known.hold:
        assert outcomes, "a locked or held turn is never left to the rules"
    if intents & {"emergency_injury", "emergency_general"}:
        assert outcomes[0] == "emergency" and then.hold and plan.actions[-1] == "action_escalate_emergency"
    elif known.hold and message.intent != RELEASE_INTENT:
        assert plan.actions[0] == "utter_emergency_held" and then.hold
    if "crisis" in intents:
        assert "crisis" in outcomes and then.lock == "crisis"
    if "eating_disorder" in intents:
        assert then.lock
    if known.lock and not then.lock:
        assert message.intent == NEW_CONVERSATION_INTENT and not known.hold
        assert message.confidence >= NEW_CONVERSATION_CONFIDENCE
    if known.lock == "crisis" and then.lock:
        assert then.lock == "crisis"
    if message.intent != NEW_CONVERSATION_INTENT:
        assert set(known.safeguards) <= set(then.safeguards), "a reason is never forgotten"


@given(st.lists(MESSAGES, max_size=12))
def test_no_conversation_reaches_fitness_while_locked(messages: list[Understood]) -> None:
    known = FREE
    for message in messages:
        plan = plan_turn(message, known)
        if known.lock:
            assert plan.actions
            assert all(outcome_of(action) != "fitness" for action in plan.actions if action.startswith("utter_"))
        known = after(plan, known)
