"""From what a platform delivers to messages in the record and turns of the bot: once, in order, each address by itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from gateway import metrics
from gateway.errors import ApiError
from gateway.limits import Limit
from gateway.platforms import words
from gateway.platforms.adapter import Adapter, Arrival
from gateway.platforms.answers import Answers
from gateway.platforms.commands import is_deletion
from gateway.platforms.hearing import IDLE, Hearing, asked
from gateway.threads import Threads
from transcripts.record import Record
from transcripts.values import Arrived, Conversation, Message

logger = logging.getLogger(__name__)

#: Seconds between two tries of a deletion while the record is out of order.
PAUSE = 2.0
#: Most calls at once that tell a platform of an arrival, such as a typing sign.
TOLD_AT_ONCE = 16


class Turns(Protocol):
    """What the inbox needs of `gateway.turns.Turns`."""

    def take(self, message: Message, conversation: Conversation) -> None:
        """Answer a message, after those before it."""

    def drop(self, conversation: str) -> None:
        """Forget what waits in a conversation."""


class Inbox:
    """Takes arrivals.

    Args:
        limit: how much one person may write.
        region: of the installation; it goes before that of the phone (a country that somebody names goes before both).
        erased: called with the id of each conversation that was erased here; it returns at once.
        wake: called with channel and address when something waits to be sent there.
    """

    def __init__(
        self,
        record: Record,
        threads: Threads,
        turns: Turns,
        answers: Answers,
        limit: Limit,
        *,
        region: str | None,
        erased: Callable[[str], None],
        wake: Callable[[str, str], None],
    ) -> None:
        self._record, self._threads, self._turns, self._answers, self._limit = record, threads, turns, answers, limit
        self._region, self._erased, self._wake = region, erased, wake
        self._hearing = Hearing(record, threads)
        self._locks: dict[tuple[str, str], tuple[asyncio.Lock, list[None]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self, adapter: Adapter, arrival: Arrival) -> None:
        """Put one arrival into the record and have it answered; a repeat changes nothing.

        Raises whatever the record raises: then the platform must deliver it again.
        """
        async with self._alone(adapter.name, arrival.address):
            arrived = await self._threads.run(
                self._record.arrive,
                adapter.name,
                arrival.event_id,
                arrival.address,
                await self._hearing.said(adapter, arrival),
                public=arrival.public,
                region=self._region or arrival.region,
                idle=IDLE,
                anew=asked(arrival) == "new",
            )
            metrics.arrivals.labels(adapter.name, "taken" if arrived else "repeat").inc()
            if arrived is None or arrived.conversation is None or not arrived.messages:
                return
            self._tell(adapter, arrival)
            if asked(arrival) == "delete":
                await self._delete(arrived.conversation)
            else:
                self._answer(arrived, arrived.conversation)

    async def recover(self) -> None:
        """Carry out the deletions that an earlier process left: call it before the other messages are taken up."""
        for message in await self._threads.read(self._record.pending):
            if is_deletion(message):
                conversation = await self._threads.read(self._record.conversation, message.conversation_id)
                if conversation and conversation.address is not None:
                    await self._delete(conversation)

    async def close(self) -> None:
        """Stop telling platforms that something has arrived."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _tell(self, adapter: Adapter, arrival: Arrival) -> None:
        """Tell the platform, in the background; not when that is slow: connections are for the answers."""
        if len(self._tasks) < TOLD_AT_ONCE:
            task = asyncio.create_task(_tell(adapter, arrival))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _answer(self, arrived: Arrived, conversation: Conversation) -> None:
        if not arrived.first and arrived.messages[0].sequence == 1:
            self._answers.mark_returning(conversation.id)
        for message in arrived.messages:
            metrics.messages.labels(conversation.channel).inc()
            if self._is_too_many(conversation):
                self._answers.mark_too_many(message)
            self._turns.take(message, conversation)

    def _is_too_many(self, conversation: Conversation) -> bool:
        try:
            self._limit.take(f"{conversation.channel} {conversation.address}")
        except ApiError:
            return True
        return False

    async def _delete(self, conversation: Conversation) -> None:
        """Erase everything of an address and confirm it; tried until it is done, so that nothing new slips in between."""
        channel, address = conversation.channel, str(conversation.address)
        text = words.deleted(conversation.region or self._region)
        while True:
            try:
                for erased in await self._threads.run(self._record.erase_address, channel, address, "visitor"):
                    self._turns.drop(erased)
                    self._erased(erased)
                await self._threads.run(self._record.notify, channel, address, text)
            except Exception as error:  # whatever it is: the person was promised it
                logger.error("A deletion failed, and is tried again: %s", type(error).__name__)
                await asyncio.sleep(PAUSE)
            else:
                self._wake(channel, address)
                return

    @asynccontextmanager
    async def _alone(self, channel: str, address: str) -> AsyncIterator[None]:
        """Let one arrival of an address in at a time, in the order in which they come."""
        key = (channel, address)
        lock, users = self._locks.setdefault(key, (asyncio.Lock(), []))
        users.append(None)
        try:
            async with lock:
                yield
        finally:
            users.pop()
            if not users:
                del self._locks[key]


async def _tell(adapter: Adapter, arrival: Arrival) -> None:
    try:
        await adapter.received(arrival)
    except Exception as error:  # a typing sign is of no account; the error's text may hold an address
        logger.info("%s was not told that something has arrived: %s", adapter.name, type(error).__name__)
