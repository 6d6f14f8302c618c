"""Energy: check values worked out by hand, floors that hold, and a time course that stops at BMI 18.5."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from coaching import body, energy
from coaching.body import Sex
from coaching.energy import Activity
from coaching.facts import find
from coaching.ranges import OutOfRangeError, Range

SEXES: list[Sex | None] = ["female", "male", None]
#: Sex, age, weight, height, activity -> BMR, TDEE, target.
CHECKS: list[tuple[Sex, int, float, float, Activity, float, float, tuple[int, int] | None]] = [
    ("female", 30, 70, 165, "moderate", 1420.25, 2201.3875, (1701, 1901)),
    ("male", 40, 90, 180, "light", 1830, 2516.25, (2016, 2216)),
    ("female", 60, 50, 155, "desk", 1007.75, 1209.3, None),
    ("female", 25, 60, 170, "light", 1376.5, 1892.6875, (1393, 1593)),
]

sexes = st.sampled_from(SEXES)
ages = st.floats(18, 80)
weights = st.floats(30, 250)
heights = st.floats(120, 220)
activities = st.sampled_from(sorted(energy.FACTORS))


def possible(weight: float, height: float) -> bool:
    return body.bmi(weight, height) in body.ACCEPTED["bmi"]


@pytest.mark.parametrize(("sex", "age", "weight", "height", "activity", "bmr", "tdee", "target"), CHECKS)
def test_check_values(
    sex: Sex,
    age: int,
    weight: float,
    height: float,
    activity: Activity,
    bmr: float,
    tdee: float,
    target: tuple[int, int] | None,
) -> None:
    found = energy.estimate(sex, age, weight, height, activity)
    assert found.bmr == Range(bmr, bmr)
    assert found.tdee.low == found.tdee.high == pytest.approx(tdee, abs=0.01)
    if target:
        assert [round(end) for end in (found.targets[0].intake.low, found.targets[0].intake.high)] == [*target]
        assert (found.targets[0].deficit, found.refusal) == (Range(300, 500), None)
    else:
        assert (found.targets, found.refusal) == ((), "floor")


@pytest.mark.parametrize(("sex", "age", "weight", "height", "activity", "bmr", "tdee", "target"), CHECKS)
def test_check_values_in_imperial_units(
    sex: Sex,
    age: int,
    weight: float,
    height: float,
    activity: Activity,
    bmr: float,
    tdee: float,
    target: tuple[int, int] | None,
) -> None:
    feet, inches = divmod(height / 2.54, 12)
    told = find(f"{feet:.0f}'{inches:.4f}\", {weight / 0.45359237:.4f} lbs")
    found = energy.estimate(sex, age, told.weight[0].value, told.height[0].value, activity)
    assert found.bmr.low == pytest.approx(bmr, abs=0.01)
    assert found.tdee.low == pytest.approx(tdee, abs=0.01)
    assert bool(found.targets) == bool(target)


def test_sex_declined_gives_both_formulas() -> None:
    found = energy.estimate(None, 30, 70, 165, "moderate")
    assert found.bmr == Range(1420.25, 1586.25)
    assert found.floor == 1500
    women, men = found.targets
    assert (round(women.intake.low), round(women.intake.high)) == (1701, 1901)
    assert (round(men.intake.low), round(men.intake.high)) == (1959, 2159)


def test_floor_cuts_the_lower_end() -> None:
    found = energy.target(1600, 1200, 60)
    assert found is not None and (found.intake, found.deficit) == (Range(1200, 1300), Range(300, 400))
    at_the_edge = energy.target(1500, 1200, 60)
    assert at_the_edge is not None and at_the_edge.intake == Range(1200, 1200)
    assert energy.target(1499.99, 1200, 60) is None
    assert [energy.floor(sex) for sex in SEXES] == [1200, 1500, 1500]


def test_under_45_kg_the_deficit_ends_at_1_percent_a_week() -> None:
    found = energy.target(2000, 1200, 40)
    assert found is not None and (found.intake, found.deficit) == (Range(1560, 1700), Range(300, 440))


@pytest.mark.parametrize(
    ("sex", "age", "weight", "height", "refusal"),
    [
        ("female", 64.9, 90, 165, None),
        ("female", 65, 90, 165, "age"),
        (None, 80, 90, 165, "age"),
        ("female", 30, 50.3, 165, "underweight"),
        (None, 30, 62, 165, "floor"),
        ("female", 30, 62, 165, None),
    ],
)
def test_who_gets_no_number(sex: Sex | None, age: float, weight: float, height: float, refusal: str | None) -> None:
    found = energy.estimate(sex, age, weight, height, "desk")
    assert found.refusal == refusal
    assert bool(found.targets) == (refusal is None)


@pytest.mark.parametrize(
    ("age", "weight", "height", "quantity"),
    [(17, 70, 165, "age"), (30, 20, 165, "weight"), (30, 70, 1.65, "height"), (30, 240, 150, "bmi")],
)
def test_errors_name_the_quantity(age: float, weight: float, height: float, quantity: str) -> None:
    with pytest.raises(OutOfRangeError) as error:
        energy.estimate("female", age, weight, height, "desk")
    assert error.value.quantity == quantity


@given(sexes, ages, weights, heights, activities)
def test_no_target_is_below_the_floor_or_faster_than_allowed(
    sex: Sex | None, age: float, weight: float, height: float, activity: Activity
) -> None:
    assume(possible(weight, height))
    found = energy.estimate(sex, age, weight, height, activity)
    assert bool(found.targets) == (found.refusal is None)
    assert len(found.targets) in (0, 1 if sex else 2)
    for target in found.targets:
        assert found.floor <= target.intake.low <= target.intake.high
        assert energy.to_ten(target.intake.low) >= found.floor
        assert 300 <= target.deficit.low <= target.deficit.high <= 500
        assert target.deficit.high * 7 / 7700 <= min(0.01 * weight, 1) + 1e-9
        assert found.tdee.low - 500 - 1e-6 <= target.intake.low and target.intake.high <= found.tdee.high - 300 + 1e-6


@given(sexes, ages, weights, heights, activities, st.floats(0.1, 50))
def test_more_weight_needs_more_energy(
    sex: Sex | None, age: float, weight: float, height: float, activity: Activity, more: float
) -> None:
    assume(weight + more <= 250 and possible(weight, height) and possible(weight + more, height))
    light, heavy = (energy.estimate(sex, age, kg, height, activity) for kg in (weight, weight + more))
    assert light.bmr.low < heavy.bmr.low and light.tdee.high < heavy.tdee.high
    for less, greater in zip(light.targets, heavy.targets):
        assert less.intake.low <= greater.intake.low and less.intake.high <= greater.intake.high


def test_weekly_rate() -> None:
    assert energy.weekly_rate(80) == Range(0.4, 0.8)
    assert energy.weekly_rate(150) == Range(0.75, 1)
    assert energy.weekly_rate(250) == Range(1, 1)


@pytest.mark.parametrize(
    ("deficit", "weeks", "low", "high", "limit"),
    [
        (300, 12, 1.8, 2.9, 12.5),
        (300, 52, 6.2, 8.5, 12.5),
        (500, 12, 3.1, 4.8, 20.8),
        (500, 52, 10.4, 14.1, 20.8),
    ],
)
def test_time_course_of_the_facts(deficit: float, weeks: float, low: float, high: float, limit: float) -> None:
    found = energy.course(deficit, 120, 170, weeks)
    assert (round(found.loss.low, 1), round(found.loss.high, 1), round(found.limit, 1)) == (low, high, limit)
    assert not found.stops and not found.limit_stops


def test_time_course_stops_at_18_5_and_says_so() -> None:
    room = 60 - body.weight_at(18.5, 170)  # 6.5 kg
    soon, year = (energy.course(500, 60, 170, weeks) for weeks in (12, 52))
    assert not soon.stops and soon.limit_stops and soon.limit == room
    assert year.stops and year.loss == Range(room, room)


@pytest.mark.parametrize(
    ("deficit", "weight", "weeks", "quantity"),
    [
        (501, 70, 12, "deficit"),
        (-1, 70, 12, "deficit"),
        (300, 70, -1, "weeks"),
        (300, 50, 12, "bmi"),
        (300, 20, 12, "weight"),
    ],
)
def test_time_course_is_refused(deficit: float, weight: float, weeks: float, quantity: str) -> None:
    with pytest.raises(OutOfRangeError) as error:
        energy.course(deficit, weight, 165, weeks)
    assert error.value.quantity == quantity


@given(st.floats(0, 500), weights, heights, st.floats(0, 2000), st.floats(0, 100))
def test_no_range_passes_bmi_18_5(deficit: float, weight: float, height: float, weeks: float, more: float) -> None:
    assume(possible(weight, height) and not body.is_underweight(weight, height))
    found = energy.course(deficit, weight, height, weeks)
    for loss in (found.loss.low, found.loss.high, found.limit):
        assert body.bmi(weight - loss, height) >= 18.5 - 1e-9
    assert found.loss.high <= found.limit + 1e-9
    later = energy.course(deficit, weight, height, weeks + more)
    assert found.loss.low <= later.loss.low and found.loss.high <= later.loss.high
    if found.stops:
        assert body.bmi(weight - found.loss.high, height) == pytest.approx(18.5)


@given(st.floats(1, 500), st.floats(1, 2000))
def test_the_7700_rule_is_never_exceeded(deficit: float, weeks: float) -> None:
    assert energy.course(deficit, 150, 170, weeks).loss.high <= deficit * weeks * 7 / 7700


@pytest.mark.parametrize(
    ("kcal", "shown"), [(1420.25, 1420), (2201.39, 2200), (1701.4, 1700), (1830, 1830), (1376.5, 1380), (1205, 1210)]
)
def test_conversations_round_to_ten(kcal: float, shown: int) -> None:
    assert energy.to_ten(kcal) == shown
    assert math.isclose(kcal, shown, abs_tol=5)
