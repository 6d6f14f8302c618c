"""Sends what waits in the record: one worker an address while something waits there, what is urgent first."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from gateway.platforms.adapter import Adapter
from gateway.platforms.sending import Sender, utc_now
from gateway.platforms.unrecorded import Unrecorded
from gateway.platforms.worker import GRACE, Worker
from gateway.threads import Threads
from transcripts.record import Record
from transcripts.values import Delivery

logger = logging.getLogger(__name__)

#: Messages that are on their way at once, all addresses together; urgent ones do not count and do not wait.
AT_ONCE = 16


class Outbox:
    """Sends to the platforms of `adapters`, by name."""

    def __init__(
        self,
        record: Record,
        threads: Threads,
        adapters: Mapping[str, Adapter],
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._record, self._threads, self._adapters = record, threads, adapters
        self._sender = Sender(record, threads, adapters, now=now)
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._workers: dict[tuple[str, str], Worker] = {}
        self._unrecorded = Unrecorded(adapters)
        self._stopping = False

    async def start(self) -> None:
        """Take over what an earlier process left, and send everything that waits."""
        again, unknown = await self._threads.run(self._record.take_over)
        if again or unknown:
            logger.warning("Stopped while sending: %d urgent go again, the fate of %d is unknown.", again, unknown)
        for channel, address in await self._threads.read(self._record.waiting_addresses):
            self.wake(channel, address)

    def wake(self, channel: str, address: str) -> None:
        """Look into the record: something waits to be sent there. Does nothing for a platform that is off."""
        if self._stopping or channel not in self._adapters:
            return
        key = (channel, address)
        if key not in self._workers:
            self._workers[key] = Worker(
                lambda: self._waiting(channel, address), self._sender, self._slots, lambda: self._done(key)
            )
        self._workers[key].woken.set()

    def say_now(self, channel: str, address: str, text: str) -> None:
        """Send an urgent text that the record cannot take just now; returns at once."""
        if not self._stopping:
            self._unrecorded.say(channel, address, text)

    async def stop(self) -> None:
        """Send no more; what is on its way may end. What waits is sent after the next start."""
        self._stopping = True
        stops = [worker.stop() for worker in self._workers.values()]
        await asyncio.gather(*stops, self._unrecorded.stop(GRACE))

    def _done(self, key: tuple[str, str]) -> None:
        self._workers.pop(key, None)

    async def _waiting(self, channel: str, address: str) -> list[Delivery]:
        return await self._threads.read(self._record.waiting, channel, address)
