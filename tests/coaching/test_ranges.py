"""A range knows what lies in it, and its error says what does not."""

from __future__ import annotations

import math

import pytest

from coaching.ranges import OutOfRangeError, Range


def test_both_ends_belong_to_it() -> None:
    assert 1 in Range(1, 2) and 2 in Range(1, 2)
    assert 0.99 not in Range(1, 2) and math.nan not in Range(1, 2)
    assert Range(1, 2).times(3) == Range(3, 6)


def test_it_cannot_be_empty() -> None:
    for low, high in ((2, 1), (math.nan, 1)):
        with pytest.raises(ValueError, match="empty"):
            Range(low, high)


def test_the_error_says_what_is_out_of_range_and_what_is_accepted() -> None:
    Range(18, 80).check("age", 18)
    with pytest.raises(OutOfRangeError, match="age 17 is out of range: 18 to 80 is accepted") as error:
        Range(18, 80).check("age", 17)
    assert (error.value.quantity, error.value.value, error.value.accepted) == ("age", 17, Range(18, 80))
