"""Training plans: the table of plans.yml, swaps that stay within it, and volumes within their bounds."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching import plans
from coaching.plans import Level
from coaching.ranges import OutOfRangeError, Range

ROOT = Path(__file__).resolve().parents[2]
LEVELS: tuple[Level, ...] = get_args(Level)
EQUIPMENT = sorted(plans.kits()["gym"])


def shown(plan: plans.Plan) -> dict[str, list[str]]:
    def ends(these: Range) -> str:
        return f"{these.low}" if these.low == these.high else f"{these.low}-{these.high}"

    return {
        session.name: [f"{entry.exercise.key} {ends(entry.sets)}x{ends(entry.reps)}" for entry in session.entries]
        for session in plan.sessions
    }


def test_the_table_of_the_facts() -> None:
    beginner = plans.choose("beginner", [], 2)
    assert (beginner.days, beginner.rest) == (2, Range(60, 90))
    assert shown(beginner) == {
        "A": [
            "sit_to_stand 2x8-12",
            "glute_bridge 2x10-15",
            "split_squat 2x8",
            "hip_hinge 2x10",
            "side_lying_abduction 2x12",
        ]
    }
    free = plans.choose("beginner", ["band", "dumbbell"], 3)
    assert (free.days, free.rest) == (3, Range(60, 120))
    assert shown(free) == {
        "A": [
            "goblet_squat 2-3x8-12",
            "romanian_deadlift 2-3x8-12",
            "reverse_lunge 2x8",
            "band_hip_thrust 2-3x10-15",
            "band_abduction 2x12-15",
        ]
    }
    intermediate = plans.choose("intermediate", EQUIPMENT, 3)
    assert (intermediate.days, intermediate.rest) == (3, Range(60, 180))
    assert shown(intermediate) == {
        "A": [
            "barbell_squat 3x6-10",
            "hip_thrust 3x8-12",
            "forward_lunge 2-3x8-10",
            "cable_kickback 2x12-15",
            "machine_abduction 2-3x12-15",
            "machine_adduction 2-3x12-15",
        ]
    }
    advanced = plans.choose("advanced", EQUIPMENT, 4)
    assert [session.weekdays for session in advanced.sessions] == [(0, 4), (2, 5)]
    assert shown(advanced) == {
        "A": ["barbell_squat 4x4-6", "romanian_deadlift 3x6-8", "machine_abduction 3x12"],
        "B": ["hip_thrust 4x6-10", "walking_lunge 3x10", "cable_kickback 3x12", "machine_adduction 3x12"],
    }


@pytest.mark.parametrize(
    ("level", "kit", "days", "key", "taken"),
    [
        ("beginner", "body_weight", 1, "beginner_body_weight", 2),
        ("beginner", "gym", 7, "beginner_bands_or_dumbbells", 3),
        ("intermediate", "gym", 2, "beginner_bands_or_dumbbells", 2),
        ("intermediate", "dumbbells", 4, "intermediate_gym", 3),
        ("intermediate", "bands", 3, "beginner_bands_or_dumbbells", 3),
        ("advanced", "gym", 3, "intermediate_gym", 3),
        ("advanced", "gym", 6, "advanced_gym", 4),
        ("advanced", "body_weight", 4, "beginner_body_weight", 3),
    ],
)
def test_the_hardest_plan_that_fits(level: Level, kit: str, days: int, key: str, taken: int) -> None:
    plan = plans.choose(level, plans.kits()[kit], days)
    assert (plan.key, plan.days) == (key, taken)
    assert sum(len(session.weekdays) for session in plan.sessions) == taken


def test_swaps_for_what_is_missing_or_disliked() -> None:
    plan = plans.choose("intermediate", ["dumbbell"], 3, ["forward_lunge", "dumbbell_squat"])
    swapped = {entry.instead_of: entry.exercise.key for entry in plan.sessions[0].entries if entry.instead_of}
    assert swapped == {
        "barbell_squat": "goblet_squat",
        "forward_lunge": "reverse_lunge",
        "cable_kickback": "floor_kickback",
        "machine_abduction": "side_lying_abduction",
        "machine_adduction": "side_lying_adduction",
    }
    no_lunges = [key for key, exercise in plans.exercises().items() if exercise.pattern == "lunge"]
    plan = plans.choose("intermediate", EQUIPMENT, 3, no_lunges)
    assert "dumbbell_squat" in [entry.exercise.key for entry in plan.sessions[0].entries]


def test_where_nothing_else_is_possible_a_disliked_exercise_stays_and_says_so() -> None:
    plan = plans.choose("beginner", [], 2, ["side_lying_abduction"])
    [entry] = [entry for entry in plan.sessions[0].entries if entry.disliked]
    assert (entry.exercise.key, entry.instead_of) == ("side_lying_abduction", None)


@given(
    st.sampled_from(LEVELS),
    st.sets(st.sampled_from(EQUIPMENT)),
    st.floats(1, 7),
    st.sets(st.sampled_from(sorted(plans.exercises()))),
)
def test_every_choice_keeps_the_promises(level: Level, equipment: set[str], days: float, disliked: set[str]) -> None:
    plan = plans.choose(level, equipment, days, disliked)
    bounds = plans.bounds(plan)
    sets = plans.weekly_sets(plan)
    assert sets.keys() == bounds.keys()
    for muscle, range_ in sets.items():
        assert range_.low in bounds[muscle] and range_.high in bounds[muscle]
    for muscle in sets:
        trained = {
            day
            for session in plan.sessions
            for day in session.weekdays
            if any(muscle in entry.exercise.muscles for entry in session.entries)
        }
        assert len(trained) >= 2, "two days a week for each muscle"
    for session in plan.sessions:
        keys = [entry.exercise.key for entry in session.entries]
        assert len(set(keys)) == len(keys)
        for entry in session.entries:
            assert not entry.exercise.kit or entry.exercise.kit & equipment
            assert LEVELS.index(entry.exercise.level) <= LEVELS.index(level)
            assert entry.disliked == (entry.exercise.key in disliked)
        gaps = [later - earlier for earlier, later in zip(session.weekdays, session.weekdays[1:])]
        gaps.append(session.weekdays[0] + 7 - session.weekdays[-1])
        assert min(gaps) >= 2, "48 h between"


def test_the_data_is_complete() -> None:
    exercises = plans.exercises()
    topics = {path.stem for path in (ROOT / "data" / "fitness").glob("*.yml")}
    for exercise in exercises.values():
        assert exercise.kit <= set(EQUIPMENT)
        assert exercise.level in LEVELS
        assert exercise.topic in topics, exercise.key
    for pattern in {exercise.pattern for exercise in exercises.values()}:
        assert any(e.pattern == pattern and not e.kit and e.level == "beginner" for e in exercises.values()), pattern
    assert plans.progression() == plans.Progression(Range(5, 10), Range(2, 3), Range(2, 10), Range(4, 8))


def test_growth_needs_ten_sets_for_the_glutes() -> None:
    for level, equipment in (
        ("beginner", []),
        ("beginner", ["band"]),
        ("intermediate", EQUIPMENT),
        ("advanced", EQUIPMENT),
    ):
        assert plans.weekly_sets(plans.choose(level, equipment, 4))["glutes"].low >= 10  # type: ignore[arg-type]


def test_errors_list_what_is_known() -> None:
    with pytest.raises(OutOfRangeError, match="days 0 is out of range: 1 to 7"):
        plans.choose("beginner", [], 0)
    with pytest.raises(ValueError, match=r"unknown: kettlebell; known are .*barbell"):
        plans.choose("beginner", ["kettlebell"], 3)
    with pytest.raises(ValueError, match=r"unknown: burpee; known are .*walking_lunge"):
        plans.choose("beginner", [], 3, ["burpee"])
