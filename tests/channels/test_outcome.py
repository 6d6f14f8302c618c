"""Response names map to outcomes, and the most urgent one is the turn's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.outcome import OUTCOMES, UnknownOutcomeError, outcome_of, outcome_of_turn


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        ("utter_emergency_injury", "emergency"),
        ("utter_eating_disorder_support", "eating_disorder"),
        ("utter_medical_info_recovery", "medical_info"),
        ("utter_out_of_scope_general", "out_of_scope"),
        ("utter_ask_training_plan_form_days", "fitness"),
    ],
)
def test_a_response_has_the_outcome_of_its_name(response: str, outcome: str) -> None:
    assert outcome_of(response) == outcome


@pytest.mark.parametrize(
    "response",
    ["", "utter_", "utter_emergency", "emergency_injury", "utter_medical_recovery", "utter_fitnes_x", "action_listen"],
)
def test_a_name_outside_the_grammar_is_refused(response: str) -> None:
    with pytest.raises(UnknownOutcomeError, match="utter_<outcome>_<topic>"):
        outcome_of(response)


def test_a_turn_without_a_response_has_no_outcome() -> None:
    with pytest.raises(UnknownOutcomeError):
        outcome_of_turn([])


@given(st.lists(st.sampled_from(OUTCOMES), min_size=1))
def test_the_first_in_the_order_of_precedence_wins_whatever_the_order_uttered(outcomes: list[str]) -> None:
    assert outcome_of_turn(f"utter_{outcome}_x" for outcome in outcomes) == min(outcomes, key=OUTCOMES.index)


def test_the_order_of_precedence_is_that_of_the_design() -> None:
    assert OUTCOMES[:6] == ("emergency", "crisis", "eating_disorder", "safeguard", "urgent", "medical_info")
