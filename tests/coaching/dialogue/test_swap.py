"""Wishes for another exercise or without some equipment: what is meant is changed, the rest of the plan stays."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching import plans
from coaching.dialogue import results
from coaching.dialogue.replies import Reply
from coaching.dialogue.swap import swapped, wishes
from dialogue.talk import assert_said, is_storable, stored

GYM = {"level": "intermediate", "equipment": "gym", "days": 3.0, "injuries": "none"}
HOME = {"level": "beginner", "equipment": "bands_and_dumbbells", "days": 3.0, "injuries": "none"}
BARE = {"level": "beginner", "equipment": "body_weight", "days": 2.0, "injuries": "none"}


def keys(known: dict[str, Any]) -> list[str]:
    return [entry.exercise.key for session in results.training_plan(known).sessions for entry in session.entries]


@pytest.mark.parametrize(
    ("known", "text", "named", "missing"),
    [
        (GYM, "I hate lunges", {"forward_lunge"}, set()),
        (GYM, "can I swap the barbell squat for something else", {"barbell_squat"}, set()),
        (GYM, "squats hurt my pride, replace them", {"barbell_squat"}, set()),
        (GYM, "not a fan of kickbacks", {"cable_kickback"}, set()),
        (GYM, "something instead of hip thrusts please", {"hip_thrust"}, set()),
        (GYM, "the adductor thing feels silly", {"machine_adduction"}, set()),
        (GYM, "there is no cable machine", set(), {"cable"}),
        (GYM, "my gym hasn't got an abductor machine", {"machine_abduction"}, {"abduction_machine"}),
        (GYM, "the hip adduction machine is always taken", {"machine_adduction"}, {"adduction_machine"}),
        (GYM, "I sold my dumbbells and bands", set(), {"dumbbell", "band"}),
        (HOME, "no deadlifts, they scare me", {"romanian_deadlift"}, set()),
        (HOME, "I don't have bands", set(), {"band"}),
        (BARE, "glute bridges are dull", {"glute_bridge"}, set()),
        (BARE, "split squats are too wobbly", {"split_squat"}, set()),
        (BARE, "can I have a different exercise", set(), set()),
        (BARE, "", set(), set()),
    ],
)
def test_what_a_message_wishes(known: dict[str, Any], text: str, named: set[str], missing: set[str]) -> None:
    assert wishes(text, results.training_plan(known)) == (named, missing)


@pytest.mark.parametrize(
    ("known", "text", "swaps"),
    [
        (GYM, "I hate lunges", "Dumbbell squat instead of Forward lunge"),
        (GYM, "there's no barbell here", "Dumbbell squat instead of Barbell squat"),
        (GYM, "no cable machine", "Band kickback instead of Cable kickback"),
        (HOME, "I don't like goblet squats", "Squat instead of Goblet squat"),
    ],
)
def test_a_swap_is_named_and_the_plan_shown_anew(known: dict[str, Any], text: str, swaps: str) -> None:
    slots, replies = swapped(known, text)
    assert [reply.response for reply in replies] == [
        "utter_fitness_result_swapped",
        "utter_fitness_result_training_plan",
    ]
    assert swaps in str(replies[0].values["swaps"])
    for reply in replies:
        assert_said(reply)
    before, after = keys(known), keys({**known, **slots})
    assert len(before) == len(after) and before != after
    for gone in set(before) - set(after):
        assert gone in slots["disliked"] or plans.exercises()[gone].kit <= set(slots["missing"]) | {"barbell"}


def test_wishes_add_up() -> None:
    known: dict[str, Any] = dict(GYM)
    for text in ("I hate lunges", "the cable is broken", "and no squats with the barbell"):
        slots, _ = swapped(known, text)
        known |= slots
    assert "cable" in known["missing"] and "forward_lunge" in known["disliked"]
    assert {"forward_lunge", "cable_kickback", "barbell_squat"}.isdisjoint(keys(known))


def test_where_nothing_else_is_possible_nothing_is_changed() -> None:
    for text in ("I dislike the side lying abduction", "change it please"):
        slots, replies = swapped(BARE, text)
        assert (slots, replies) == ({}, [Reply("utter_fitness_result_no_swap")])


def test_a_caution_about_an_injury_is_not_repeated() -> None:
    _, replies = swapped({**GYM, "injuries": "other"}, "I hate lunges")
    assert "utter_fitness_result_training_caution" not in [reply.response for reply in replies]


PIECES = [
    "no",
    "cable",
    "bands",
    "barbell",
    "lunges",
    "squat",
    "hate",
    "machine",
    "abduction",
    "hip thrust",
    "broken",
    "bridge",
    "don't have",
]


@given(
    stored("level", "equipment", "days", "disliked", "missing"),
    st.text() | st.lists(st.sampled_from(PIECES), max_size=6).map(" ".join),
)
def test_any_text_gives_a_plan_with_what_there_is(known: dict[str, Any], text: str) -> None:
    slots, replies = swapped(known, text)
    assert replies and all(is_storable(slot, value) or value == [] for slot, value in slots.items())
    for reply in replies:
        assert_said(reply)
    missing = set(slots.get("missing", known.get("missing") or ()))
    for session in results.training_plan({**known, **slots}).sessions:
        for entry in session.entries:
            assert not entry.exercise.kit or entry.exercise.kit - missing
