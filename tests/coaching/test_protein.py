"""Protein: grams, and food that adds up to them."""

from __future__ import annotations

from typing import get_args

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from coaching import body, protein
from coaching.protein import Diet
from coaching.ranges import OutOfRangeError, Range

DIETS = get_args(Diet)
ANIMALS = {"chicken", "salmon"}
FROM_ANIMALS = ANIMALS | {"greek_yoghurt", "milk", "egg"}


def test_grams_a_day_and_a_meal() -> None:
    found = protein.protein(70, 165)
    assert (found.day, found.weight, found.adjusted) == (Range(112, 154), 70, False)
    assert (round(found.meal.low, 1), round(found.meal.high, 1)) == (37.3, 51.3)


def test_above_bmi_30_the_weight_at_bmi_25_counts() -> None:
    found = protein.protein(120, 165)
    assert found.adjusted and found.weight == pytest.approx(68.06, abs=0.01)
    assert found.day.low == pytest.approx(108.9)
    assert not protein.protein(body.weight_at(30, 200), 200).adjusted, "30 itself is not above it"


@given(st.floats(30, 250), st.floats(120, 220), st.sampled_from(DIETS))
def test_food_adds_up_for_every_body(weight: float, height: float, diet: Diet) -> None:
    assume(body.bmi(weight, height) in body.ACCEPTED["bmi"])
    day = protein.protein(weight, height).day
    portions = protein.food(day.low, diet)
    total = sum(portion.protein for portion in portions)
    assert day.low - 1e-9 <= total <= day.low + protein.TOLERANCE
    assert total <= day.high, "the upper end is not passed either"
    for meal in ("breakfast", "lunch", "dinner"):
        share = sum(portion.protein for portion in portions if portion.meal == meal)
        assert share == pytest.approx(day.low / protein.MEALS, abs=protein.TOLERANCE)


@pytest.mark.parametrize("diet", DIETS)
def test_each_diet_keeps_to_itself(diet: Diet) -> None:
    eaten = {portion.food for portion in protein.food(112, diet)}
    assert not (diet == "vegetarian" and eaten & ANIMALS) and not (diet == "vegan" and eaten & FROM_ANIMALS)


def test_grams_out_of_range_are_refused() -> None:
    for grams in (39, 331):
        with pytest.raises(OutOfRangeError, match="protein"):
            protein.food(grams, "vegan")


def test_every_food_is_complete_used_and_grows_in_small_steps() -> None:
    from pathlib import Path

    data = yaml.safe_load((Path(protein.__file__).parent / "foods.yml").read_text(encoding="utf-8"))
    used = {food for day in data["days"].values() for meal in day.values() for food in meal}
    assert set(data["days"]) == set(DIETS)
    for day in data["days"].values():
        assert list(day) == ["breakfast", "lunch", "dinner"] and len(day) == protein.MEALS
    for key, food in data["foods"].items():
        assert set(food) == {"name", "protein", "portion", "step", "usda"}
        assert food["step"] * food["protein"] / 100 <= protein.TOLERANCE, key
        assert food["portion"] % food["step"] == 0, key
    assert used <= set(data["foods"])
