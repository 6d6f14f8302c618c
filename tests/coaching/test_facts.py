"""What visitors write about themselves: every usual spelling is read, none is guessed, and nothing else is taken."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coaching.bare import Name, Readings
from coaching.facts import Facts, find

LB, STONE, INCH, FOOT = 0.45359237, 6.35029318, 2.54, 30.48
NAMES: tuple[Name, ...] = ("age", "height", "weight", "goal", "waist", "hip")

WEIGHTS = {
    "82kg": 82,
    "82 kg": 82,
    "82 KG.": 82,
    "82kgs": 82,
    "82 kilos": 82,
    "82 kilo": 82,
    "82 kilograms": 82,
    "82 kilogrammes": 82,
    "82.5kg": 82.5,
    "82,5 kg": 82.5,
    "70,5 kilos": 70.5,
    "I weigh 82kg": 82,
    "my weight is about 82 kg at the moment": 82,
    "eighty two kilos": 82,
    "eighty-two point five kilos": 82.5,
    "82½ kg": 82.5,
    "８２ｋｇ": 82,
    "180 lbs": 180 * LB,
    "180lbs": 180 * LB,
    "180 lb": 180 * LB,
    "180lb.": 180 * LB,
    "180 pounds": 180 * LB,
    "180#": 180 * LB,
    "a hundred and eighty pounds": 180 * LB,
    "one hundred eighty pounds": 180 * LB,
    "one eighty pounds": 180 * LB,
    "two ten lbs": 210 * LB,
    "12st 4": 172 * LB,
    "12st4": 172 * LB,
    "12 st 4 lb": 172 * LB,
    "12st 4lbs": 172 * LB,
    "12 st. 4 lb": 172 * LB,
    "12 stone, 4 pounds": 172 * LB,
    "12 stone and 4 pounds": 172 * LB,
    "11 stone 4": 158 * LB,
    "11 stone": 154 * LB,
    "about 11 stones": 154 * LB,
    "eleven stone four": 158 * LB,
    "nine stone ten": 136 * LB,
    "11½ stone": 161 * LB,
    "11 1/2 stone": 161 * LB,
    "eleven and a half stone": 161 * LB,
    "eleven and three quarter stone": 164.5 * LB,
    "11 stone 4½": 158.5 * LB,
    "11.75 stone": 164.5 * LB,
}
HEIGHTS = {
    "5'6\"": 66 * INCH,
    "5'6": 66 * INCH,
    "5' 6\"": 66 * INCH,
    "5’6”": 66 * INCH,
    "5′6″": 66 * INCH,
    "5'6''": 66 * INCH,
    "5'11": 71 * INCH,
    "5'6.5\"": 66.5 * INCH,
    "5'6½\"": 66.5 * INCH,
    "5'": 60 * INCH,
    "5 ft 6": 66 * INCH,
    "5ft 6in": 66 * INCH,
    "5ft6": 66 * INCH,
    "5ft6in": 66 * INCH,
    "5-foot-6": 66 * INCH,
    "5 foot 6": 66 * INCH,
    "5 feet 6 inches": 66 * INCH,
    "5 feet, 6 inches": 66 * INCH,
    "5 feet and 6 inches": 66 * INCH,
    "five foot six": 66 * INCH,
    "five-foot-six": 66 * INCH,
    "five feet ten and a half": 70.5 * INCH,
    "five foot two": 62 * INCH,
    "five foot nothing": 60 * INCH,
    "six foot": 72 * INCH,
    "6ft tall": 72 * INCH,
    "66 inches": 66 * INCH,
    "66 in": 66 * INCH,
    "66in tall": 66 * INCH,
    '66"': 66 * INCH,
    "sixty six inches": 66 * INCH,
    "1.68m": 168,
    "1.68 m": 168,
    "1,68 m": 168,
    "1,68m.": 168,
    "1.7 m": 170,
    "1.68 metres": 168,
    "1.68 meters": 168,
    "1m68": 168,
    "1 m 68": 168,
    "1 metre 68 cm": 168,
    "one metre sixty eight": 168,
    "one point six eight metres": 168,
    "168cm": 168,
    "168 cm": 168,
    "168 cms": 168,
    "168 centimetres": 168,
    "168.5 cm": 168.5,
    "one hundred and sixty-eight centimetres": 168,
    "I'm 168 cm tall": 168,
}
AGES = {
    "I'm 34": 34,
    "im 34 and I sit a lot": 34,
    "I am thirty-four.": 34,
    "34 years old": 34,
    "34 year-old": 34,
    "34 yrs old": 34,
    "34yo": 34,
    "34 y/o": 34,
    "age 34": 34,
    "age: 34": 34,
    "aged 34": 34,
    "my age is 34": 34,
    "I just turned 34": 34,
    "I'm 15": 15,
}
#: A number alone, as an answer -> the only value that is accepted of it.
ANSWERS: list[tuple[Name, str, float]] = [
    ("height", "168", 168),
    ("height", "about 168", 168),
    ("height", "1.68", 168),
    ("height", "1,68", 168),
    ("height", "66", 66 * INCH),
    ("height", "sixty six", 66 * INCH),
    ("height", "5 6", 66 * INCH),
    ("height", "5-10", 70 * INCH),
    ("height", "five ten", 70 * INCH),
    ("height", "6", 72 * INCH),
    ("weight", "11 4", 158 * LB),
    ("weight", "11-4", 158 * LB),
    ("weight", "12", 12 * STONE),
    ("weight", "about twelve and a half", 12.5 * STONE),
    ("weight", "300", 300 * LB),
    ("weight", "21st", 21 * STONE),
    ("weight", "sorry, I meant 68 kg", 68),
    ("weight", "not 70 kg, 68 kg", 68),
    ("age", "34", 34),
    ("age", "thirty-four", 34),
    ("age", "34 years", 34),
    ("age", "34 and female", 34),
    ("age", "not 34, 35", 35),
    ("age", "I'm 35 not 34", 35),
    ("height", "I'm 168", 168),
    ("goal", "60", 60),
    ("goal", "60 kg", 60),
    ("goal", "I'd like to be 60 kg", 60),
    ("waist", "80", 80),
    ("waist", "32", 32 * INCH),
    ("waist", "32 inches", 32 * INCH),
    ("hip", "100", 100),
    ("hip", "40 in", 40 * INCH),
]
AMBIGUOUS: list[tuple[Name, str, list[float]]] = [
    ("weight", "82", [82, 82 * LB]),
    ("weight", "I weigh 180", [180, 180 * LB]),
    ("weight", "I'm 82", [82, 82 * LB]),
    ("weight", "150 I think", [150, 150 * LB]),
    ("weight", "11.4", [11.4 * STONE, 158 * LB]),
    ("weight", "11.4 stone", [11.4 * STONE, 158 * LB]),
    ("weight", "11.10 st", [11.1 * STONE, 164 * LB]),
    ("weight", "70 kg or 75 kg", [70, 75]),
    ("weight", "70-75 kg", [70, 75]),
    ("weight", "70 to 75 kilos", [70, 75]),
    ("height", "165-170 cm", [165, 170]),
    ("weight", "I was 70 kg, now it must be 75 kg", [70, 75]),
    ("height", "5.6", [5.6 * FOOT, 66 * INCH]),
    ("height", "5.6 ft", [5.6 * FOOT, 66 * INCH]),
    ("height", "5,6 ft", [5.6 * FOOT, 66 * INCH]),
    ("height", "5.11 feet", [5.11 * FOOT, 71 * INCH]),
    ("age", "34 or 35", [34, 35]),
    ("waist", "60", [60, 60 * INCH]),
]
SEVERAL = [
    ("34, female, 5'6, 11 stone 4", "female", {"age": 34, "height": 66 * INCH, "weight": 158 * LB}),
    (
        "I'm a 34 year old woman, 5 foot 6 and 11 stone 4",
        "female",
        {"age": 34, "height": 66 * INCH, "weight": 158 * LB},
    ),
    ("34/F/5'6\"/150lbs", "female", {"age": 34, "height": 66 * INCH, "weight": 150 * LB}),
    ("F34 5'6 150lb", "female", {"age": 34, "height": 66 * INCH, "weight": 150 * LB}),
    ("34f 168cm 70kg", "female", {"age": 34, "height": 168, "weight": 70}),
    ("34, m, 1,80 m, 90,5 kg", "male", {"age": 34, "height": 180, "weight": 90.5}),
    ("Male\n40\n180cm\n90kg", "male", {"age": 40, "height": 180, "weight": 90}),
    ("34,5'6,70kg", None, {"age": 34, "height": 66 * INCH, "weight": 70}),
    ("5'6,11st4,34", None, {"age": 34, "height": 66 * INCH, "weight": 158 * LB}),
    ("34, female, 168, 70 kg", "female", {"age": 34, "height": 168, "weight": 70}),
    ("11 stone 5'6", None, {"height": 66 * INCH, "weight": 11 * STONE}),
    ("5 ft 11 stone", None, {"height": 60 * INCH, "weight": 11 * STONE}),
    ("5'6 (168 cm), 82kg / 180 lbs", None, {"height": 66 * INCH, "weight": 82}),
    ("age 33, height 168, weight 70 kg, goal 62 kg", None, {"age": 33, "height": 168, "weight": 70, "goal": 62}),
    ("from 82 to 75 kg please", None, {"weight": 82, "goal": 75}),
    ("I want to get from 82kg to 75kg", None, {"weight": 82, "goal": 75}),
    ("I lost 5 kg and now weigh 82 kg", None, {"weight": 82}),
    ("I was 90 kg, now I'm 82 kg", None, {"weight": 82}),
    ("waist 80 cm, hips 100 cm", None, {"waist": 80, "hip": 100}),
    ('my hips are 40 inches and my waist is 32"', None, {"waist": 32 * INCH, "hip": 40 * INCH}),
    ("100 cm around the hips, height 1.70m", None, {"hip": 100, "height": 170}),
    ("I weigh 82 kg and my goal weight is 75 kg", None, {"weight": 82, "goal": 75}),
    ("my target weight is 10 stone", None, {"goal": 10 * STONE}),
    ("15, female, 5'6, 11 stone 4", "female", {"age": 15, "height": 66 * INCH, "weight": 158 * LB}),
]
NOTHING = [
    "",
    " ",
    "no",
    "how do I make my hips smaller?",
    "I squat 100 kg for 5 reps",
    "I lift 60 kilos",
    "a 40 kg barbell",
    "the bar weighs nothing, 2 x 40 kg plates",
    "I lost 40 kg last year",
    "I want to lose 10 kg",
    "5 kg a week",
    "it costs 100 pounds",
    "I paid 150 pounds",
    "I fell 6 feet",
    "fell from 2 m",
    "a 2 m wall",
    "6 feet away",
    "my 21st birthday",
    "on the 31st",
    "I have been training for 10 years",
    "34 weeks pregnant",
    "I'm 34 weeks",
    "I'm 30 minutes in",
    "in my 30s",
    "back in the 90's",
    "1,500 kcal",
    "2024-10-05",
    "call me on 0221 892031",
    "3 sets of 12",
    "34, 168, 70",  # any of them may be the age or the weight
    "man, I hate squats",
    "thighs 140 cm",
    "NaN kg",
    "99999999999999999999999 kg",
    "I'm on a 2 week break",
    "I'm 168",
    "11 stone 14",
    "5 foot 12",
    "my dog weighs 30 kg",
    "my son is 15 years old",
    "he is 6 foot 2",
    "I was 60 kg five years ago",
    "I used to weigh 9 stone",
]


def values(readings: Readings) -> list[float]:
    return [reading.value for reading in readings]


@pytest.mark.parametrize(("text", "weight"), WEIGHTS.items())
def test_spellings_of_weight(text: str, weight: float) -> None:
    assert values(find(text).weight) == pytest.approx([weight])
    assert values(find(text, "weight").weight) == pytest.approx([weight])
    assert find(text) == Facts(weight=find(text).weight)


@pytest.mark.parametrize(("text", "height"), HEIGHTS.items())
def test_spellings_of_height(text: str, height: float) -> None:
    assert values(find(text).height) == pytest.approx([height])
    assert values(find(text, "height").height) == pytest.approx([height])
    assert find(text) == Facts(height=find(text).height)


@pytest.mark.parametrize(("text", "age"), AGES.items())
def test_spellings_of_age(text: str, age: float) -> None:
    assert values(find(text).age) == [age]
    assert values(find(text, "age").age) == [age]
    assert find(text) == Facts(age=find(text).age)


def test_at_least_80_spellings_are_held() -> None:
    assert len(WEIGHTS) + len(HEIGHTS) >= 80


@pytest.mark.parametrize(("asked", "text", "value"), ANSWERS)
def test_an_answer_needs_no_unit_where_only_one_is_possible(asked: Name, text: str, value: float) -> None:
    assert values(getattr(find(text, asked), asked)) == pytest.approx([value])


@pytest.mark.parametrize(("asked", "text", "readings"), AMBIGUOUS)
def test_what_is_ambiguous_is_returned_with_every_reading(asked: Name, text: str, readings: list[float]) -> None:
    assert values(getattr(find(text, asked), asked)) == pytest.approx(readings)


@pytest.mark.parametrize(("text", "sex", "facts"), SEVERAL)
def test_several_facts_in_one_message(text: str, sex: str | None, facts: dict[str, float]) -> None:
    found = find(text)
    assert found.sex == sex
    for name in NAMES:
        assert values(getattr(found, name)) == pytest.approx([facts[name]] if name in facts else []), name


@pytest.mark.parametrize("text", NOTHING)
def test_near_misses(text: str) -> None:
    assert find(text) == Facts()


@pytest.mark.parametrize(
    ("text", "sex"),
    [
        ("female", "female"),
        ("I'm a woman", "female"),
        ("f", "female"),
        ("F.", "female"),
        ("a young man", "male"),
        ("m", "male"),
        ("34m", "male"),
        ("man", "male"),
        ("trans woman", None),
        ("non-binary", None),
        ("male or female?", None),
        ("1.68 m", None),
        ("I'd rather not say", None),
        ("human", None),
        ("I'm lost, man", None),
        ("guys, help", None),
        ("34, man, 90 kg", "male"),
        ("(f) 40", "female"),
    ],
)
def test_sex(text: str, sex: str | None) -> None:
    assert find(text).sex == sex


def test_another_fact_than_the_one_asked_for_is_taken_too() -> None:
    found = find("actually I'm 29", "weight")
    assert (values(found.age), found.weight) == ([29], ())
    found = find("11 stone 4, sorry I'm 35 not 34", "weight")
    assert values(found.weight) == pytest.approx([158 * LB])
    found = find("I'm 34 and 70 kg", "height")
    assert (values(found.age), values(found.weight), found.height) == ([34], [70], ())
    for unreadable in ("no one told me", "I'm a size 12", "11 stone 14", "five foot twelve"):
        assert find(unreadable, "weight") == Facts()
    assert values(find("my son is 15 years old", "age").age) == [15], "a plan may be for somebody else"


def test_a_value_out_of_range_is_kept_only_where_it_was_asked_for() -> None:
    assert values(find("20 kg", "weight").weight) == [20]
    assert values(find("3 m", "height").height) == [300]
    assert values(find("5", "age").age) == [5]
    assert find("20 kg") == find("3 m") == Facts()


@pytest.mark.parametrize("asked", [None, *NAMES])
def test_never_slow(asked: Name | None) -> None:
    started = time.perf_counter()
    for text in (
        "1 " * 1000,
        "i'm " * 700,
        "5'6 11 stone 4, " * 120,
        "and " * 500 + "34",
        "a" * 2000,
        "lost my " * 250,
    ):
        find(text, asked)
    assert time.perf_counter() - started < 3


@given(
    st.one_of(
        st.text(st.characters(codec=None)),
        st.lists(
            st.sampled_from([*WEIGHTS, *HEIGHTS, *AGES, *NOTHING, ",", "and", "I'm", "/", "\n", "'", '"', "."])
        ).map(" ".join),
    ),
    st.sampled_from([None, *NAMES]),
)
@example("\ud800 82 kg", None)
@example("0 0", "weight")
def test_any_text_gives_facts(text: str, asked: Name | None) -> None:
    found = find(text, asked)
    for name in NAMES:
        assert all(reading.value >= 0 for reading in getattr(found, name))


@given(st.integers(30, 250), st.integers(120, 220), st.integers(18, 80))
def test_metric_facts_come_back(weight: int, height: int, age: int) -> None:
    found = find(f"I'm {age}, {height} cm and {weight} kg")
    assert (values(found.age), values(found.height), values(found.weight)) == ([age], [height], [weight])


@given(st.integers(5, 38), st.integers(0, 13), st.integers(4, 6), st.integers(0, 11))
def test_imperial_facts_come_back(stone: int, pounds: int, feet: int, inches: int) -> None:
    found = find(f"{stone} stone {pounds}, {feet}'{inches}\"")
    assert values(found.weight) == pytest.approx([stone * STONE + pounds * LB])
    height = feet * FOOT + inches * INCH
    assert values(found.height) == pytest.approx([height] if 120 <= height <= 220 else [])
