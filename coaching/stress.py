"""Stress: which ways of coping fit its sources and the time there is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from coaching.ranges import Range

Source = Literal["work", "family", "money", "health", "sleep", "news", "other"]

#: Minutes a day that are accepted as an answer.
MINUTES = Range(0, 240)
#: Of the suggestions that fit this many are given.
_MOST = 3


@dataclass(frozen=True)
class _Technique:
    """A way of coping: its key, the minutes it takes, and the sources it is meant for (none: any)."""

    key: str
    minutes: float
    sources: frozenset[Source] = frozenset()


_TECHNIQUES = (
    _Technique("write_it_down", 10, frozenset({"work", "money"})),
    _Technique("talk_to_someone", 15, frozenset({"family", "money", "health"})),
    _Technique("screens_off", 0, frozenset({"news", "sleep"})),
    _Technique("routine", 0, frozenset({"work", "family", "sleep"})),
    _Technique("breathing", 2),
    _Technique("walk", 10),
)


def suggestions(sources: Collection[Source], minutes: float) -> tuple[str, ...]:
    """Return two or three suggestion keys that fit into `minutes` a day: for the sources first, then for anything.

    Keys: breathing, walk, routine, talk_to_someone, screens_off, write_it_down. When to see a professional is not among
    them: that is said whatever the answers are.

    Raises:
        OutOfRangeError: for minutes outside 0-240.
    """
    MINUTES.check("minutes", minutes)
    fitting = [technique for technique in _TECHNIQUES if technique.minutes <= minutes]
    fitting.sort(key=lambda technique: (technique.sources.isdisjoint(sources), bool(technique.sources)))
    return tuple(technique.key for technique in fitting[:_MOST])
