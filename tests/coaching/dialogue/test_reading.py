"""What one message answers: everything told is taken at once, ambiguous units are asked back, nothing is guessed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.dialogue.amounts import ACCEPTED
from coaching.dialogue.forms import ASKED, DIALOGUES, readable
from coaching.dialogue.reading import Ambiguous, read
from coaching.dialogue.safeguards import kept
from dialogue.talk import PLAIN, is_storable, stored

LB, INCH = 0.45359237, 2.54
DEFICIT = readable("calorie_deficit")


def about(value: Any) -> Any:
    return pytest.approx(value, abs=0.01) if isinstance(value, float) else value


@pytest.mark.parametrize(
    ("asked", "text", "slots"),
    [
        ("age", "34", {"age": 34.0}),
        ("age", "I said 31 but it's 32", {"age": 32.0}),
        ("age", "17, no, 18 soon", {"age": 17.0}),
        ("age", "fifteen", {"age": 15.0}),
        ("age", "71 and fit", {"age": 71.0}),
        ("height", "168", {"height": 168.0, "units": "metric"}),
        ("height", "1,68 m", {"height": 168.0, "units": "metric"}),
        ("height", "five foot six", {"height": 66 * INCH, "units": "lb"}),
        ("height", "5'6 and 11 stone", {"height": 66 * INCH, "weight": 154 * LB, "units": "st"}),
        ("weight", "82 kg", {"weight": 82.0, "units": "metric"}),
        ("weight", "172 pounds", {"weight": 172 * LB, "units": "lb"}),
        ("weight", "12 st 4", {"weight": 172 * LB, "units": "st"}),
        ("goal", "65 kg", {"goal": 65.0, "units": "metric"}),
        ("goal", "none", {"goal": "none"}),
        ("goal", "no, just healthier", {"goal": "none"}),
        ("goal", "I haven't got one", {"goal": "none"}),
        ("goal", "I don't want a number", {"goal": "none"}),
        ("goal", "not really, maybe 10 stone", {"goal": 140 * LB, "units": "st"}),
        ("sex", "woman", {"sex": "female"}),
        ("sex", "a man, 45 years old", {"sex": "male", "age": 45.0}),
        ("activity", "desk job, 168 cm by the way", {"activity": "desk", "height": 168.0, "units": "metric"}),
        ("pregnancy", "no", {"pregnancy": "no"}),
        ("pregnancy", "no, and never had an eating disorder", {"pregnancy": "no", "eating": "no"}),
        ("health", "none", {"health": "none"}),
        ("age", "34, female, 168 cm, 82 kg",
         {"age": 34.0, "sex": "female", "height": 168.0, "weight": 82.0, "units": "metric"}),
        (None, "I'm a 41 year old man, 5'10, 13 stone 2",
         {"age": 41.0, "sex": "male", "height": 70 * INCH, "weight": 184 * LB, "units": "st"}),
        (None, "I weigh 80 kg and want to get to 70 kg", {"weight": 80.0, "goal": 70.0, "units": "metric"}),
        (None, "help me please", {}),
        (None, "", {}),
    ],
)  # fmt: skip
def test_a_message_about_a_body(asked: str | None, text: str, slots: dict[str, Any]) -> None:
    answers = read(text, asked, DEFICIT, {})
    assert answers.slots == {slot: about(value) for slot, value in slots.items()}
    if slots:
        assert (answers.ambiguous, answers.out_of_range, answers.readings_apart) == (None, None, None)


@pytest.mark.parametrize(
    ("dialogue", "asked", "text", "slots"),
    [
        ("training_plan", "level", "beginner with a pair of dumbbells, 3 days a week",
         {"level": "beginner", "equipment": "dumbbells", "days": 3.0}),
        ("training_plan", "equipment", "nothing", {"equipment": "body_weight"}),
        ("training_plan", "days", "Mondays and Fridays", {"days": 2.0}),
        ("training_plan", "injuries", "nope", {"injuries": "none"}),
        ("sleep", "sleep_hours", "6 hours, and I wake up at 3 every night", {"sleep_hours": 6.0, "sleep_trouble": "staying"}),
        ("sleep", "caffeine", "a coffee after dinner, and my phone in bed", {"caffeine": "yes", "screens": "yes"}),
        ("stress", "stress_sources", "my job and the kids", {"stress_sources": ["work", "family"]}),
        ("stress", "stress_minutes", "quarter of an hour", {"stress_minutes": 15.0}),
        ("stress", "stress_minutes", "none at all", {"stress_minutes": 0.0}),
        ("cardio", "cardio_minutes", "I walk half an hour every day", {"cardio_minutes": 210.0}),
        ("cardio", "cardio_days", "4", {"cardio_days": 4.0}),
        ("hydration", "heat", "it's boiling, 35 degrees", {"heat": "yes"}),
        ("measuring", "hip", "102 cm", {"hip": 102.0}),
        ("measuring", "hip", "hips 102, waist 80", {"hip": 102.0, "waist": 80.0}),
        ("measuring", "waist", "33 inches", {"waist": 33 * INCH}),
        ("measuring", "waist", "84 and 84.5", {"waist": 84.25}),
        ("measuring", "hip", "first 102 cm, then 103", {"hip": 102.5}),
        ("measuring", "waist", "33 in and 33.2 in", {"waist": 33.1 * INCH}),
    ],
)  # fmt: skip
def test_a_message_inside_other_dialogues(dialogue: str, asked: str, text: str, slots: dict[str, Any]) -> None:
    found = read(text, asked, readable(dialogue), {}).slots
    assert {slot: found.get(slot) for slot in slots} == {slot: about(value) for slot, value in slots.items()}
    assert set(found) <= set(slots) | {"cardio_days"}


@pytest.mark.parametrize(
    ("asked", "text", "known", "shown"),
    [
        ("weight", "80", {}, [80.0, 80 * LB]),
        ("weight", "about 160", {}, [160.0, 160 * LB]),
        ("goal", "70", {}, [70.0, 70 * LB]),
        ("height", "5.6", {}, [5.6 * 12 * INCH, 66 * INCH]),
        ("height", "5.6 ft", {}, [5.6 * 12 * INCH, 66 * INCH]),
        ("weight", "11.5 stone", {}, [161 * LB, 159 * LB]),
        ("hip", "70", {}, [70.0, 70 * INCH]),
        ("weight", "150", {"height": 160.0}, [150.0, 150 * LB]),
    ],
)
def test_units_that_are_not_clear_are_not_chosen(
    asked: str, text: str, known: dict[str, Any], shown: list[float]
) -> None:
    answers = read(text, asked, ASKED, known)
    assert answers.ambiguous is not None and answers.ambiguous.slot == asked
    assert [reading.value for reading in answers.ambiguous.readings] == pytest.approx(shown)
    assert asked not in answers.slots and answers.out_of_range is None


@pytest.mark.parametrize(
    ("asked", "text", "known", "value"),
    [
        ("weight", "80", {"height": 185.0}, 80.0),
        ("weight", "200", {"height": 150.0}, 200 * LB),
        ("goal", "65", {"height": 175.0}, 65.0),
        ("height", "66", {}, 66 * INCH),
        ("waist", "33", {}, 33 * INCH),
    ],
)
def test_where_only_one_reading_is_possible_it_is_taken(
    asked: str, text: str, known: dict[str, Any], value: float
) -> None:
    answers = read(text, asked, ASKED, known)
    assert (answers.slots[asked], answers.ambiguous) == (about(value), None)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("age", "3"),
        ("age", "250"),
        ("height", "90 cm"),
        ("height", "2.8 m"),
        ("weight", "500 kg"),
        ("weight", "900"),
        ("weight", "20 kg"),
        ("goal", "12 kg"),
        ("goal", "900"),
        ("waist", "300"),
        ("waist", "20 cm"),
        ("hip", "20"),
        ("days", "9 days"),
        ("days", "0"),
        ("sleep_hours", "30"),
        ("stress_minutes", "600 minutes"),
        ("cardio_minutes", "9000 minutes"),
        ("cardio_days", "8"),
    ],
)
def test_what_is_not_accepted_is_named_and_never_kept(asked: str, text: str) -> None:
    answers = read(text, asked, ASKED, {})
    assert (answers.out_of_range, answers.ambiguous) == (asked, None)
    assert asked not in answers.slots


@pytest.mark.parametrize(
    ("asked", "text"),
    [("hip", "102 and 105"), ("waist", "80 cm, then 84 cm"), ("waist", "33 in and 34 in"), ("hip", "99.5 / 101")],
)
def test_two_readings_that_lie_apart(asked: str, text: str) -> None:
    answers = read(text, asked, readable("measuring"), {})
    assert answers.readings_apart == asked
    assert asked not in answers.slots


@pytest.mark.parametrize("slot", ASKED)
def test_plain_answers_fill_their_slot(slot: str) -> None:
    for text in PLAIN[slot]:
        answers = read(text, slot, (), {"height": 170.0} if slot in ("weight", "goal") else {})
        assert is_storable(slot, answers.slots.get(slot)), text
        assert (answers.ambiguous, answers.out_of_range) == (None, None)


@pytest.mark.parametrize("asked", [None, *sorted({*ACCEPTED, "level", "activity", "health", "heat"})])
@pytest.mark.parametrize("text", ["2", "4", "5", "7", "150", "240", "400", "four", "2.", "about 2"])
def test_a_bare_number_that_answers_something_else_is_no_measure(asked: str | None, text: str) -> None:
    answers = read(text, asked, ASKED, {})
    assert set(answers.slots) <= {asked} and answers.ambiguous is None


def test_a_measure_told_beside_a_number_is_taken() -> None:
    found = read("3 days, and I'm 1.68 m with 70 kg", "days", readable("training_plan"), {}).slots
    assert found == {"days": 3.0, "height": about(168.0), "weight": 70.0, "units": "metric"}


def test_other_measures_are_no_reason_to_ask_back_in_a_dialogue_without_them() -> None:
    answers = read("I weigh 80 and sleep 7 hours", "sleep_hours", readable("sleep"), {})
    assert (answers.slots, answers.ambiguous) == ({"sleep_hours": 7.0}, None)


PIECES = [
    "80", "5'6", "11 stone 4", "cm", "kg", "and", "waist", "hips", "goal", "34", "female", "no", "yes", "gout", "102",
    "103", "30 minutes", "3 days", "not", "1.68", "m", ",", "900", "hip surgery", "vegan", "6 hours", "asleep",
]  # fmt: skip


@given(
    st.sampled_from(sorted(DIALOGUES)),
    st.data(),
    stored(),
    st.text() | st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join),
)
def test_any_text_fills_only_what_its_slots_accept(
    dialogue: str, data: st.DataObject, known: dict[str, Any], text: str
) -> None:
    asked = data.draw(st.sampled_from([None, *DIALOGUES[dialogue].slots]))
    answers = read(text, asked, readable(dialogue), known)
    for slot, value in kept(answers.slots).items():
        assert is_storable(slot, value) or (slot, value) == ("eating", "yes"), (slot, value)
    assert answers.out_of_range in (None, asked)
    if isinstance(answers.ambiguous, Ambiguous):
        assert len(answers.ambiguous.readings) > 1
        assert answers.ambiguous.slot in readable(dialogue)
        assert answers.ambiguous.slot not in answers.slots
