"""The gateway's parts, and the work it does by itself: recovery, erasures that are still to do, retention."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from gateway import metrics
from gateway.bridge import Bridge, BridgeError
from gateway.hub import Hub
from gateway.limits import Limit
from gateway.platforms.adapter import Adapter
from gateway.platforms.answers import Answers
from gateway.platforms.service import Platforms
from gateway.posting import Posting
from gateway.settings import Settings
from gateway.shapes import Say
from gateway.stream import ERASED
from gateway.threads import Threads
from gateway.tokens import Tokens
from gateway.turns import Turns
from transcripts.privacy.retention import EVERY
from transcripts.record import Record
from transcripts.values import Conversation, Message

logger = logging.getLogger(__name__)

#: Seconds between two looks at erasures that are to do, and between two at what is old enough to be erased.
ERASURES_EVERY, RETENTION_EVERY = 15.0, EVERY.total_seconds()
#: Steps of the event loop after which a turn has gone out to the bot: its worker begins, then the request is written. The
#: visitor waits for the turn, so it goes before the answer to the visitor's own request.
UNDER_WAY = 2


class Service:
    """Made by `gateway.app.create_app`, started and stopped with it."""

    def __init__(
        self,
        settings: Settings,
        record: Record,
        bridge: Bridge,
        adapters: Mapping[str, Adapter],
        public_url: str | None,
    ) -> None:
        self.settings, self.record, self.bridge = settings, record, bridge
        self.threads = Threads()
        self.tokens = Tokens(settings.key)
        self.hub = Hub(settings.streams_conversation, settings.streams_address, settings.streams)
        answers = Answers(settings.gateway_region, settings.retention_days)
        self.turns = Turns(
            record,
            self.threads,
            bridge,
            self.hub,
            answers,
            settings.gateway_region,
            stored=self._deliver,
            unstored=lambda conversation, replies: self.platforms.say_now(conversation, replies),
        )
        self.begin_limit = Limit(settings.limit_begin, "Too many new chats: wait {wait} seconds.")
        by_conversation = Limit(settings.limit_conversation, "That was fast: wait {wait} seconds.")
        by_address = Limit(settings.limit_address, "Too many messages from here: wait {wait} seconds.")
        self._posting = Posting(record, self.threads, settings.idle, by_conversation, by_address)
        self.platforms = Platforms(
            adapters,
            public_url,
            record,
            self.threads,
            self.turns,
            answers,
            by_conversation,
            region=settings.gateway_region,
            erased=self._erase_soon,
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._erasing: set[asyncio.Task[None]] = set()
        self._pending: set[str] = set()

    async def start(self) -> None:
        """Take up what an earlier process left, and begin the recurring work."""
        await self.platforms.start()
        recovered = await self.turns.recover()
        if recovered:
            logger.warning("%d messages had no answer yet and are taken up.", recovered)
        self._tasks = [
            asyncio.create_task(_every(ERASURES_EVERY, self._erase_at_the_bot)),
            asyncio.create_task(_every(RETENTION_EVERY, self._expire)),
        ]

    async def stop(self) -> None:
        """Stop everything; the record is closed last."""
        tasks = [*self._tasks, *self._erasing]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.turns.close()
        await self.platforms.stop()
        await self.bridge.close()
        self.threads.close()
        self.record.close()

    async def say(self, conversation_id: str, body: Say, address: str) -> Message:
        """Put a visitor's message into the record and have it answered; a repeated one is not answered again.

        Raises:
            ApiError: there is no such conversation (any more), the message is malformed, or one too many.
        """
        message, new, conversation = await self._posting.store(conversation_id, body, address)
        if new:
            metrics.messages.labels(conversation.channel).inc()
            self.turns.take(message, conversation)
            for _ in range(UNDER_WAY):
                await asyncio.sleep(0)
        return message

    async def erase(self, conversation: str, actor: str) -> None:
        """Erase a conversation from the record, from memory and from the bot; the last is tried again until it is done."""
        self.turns.drop(conversation)
        await self.threads.run(self.record.erase, conversation, actor)
        self._let_go(conversation)  # also of what came meanwhile: it must not reach the bot any more
        await self._erase_one_at_the_bot(conversation)

    async def ready(self) -> dict[str, bool]:
        """Tell which parts work: the record, the bot."""
        try:
            await self.threads.run(self.record.check)
            record = True
        except Exception:
            logger.exception("The record is out of order.")
            record = False
        return {"record": record, "bot": await self.bridge.healthy()}

    async def count(self) -> None:
        """Bring the metrics of the record up to date."""
        for kind, number in (await self.threads.read(self.record.counts)).items():
            metrics.record_counts.labels(kind).set(number)

    def _deliver(self, conversation: Conversation) -> None:
        if conversation.address is not None:
            self.platforms.outbox.wake(conversation.channel, conversation.address)

    def _erase_soon(self, conversation: str) -> None:
        task = asyncio.create_task(self._erase_one_at_the_bot(conversation))
        self._erasing.add(task)
        task.add_done_callback(self._erasing.discard)

    async def _erase_one_at_the_bot(self, conversation: str) -> None:
        try:
            await self.bridge.erase(conversation)
        except BridgeError as error:
            logger.warning("A conversation is still to be erased at the bot: %s", error)
        else:
            await self.threads.run(self.record.erasure_done, conversation)

    async def _erase_at_the_bot(self) -> None:
        """Erase at the bot what is erased in the record, by the console perhaps: then nothing here may bring it back."""
        pending = await self.threads.read(self.record.pending_erasures)
        for conversation in pending:
            self._let_go(conversation)
            await self._erase_one_at_the_bot(conversation)
        if set(pending) - self._pending:  # whoever erased it may have found the file in use, or too large, to clean it
            await self.threads.run(self.record.clean)
        self._pending = set(pending)

    async def _expire(self) -> None:
        expired = await self.threads.run(self.record.expire, self.settings.retention)
        await self.threads.run(self.record.note_retention, self.settings.retention, len(expired))
        for conversation in expired:
            self._let_go(conversation)
            await self._erase_one_at_the_bot(conversation)

    def _let_go(self, conversation: str) -> None:
        """Forget what waits in an erased conversation, and close it where it is open."""
        self.turns.drop(conversation)
        self.hub.say(conversation, ERASED, {})


async def _every(seconds: float, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    while True:
        try:
            await work()
        except Exception:  # the next round tries again; the log says what was wrong
            logger.exception("Recurring work failed: %s", work.__name__)
        await asyncio.sleep(seconds)
