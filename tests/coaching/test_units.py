"""Units: exact sizes, round trips, and what a number with a unit may mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching import units
from coaching.units import Reading, Unit


def test_sizes_are_exact() -> None:
    assert units.SIZES["lb"] == 0.45359237
    assert units.SIZES["st"] == pytest.approx(6.35029318, abs=1e-12)
    assert units.SIZES["in"] == 2.54
    assert units.SIZES["ft"] == pytest.approx(30.48)
    assert Reading(((12, "st"), (4, "lb"))).value == pytest.approx(78.01788764, abs=1e-9)
    assert Reading(((5, "ft"), (6, "in"))).value == pytest.approx(167.64)


@given(st.floats(1, 300), st.sampled_from(sorted(units.SIZES)))
def test_converting_there_and_back(value: float, unit: Unit) -> None:
    assert Reading(((units.convert(value, unit), unit),)).value == pytest.approx(value)


@given(st.floats(30, 250))
def test_stone_and_pounds_to_the_nearest_pound(kg: float) -> None:
    reading = units.in_two(kg, "st")
    assert reading.value == pytest.approx(kg, abs=0.45359237 / 2 + 1e-9)
    assert 0 <= reading.parts[1][0] <= 13


@given(st.floats(120, 220))
def test_feet_and_inches_to_the_nearest_inch(cm: float) -> None:
    reading = units.in_two(cm, "ft")
    assert reading.value == pytest.approx(cm, abs=1.27 + 1e-9)
    assert 0 <= reading.parts[1][0] <= 11


def test_no_inch_is_carried_wrongly() -> None:
    assert units.in_two(182.6, "ft").parts == ((6, "ft"), (0, "in"))


@given(st.integers(1, 30), st.integers(0, 13))
def test_whole_stone_and_pounds_come_back(stone: int, pounds: int) -> None:
    reading = Reading(((stone, "st"), (pounds, "lb")))
    assert units.in_two(reading.value, "st") == reading


@pytest.mark.parametrize(
    ("digits", "unit", "smaller", "parts"),
    [
        ("5", "ft", "6", [((5, "ft"), (6, "in"))]),
        ("1", "m", "68", [((1, "m"), (68, "cm"))]),
        ("5.6", "ft", None, [((5.6, "ft"),), ((5, "ft"), (6, "in"))]),
        ("5,6", "ft", None, [((5.6, "ft"),), ((5, "ft"), (6, "in"))]),
        ("5.75", "ft", None, [((5.75, "ft"),)]),
        ("5.0", "ft", None, [((5, "ft"),)]),
        ("11.4", "st", None, [((11.4, "st"),), ((11, "st"), (4, "lb"))]),
        ("11.13", "st", None, [((11.13, "st"),), ((11, "st"), (13, "lb"))]),
        ("11.14", "st", None, [((11.14, "st"),)]),
        ("1.68", "m", None, [((1.68, "m"),)]),
        ("82.5", "kg", None, [((82.5, "kg"),)]),
    ],
)
def test_reading(digits: str, unit: Unit, smaller: str | None, parts: list[tuple[tuple[float, Unit], ...]]) -> None:
    assert [reading.parts for reading in units.read(digits, unit, smaller)] == parts
