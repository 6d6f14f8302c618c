"""What is accepted as a body, its body mass index, and the weights that belong to one.

Weights are kilograms, heights centimetres, ages years, the body mass index (BMI) kg/m^2. Bounds of the healthy BMI:
WHO, Technical Report Series 894 (2000).
"""

from __future__ import annotations

from typing import Literal

from coaching.ranges import OutOfRangeError, Range

Sex = Literal["female", "male"]

#: What is accepted of a visitor. A BMI outside its range means that units were mixed up.
ACCEPTED = {"age": Range(18, 80), "height": Range(120, 220), "weight": Range(30, 250), "bmi": Range(12, 70)}
HEALTHY_BMI = Range(18.5, 25)


def bmi(weight: float, height: float) -> float:
    """Return the body mass index of `weight` kg at `height` cm."""
    return weight / (height / 100) ** 2


def weight_at(bmi: float, height: float) -> float:
    """Return the weight in kg at which somebody of `height` cm has this body mass index."""
    return bmi * (height / 100) ** 2


def healthy_weight(height: float) -> Range:
    """Return the weights in kg from BMI 18.5 to BMI 25 at `height` cm."""
    return Range(weight_at(HEALTHY_BMI.low, height), weight_at(HEALTHY_BMI.high, height))


def is_underweight(weight: float, height: float) -> bool:
    """Tell whether `weight` kg (now, or as a goal) is below BMI 18.5 at `height` cm."""
    return bmi(weight, height) < HEALTHY_BMI.low


def check(quantity: str, value: float) -> None:
    """Raise OutOfRangeError unless `value` is accepted: age 18-80, height 120-220, weight 30-250, bmi 12-70."""
    ACCEPTED[quantity].check(quantity, value)


def check_body(weight: float, height: float) -> None:
    """Raise OutOfRangeError unless weight, height and the BMI that they give are accepted, in this order."""
    check("weight", weight)
    check("height", height)
    check("bmi", bmi(weight, height))


def check_not_underweight(weight: float, height: float) -> None:
    """Raise OutOfRangeError for "bmi" when `weight` kg is below BMI 18.5 at `height` cm."""
    if is_underweight(weight, height):
        raise OutOfRangeError("bmi", bmi(weight, height), Range(HEALTHY_BMI.low, ACCEPTED["bmi"].high))
