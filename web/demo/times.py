"""When everything of the demo happens: drawn from a seed, within the last days; what is waited for is waited for really."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from demo.people import Person

#: The record keeps conversations for 30 days by default: these are younger.
DAYS = 28
#: How many write at each hour of the day (UTC): evenings most, nights a few.
HOURS = (2, 2, 1, 1, 1, 2, 4, 7, 8, 8, 7, 7, 8, 7, 6, 6, 7, 9, 11, 13, 14, 12, 8, 4)
#: So long before the end of the demo the last conversation begins at the latest.
LAST = timedelta(minutes=50)
#: Seconds: looking before writing, reading and typing a character, and the longest pause.
LOOKS, READS, TYPES, LONGEST = 3.0, 0.02, 0.12, 240.0


class Clock:
    """The time of the demo: set, it goes on as fast as a clock does, so that answers take as long as they really took."""

    def __init__(self, at: datetime) -> None:
        self.set(at)

    def set(self, at: datetime) -> None:
        """Go on from `at`."""
        self._at, self._since = at, time.monotonic()

    def __call__(self) -> datetime:
        """Return the time."""
        return self._at + timedelta(seconds=time.monotonic() - self._since)


def beginnings(people: Sequence[Person], seed: int, end: datetime) -> list[tuple[datetime, Person]]:
    """Return when each of them begins, the earliest first; the same for the same seed and end."""
    found = []
    for person in people:
        chance = random.Random(f"{seed} {person.name}")  # each by itself: one more person moves nobody else
        drawn = chance.choices(range(24), HOURS)[0]
        day = end - timedelta(days=chance.randrange(DAYS))
        hour = drawn if person.hour is None else person.hour
        at = day.replace(hour=hour, minute=chance.randrange(60), second=chance.randrange(60), microsecond=0)
        latest = end - LAST - timedelta(hours=sum(step.hours for step in person.steps))
        while at > latest:
            at -= timedelta(days=1)
        found.append((at, person))
    return sorted(found, key=lambda each: (each[0], each[1].name))


def pause(chance: random.Random, read: str, typed: str) -> timedelta:
    """Return how long somebody reads, thinks and types."""
    seconds = LOOKS + len(read) * READS + len(typed) * TYPES
    return timedelta(seconds=min(LONGEST, seconds * chance.uniform(0.6, 1.8)))
