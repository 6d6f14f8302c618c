"""Training plans: which one fits level, equipment and days, with swaps for what is missing or disliked.

The plans are plans.yml. Sets count in full for each mover of an exercise. Injuries are the caller's: a plan knows none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from coaching.ranges import Range

Level = Literal["beginner", "intermediate", "advanced"]
_LEVELS: tuple[Level, ...] = ("beginner", "intermediate", "advanced")

#: Days a week that are accepted as an answer; a plan takes as many of them as it has sessions for, and two at least.
DAYS = Range(1, 7)


@dataclass(frozen=True)
class Exercise:
    """One exercise: `kit` is what it can be done with (any one), `topic` the topic that explains it."""

    key: str
    pattern: str
    level: Level
    kit: frozenset[str]
    topic: str
    each_side: bool = False

    @property
    def muscles(self) -> tuple[str, ...]:
        """The muscles that it counts for."""
        return tuple(_data()["patterns"][self.pattern])


@dataclass(frozen=True)
class Entry:
    """An exercise in a session. `instead_of` is what the plan had there; `disliked`: nothing else is possible."""

    exercise: Exercise
    sets: Range
    reps: Range
    instead_of: str | None
    disliked: bool


@dataclass(frozen=True)
class Session:
    """What is done on these weekdays (0 is Monday)."""

    name: str
    weekdays: tuple[int, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Plan:
    """A week of training; level and days may be lower than asked for when no plan fits these. Rest in seconds."""

    key: str
    level: Level
    days: int
    rest: Range
    sessions: tuple[Session, ...]


@dataclass(frozen=True)
class Progression:
    """For every plan: warm-up in minutes, repetitions in reserve, load step in percent, weeks until an easy one."""

    warm_up: Range
    in_reserve: Range
    load_step: Range
    easy_week: Range


@cache
def _data() -> dict[str, Any]:
    return dict(yaml.safe_load((Path(__file__).parent / "plans.yml").read_text(encoding="utf-8")))


@cache
def exercises() -> dict[str, Exercise]:
    """Return every exercise by its key, in each pattern from easier to harder."""
    return {
        key: Exercise(key, **{**entry, "kit": frozenset(entry["kit"])}) for key, entry in _data()["exercises"].items()
    }


def kits() -> dict[str, frozenset[str]]:
    """Return the named kits and their equipment: body_weight, bands, dumbbells, bands_and_dumbbells, gym."""
    return {name: frozenset(items) for name, items in _data()["kits"].items()}


def progression() -> Progression:
    """Return how every plan goes on."""
    return Progression(**{key: Range(*ends) for key, ends in _data()["progression"].items()})


def choose(level: Level, equipment: Collection[str], days: float, disliked: Collection[str] = ()) -> Plan:
    """Return the hardest plan that level, equipment and days allow, with swaps.

    Args:
        level: beginner, intermediate or advanced.
        equipment: band, dumbbell, barbell, cable, abduction_machine, adduction_machine; see `kits`.
        days: a week.
        disliked: keys of `exercises` to avoid.

    Raises:
        OutOfRangeError: for days outside 1-7.
        ValueError: for unknown equipment or exercises; it lists what is known.
    """
    DAYS.check("days", days)
    _check_known(equipment, frozenset().union(*kits().values()))
    _check_known(disliked, exercises().keys())
    for key, plan in _data()["plans"].items():
        fits = not plan["needs"] or not set(plan["needs"]).isdisjoint(equipment)
        least, most = plan["days"]
        if fits and _LEVELS.index(plan["level"]) <= _LEVELS.index(level) and max(days, 2) >= least:
            taken = int(min(max(days, 2), most))
            return _plan(key, plan, taken, level, frozenset(equipment), frozenset(disliked))
    raise AssertionError("the last plan fits everybody")


def weekly_sets(plan: Plan) -> dict[str, Range]:
    """Return the sets a week for each muscle."""
    low, high = Counter[str](), Counter[str]()
    for session in plan.sessions:
        for entry in session.entries:
            for muscle in entry.exercise.muscles:
                low[muscle] += int(entry.sets.low) * len(session.weekdays)
                high[muscle] += int(entry.sets.high) * len(session.weekdays)
    return {muscle: Range(low[muscle], high[muscle]) for muscle in low}


def bounds(plan: Plan) -> dict[str, Range]:
    """Return the bounds that a plan's weekly sets keep whatever is swapped."""
    return {muscle: Range(*ends) for muscle, ends in _data()["plans"][plan.key]["weekly_sets"].items()}


def _plan(
    key: str, plan: dict[str, Any], days: int, level: Level, equipment: frozenset[str], disliked: frozenset[str]
) -> Plan:
    names = list(plan["sessions"])
    weekdays = _data()["week"][days]
    sessions = []
    for number, name in enumerate(names):
        entries: list[Entry] = []
        for wanted, (sets, reps) in plan["sessions"][name].items():
            used = {entry.exercise.key for entry in entries} | set(plan["sessions"][name])
            options = _options(exercises()[wanted], level, equipment, used - {wanted})
            liked = [option for option in options if option.key not in disliked]
            taken = (liked or options)[0]
            instead_of = None if taken.key == wanted else wanted
            entries.append(Entry(taken, Range(*sets), Range(*reps), instead_of, not liked))
        sessions.append(Session(name, tuple(weekdays[number :: len(names)]), tuple(entries)))
    return Plan(key, plan["level"], days, Range(*plan["rest"]), tuple(sessions))


def _options(wanted: Exercise, level: Level, equipment: frozenset[str], used: set[str]) -> list[Exercise]:
    """Return what can stand for an exercise: same muscles, kit at hand, not too hard; the nearest first."""
    order = list(exercises().values())
    return sorted(
        (
            option
            for option in order
            if option.muscles == wanted.muscles
            and option.key not in used
            and (not option.kit or not option.kit.isdisjoint(equipment))
            and _LEVELS.index(option.level) <= _LEVELS.index(level)
        ),
        key=lambda option: (option.pattern != wanted.pattern, abs(order.index(option) - order.index(wanted))),
    )


def _check_known(given: Collection[str], known: Collection[str]) -> None:
    if unknown := set(given) - set(known):
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}; known are {', '.join(sorted(known))}")
