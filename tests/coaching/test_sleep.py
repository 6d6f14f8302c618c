"""Sleep: two or three suggestions that fit the answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching import sleep
from coaching.ranges import OutOfRangeError


@pytest.mark.parametrize(
    ("hours", "short", "long"), [(6.9, True, False), (7, False, False), (9, False, False), (9.5, False, True)]
)
def test_seven_to_nine_hours_are_enough(hours: float, short: bool, long: bool) -> None:
    found = sleep.check_in(hours, False, False, False, False)
    assert (found.short, found.long, found.professional) == (short, long, False)


@pytest.mark.parametrize(
    ("hours", "falling", "staying", "caffeine", "screens", "keys"),
    [
        (6, True, False, True, True, ("caffeine_before_noon", "screens_off", "wind_down")),
        (6, True, False, False, False, ("wind_down", "get_up_when_awake", "same_times")),
        (6, False, True, False, False, ("cool_dark_quiet", "get_up_when_awake", "less_alcohol")),
        (5, False, False, False, False, ("earlier_bedtime", "same_times")),
        (8, False, False, False, False, ("same_times", "cool_dark_quiet")),
    ],
)
def test_suggestions_fit(
    hours: float, falling: bool, staying: bool, caffeine: bool, screens: bool, keys: tuple[str, ...]
) -> None:
    found = sleep.check_in(hours, falling, staying, caffeine, screens)
    assert found.suggestions == keys
    assert found.professional == (falling or staying)


@given(st.floats(0, 24), st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_always_two_or_three(hours: float, falling: bool, staying: bool, caffeine: bool, screens: bool) -> None:
    keys = sleep.check_in(hours, falling, staying, caffeine, screens).suggestions
    assert 2 <= len(keys) <= 3 and len(set(keys)) == len(keys)
    assert "screens_off" not in keys or screens
    assert "caffeine_before_noon" not in keys or caffeine


def test_impossible_hours() -> None:
    with pytest.raises(OutOfRangeError, match="sleep 25 is out of range: 0 to 24"):
        sleep.check_in(25, False, False, False, False)
