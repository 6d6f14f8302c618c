"""Cardio: the WHO's minutes, and walking first."""

from __future__ import annotations

import pytest

from coaching.cardio import Cardio, Kind, cardio
from coaching.ranges import OutOfRangeError, Range


@pytest.mark.parametrize(
    ("minutes", "days", "beginner", "preference", "expected"),
    [
        (60, 5, False, "steady", Cardio("steady", Range(150, 300), 90, Range(30, 60))),
        (200, 3, False, "steady", Cardio("steady", Range(150, 300), 0, Range(50, 100))),
        (0, 3, False, "intervals", Cardio("intervals", Range(75, 150), 75, Range(25, 50))),
        (0, 5, True, "intervals", Cardio("walk", Range(150, 300), 150, Range(30, 60))),
    ],
)
def test_what_to_aim_at(minutes: float, days: float, beginner: bool, preference: Kind, expected: Cardio) -> None:
    found = cardio(minutes, days, beginner, preference)
    assert (found.kind, found.week, found.missing) == (expected.kind, expected.week, expected.missing)
    assert (found.day.low, found.day.high) == pytest.approx((expected.day.low, expected.day.high))


@pytest.mark.parametrize(
    ("minutes", "days", "quantity"), [(-1, 3, "minutes"), (2001, 3, "minutes"), (60, 0, "days"), (60, 8, "days")]
)
def test_errors(minutes: float, days: float, quantity: str) -> None:
    with pytest.raises(OutOfRangeError) as error:
        cardio(minutes, days, False, "walk")
    assert error.value.quantity == quantity
