"""Intakes that are asked for are read, under the floor or not; deficits and what is burnt are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.body import Sex
from coaching.dialogue.intake import asked_intake, is_too_low


@pytest.mark.parametrize(
    ("text", "kcal"),
    [
        ("put me on 1,300 calories a day", 1300),
        ("I want to eat 900 kcal", 900),
        ("can I live on 1000 cals?", 1000),
        ("is 1.400 kcal ok", 1400),
        ("give me an 800 calorie diet", 800),
        ("an 1100-calorie plan please", 1100),
        ("1200 Calories", 1200),
        ("a meal plan with 900 calories", 900),
        ("a 1000 calorie meal plan", 1000),
        ("between 1000 calories and 1500 calories", 1000),
        ("1500 kcal or more, not 950kcal", 950),
        ("2200 kcal is what I eat now", 2200),
        ("a deficit of 500 calories", None),
        ("a 500 calorie deficit", None),
        ("500 kcal less than now", None),
        ("I burnt 400 calories on the treadmill", None),
        ("cut by 300 kcal", None),
        ("a snack of 200 calories", None),
        ("a 350 calorie snack", None),
        ("lunch has 600 kcal", None),
        ("I weigh 800 grams less", None),
        ("50 calories", None),
        ("calories", None),
        ("", None),
    ],
)
def test_an_intake_that_is_named(text: str, kcal: float | None) -> None:
    assert asked_intake(text) == kcal


@pytest.mark.parametrize(
    ("text", "sex", "low"),
    [
        ("1199 kcal a day", "female", True),
        ("1200 kcal a day", "female", False),
        ("1200 kcal a day", None, False),
        ("1199 kcal a day", None, True),
        ("1499 kcal a day", "male", True),
        ("1500 kcal a day", "male", False),
        ("a plan", "male", False),
    ],
)
def test_the_floor(text: str, sex: Sex | None, low: bool) -> None:
    assert is_too_low(text, sex) == low


@given(st.integers(100, 4999), st.sampled_from(["kcal", "calories", "cals"]))
def test_every_number_of_calories_is_read(kcal: int, unit: str) -> None:
    assert asked_intake(f"{kcal} {unit} a day") == asked_intake(f"{kcal:,} {unit} a day") == kcal
    assert asked_intake(f"a deficit of {kcal} {unit}") is None


@given(st.text(), st.sampled_from(["female", "male", None]))
def test_any_text_gives_an_intake_or_none(text: str, sex: Sex | None) -> None:
    found = asked_intake(text)
    assert found is None or 100 <= found <= 4999
    assert not is_too_low(text, sex) or found is not None
