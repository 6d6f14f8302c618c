"""Stress: two or three ways of coping that fit sources and time."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching import stress
from coaching.ranges import OutOfRangeError
from coaching.stress import Source


@pytest.mark.parametrize(
    ("sources", "minutes", "keys"),
    [
        (["work"], 30, ("write_it_down", "routine", "breathing")),
        (["work"], 5, ("routine", "breathing", "screens_off")),
        (["money", "family"], 30, ("write_it_down", "talk_to_someone", "routine")),
        (["news"], 10, ("screens_off", "breathing", "walk")),
        (["other"], 30, ("breathing", "walk", "write_it_down")),
        ([], 0, ("screens_off", "routine")),
    ],
)
def test_suggestions_fit(sources: list[Source], minutes: float, keys: tuple[str, ...]) -> None:
    assert stress.suggestions(sources, minutes) == keys


@given(st.sets(st.sampled_from(get_args(Source))), st.floats(0, 240))
def test_always_two_or_three(sources: set[Source], minutes: float) -> None:
    keys = stress.suggestions(sources, minutes)
    assert 2 <= len(keys) <= 3 and len(set(keys)) == len(keys)


def test_impossible_minutes() -> None:
    with pytest.raises(OutOfRangeError, match="minutes"):
        stress.suggestions([], -1)
