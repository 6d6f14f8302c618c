"""What comes out of a dialogue: figures within their floors and rounded, in the visitor's units, every text filled."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching import energy, plans
from coaching.dialogue import results
from coaching.dialogue.forms import DECLINED, DIALOGUES, blocking, lacks_needed
from coaching.dialogue.replies import Lines, Reply
from coaching.dialogue.safeguards import reasons
from dialogue.talk import assert_said, stored

LB = 0.45359237
ANNA = {
    "age": 30.0, "pregnancy": "no", "eating": "no", "health": "none", "sex": "female", "height": 165.0, "weight": 70.0,
    "activity": "moderate", "goal": "none", "units": "metric",
}  # fmt: skip


def by_name(replies: list[Reply]) -> dict[str, dict[str, Any]]:
    for reply in replies:
        assert_said(reply)
    found = {reply.response.removeprefix("utter_fitness_result_"): reply.values for reply in replies}
    assert len(found) == len(replies)
    return found


def ends(text: str) -> list[float]:
    """Return the numbers of "1,700–1,900"."""
    return [float(part.replace(",", "")) for part in text.split("–")]


# Calorie deficit


def test_calorie_deficit() -> None:
    shown = by_name(results.result("calorie_deficit", ANNA))
    assert shown == {
        "calorie_deficit": {
            "bmr": "1,420", "tdee": "2,200", "intake": "1,700–1,900", "floor": "1,200", "rate": "0.4–0.7 kg",
        },
        "time_course_stops": {
            "deficit": "300–500", "loss12": "1.8–4.8 kg", "loss52": "6.2–14.1 kg", "limit": "12.5–19.6 kg",
        },
    }  # fmt: skip


def test_the_time_course_is_the_one_of_the_facts() -> None:
    shown = by_name(results.result("calorie_deficit", {**ANNA, "weight": 90.0}))
    assert shown["time_course"] == {
        "deficit": "300–500", "loss12": "1.8–4.8 kg", "loss52": "6.2–14.1 kg", "limit": "12.5–20.8 kg",
    }  # fmt: skip


def test_calorie_deficit_in_pounds() -> None:
    shown = by_name(results.result("calorie_deficit", {**ANNA, "units": "lb"}))
    assert shown["calorie_deficit"]["rate"] == "0.8–1.5 lb"
    assert shown["time_course_stops"]["loss12"] == "4.1–11 lb"


def test_calorie_deficit_without_sex_shows_both_formulas() -> None:
    shown = by_name(results.result("calorie_deficit", {**ANNA, "sex": DECLINED}))
    assert shown["calorie_deficit_both"] == {
        "bmr": "1,420–1,590", "tdee_women": "2,200", "tdee_men": "2,460", "intake_women": "1,700–1,900",
        "intake_men": "1,960–2,160", "floor": "1,500", "rate": "0.4–0.7 kg",
    }  # fmt: skip


def test_a_goal_is_noted_without_a_date() -> None:
    shown = by_name(results.result("calorie_deficit", {**ANNA, "goal": 62.0}))
    assert list(shown) == ["calorie_deficit", "goal", "time_course_stops"]
    assert shown["goal"] == {"goal": "62 kg", "difference": "8 kg"}
    above = by_name(results.result("calorie_deficit", {**ANNA, "goal": 70.0, "units": "st"}))
    assert above["goal_above"] == {"goal": "11 st 0 lb"}


def test_the_time_course_stops_where_weight_would_be_too_low() -> None:
    shown = by_name(results.result("calorie_deficit", {**ANNA, "weight": 55.0}))
    assert shown["time_course_stops"]["limit"] == "4.6 kg"


@pytest.mark.parametrize(
    ("change", "floor"),
    [
        ({}, None),
        ({"age": 60.0, "height": 155.0, "weight": 50.0, "activity": "desk"}, "1,200"),
        ({"sex": DECLINED, "weight": 55.0, "activity": "desk"}, "1,500"),
        ({"sex": "male", "age": 60.0, "height": 155.0, "weight": 50.0, "activity": "desk"}, "1,500"),
        ({"activity": DECLINED, "weight": 50.0}, None),
    ],
)
def test_refusal_under_the_floor(change: dict[str, Any], floor: str | None) -> None:
    replies = results.refusal("calorie_deficit", {**ANNA, **change})
    assert replies == ([Reply("utter_safeguard_floor", {"floor": floor})] if floor else [])
    assert results.refusal("protein", {**ANNA, **change}) == []


@given(stored(*DIALOGUES["calorie_deficit"].slots, "units", required=True))
def test_no_intake_is_shown_below_the_floor(known: dict[str, Any]) -> None:
    if lacks_needed("calorie_deficit", known) or blocking("calorie_deficit", reasons(known)):
        return
    if refused := results.refusal("calorie_deficit", known):
        [reply] = refused
        assert_said(reply)
        assert (reply.response, set(reply.values)) == ("utter_safeguard_floor", {"floor"})
        return
    shown = by_name(results.result("calorie_deficit", known))
    floor = 1200 if known["sex"] == "female" else 1500
    values = {name: value for part in shown.values() for name, value in part.items()}
    assert values["floor"] == f"{floor:,}"
    intakes = [value for name, value in values.items() if name.startswith("intake")]
    assert len(intakes) == (1 if known["sex"] in ("female", "male") else 2)
    for intake in intakes:
        low, high = ends(intake)[0], ends(intake)[-1]
        assert floor <= low <= high
        assert low % 10 == high % 10 == 0
    assert 300 <= ends(values["deficit"])[0] <= ends(values["deficit"])[-1] <= 500
    assert ends(values["rate"].split()[0])[-1] <= (1 if values["rate"].endswith("kg") else 2.3)


# Other dialogues


@pytest.mark.parametrize(
    ("known", "shown"),
    [
        ({}, {"protein": {"day": "112–154", "meal": "37–51"}}),
        ({"diet": DECLINED}, {"protein": {"day": "112–154", "meal": "37–51"}}),
        ({"weight": 95.0}, {"protein_adjusted": {"day": "109–150", "meal": "36–50", "weight": "68 kg"}}),
        (
            {"weight": 95.0, "units": "lb"},
            {"protein_adjusted": {"day": "109–150", "meal": "36–50", "weight": "150 lb"}},
        ),
    ],
)
def test_protein(known: dict[str, Any], shown: dict[str, Any]) -> None:
    assert by_name(results.result("protein", {**ANNA, **known})) == shown


@pytest.mark.parametrize("diet", ["omnivore", "vegetarian", "vegan"])
def test_protein_with_a_day_of_food(diet: str) -> None:
    food = by_name(results.result("protein", {**ANNA, "diet": diet}))["protein_food"]
    assert 112 <= float(food["grams"]) <= 120
    for meal in ("breakfast", "lunch", "dinner"):
        assert re.fullmatch(r"\d+ g [^,]+(, \d+ g [^,]+)*", food[meal])


def test_training_plan() -> None:
    known = {"level": "beginner", "equipment": "body_weight", "days": 2.0, "injuries": "none"}
    plan, progression = results.result("training_plan", known)
    assert_said(plan)
    assert plan.values["days"] == "2" and plan.values["rest"] == "60–90"
    assert str(plan.values["plan"]).splitlines()[:2] == ["Mon, Thu", "• Sit to stand: 2 × 8–12"]
    assert plan.card is not None and plan.card["kind"] == "plan"
    assert [session["weekdays"] for session in plan.card["sessions"]] == [["Mon", "Thu"]]
    assert progression.values == {"warm_up": "5–10", "reserve": "2–3", "easy_week": "4–8", "load_step": "2–10"}


def test_an_injury_away_from_the_hips_puts_a_caution_first() -> None:
    known = {"level": DECLINED, "equipment": DECLINED, "days": DECLINED, "injuries": "other"}
    replies = results.result("training_plan", known)
    assert [reply.response for reply in replies] == [
        "utter_fitness_result_training_caution",
        "utter_fitness_result_training_plan",
        "utter_fitness_result_progression",
    ]
    assert replies[1].values["days"] == "2"


def test_several_sessions_have_names() -> None:
    plan = results.training_plan({"level": "advanced", "equipment": "gym", "days": 4.0})
    lines = results.table(plan).splitlines()
    assert [line for line in lines if not line.startswith("•")] == ["A (Mon, Fri)", "B (Wed, Sat)"]
    assert "• Walking lunge: 3 × 10 each side" in lines


@given(stored("level", "equipment", "days", "injuries", "disliked", "missing"))
def test_every_plan_is_the_one_of_its_card_and_links_to_its_exercises(known: dict[str, Any]) -> None:
    plan = results.training_plan(known)
    replies = results.result("training_plan", known)
    by_name(replies)
    [shown] = [reply for reply in replies if reply.card]
    assert shown.card is not None
    exercises = [exercise for session in shown.card["sessions"] for exercise in session["exercises"]]
    topics = [entry.exercise.topic for session in plan.sessions for entry in session.entries]
    assert [exercise["how"] for exercise in exercises] == [f"/fitness_{topic}" for topic in topics]
    assert {payload for _, payload in shown.buttons} == {f"/fitness_{topic}" for topic in topics}
    assert len(set(shown.buttons)) == len(shown.buttons)
    for exercise in exercises:
        assert f"• {exercise['name']}: {exercise['sets']} × {exercise['reps']}" in str(shown.values["plan"])
    kit = plans.kits()[known["equipment"]] if known.get("equipment", DECLINED) != DECLINED else frozenset()
    for session in plan.sessions:
        for entry in session.entries:
            assert not entry.exercise.kit or entry.exercise.kit & (kit - set(known.get("missing") or ()))


@pytest.mark.parametrize(
    ("known", "found", "names", "tips"),
    [
        ({"sleep_hours": 5.5}, (), ["sleep_short"], ["earlier_bedtime", "same_times"]),
        ({"sleep_hours": 8.0, "caffeine": "yes", "screens": "yes"}, (), ["sleep_enough"],
         ["caffeine_before_noon", "screens_off", "same_times"]),
        ({"sleep_hours": 10.0}, (), ["sleep_long"], ["same_times", "cool_dark_quiet"]),
        ({"sleep_hours": 6.0, "sleep_trouble": "both"}, (), ["sleep_short", "sleep_professional"],
         ["wind_down", "cool_dark_quiet", "get_up_when_awake"]),
        ({"sleep_hours": 6.0, "sleep_trouble": DECLINED, "caffeine": DECLINED}, (), ["sleep_short"],
         ["earlier_bedtime", "same_times"]),
        ({"sleep_hours": 6.0}, ("minor",), ["sleep_minor"], ["earlier_bedtime", "same_times"]),
    ],
)  # fmt: skip
def test_sleep(known: dict[str, Any], found: tuple[str, ...], names: list[str], tips: list[str]) -> None:
    shown = by_name(results.result("sleep", known, found))
    assert list(shown) == names
    assert shown[names[0]]["tips"] == Lines(tuple((f"utter_fitness_tip_{tip}", {}) for tip in tips))


def test_stress() -> None:
    shown = by_name(results.result("stress", {"stress_sources": ["family"], "stress_minutes": 20.0}))
    assert list(shown) == ["stress", "stress_professional"]
    assert next(name for name, _ in shown["stress"]["tips"].responses) == "utter_fitness_tip_talk_to_someone"
    hurried = by_name(results.result("stress", {"stress_sources": DECLINED, "stress_minutes": DECLINED}))
    assert "utter_fitness_tip_breathing" in [name for name, _ in hurried["stress"]["tips"].responses]


@pytest.mark.parametrize(
    ("sex", "total", "drinks"),
    [
        ("female", "2.0", "1.4–1.6"),
        ("male", "2.5", "1.8–2.0"),
        (DECLINED, "2.0–2.5", "1.4–2.0"),
        (None, "2.0–2.5", "1.4–2.0"),
    ],
)
def test_hydration(sex: str | None, total: str, drinks: str) -> None:
    shown = by_name(results.result("hydration", {"sex": sex, "heat": "yes"}))["hydration"]
    assert (shown["total"], shown["drinks"]) == (total, drinks)
    assert shown["tips"].responses[0] == ("utter_fitness_tip_more_when_hot", {})


@pytest.mark.parametrize(
    ("known", "shown"),
    [
        ({"level": "beginner", "cardio_minutes": 60.0, "cardio_days": 3.0},
         {"cardio_walk": {"week": "150–300", "day": "50–100", "days": "3"}, "cardio_missing": {"missing": "90"}}),
        ({"level": "advanced", "cardio_minutes": 80.0, "cardio_days": 2.0, "cardio_kind": "intervals"},
         {"cardio_intervals": {"week": "75–150", "day": "38–75", "days": "2"}}),
        ({"level": "intermediate", "cardio_minutes": DECLINED, "cardio_days": DECLINED, "cardio_kind": DECLINED},
         {"cardio_steady": {"week": "150–300", "day": "50–100", "days": "3"}, "cardio_missing": {"missing": "150"}}),
    ],
)  # fmt: skip
def test_cardio(known: dict[str, Any], shown: dict[str, Any]) -> None:
    assert by_name(results.result("cardio", known)) == shown


@pytest.mark.parametrize(
    ("known", "shown"),
    [
        ({"waist": 79.0, "hip": 100.0, "sex": "female"},
         {"waist_usual": {"waist": "79 cm", "limit": "80 cm"}, "ratio": {"ratio": "0.79", "ratio_limit": "0.85"},
          "hips": {"hip": "100 cm"}}),
        ({"waist": 98.0, "sex": "male", "hip": DECLINED}, {"waist_raised": {"waist": "98 cm", "limit": "94 cm"}}),
        ({"waist": 103.0, "sex": "male"}, {"waist_high": {"waist": "103 cm", "limit": "102 cm"}}),
        ({"waist": 90.0, "sex": DECLINED}, {"waist_unknown": {"waist": "90 cm"}}),
        ({"waist": DECLINED, "hip": 104.14, "units": "lb"}, {"hips": {"hip": "41 in"}}),
        ({"waist": DECLINED, "hip": DECLINED}, {"utter_fitness_general_measuring": {}}),
    ],
)  # fmt: skip
def test_measuring_has_no_verdict_on_hips(known: dict[str, Any], shown: dict[str, Any]) -> None:
    assert by_name(results.result("measuring", known)) == shown


@given(st.sampled_from(sorted(DIALOGUES)), st.data())
def test_every_result_of_whom_nothing_rules_out_is_filled(dialogue: str, data: st.DataObject) -> None:
    slots = DIALOGUES[dialogue].slots
    known = data.draw(stored(*slots, "units", "disliked", "missing", required=True))
    found = reasons(known)
    if lacks_needed(dialogue, known) or blocking(dialogue, found) or results.refusal(dialogue, known):
        return
    assert by_name(results.result(dialogue, known, found))


def test_the_estimate_is_the_library_s() -> None:
    assert results.estimate(ANNA) == energy.estimate("female", 30, 70, 165, "moderate")
    assert results.estimate({**ANNA, "sex": DECLINED}) == energy.estimate(None, 30, 70, 165, "moderate")
