"""Numbers and facts as a visitor reads them: rounded, in their own units, and every value has words."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching import facts, plans
from coaching.dialogue import display
from coaching.dialogue.answers import closed_slots, values
from coaching.dialogue.forms import ASKED, DECLINED
from coaching.ranges import Range
from coaching.units import Reading
from dialogue.talk import DISCLOSURES, PLAIN, stored

LB, INCH = 0.45359237, 2.54
UNITS = (None, "metric", "lb", "st")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1420.25, "1,420"),
        (2201.39, "2,200"),
        (999.9, "1,000"),
        (300, "300"),
        (Range(1701.4, 1901.4), "1,700–1,900"),
        (Range(1200, 1203), "1,200"),
        (Range(1420.25, 1586.25), "1,420–1,590"),
    ],
)
def test_kcal(value: float | Range, text: str) -> None:
    assert display.kcal(value) == text


@pytest.mark.parametrize(
    ("kg", "units", "text"),
    [
        (68, None, "68 kg"),
        (68.0, "metric", "68 kg"),
        (81.46, "metric", "81.5 kg"),
        (150 * LB, "lb", "150 lb"),
        (172 * LB, "st", "12 st 4 lb"),
        (140 * LB, "st", "10 st 0 lb"),
        (153.9 * LB, "st", "11 st 0 lb"),
    ],
)
def test_mass(kg: float, units: str | None, text: str) -> None:
    assert display.mass(kg, units) == text


@pytest.mark.parametrize(
    ("cm", "units", "tape", "text"),
    [
        (168, None, False, "168 cm"),
        (168.5, "metric", False, "168.5 cm"),
        (66 * INCH, "lb", False, "5 ft 6 in"),
        (71.8 * INCH, "st", False, "6 ft 0 in"),
        (38.5 * INCH, "lb", True, "38.5 in"),
        (40 * INCH, "st", True, "40 in"),
        (102.5, "metric", True, "102.5 cm"),
    ],
)
def test_length(cm: float, units: str | None, tape: bool, text: str) -> None:
    assert display.length(cm, units, tape) == text


@pytest.mark.parametrize(
    ("kg", "units", "text"),
    [
        (Range(1.84, 2.94), None, "1.8–2.9 kg"),
        (Range(6.2, 14.1), "metric", "6.2–14.1 kg"),
        (Range(3, 3), "metric", "3 kg"),
        (Range(0.35, 0.7), "lb", "0.8–1.5 lb"),
        (Range(10 * LB, 20 * LB), "st", "10–20 lb"),
    ],
)
def test_change(kg: Range, units: str | None, text: str) -> None:
    assert display.change(kg, units) == text


def test_other_ranges() -> None:
    assert display.grams(Range(111.6, 153.5)) == "112–154"
    assert display.plain_range(Range(150, 300)) == "150–300"
    assert display.plain_range(Range(1.4, 2.0), 1) == "1.4–2.0"
    assert display.plain_range(Range(8, 8)) == "8"


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (((5.0, "ft"), (6.0, "in")), "5 ft 6 in"),
        (((5.6, "ft"),), "5.6 ft"),
        (((82.0, "lb"),), "82 lb"),
        (((34.0, "years"),), "34"),
        (((1.68, "m"),), "1.68 m"),
    ],
)
def test_a_reading_is_shown_in_the_unit_it_was_meant_in(parts: Any, text: str) -> None:
    assert display.reading(Reading(parts)) == text


@given(st.floats(31, 249), st.floats(122, 219), st.sampled_from(UNITS))
def test_what_is_shown_reads_as_what_was_told(kg: float, cm: float, units: str | None) -> None:
    [weight] = facts.find(f"I weigh {display.mass(kg, units)}").weight
    assert weight.value == pytest.approx(kg, abs=0.51 * LB if units in ("lb", "st") else 0.051)
    [height] = facts.find(f"I'm {display.length(cm, units)} tall", "height").height
    assert height.value == pytest.approx(cm, abs=0.51 * INCH if units in ("lb", "st") else 0.051)


@pytest.mark.parametrize(
    ("known", "slots", "text"),
    [
        ({}, ("age", "sex"), ""),
        ({"age": 48.0, "sex": "female", "height": 167.0, "weight": 76.0}, ("age", "sex", "height", "weight"),
         "48 years, female, 167 cm, 76 kg"),
        ({"weight": 150 * LB, "height": 66 * INCH, "units": "lb"}, ("height", "weight"), "5 ft 6 in, 150 lb"),
        ({"weight": 172 * LB, "goal": 154 * LB, "units": "st"}, ("weight", "goal"), "12 st 4 lb, goal 11 st 0 lb"),
        ({"waist": 84.0, "hip": 102.5}, ("waist", "hip"), "waist 84 cm, hips 102.5 cm"),
        ({"days": 3.0, "sleep_hours": 6.5}, ("days", "sleep_hours"), "3 training days a week, 6.5 hours of sleep"),
        ({"stress_sources": ["work", "money"]}, ("stress_sources",), "stress from work, stress about money"),
        ({"goal": "none"}, ("goal",), "no goal weight"),
        ({"age": DECLINED, "eating": DECLINED}, ("age", "eating"), "age not given, eating question skipped"),
        ({"pregnancy": "no", "health": "none", "injuries": "other"}, ("pregnancy", "health", "injuries"),
         "not pregnant or breast-feeding, no medicine or condition of those I asked about, an injury away from the hips"),
    ],
)  # fmt: skip
def test_facts_in_words(known: dict[str, Any], slots: tuple[str, ...], text: str) -> None:
    assert display.facts(known, slots) == text


@pytest.mark.parametrize("slot", ASKED)
def test_every_question_that_is_skipped_has_words(slot: str) -> None:
    shown = display.facts({slot: DECLINED}, (slot,))
    assert shown and DECLINED not in shown


@pytest.mark.parametrize("slot", closed_slots())
def test_every_value_that_may_be_kept_has_words(slot: str) -> None:
    for value in values(slot):
        if (slot, value) not in DISCLOSURES and value != DECLINED:
            assert display.label(slot, value).strip()


@given(stored())
def test_facts_never_raise_and_show_a_part_for_each(known: dict[str, Any]) -> None:
    told = [slot for slot in ASKED if known.get(slot) is not None]
    shown = display.facts(known, ASKED)
    assert bool(shown) == bool(told)
    assert not re.search(r"declined|None|\{|\}|\.0\b|_", shown)


def test_names_of_exercises() -> None:
    assert display.exercise("romanian_deadlift") == "Romanian deadlift"
    assert display.exercise("side_lying_abduction") == "Side lying abduction"
    for key in plans.exercises():
        assert re.fullmatch(r"[A-Z][A-Za-z ]+", display.exercise(key))


def test_plain_answers_are_written_for_every_slot() -> None:
    assert set(PLAIN) == set(ASKED)
