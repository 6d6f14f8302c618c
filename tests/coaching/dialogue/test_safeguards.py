"""Which safeguards follow from answers, and that what tells of one is never kept."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching import body
from coaching.dialogue.forms import DECLINED
from coaching.dialogue.safeguards import kept, reasons
from dialogue.talk import DISCLOSURES, stored


@pytest.mark.parametrize(
    ("known", "found"),
    [
        ({}, ()),
        ({"age": 17.0}, ("minor",)),
        ({"age": 17.9}, ("minor",)),
        ({"age": 18.0}, ()),
        ({"age": 64.0}, ()),
        ({"age": 65.0}, ("older",)),
        ({"age": 91.0}, ("older",)),
        ({"age": DECLINED}, ()),
        ({"pregnancy": "yes"}, ("pregnancy",)),
        ({"pregnancy": "no"}, ()),
        ({"pregnancy": DECLINED}, ()),
        ({"health": "medicine"}, ("medicine",)),
        ({"health": "condition"}, ("condition",)),
        ({"health": "none"}, ()),
        ({"injuries": "hip_treated"}, ("after_surgery",)),
        ({"injuries": "hip_pain"}, ("exercise_pain",)),
        ({"injuries": "other"}, ()),
        ({"injuries": "watched"}, ("condition",)),
        ({"injuries": "watched", "health": "condition"}, ("condition",)),
        ({"height": 170.0, "weight": 53.0}, ("underweight",)),
        ({"height": 170.0, "weight": 54.0}, ()),
        ({"height": 170.0, "weight": 70.0, "goal": 50.0}, ("underweight",)),
        ({"height": 170.0, "goal": 50.0}, ("underweight",)),
        ({"height": 170.0, "weight": 70.0, "goal": "none"}, ()),
        ({"weight": 40.0}, ()),
        ({"height": DECLINED, "weight": 40.0, "goal": DECLINED}, ()),
        ({"age": 16.0, "pregnancy": "yes", "health": "condition"}, ("pregnancy", "condition", "minor")),
    ],
)
def test_what_follows_from_what_is_known(known: dict[str, Any], found: tuple[str, ...]) -> None:
    assert reasons(known) == found


def test_only_the_reason_of_a_disclosure_is_kept() -> None:
    told = {"pregnancy": "yes", "health": "medicine", "injuries": "hip_pain", "age": 30.0, "stress_sources": ["work"]}
    assert kept(told) == {"age": 30.0, "stress_sources": ["work"]}
    assert kept({"health": "condition", "injuries": "hip_treated"}) == {}
    assert kept({"pregnancy": "no", "health": "none", "injuries": "other", "caffeine": "yes", "weight": None}) == {
        "pregnancy": "no", "health": "none", "injuries": "other", "caffeine": "yes", "weight": None,
    }  # fmt: skip


@given(stored(), st.sets(st.sampled_from(sorted(DISCLOSURES - {("eating", "yes")}))))
def test_a_disclosure_gives_a_reason_and_no_value(known: dict[str, Any], told: set[tuple[str, str]]) -> None:
    answers = {**known, **dict(sorted(told))}
    remembered = kept(answers)
    assert DISCLOSURES.isdisjoint({(slot, value) for slot, value in remembered.items() if isinstance(value, str)})
    assert len(reasons(answers)) == len(set(reasons(answers)))
    assert reasons(answers) != () or not told
    assert set(reasons(remembered)) <= set(reasons(answers)) & {"minor", "older", "underweight"}


@given(st.floats(120, 220), st.floats(30, 250))
def test_underweight_is_what_the_body_says(height: float, weight: float) -> None:
    under = body.is_underweight(weight, height)
    assert ("underweight" in reasons({"height": height, "weight": weight})) == under
    assert ("underweight" in reasons({"height": height, "goal": weight})) == under
