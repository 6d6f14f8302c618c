"""Swaps in a plan that is there; without one, or when a safeguard forbids it, the dialogue answers."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.swap_exercise import ActionSwapExercise

PLAN = {"age": 30.0, "sex": "male", "level": "intermediate", "equipment": "gym", "days": 3.0, "injuries": "none"}


def run(text: str, slots: dict[str, Any]) -> tuple[list[str], list[dict[str, Any]]]:
    tracker = Tracker("s" * 16, slots, {"text": text, "intent": {}}, [], False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    events = ActionSwapExercise().run(dispatcher, tracker, {"responses": {}})
    return [said["response"] for said in dispatcher.messages], events


def test_a_disliked_exercise_is_swapped_and_remembered() -> None:
    said, events = run("I hate barbell squats", dict(PLAN))
    assert said == ["utter_fitness_result_swapped", "utter_fitness_result_training_plan"]
    assert {event["name"]: event["value"] for event in events}["disliked"] == ["barbell_squat"]


@pytest.mark.parametrize("slots", [{}, {**PLAN, "injuries": None}, {**PLAN, "safeguard_reasons": ["after_surgery"]}])
def test_without_a_plan_the_dialogue_answers(slots: dict[str, Any]) -> None:
    said, events = run("swap the squats", slots)
    assert (said, [event["name"] for event in events]) == ([], ["training_plan_form"])
