"""Says what is urgent past the record: while that is out of order, the outbox does not learn of an answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from gateway import metrics
from gateway.platforms.adapter import Adapter, NotSentError, Part, RejectedError
from gateway.platforms.fitting import parts
from gateway.platforms.sending import LONGEST_PAUSE, MOST_DOUBTFUL, pause_after

logger = logging.getLogger(__name__)


class Unrecorded:
    """Sends at once, and a few times more where it fails; nothing of it is kept.

    When the record works again the answer comes by way of the outbox too: an urgent text rather twice than too late.
    """

    def __init__(self, adapters: Mapping[str, Adapter]) -> None:
        self._adapters = adapters
        self._tasks: set[asyncio.Task[None]] = set()

    def say(self, channel: str, address: str, text: str) -> None:
        """Begin to send an urgent text, and return at once. Does nothing for a platform that is off."""
        adapter = self._adapters.get(channel)
        if adapter is None:
            return
        task = asyncio.create_task(self._say(adapter, address, parts(text, (), adapter.limits, urgent=True)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self, patience: float) -> None:
        """Begin no more; what is on its way gets `patience` seconds to end."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _say(self, adapter: Adapter, address: str, messages: list[Part]) -> None:
        logger.warning("The record is out of order: an urgent text to %s is sent without it.", adapter.name)
        for message in messages:
            if not await self._sent(adapter, address, message):
                return

    async def _sent(self, adapter: Adapter, address: str, message: Part) -> bool:
        for failures in range(MOST_DOUBTFUL):
            wait: float | None = None
            try:
                await adapter.send(address, message)
            except RejectedError as error:
                metrics.sends.labels(adapter.name, "failed").inc()
                logger.warning("An urgent text to %s is failed: %s", adapter.name, error)
                return False
            except Exception as error:  # its fate is unknown, or there is a fault of ours: better twice than not at all
                metrics.sends.labels(adapter.name, "postponed").inc()
                logger.warning("An urgent text to %s is tried again: %s", adapter.name, type(error).__name__)
                wait = error.wait if isinstance(error, NotSentError) else None
            else:
                metrics.sends.labels(adapter.name, "sent").inc()
                return True
            if wait is not None and wait > LONGEST_PAUSE:
                break  # by then the record works again, or nobody needs it any more
            await asyncio.sleep(max(wait or 0.0, pause_after(failures)))
        logger.error("An urgent text to %s was given up.", adapter.name)
        return False
