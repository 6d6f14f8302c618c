"""Sends one part of one delivery, and keeps its fate in the record."""

from __future__ import annotations

import asyncio
import logging
import random
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import ParamSpec, TypeVar

from gateway import metrics
from gateway.platforms.adapter import Adapter, FateUnknownError, NotSentError, Part, RejectedError
from gateway.platforms.fitting import parts
from gateway.platforms.showing import buttons_of, text_of
from gateway.threads import Threads
from transcripts.record import Record
from transcripts.values import Delivery, FinalDeliveryState

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

#: Seconds before the second try; each further pause is twice as long, up to the longest.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
#: So much longer or shorter is a pause, at random: not everybody comes back at the same moment.
JITTER = 0.2
#: What could not be sent for so long has failed; where the record does not tell how long, so many tries.
GIVEN_UP_AFTER, MOST_TRIES = timedelta(hours=24), 300
#: An urgent text whose fate is unknown is sent so often in all, in 8 minutes or so; then its fate is unknown for good.
MOST_DOUBTFUL = 10
#: Seconds between two tries to write a fate into the record.
RECORD_PAUSE = 2.0


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class Sender:
    """What the workers of the outbox share."""

    def __init__(
        self,
        record: Record,
        threads: Threads,
        adapters: Mapping[str, Adapter],
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._record, self._threads, self._adapters, self._now = record, threads, adapters, now
        self._doubtful: Counter[int] = Counter()

    def may_have_arrived(self, delivery: Delivery) -> bool:
        """Tell whether an urgent delivery that is to be sent again may have arrived already."""
        return delivery.id in self._doubtful

    def seconds_until(self, delivery: Delivery) -> float:
        """Return how long a delivery has still to wait; 0 when it is due."""
        return max(0.0, (delivery.next_at - self._now()).total_seconds()) if delivery.next_at else 0.0

    async def send(self, delivery: Delivery) -> None:
        """Send the next part of a delivery that is due; returns when what came of it is in the record."""
        adapter = self._adapters[delivery.channel]
        found, made_at = await self._parts(delivery, adapter)
        too_old = self._now() - made_at > GIVEN_UP_AFTER if made_at else delivery.attempts >= MOST_TRIES
        if too_old:
            await self._end(delivery, "failed", delivery.reason or "not sent in time")
            return
        if not await self._kept(self._record.sending, delivery.id):
            self._doubtful.pop(delivery.id, None)
            return  # erased, or someone else's
        if delivery.part >= len(found):  # empty, or the limits have changed with a new version
            await self._kept(self._record.sent_part, delivery.id, last=True)
            return
        try:
            await adapter.send(delivery.address, found[delivery.part])
        except NotSentError as error:
            await self._postpone(delivery, str(error), error.wait)
        except RejectedError as error:
            await self._end(delivery, "failed", str(error))
        except FateUnknownError as error:
            await self._doubt(delivery, str(error))
        except Exception as error:  # a fault in the adapter, before or after the message left
            place = traceback.extract_tb(error.__traceback__)[-1]
            reason = f"{type(error).__name__} in {place.name}, line {place.lineno}"  # its own text may hold words
            logger.error("A message to %s: %s", delivery.channel, reason)
            await self._doubt(delivery, reason)
        else:
            self._doubtful.pop(delivery.id, None)
            metrics.sends.labels(delivery.channel, "sent").inc()
            await self._kept(self._record.sent_part, delivery.id, last=delivery.part + 1 == len(found))

    async def _parts(self, delivery: Delivery, adapter: Adapter) -> tuple[list[Part], datetime | None]:
        """Return the messages of a delivery, and when it was made; [] for one that was erased a moment ago."""
        if delivery.conversation_id is None or delivery.sequence is None:
            return parts(delivery.text or "", (), adapter.limits, delivery.urgent), None
        message = await self._kept(self._record.message, delivery.conversation_id, delivery.sequence)
        if message is None:
            return [], None
        return parts(text_of(message), buttons_of(message), adapter.limits, delivery.urgent), message.created_at

    async def _doubt(self, delivery: Delivery, reason: str) -> None:
        """An urgent message is sent again: better twice than not at all. Any other is not: staff see that nobody knows."""
        self._doubtful[delivery.id] += 1
        if delivery.urgent and self._doubtful[delivery.id] < MOST_DOUBTFUL:
            await self._postpone(delivery, reason, None)
        else:
            await self._end(delivery, "unknown", reason)

    async def _postpone(self, delivery: Delivery, reason: str, wait: float | None) -> None:
        metrics.sends.labels(delivery.channel, "postponed").inc()
        pause = max(wait or 0.0, pause_after(delivery.attempts))
        await self._kept(self._record.postpone, delivery.id, self._now() + timedelta(seconds=pause), reason)

    async def _end(self, delivery: Delivery, state: FinalDeliveryState, reason: str) -> None:
        self._doubtful.pop(delivery.id, None)
        metrics.sends.labels(delivery.channel, state).inc()
        logger.warning("A message to %s is %s: %s", delivery.channel, state, reason)
        await self._kept(self._record.end_delivery, delivery.id, state, reason)

    async def _kept(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what a call of the record returns, however often it takes: what came of a send must not be forgotten."""
        while True:
            try:
                return await self._threads.run(call, *args, **kwargs)
            except Exception as error:
                logger.error("The record is out of order, and is tried again: %s", type(error).__name__)
                await asyncio.sleep(RECORD_PAUSE)


def pause_after(failures: int) -> float:
    """Return the seconds to wait after a failed try that had so many before it."""
    pause = FIRST_PAUSE * float(2 ** min(failures, 20))
    return min(LONGEST_PAUSE, pause * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311 - no secret
