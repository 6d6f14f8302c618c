"""The gateway's parts, and the work it does by itself: recovery, erasures that are still to do, retention."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

from gateway import metrics
from gateway.bridge import Bridge, BridgeError
from gateway.errors import ApiError
from gateway.hub import Hub
from gateway.limits import Limit
from gateway.settings import Settings
from gateway.shapes import Say, check
from gateway.stream import ERASED
from gateway.threads import Threads
from gateway.tokens import Tokens
from gateway.turns import Turns
from transcripts.record import Record, UnknownConversationError
from transcripts.values import Conversation, Message

logger = logging.getLogger(__name__)

#: Seconds between two looks at erasures that are to do, and between two at what is old enough to be erased.
ERASURES_EVERY, RETENTION_EVERY = 15.0, 3600.0


class Service:
    """Made by `gateway.app.create_app`, started and stopped with it."""

    def __init__(self, settings: Settings, record: Record, bridge: Bridge) -> None:
        self.settings, self.record, self.bridge = settings, record, bridge
        self.threads = Threads()
        self.tokens = Tokens(settings.key)
        self.hub = Hub(settings.streams_conversation, settings.streams_address, settings.streams)
        self.turns = Turns(record, self.threads, bridge, self.hub, settings.gateway_region)
        self.begin_limit = Limit(settings.limit_begin, "Too many new chats: wait {wait} seconds.")
        self.conversation_limit = Limit(settings.limit_conversation, "That was fast: wait {wait} seconds.")
        self.address_limit = Limit(settings.limit_address, "Too many messages from here: wait {wait} seconds.")
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Take up what an earlier process left, and begin the recurring work."""
        recovered = await self.turns.recover()
        if recovered:
            logger.warning("%d messages had no answer yet and are taken up.", recovered)
        self._tasks = [
            asyncio.create_task(_every(ERASURES_EVERY, self._erase_at_the_bot)),
            asyncio.create_task(_every(RETENTION_EVERY, self._expire)),
        ]

    async def stop(self) -> None:
        """Stop everything; the record is closed last."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.turns.close()
        await self.bridge.close()
        self.threads.close()
        self.record.close()

    async def say(self, conversation_id: str, body: Say, address: str) -> Message:
        """Put a visitor's message into the record and have it answered; a repeated one is not answered again.

        Raises:
            ApiError: there is no such conversation (any more), the message is malformed, or one too many.
        """
        message, conversation, new = await self.threads.run(self._store, conversation_id, body, address)
        if new:
            metrics.messages.labels(conversation.channel).inc()
            self.turns.take(message, conversation)
            self.hub.tell(conversation.id, [message])
        return message

    def _store(self, conversation_id: str, body: Say, address: str) -> tuple[Message, Conversation, bool]:
        """The part of `say` that asks the database, all in one go: each change of threads costs as much as a query."""
        conversation = existing(self.record.conversation(conversation_id))
        region = conversation.region
        if datetime.now(UTC) - conversation.last_at > self.settings.idle:
            raise ApiError("gone", "This chat has ended: start a new one.", region)
        check(body, region)
        self.conversation_limit.take(conversation.id, region)
        self.address_limit.take(address, region)
        text, payload = self._said(conversation, body)
        try:
            message, new = self.record.add_message(conversation.id, body.id, text, payload)
        except UnknownConversationError as error:  # deleted a moment ago
            raise ApiError("gone", "This chat was deleted: start a new one.", region) from error
        return message, conversation, new

    def _said(self, conversation: Conversation, body: Say) -> tuple[str, str | None]:
        """Return text and payload of a message: for a choice its title and what the bot knows it by."""
        if body.choice is None:
            return body.text or "", None
        sequence = int(body.choice[1:].partition("-")[0])
        message = self.record.message(conversation.id, sequence)
        for choice in message.choices if message else ():
            if choice.id == body.choice:
                return choice.title, choice.payload
        raise ApiError("bad_request", "That choice is not part of this chat: write what you want.", conversation.region)

    async def erase(self, conversation: str, actor: str) -> None:
        """Erase a conversation from the record, from memory and from the bot; the last is tried again until it is done."""
        self.turns.drop(conversation)
        await self.threads.run(self.record.erase, conversation, actor)
        self.hub.say(conversation, ERASED, {})
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
        for kind, number in (await self.threads.run(self.record.counts)).items():
            metrics.record_counts.labels(kind).set(number)

    async def _erase_one_at_the_bot(self, conversation: str) -> None:
        try:
            await self.bridge.erase(conversation)
        except BridgeError as error:
            logger.warning("A conversation is still to be erased at the bot: %s", error)
        else:
            await self.threads.run(self.record.erasure_done, conversation)

    async def _erase_at_the_bot(self) -> None:
        for conversation in await self.threads.run(self.record.pending_erasures):
            await self._erase_one_at_the_bot(conversation)

    async def _expire(self) -> None:
        for conversation in await self.threads.run(self.record.expire, self.settings.retention):
            self.turns.drop(conversation)
            self.hub.say(conversation, ERASED, {})
            await self._erase_one_at_the_bot(conversation)


def existing(conversation: Conversation | None) -> Conversation:
    """Return the conversation; raises ApiError when there is none."""
    if conversation is None:
        raise ApiError("gone", "This chat was deleted or has expired: start a new one.")
    return conversation


async def _every(seconds: float, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    while True:
        try:
            await work()
        except Exception:  # the next round tries again; the log says what was wrong
            logger.exception("Recurring work failed: %s", work.__name__)
        await asyncio.sleep(seconds)
