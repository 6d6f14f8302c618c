"""Numbers in free text: words, fractions, decimal commas and hours; any text is survived."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coaching import numerals


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Five foot six, eleven and a half stone", "5 foot 6, 11.50 stone"),
        ("one sixty eight", "168"),
        ("two ten", "210"),
        ("five foot one sixty kilos", "5 foot 1 60 kilos"),
        ("thirty-four-year-old", "34 year old"),
        ("5’6”", "5'6\""),
        ("11½", "11.50"),
        ("11 1/4", "11.25"),
        ("twelve and three quarters", "12.75"),
        ("seven and a half", "7.50"),
        ("No one told me", "nobody told me"),
        ("1/2", "1/2"),
        ("half", "half"),
        ("5 half squats", "5 half squats"),
    ],
)
def test_plain(text: str, plain: str) -> None:
    assert numerals.plain(text) == plain


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("3", (3,)),
        ("three", (3,)),
        ("two", (2,)),
        ("three or four times", (3, 4)),
        ("3-4 days", (3, 4)),
        ("about 7,5", (7.5,)),
        ("20 minutes", (20,)),
        ("none", ()),
        ("1,500", ()),
        ("12345", ()),
        ("h2o", ()),
        ("", ()),
    ],
)
def test_numbers(text: str, numbers: tuple[float, ...]) -> None:
    assert numerals.numbers(text) == numbers


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("7", (7,)),
        ("seven and a half hours", (7.5,)),
        ("6:30", (6.5,)),
        ("6h30", (6.5,)),
        ("6 h 30", (6.5,)),
        ("6 hrs 15 min", (6.25,)),
        ("6 hours and 45 minutes", (6.75,)),
        ("six hours thirty", (6.5,)),
        ("6-7 hours", (6, 7)),
        ("6,5 hours", (6.5,)),
        ("not much", ()),
    ],
)
def test_hours(text: str, hours: tuple[float, ...]) -> None:
    assert numerals.hours(text) == hours


@given(st.text(st.characters(codec=None)))
@example("\ud800 five")
def test_any_text_is_survived(text: str) -> None:
    numerals.plain(text)
    assert all(number >= 0 for number in numerals.numbers(text))
    assert all(number >= 0 for number in numerals.hours(text))


@given(st.integers(0, 999))
def test_digits_stay(number: int) -> None:
    assert numerals.numbers(f"it is {number}, I think") == (number,)
