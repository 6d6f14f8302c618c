"""Sends what waits for one address: in order, but for what is urgent, which goes before and beside everything else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from gateway.platforms.sending import RECORD_PAUSE, Sender
from transcripts.values import Delivery

logger = logging.getLogger(__name__)

#: Seconds that what is on its way gets at the end, so that its fate is known.
GRACE = 4.0


class Worker:
    """At most one ordinary message is on its way, and beside it at most one urgent one. Ends when nothing waits.

    No ordinary message is begun while an urgent one waits or is on its way. The exception is an urgent one that may have
    arrived already and is sent again to be sure: it holds nobody up between its tries.

    Args:
        waiting: reads what waits, the urgent first, then the oldest.
        slots: of the ordinary messages to all addresses.
        done: called once, at the end.
    """

    def __init__(
        self,
        waiting: Callable[[], Awaitable[Sequence[Delivery]]],
        sender: Sender,
        slots: asyncio.Semaphore,
        done: Callable[[], None],
    ) -> None:
        #: Set when something new waits.
        self.woken = asyncio.Event()
        self._waiting, self._sender, self._slots, self._done = waiting, sender, slots, done
        self._urgent: asyncio.Task[None] | None = None
        self._ordinary: asyncio.Task[None] | None = None
        self._stopping = False
        self._task = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """Begin no more; what is on its way gets a moment to end."""
        self._stopping = True
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        on_their_way = [task for task in (self._urgent, self._ordinary) if task]
        if on_their_way:
            _, late = await asyncio.wait(on_their_way, timeout=GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _work(self) -> None:
        try:
            while True:
                self.woken.clear()
                under_way = (self._urgent, self._ordinary)
                rows = await self._read()
                if under_way != (self._urgent, self._ordinary):
                    continue  # what ended meanwhile may be missing in these rows, and is before them
                pause = self._begin(rows)
                if not (rows or self._urgent or self._ordinary or self.woken.is_set()):
                    return
                try:
                    async with asyncio.timeout(pause):
                        await self.woken.wait()
                except TimeoutError:
                    pass  # the next one is due
        finally:
            self._done()

    async def _read(self) -> Sequence[Delivery]:
        while True:
            try:
                return await self._waiting()
            except Exception as error:  # whatever it is: what waits must be sent when the record works again
                logger.error("The record is out of order, and is tried again: %s", type(error).__name__)
                await asyncio.sleep(RECORD_PAUSE)

    def _begin(self, rows: Sequence[Delivery]) -> float | None:
        """Begin to send what is due; return the seconds until something else is, None when that is not a matter of time."""
        pauses: list[float] = []
        urgent = [row for row in rows if row.urgent]
        if self._urgent is None:
            due = next((row for row in urgent if not self._sender.seconds_until(row)), None)
            if due:
                self._urgent = self._start(lambda: self._sender.send(due))
            pauses += [self._sender.seconds_until(row) for row in urgent if row is not due]
        ordinary = next((row for row in rows if not row.urgent), None)
        held_up = self._urgent or not all(self._sender.may_have_arrived(row) for row in urgent)
        if ordinary and self._ordinary is None and not held_up:
            pause = self._sender.seconds_until(ordinary)
            if pause:
                pauses.append(pause)
            else:
                self._ordinary = self._start(lambda: self._send_in_turn(ordinary))
        return min((pause for pause in pauses if pause), default=None)

    async def _send_in_turn(self, delivery: Delivery) -> None:
        async with self._slots:
            if not (self._urgent or self._stopping):  # it may have come while this one waited
                await self._sender.send(delivery)

    def _start(self, sending: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        async def send() -> None:
            task = asyncio.current_task()
            try:
                await sending()
            except Exception as error:  # not of the platform, and not of the record: a fault of ours
                logger.error("A message could not be sent, and is tried again: %s", type(error).__name__)
                await asyncio.sleep(RECORD_PAUSE)
            finally:
                self._urgent = None if self._urgent is task else self._urgent
                self._ordinary = None if self._ordinary is task else self._ordinary
                self.woken.set()

        return asyncio.create_task(send())
