"""Numbers without a unit: every possible reading, and only those."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching import bare, body
from coaching.bare import Name


@pytest.mark.parametrize(
    ("name", "first", "second", "units"),
    [
        ("weight", "66", None, ["kg"]),
        ("weight", "67", None, ["kg", "lb"]),
        ("weight", "250", None, ["kg", "lb"]),
        ("weight", "251", None, ["lb"]),
        ("weight", "12", None, ["st"]),
        ("weight", "26", None, []),
        ("weight", "11", "4", ["st"]),
        ("height", "168", None, ["cm"]),
        ("height", "66", None, ["in"]),
        ("height", "1,7", None, ["m"]),
        ("height", "6", None, ["ft"]),
        ("height", "5.6", None, ["ft", "ft"]),
        ("height", "168", "5", ["cm"]),
        ("age", "34", None, ["years"]),
        ("age", "7", None, []),
        ("waist", "80", None, ["cm"]),
        ("waist", "32", None, ["in"]),
    ],
)
def test_possible_readings(name: Name, first: str, second: str | None, units: list[str]) -> None:
    found = bare.possible(name, bare.readings(name, first, second))
    assert [reading.parts[0][1] for reading in found] == units


@given(st.integers(0, 9999))
def test_nothing_possible_is_outside_what_is_accepted(number: int) -> None:
    for name in ("height", "weight"):
        for reading in bare.possible(name, bare.readings(name, str(number))):
            body.check(name, reading.value)
