"""Details of the exercise last asked about, or the question which one is meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from actions.answer_exercise_detail import DETAILS, GENERAL, ActionAnswerExerciseDetail

Run = Callable[..., list[str]]


def understood(intent: str, ranked_first: str | None = None) -> dict[str, Any]:
    return {"intent": {"name": intent}, "intent_ranking": [{"name": ranked_first or intent}]}


def exercises(domain_file: dict[str, Any]) -> list[str]:
    return [mapping["value"] for mapping in domain_file["slots"]["exercise"]["mappings"]]


def test_every_exercise_has_every_detail(domain_file: dict[str, Any], responses_of: Run) -> None:
    for exercise in exercises(domain_file):
        for intent, detail in DETAILS.items():
            (response,) = responses_of(ActionAnswerExerciseDetail(), understood(intent), {"exercise": exercise})
            assert response == f"utter_fitness_{exercise}_{detail}"
            assert response in domain_file["responses"]


@pytest.mark.parametrize("message", [{}, {"intent": None}, {"intent": {"name": None}}, understood("fitness_protein")])
def test_without_a_known_detail_it_asks(responses_of: Run, message: dict[str, Any]) -> None:
    assert responses_of(ActionAnswerExerciseDetail(), message, {"exercise": "squat"}) == ["utter_clarify_exercise"]


@pytest.mark.parametrize("slots", [{}, {"exercise": None}, {"exercise": ""}])
def test_without_an_exercise_it_asks(responses_of: Run, slots: dict[str, Any]) -> None:
    assert responses_of(ActionAnswerExerciseDetail(), understood("followup_mistakes"), slots) == [
        "utter_clarify_exercise"
    ]


def test_the_intent_counts_not_what_ranks_first(responses_of: Run) -> None:
    message = understood("followup_mistakes", ranked_first="emergency_injury")
    assert responses_of(ActionAnswerExerciseDetail(), message, {"exercise": "squat"}) == [
        "utter_fitness_squat_mistakes"
    ]


@pytest.mark.parametrize(("intent", "detail"), DETAILS.items())
def test_without_an_exercise_the_fitness_meaning_gets_a_general_answer_where_there_is_one(
    domain_file: dict[str, Any], responses_of: Run, intent: str, detail: str
) -> None:
    (response,) = responses_of(ActionAnswerExerciseDetail(), understood(intent), {"meaning": "fitness"})
    assert response == GENERAL.get(detail, "utter_clarify_exercise")
    assert response in domain_file["responses"]
