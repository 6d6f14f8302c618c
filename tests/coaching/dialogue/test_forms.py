"""The dialogues: what each asks, in which order, what it cannot do without, and that the domain knows all of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.dialogue.answers import closed_slots, values
from coaching.dialogue.forms import (
    ALWAYS_READ,
    ASKED,
    DECLINED,
    DIALOGUES,
    FACTS,
    blocking,
    lacks_needed,
    next_question,
    questions,
    readable,
)
from dialogue.talk import buttons, domain, stored

#: No figure of energy or protein for these, and no plan (docs/safety.md, section 5).
NO_FIGURES = {
    "minor", "pregnancy", "underweight", "medicine", "condition", "older", "compulsive_exercise", "somebody_else",
}  # fmt: skip

dialogues = st.sampled_from(sorted(DIALOGUES))


@pytest.mark.parametrize("dialogue", DIALOGUES)
def test_each_dialogue_is_a_form_of_the_domain(dialogue: str) -> None:
    assert domain()["forms"][f"{dialogue}_form"]["required_slots"] == list(DIALOGUES[dialogue].slots)
    assert f"coaching_{dialogue}" in domain()["intents"]
    assert f"validate_{dialogue}_form" in domain()["actions"]
    assert f"utter_fitness_general_{dialogue}" in domain()["responses"]


def test_the_domain_has_no_other_form() -> None:
    assert set(domain()["forms"]) == {f"{dialogue}_form" for dialogue in DIALOGUES}


@pytest.mark.parametrize("slot", ASKED)
@pytest.mark.parametrize("name", ["utter_ask_", "utter_fitness_why_", "utter_fitness_dialogue_again_"])
def test_every_question_can_be_asked_explained_and_asked_again(name: str, slot: str) -> None:
    assert f"{name}{slot}" in domain()["responses"]


@pytest.mark.parametrize("slot", FACTS)
def test_every_fact_is_a_slot_that_rasa_never_fills_itself(slot: str) -> None:
    assert domain()["slots"][slot]["mappings"] == [{"type": "custom"}]


def test_buttons_of_questions_are_values_that_are_known() -> None:
    for chosen in buttons():
        for slot, value in chosen.items():
            if slot != "option":
                told = value if isinstance(value, list) else [value]
                assert slot in closed_slots() and set(told) <= {*values(slot), DECLINED}, (slot, value)


def test_safety_comes_before_any_measure() -> None:
    for name in ("calorie_deficit", "protein"):
        assert DIALOGUES[name].slots[:4] == ("age", "pregnancy", "eating", "health")
        assert {"age", "pregnancy", "eating", "health", "height", "weight"} <= DIALOGUES[name].needed
    for name in ("training_plan", "cardio", "hydration", "measuring"):
        assert DIALOGUES[name].slots[0] == "age" and "age" in DIALOGUES[name].needed


def test_who_gets_none_of_it() -> None:
    for name in ("calorie_deficit", "protein", "training_plan", "cardio"):
        assert set(DIALOGUES[name].blocked_by) >= NO_FIGURES, name
    for name in ("training_plan", "cardio"):
        assert {"after_surgery", "exercise_pain"} <= set(DIALOGUES[name].blocked_by)
    assert {"minor", "pregnancy", "condition", "somebody_else"} <= set(DIALOGUES["hydration"].blocked_by)
    assert {"minor", "pregnancy", "underweight", "somebody_else"} <= set(DIALOGUES["measuring"].blocked_by)
    reasons = {reason for dialogue in DIALOGUES.values() for reason in dialogue.blocked_by}
    assert {f"utter_safeguard_{reason}" for reason in reasons} <= set(domain()["responses"])


@pytest.mark.parametrize(
    ("known", "asked", "not_asked"),
    [
        ({"sex": "male"}, "age", "pregnancy"),
        ({"sex": "female"}, "pregnancy", ""),
        ({"sex": DECLINED}, "pregnancy", ""),
        ({"level": "beginner"}, "cardio_days", "cardio_kind"),
        ({"level": DECLINED}, "cardio_days", "cardio_kind"),
        ({"level": "advanced"}, "cardio_kind", ""),
    ],
)
def test_questions_that_do_not_apply_are_left_out(known: dict[str, Any], asked: str, not_asked: str) -> None:
    found = questions("cardio", known)
    assert asked in found and not_asked not in found


@pytest.mark.parametrize(
    ("dialogue", "known", "question"),
    [
        ("calorie_deficit", {}, "age"),
        ("calorie_deficit", {"age": 40.0}, "pregnancy"),
        ("calorie_deficit", {"age": 40.0, "sex": "male"}, "eating"),
        ("calorie_deficit", {"age": 40.0, "pregnancy": "no", "eating": "no", "health": "none"}, "sex"),
        ("calorie_deficit", {"age": DECLINED}, None),
        ("calorie_deficit", {"sex": DECLINED}, "age"),
        ("measuring", {"age": 50.0, "hip": 104.0}, "waist"),
        ("sleep", {"sleep_hours": 6.0, "sleep_trouble": "both", "caffeine": "no", "screens": DECLINED}, None),
        ("stress", {"stress_sources": DECLINED}, "stress_minutes"),
    ],
)
def test_the_next_question(dialogue: str, known: dict[str, Any], question: str | None) -> None:
    assert next_question(dialogue, known) == question


@given(dialogues, stored())
def test_a_question_is_open_applies_and_is_the_first(dialogue: str, known: dict[str, Any]) -> None:
    question = next_question(dialogue, known)
    asked = questions(dialogue, known)
    assert set(asked) <= set(DIALOGUES[dialogue].slots) <= set(readable(dialogue))
    assert set(ALWAYS_READ) <= set(readable(dialogue))
    if question is None:
        assert lacks_needed(dialogue, known) or all(known.get(slot) is not None for slot in asked)
    else:
        assert known.get(question) is None
        assert all(known.get(slot) is not None for slot in asked[: asked.index(question)])


@given(dialogues, st.lists(st.sampled_from([*sorted(NO_FIGURES), "after_surgery", "drugs", "low_intake"])))
def test_what_blocks_is_the_first_reason_of_the_dialogue(dialogue: str, reasons: list[str]) -> None:
    order = DIALOGUES[dialogue].blocked_by
    found = blocking(dialogue, tuple(reasons))
    assert (found is None) == set(reasons).isdisjoint(order)
    if found:
        assert set(order[: order.index(found)]).isdisjoint(reasons)
