"""Who is listening: wakes the event streams of a conversation, and counts them."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from gateway import metrics
from gateway.errors import ApiError
from transcripts.values import Message


@dataclass
class Subscription:
    """One stream's ear.

    Attributes:
        woken: something has come.
        recorded: messages that are new in the record.
        passing: events that are not in the record: (name, data).
    """

    woken: asyncio.Event = field(default_factory=asyncio.Event)
    recorded: list[Message] = field(default_factory=list)
    passing: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def news(self) -> list[Message]:
        """Wait until something has come; return what of it is in the record."""
        await self.woken.wait()
        self.woken.clear()
        recorded, self.recorded = self.recorded, []
        return recorded

    def take_passing(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the events since the last call."""
        taken, self.passing = self.passing, []
        return taken


class Hub:
    """The open streams of this process.

    Args:
        conversation, address, total: most streams of each.
    """

    def __init__(self, conversation: int, address: int, total: int) -> None:
        self._most_conversation, self._most_address, self._most = conversation, address, total
        self._ears: defaultdict[str, list[Subscription]] = defaultdict(list)
        self._addresses: Counter[str] = Counter()

    def admit(self, conversation: str, address: str) -> None:
        """Raise ApiError when there are too many streams for one more."""
        if (
            len(self._ears.get(conversation, ())) >= self._most_conversation
            or self._addresses[address] >= self._most_address
            or self._addresses.total() >= self._most
        ):
            raise ApiError(
                "too_many_streams",
                "This chat is open in too many places: close one of them.",
                headers={"Retry-After": "30"},
            )

    @contextmanager
    def listen(self, conversation: str, address: str) -> Iterator[Subscription]:
        """Yield the subscription of a stream that was admitted."""
        ear = Subscription()
        self._ears[conversation].append(ear)
        self._addresses[address] += 1
        metrics.streams.inc()
        try:
            yield ear
        finally:
            metrics.streams.dec()
            self._addresses[address] -= 1
            if not self._addresses[address]:
                del self._addresses[address]
            self._ears[conversation].remove(ear)
            if not self._ears[conversation]:
                del self._ears[conversation]

    def tell(self, conversation: str, messages: Sequence[Message]) -> None:
        """Give a conversation's streams what is new in its record."""
        for ear in self._ears.get(conversation, ()):
            ear.recorded += messages
            ear.woken.set()

    def say(self, conversation: str, name: str, data: dict[str, Any]) -> None:
        """Send an event that is not in the record, such as `typing`."""
        for ear in self._ears.get(conversation, ()):
            ear.passing.append((name, data))
            ear.woken.set()
