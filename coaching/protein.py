"""Protein: grams a day and a meal, and a day of food that adds up to them.

For people with healthy kidneys only; who must get no number is decided by the caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from coaching import body
from coaching.ranges import Range

Diet = Literal["omnivore", "vegetarian", "vegan"]

#: Grams for each kg of body weight a day: Morton et al. 2018 (Br J Sports Med 52:376), 1.62 with a 95% CI to 2.20.
PER_KG = Range(1.6, 2.2)
#: Above this BMI the weight at BMI 25 counts.
OBESE_BMI = 30
#: Breakfast, lunch and dinner, in equal shares.
MEALS = 3
#: A day of food holds the grams asked for, and up to this much more.
TOLERANCE = 7.0
#: Grams a day for which food is laid out: the accepted bodies need 48-320.
FOOD = Range(40, 330)


@dataclass(frozen=True)
class Protein:
    """Grams a day and a meal; `weight` is what they were worked out from, `adjusted` when it is that at BMI 25."""

    day: Range
    meal: Range
    weight: float
    adjusted: bool


@dataclass(frozen=True)
class Portion:
    """Some food of one meal: its key, the name to show, its weight and its protein, in g."""

    meal: str
    food: str
    name: str
    grams: int
    protein: float


@cache
def _data() -> dict[str, Any]:
    return dict(yaml.safe_load((Path(__file__).parent / "foods.yml").read_text(encoding="utf-8")))


def protein(weight: float, height: float) -> Protein:
    """Return grams of protein for `weight` kg at `height` cm; above BMI 30 for the weight at BMI 25.

    Raises:
        OutOfRangeError: for a weight, height or BMI that is not accepted.
    """
    body.check_body(weight, height)
    adjusted = body.bmi(weight, height) > OBESE_BMI
    counted = body.weight_at(body.HEALTHY_BMI.high, height) if adjusted else weight
    day = PER_KG.times(counted)
    return Protein(day, day.times(1 / MEALS), counted, adjusted)


def food(grams: float, diet: Diet) -> tuple[Portion, ...]:
    """Return a day of food with `grams` of protein and up to TOLERANCE more, a third of it in each meal.

    Portions grow step by step, that which is smallest against its usual helping first.

    Raises:
        OutOfRangeError: for grams outside 40-330.
    """
    FOOD.check("protein", grams)
    portions: list[Portion] = []
    total = 0.0
    for number, (meal, foods) in enumerate(_data()["days"][diet].items(), start=1):
        helpings = dict.fromkeys(foods, 0)
        while total < grams * number / MEALS:
            key = min(helpings, key=lambda key: (helpings[key] / _entry(key)["portion"], foods.index(key)))
            helpings[key] += _entry(key)["step"]
            total += _protein(key, _entry(key)["step"])
        portions += [
            Portion(meal, key, _entry(key)["name"], amount, _protein(key, amount))
            for key, amount in helpings.items()
            if amount
        ]
    return tuple(portions)


def _entry(key: str) -> dict[str, Any]:
    return dict(_data()["foods"][key])


def _protein(key: str, grams: float) -> float:
    return float(_entry(key)["protein"]) * grams / 100
