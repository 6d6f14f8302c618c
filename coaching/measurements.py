"""Waist, hips and their ratio against the WHO's thresholds. Large hips alone are no risk: hips have no verdict.

Lengths are cm. WHO, Waist circumference and waist-hip ratio: report of an expert consultation (2008); South Asian
values: International Diabetes Federation (2006). The waist is taken midway between the last rib and the iliac crest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from coaching.body import Sex
from coaching.ranges import Range

Level = Literal["usual", "raised", "high"]

#: What is accepted of a visitor, cm.
WAIST, HIP = Range(50, 200), Range(60, 200)
#: Two readings that differ by more are repeated.
AGREE = 1.0


@dataclass(frozen=True)
class Thresholds:
    """Above `raised` cm of waist the risk is raised, above `high` cm high; above `ratio` of waist to hip raised."""

    raised: float
    high: float
    ratio: float


@dataclass(frozen=True)
class Measured:
    """What waist and hips say: without hips there is no ratio, without sex no verdict."""

    waist: Level | None
    ratio: float | None
    ratio_raised: bool | None


_THRESHOLDS: dict[Sex, Thresholds] = {"female": Thresholds(80, 88, 0.85), "male": Thresholds(94, 102, 0.90)}
_SOUTH_ASIAN: dict[Sex, Thresholds] = {"female": Thresholds(80, 88, 0.85), "male": Thresholds(90, 102, 0.90)}


def thresholds(sex: Sex, south_asian: bool = False) -> Thresholds:
    """Return the thresholds for women or men; the waist of South Asian men counts as raised from 90 cm."""
    return (_SOUTH_ASIAN if south_asian else _THRESHOLDS)[sex]


def measured(waist: float, hip: float | None, sex: Sex | None, south_asian: bool = False) -> Measured:
    """Return the level of the waist, and the ratio to the hips where they are given.

    Raises:
        OutOfRangeError: for a waist outside 50-200 cm or hips outside 60-200 cm.
    """
    WAIST.check("waist", waist)
    if hip is not None:
        HIP.check("hip", hip)
    ratio = None if hip is None else waist / hip
    if sex is None:
        return Measured(None, ratio, None)
    limits = thresholds(sex, south_asian)
    level: Level = "high" if waist > limits.high else "raised" if waist > limits.raised else "usual"
    return Measured(level, ratio, None if ratio is None else ratio > limits.ratio)


def of_two(first: float, second: float) -> float | None:
    """Return the mean of two readings, or None when they lie over 1 cm apart: measure again (WHO)."""
    return (first + second) / 2 if abs(first - second) <= AGREE else None
