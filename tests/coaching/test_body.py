"""Bodies: BMI, the weights that belong to one, and what is accepted."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching import body
from coaching.ranges import OutOfRangeError

HEIGHTS = st.floats(120, 220)


def test_golden_values() -> None:
    assert body.bmi(70, 165) == pytest.approx(25.71, abs=0.005)
    assert body.weight_at(18.5, 170) == pytest.approx(53.465)
    healthy = body.healthy_weight(165)
    assert [healthy.low, healthy.high] == pytest.approx([50.37, 68.06], abs=0.005)


def test_underweight_is_below_18_5_now_or_at_the_goal() -> None:
    assert body.is_underweight(50.3, 165)
    assert not body.is_underweight(50.4, 165)
    with pytest.raises(OutOfRangeError, match=r"bmi 18\.4757 is out of range: 18\.5 to 70"):
        body.check_not_underweight(50.3, 165)


@pytest.mark.parametrize(
    ("quantity", "accepted", "refused"),
    [
        ("age", (18, 80), (17, 81, 0, -34, math.nan, math.inf)),
        ("height", (120, 220), (119.9, 220.1, 1.68, 66)),
        ("weight", (30, 250), (29.9, 250.1, 11.4)),
        ("bmi", (12, 70), (11.9, 70.1)),
    ],
)
def test_what_is_accepted(quantity: str, accepted: tuple[float, ...], refused: tuple[float, ...]) -> None:
    for value in accepted:
        body.check(quantity, value)
    for value in refused:
        with pytest.raises(OutOfRangeError, match=quantity):
            body.check(quantity, value)


@pytest.mark.parametrize(
    ("weight", "height", "quantity"), [(29, 165, "weight"), (70, 66, "height"), (240, 150, "bmi"), (31, 200, "bmi")]
)
def test_mixed_units_are_noticed(weight: float, height: float, quantity: str) -> None:
    with pytest.raises(OutOfRangeError) as error:
        body.check_body(weight, height)
    assert error.value.quantity == quantity


@given(st.floats(12, 70), HEIGHTS)
def test_weight_and_bmi_undo_each_other(bmi: float, height: float) -> None:
    assert body.bmi(body.weight_at(bmi, height), height) == pytest.approx(bmi)


@given(HEIGHTS)
def test_healthy_weights_are_not_underweight(height: float) -> None:
    healthy = body.healthy_weight(height)
    assert not body.is_underweight(healthy.low + 1e-6, height)
    assert body.is_underweight(healthy.low - 1e-6, height)
