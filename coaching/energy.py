"""Energy: what a body needs at rest and in a day, a safe deficit, and what weight does over time.

Energies are kcal a day, weights kg, heights cm, ages years. All of it is an estimate, about +/- 10%.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from coaching import body
from coaching.body import Sex
from coaching.ranges import Range

Activity = Literal["desk", "light", "moderate", "hard", "physical"]
Refusal = Literal["age", "underweight", "floor"]

#: Times the energy at rest: desk; light, 1-3 days a week; moderate, 3-5; hard, 6-7; physical, with a physical job too.
FACTORS: dict[Activity, float] = {"desk": 1.2, "light": 1.375, "moderate": 1.55, "hard": 1.725, "physical": 1.9}
#: Mifflin-St Jeor's last term.
_SEX_TERM: dict[Sex, float] = {"female": -161, "male": 5}
#: No intake below this is ever named.
_FLOORS: dict[Sex, int] = {"female": 1200, "male": 1500}
#: What is eaten less than used.
DEFICIT = Range(300, 500)
#: No deficit number from this age.
OLDER = 65
#: Share of body weight to lose in a week, and the kg a week that nobody is told to exceed.
_RATE = Range(0.005, 0.01)
_MOST_A_WEEK = 1.0
#: Energy of a kg of body weight that is lost (Wishnofsky 1958: 3,500 kcal a pound).
_KCAL_PER_KG = 7700
#: Hall 2011: kcal a day for each kg of lasting change, and the days until half of it has come.
_KCAL_A_DAY_PER_KG = 24
_HALF_TIME = 365


@dataclass(frozen=True)
class Target:
    """What to eat in kcal a day, and how far that is below what is used."""

    intake: Range
    deficit: Range


@dataclass(frozen=True)
class Estimate:
    """Energy at rest and in a day, and the targets: one for each formula (two, women's first, when sex is declined).

    Without targets `refusal` says why: "age" (65 or older), "underweight" (BMI below 18.5) or "floor".
    """

    bmr: Range
    tdee: Range
    floor: int
    targets: tuple[Target, ...]
    refusal: Refusal | None


@dataclass(frozen=True)
class Course:
    """The kg lost after `weeks`, and in the end. A figure that would pass BMI 18.5 stops there, which its flag says."""

    weeks: float
    loss: Range
    stops: bool
    limit: float
    limit_stops: bool


def bmr(sex: Sex | None, age: float, weight: float, height: float) -> Range:
    """Return the energy at rest; both formulas' results when sex is None, else two equal ends.

    Mifflin-St Jeor 1990 (Am J Clin Nutr 51:241): 10 W + 6.25 H - 5 A, + 5 for men, - 161 for women.

    Raises:
        OutOfRangeError: for an age, weight, height or BMI that is not accepted.
    """
    body.check("age", age)
    body.check_body(weight, height)
    terms = [_SEX_TERM[sex]] if sex else _SEX_TERM.values()
    figures = [10 * weight + 6.25 * height - 5 * age + term for term in terms]
    return Range(min(figures), max(figures))


def tdee(bmr: Range, activity: Activity) -> Range:
    """Return the energy used in a day: that at rest times the activity's factor."""
    return bmr.times(FACTORS[activity])


def floor(sex: Sex | None) -> int:
    """Return the lowest intake that may be named: 1,200 for women, 1,500 for men and when sex is declined."""
    return _FLOORS[sex or "male"]


def target(tdee: float, floor: int, weight: float) -> Target | None:
    """Return the intake 300-500 below `tdee`, cut at the floor; None when even `tdee` - 300 is below the floor.

    Under 45 kg, 500 kcal a day would be more than 1% of body weight a week (at 7,700 kcal a kg); the deficit ends there.
    """
    fast = fastest(weight) * _KCAL_PER_KG / 7
    most = min(DEFICIT.high, fast, tdee - floor)
    if most < DEFICIT.low:
        return None
    return Target(Range(max(tdee - most, floor), tdee - DEFICIT.low), Range(DEFICIT.low, most))


def estimate(sex: Sex | None, age: float, weight: float, height: float, activity: Activity) -> Estimate:
    """Return energy at rest and in a day with the targets, or why there are none. Raises OutOfRangeError as `bmr` does.

    When sex is declined each formula has its own target, and one that is refused refuses both.
    """
    rest = bmr(sex, age, weight, height)
    day = tdee(rest, activity)
    lowest = floor(sex)
    targets = [target(used, lowest, weight) for used in sorted({day.low, day.high})]
    refusal: Refusal | None = None
    if age >= OLDER:
        refusal = "age"
    elif body.is_underweight(weight, height):
        refusal = "underweight"
    elif None in targets:
        refusal = "floor"
    return Estimate(rest, day, lowest, () if refusal else tuple(t for t in targets if t), refusal)


def weekly_rate(weight: float) -> Range:
    """Return the kg to lose in a week: 0.5-1% of body weight (Helms 2014; Garthe 2011), never more than 1 kg."""
    return Range(min(_RATE.low * weight, _MOST_A_WEEK), fastest(weight))


def fastest(weight: float) -> float:
    """Return the most kg a week that may be aimed at: 1% of body weight and at most 1 kg."""
    return min(_RATE.high * weight, _MOST_A_WEEK)


def course(deficit: float, weight: float, height: float, weeks: float) -> Course:
    """Return what a lasting deficit of up to 500 kcal a day does to somebody's weight over time, as a range.

    Hall et al. 2011 (Lancet 378:826): a lasting change of 100 kJ (24 kcal) a day changes weight by 1 kg in the end, half
    of it in about a year: so the limit is deficit / 24. The way there is exponential, as what is used falls with weight:

    - low: half in 365 days, limit x (1 - 2^(-days/365));
    - high: each kg holds 7,700 kcal and each kg lost saves 24 kcal a day, so that the time constant is 7700/24 = 321 days
      (half in 222 days), limit x (1 - e^(-days x 24/7700)). It starts at the pace of the 7,700 kcal rule, and slows.

    This gives 1.8-2.9 kg in 12 weeks, 6.2-8.5 in 52 and 12.5 in the end for 300 kcal; 3.1-4.8, 10.4-14.1, 20.8 for 500.

    Raises:
        OutOfRangeError: for a body or a deficit that is not accepted, a BMI below 18.5, or weeks below 0.
    """
    Range(0, DEFICIT.high).check("deficit", deficit)
    Range(0, math.inf).check("weeks", weeks)
    body.check_body(weight, height)
    body.check_not_underweight(weight, height)
    room = weight - body.weight_at(body.HEALTHY_BMI.low, height)
    limit = deficit / _KCAL_A_DAY_PER_KG
    days = weeks * 7
    low = limit * (1 - 2 ** (-days / _HALF_TIME))
    high = limit * (1 - math.exp(-days * _KCAL_A_DAY_PER_KG / _KCAL_PER_KG))
    return Course(weeks, Range(min(low, room), min(high, room)), high > room, min(limit, room), limit > room)


def to_ten(kcal: float) -> int:
    """Return kcal rounded to 10, as a conversation shows it. Floors are multiples of 10, so none is passed."""
    return int(kcal / 10 + 0.5) * 10
