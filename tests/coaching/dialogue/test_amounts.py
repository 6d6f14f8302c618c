"""Answers that are a number of days, hours or minutes: words, spans and "none" are read, a week's minutes are added up."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.dialogue.amounts import ACCEPTED, amount

AMOUNTS: dict[str, dict[str, float | None]] = {
    "days": {
        "3": 3,
        "three": 3,
        "about 4 I think": 4,
        "3 days a week": 3,
        "3-4 days": 3,
        "three or four times": 3,
        "twice a week": 2,
        "once": 1,
        "5x a week": 5,
        "every day": 7,
        "daily": 7,
        "every other day": 3,
        "only at the weekend": 2,
        "Mon, Wed and Fri": 3,
        "Tuesdays and Thursdays": 2,
        "two evenings": 2,
        "9 days": 9,
        "103 days": None,
        "30 minutes": None,
        "3, half an hour each": 3,
        "zero": 0,
        "as often as I can": None,
        "": None,
        "no idea": None,
    },
    "cardio_days": {"4": 4, "four days would be ok": 4, "weekends": 2, "every single day": 7, "Monday to Friday": 5},
    "sleep_hours": {
        "7": 7,
        "seven": 7,
        "6.5": 6.5,
        "6,5": 6.5,
        "about seven and a half": 7.5,
        "7 hours": 7,
        "6h30": 6.5,
        "6:30": 6.5,
        "6 to 7": 6.5,
        "7-8 hours": 7.5,
        "five, maybe six": 5.5,
        "8 hrs on a good night": 8,
        "around 5 hours, the baby is up 2 times": 5,
        "30": 30,
        "since 2 years I get 6": 6,
        "5-6 nights a week I get 7, else 8": 7,
        "about 7 hours 5 days a week": 7,
        "I had a hip replacement two months ago": None,
        "we had a baby 3 weeks ago": None,
        "not enough": None,
        "badly": None,
    },
    "stress_minutes": {
        "10": 10,
        "ten": 10,
        "10 min": 10,
        "10-15 minutes": 12.5,
        "half an hour": 30,
        "a quarter of an hour": 15,
        "an hour": 60,
        "an hour and a half": 90,
        "1 hour 15": 75,
        "1.5 hours": 90,
        "2h": 120,
        "none": 0,
        "no time at all": 0,
        "zero": 0,
        "maybe 20 if I'm lucky": 20,
        "600 minutes": 600,
        "whenever": None,
    },
    "cardio_minutes": {
        "90": 90,
        "about 90 minutes": 90,
        "none": 0,
        "I don't do any": 0,
        "nothing really": 0,
        "2 hours a week": 120,
        "an hour": 60,
        "30 minutes twice a week": 60,
        "30 minutes 3 times a week": 90,
        "20 mins 5 days a week": 100,
        "3 times a week for 40 minutes": 120,
        "half an hour every day": 210,
        "an hour three times a week": 180,
        "1 hour 3 times a week": 180,
        "45 min on Mondays and Thursdays": 90,
        "150 minutes per week": 150,
        "60 minutes in total over 3 days": 60,
        "two and a half hours": 150,
        "1 h 20 min": 80,
        "lots": None,
        "90000 minutes": None,
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("slot", "text", "value"), [(slot, text, value) for slot, rows in AMOUNTS.items() for text, value in rows.items()]
)
def test_an_answer_is_read(slot: str, text: str, value: float | None) -> None:
    assert amount(slot, text, asked=True) == (None if value is None else pytest.approx(value))


@pytest.mark.parametrize(
    ("slot", "text", "value"),
    [
        ("days", "I can train 3 days a week", 3),
        ("days", "I'm 34 and weigh 70 kg", None),
        ("days", "3", None),
        ("sleep_hours", "I sleep 6 hours", 6),
        ("sleep_hours", "I get 6 hours a night", 6),
        ("sleep_hours", "6", None),
        ("sleep_hours", "34, female", None),
        ("stress_minutes", "I have 20 minutes for it", 20),
        ("stress_minutes", "20", None),
        ("stress_minutes", "none", None),
        ("cardio_minutes", "I jog 30 minutes twice a week", 60),
        ("cardio_minutes", "no", None),
    ],
)
def test_told_without_being_asked(slot: str, text: str, value: float | None) -> None:
    assert amount(slot, text, asked=False) == value


@given(st.sampled_from(sorted(ACCEPTED)), st.data())
def test_a_bare_number_is_what_was_asked_for(slot: str, data: st.DataObject) -> None:
    number = data.draw(st.integers(int(ACCEPTED[slot].low), int(ACCEPTED[slot].high)))
    assert amount(slot, str(number), asked=True) == number
    assert amount(slot, f"about {number}", asked=True) == number
    assert amount(slot, str(number), asked=False) is None


@given(st.integers(1, 120), st.integers(1, 7), st.sampled_from(["times", "days", "x", "sessions"]))
def test_minutes_on_some_days_are_the_week_s(minutes: int, days: int, unit: str) -> None:
    for text in (f"{minutes} minutes, {days} {unit} a week", f"{minutes} min {days} {unit} a week"):
        assert amount("cardio_minutes", text, asked=True) == minutes * days
    assert amount("cardio_minutes", f"{minutes} minutes a week", asked=True) == minutes


PIECES = [
    "3",
    "30",
    "min",
    "hours",
    "h",
    "half",
    "an hour",
    "-",
    "to",
    "or",
    "twice",
    "days",
    "a week",
    "none",
    "1/2",
    "Mon",
    ".",
]


@given(
    st.sampled_from(sorted(ACCEPTED)),
    st.text() | st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join),
    st.booleans(),
)
def test_any_text_gives_a_number_or_none(slot: str, text: str, asked: bool) -> None:
    found = amount(slot, text, asked)
    assert found is None or (math.isfinite(found) and found >= 0)
