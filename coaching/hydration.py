"""Water: how much people drink and eat of it in a day, without an upward push."""

from __future__ import annotations

from dataclasses import dataclass

from coaching.body import Sex
from coaching.ranges import Range

#: Litres a day from drinks and food, adults in moderate climate and activity (EFSA Journal 2010;8(3):1459).
_TOTAL: dict[Sex, float] = {"female": 2.0, "male": 2.5}
#: The share that comes with food (EFSA).
_FROM_FOOD = Range(0.2, 0.3)


@dataclass(frozen=True)
class Water:
    """Litres a day in all, and those of them to drink."""

    total: Range
    drinks: Range


def water(sex: Sex | None) -> Water:
    """Return litres of water a day, for both sexes as a range when sex is None; food gives 20-30% of it."""
    totals = [_TOTAL[sex]] if sex else _TOTAL.values()
    total = Range(min(totals), max(totals))
    return Water(total, Range(total.low * (1 - _FROM_FOOD.high), total.high * (1 - _FROM_FOOD.low)))


def suggestions(heat_or_sweat: bool, told_to_limit: bool) -> tuple[str, ...]:
    """Return keys of fitting suggestions; somebody told by a doctor to limit drinks gets that key alone.

    Keys: follow_your_doctor, drink_to_thirst, more_when_hot, watch_the_colour, with_meals.
    """
    if told_to_limit:
        return ("follow_your_doctor",)
    return ("more_when_hot" if heat_or_sweat else "drink_to_thirst", "watch_the_colour", "with_meals")
