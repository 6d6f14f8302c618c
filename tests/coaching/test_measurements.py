"""Waist, hips and ratio: the WHO's thresholds, and no verdict on hips."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.body import Sex
from coaching.measurements import Measured, measured, of_two, thresholds
from coaching.ranges import OutOfRangeError


@pytest.mark.parametrize(
    ("sex", "south_asian", "waist", "level"),
    [
        ("female", False, 80, "usual"),
        ("female", False, 80.1, "raised"),
        ("female", False, 88, "raised"),
        ("female", False, 88.1, "high"),
        ("male", False, 94, "usual"),
        ("male", False, 94.1, "raised"),
        ("male", False, 102.1, "high"),
        ("male", True, 90, "usual"),
        ("male", True, 90.1, "raised"),
        ("male", True, 102.1, "high"),
        ("female", True, 80, "usual"),
        ("female", True, 80.1, "raised"),
    ],
)
def test_waist(sex: Sex, south_asian: bool, waist: float, level: str) -> None:
    assert measured(waist, None, sex, south_asian) == Measured(level, None, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sex", "waist", "hip", "raised"),
    [("female", 85, 100, False), ("female", 86, 100, True), ("male", 90, 100, False), ("male", 91, 100, True)],
)
def test_ratio(sex: Sex, waist: float, hip: float, raised: bool) -> None:
    found = measured(waist, hip, sex)
    assert found.ratio == waist / hip
    assert found.ratio_raised is raised


def test_no_verdict_without_sex() -> None:
    assert measured(120, 100, None) == Measured(None, 1.2, None)


@given(st.floats(50, 200), st.floats(60, 199), st.floats(0, 1), st.sampled_from(["female", "male"]))
def test_larger_hips_are_never_worse(waist: float, hip: float, more: float, sex: Sex) -> None:
    slim, wide = measured(waist, hip, sex), measured(waist, hip + more, sex)
    assert slim.waist == wide.waist
    assert slim.ratio_raised or not wide.ratio_raised


@pytest.mark.parametrize(("waist", "hip", "quantity"), [(32, 100, "waist"), (80, 40, "hip"), (201, None, "waist")])
def test_errors(waist: float, hip: float | None, quantity: str) -> None:
    with pytest.raises(OutOfRangeError) as error:
        measured(waist, hip, "female")
    assert error.value.quantity == quantity


def test_two_readings() -> None:
    assert of_two(80, 81) == 80.5
    assert of_two(80, 81.1) is None
    assert (thresholds("male").ratio, thresholds("female").ratio) == (0.9, 0.85)
