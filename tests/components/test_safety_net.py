"""When a safety outcome wins over what ranks first."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.safety_net import SAFETY_INTENTS, crossing_intents, is_safety_intent, top_intent

CLASSES = ["clarify", "crisis", "eating_disorder", "emergency_general", "emergency_injury", "fitness_squat"]
WHOLE = {"emergency": 0.4, "crisis": 0.4, "eating_disorder": 0.4}
WINDOW = {"emergency": 0.85, "crisis": 0.85, "eating_disorder": 0.85}


def crossing(whole: list[float], windows: list[list[float]] | None = None, **changes: Any) -> list[str]:
    rows = None if windows is None else np.array(windows)
    return crossing_intents(
        CLASSES, np.array(whole), rows, changes.get("thresholds", WHOLE), changes.get("window_thresholds", WINDOW)
    )


@pytest.mark.parametrize(
    ("whole", "windows", "expected"),
    [
        ([0.5, 0, 0, 0.2, 0.25, 0.05], None, ["emergency_injury"]),  # summed over both texts
        ([0.5, 0, 0, 0.25, 0.2, 0.05], None, ["emergency_general"]),
        ([0.65, 0, 0, 0.1, 0.2, 0.05], None, []),
        ([0.2, 0.4, 0.4, 0, 0, 0], None, ["crisis", "eating_disorder"]),
        ([0.1, 0.45, 0, 0.4, 0.05, 0], None, ["emergency_general", "crisis"]),
        ([1, 0, 0, 0, 0, 0], [[1, 0, 0, 0, 0, 0], [0.1, 0, 0, 0, 0.9, 0]], ["emergency_injury"]),
        ([1, 0, 0, 0, 0, 0], [[0.2, 0, 0, 0, 0.8, 0]], []),
        ([1, 0, 0, 0, 0, 0], [[0.5, 0, 0, 0, 0.5, 0], [0.5, 0, 0, 0.5, 0, 0]], []),  # windows do not add up
    ],
)
def test_crossing(whole: list[float], windows: list[list[float]] | None, expected: list[str]) -> None:
    assert crossing(whole, windows) == expected


def test_without_a_threshold_nothing_crosses() -> None:
    assert crossing([0, 1, 0, 0, 0, 0], [[0, 1, 0, 0, 0, 0]], thresholds={}, window_thresholds={}) == []


def test_classes_without_safety_intents_never_cross() -> None:
    assert crossing_intents(["a", "b"], np.array([0.5, 0.5]), None, WHOLE, WINDOW) == []


@pytest.mark.parametrize(
    ("classified", "flagged", "expected"),
    [
        ("fitness_squat", [], "fitness_squat"),
        (None, [], None),
        ("fitness_squat", ["crisis"], "crisis"),
        (None, ["eating_disorder"], "eating_disorder"),
        ("fitness_squat", ["eating_disorder", "crisis", "emergency_general"], "emergency_general"),
        ("emergency_injury", ["crisis"], "emergency_injury"),
        ("crisis", ["emergency_general"], "emergency_general"),
        ("emergency_injury", ["emergency_general"], "emergency_general"),  # the flag decides between the texts
        ("crisis", ["crisis"], "crisis"),
    ],
)
def test_top_intent(classified: str | None, flagged: list[str], expected: str | None) -> None:
    assert top_intent(classified, flagged) == expected


KINDS = [name for names in SAFETY_INTENTS.values() for name in names]


@given(st.sampled_from(CLASSES), st.lists(st.sampled_from(KINDS), min_size=1))
def test_a_flag_never_lowers_the_urgency(classified: str, flagged: list[str]) -> None:
    outcome = {name: rank for rank, names in enumerate(SAFETY_INTENTS.values()) for name in names}
    won = top_intent(classified, flagged)
    assert won is not None and is_safety_intent(won)
    assert outcome[won] == min(outcome[name] for name in [*flagged, classified] if name in outcome)
