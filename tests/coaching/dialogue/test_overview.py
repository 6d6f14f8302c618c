"""The summary: a line for each dialogue that came to a result, none for what a safeguard or the floor rules out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.dialogue import safeguards
from coaching.dialogue.forms import DECLINED, DIALOGUES, blocking, lacks_needed
from coaching.dialogue.overview import overview
from coaching.dialogue.replies import Lines
from dialogue.talk import assert_said, stored

SAFE = {"age": 30.0, "pregnancy": "no", "eating": "no", "health": "none", "sex": "female", "injuries": "none"}
DEFICIT = {**SAFE, "height": 165.0, "weight": 70.0, "activity": "moderate", "goal": "none"}
EXERCISES = (
    "Goblet squat 2–3 × 8–12, Romanian deadlift 2–3 × 8–12, Reverse lunge 2 × 8, Band hip thrust 2–3 × 10–15, "
    "Band abduction 2 × 12–15"
)
SLEEP = {"sleep_hours": 6.0, "sleep_trouble": "none", "caffeine": "no", "screens": "no"}


def lines(known: dict[str, Any], reasons: tuple[str, ...] = ()) -> dict[str, dict[str, Any]]:
    [reply] = overview(known, reasons)
    assert_said(reply)
    assert reply.response == "utter_fitness_result_overview"
    summary = reply.values["summary"]
    assert isinstance(summary, Lines) and reply.card is not None
    found = {name.removeprefix("utter_fitness_line_"): values for name, values in summary.responses}
    assert reply.card == {"kind": "summary", "topics": list(found)}
    return found


@pytest.mark.parametrize(
    ("known", "shown"),
    [
        (DEFICIT, {"calorie_deficit": {"intake": "1,700–1,900", "tdee": "2,200"}}),
        ({**DEFICIT, "sex": DECLINED},
         {"calorie_deficit": {"intake": "1,700–1,900 / 1,960–2,160", "tdee": "2,200–2,460"}}),
        ({**SAFE, "level": "beginner", "equipment": "gym", "days": 3.0},
         {"training_plan": {"days": "3", "exercises": EXERCISES}}),
        ({**SAFE, "height": 165.0, "weight": 70.0, "diet": "vegan"}, {"protein": {"day": "112–154"}}),
        ({**SAFE, "heat": "no"}, {"hydration": {"drinks": "1.4–1.6"}}),
        ({**SAFE, "level": "beginner", "cardio_minutes": 0.0, "cardio_days": 2.0}, {"cardio": {"week": "150–300"}}),
        ({**SAFE, "waist": 80.0, "hip": 100.0}, {"measuring": {"measured": "waist 80 cm, hips 100 cm"}}),
        ({**SAFE, "waist": 80.0, "hip": DECLINED}, {"measuring": {"measured": "waist 80 cm"}}),
    ],
)  # fmt: skip
def test_the_line_of_each_dialogue(known: dict[str, Any], shown: dict[str, Any]) -> None:
    assert lines(known) == shown


def test_sleep_and_stress_are_their_suggestions() -> None:
    found = lines({**SLEEP, "stress_sources": ["work"], "stress_minutes": 10.0})
    assert list(found) == ["sleep", "stress"]
    assert ("utter_fitness_tip_earlier_bedtime", {}) in found["sleep"]["tips"].responses


@pytest.mark.parametrize(
    ("known", "reasons", "response"),
    [
        ({}, (), "utter_fitness_result_overview_empty"),
        ({"age": 30.0, "weight": 70.0}, (), "utter_fitness_result_overview_empty"),
        ({"age": DECLINED}, (), "utter_fitness_result_overview_empty"),
        ({**SAFE, "waist": DECLINED, "hip": DECLINED}, (), "utter_fitness_result_overview_empty"),
        (DEFICIT, ("pregnancy",), "utter_safeguard_pregnancy"),
        (DEFICIT, ("condition", "minor"), "utter_safeguard_minor"),
        ({}, ("older",), "utter_safeguard_older"),
        ({}, ("drugs",), "utter_fitness_result_overview_empty"),
    ],
)
def test_without_a_line(known: dict[str, Any], reasons: tuple[str, ...], response: str) -> None:
    [reply] = overview(known, reasons)
    assert_said(reply)
    assert (reply.response, reply.values, reply.card) == (response, {}, None)


def test_what_a_safeguard_rules_out_is_left_out_beside_other_results() -> None:
    assert list(lines({**DEFICIT, **SLEEP}, ("pregnancy",))) == ["sleep"]
    assert list(lines({**DEFICIT, **SLEEP, "waist": 80.0, "hip": 100.0}, ("older",))) == ["sleep", "measuring"]


def test_an_intake_under_the_floor_has_no_line() -> None:
    refused = {**DEFICIT, "age": 60.0, "height": 155.0, "weight": 50.0, "activity": "desk"}
    [reply] = overview(refused, ("low_intake",))
    assert reply.response == "utter_fitness_result_overview_empty"
    assert list(lines({**refused, **SLEEP}, ("low_intake",))) == ["sleep"]


def test_a_medicine_told_is_no_open_question_of_drinking() -> None:
    known = {slot: value for slot, value in {**SAFE, "heat": "no"}.items() if slot != "health"}
    assert list(lines(known, ("medicine",))) == ["hydration"]


@given(
    stored(),
    st.sets(st.sampled_from(["pregnancy", "condition", "medicine", "after_surgery", "low_intake", "somebody_else"])),
)
def test_whatever_is_known_the_summary_is_filled_and_holds_nothing_blocked(
    known: dict[str, Any], told: set[str]
) -> None:
    reasons = tuple(dict.fromkeys((*sorted(told), *safeguards.reasons(known))))
    [reply] = overview(known, reasons)
    assert_said(reply)
    if reply.card:
        for topic in reply.card["topics"]:
            assert topic in DIALOGUES and not blocking(topic, reasons) and not lacks_needed(topic, known)
    else:
        assert reply.values == {}
