"""Takes a visitor's message to the bot and its answer to the record: once, in order, and never in silence."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from gateway import metrics
from gateway.bridge import Bridge, BridgeError
from gateway.hub import Hub
from gateway.numbers import failure_text
from gateway.platforms.answers import Answers
from gateway.replies import failure, replies, understanding, urgent_event
from gateway.threads import Threads
from transcripts.record import Record
from transcripts.values import Conversation, Message, Reply

logger = logging.getLogger(__name__)

#: Seconds from a message to its answer, or to the text that says there is none.
PATIENCE = 7.5
#: Seconds between two tries to store an answer while the record is out of order.
RECORD_PAUSE = 2.0
#: Seconds until the visitor is told that an answer is being made.
TYPING_AFTER = 0.3
#: Seconds after which an answer is shown that is still being put into the record: somebody else may be writing for long.
SHOWN_AFTER = 0.5


class Turns:
    """The work that messages make. One worker for each conversation that has any, so that its messages stay in order.

    Args:
        answers: what the gateway says by itself on messaging platforms.
        region: of the installation, where a conversation's is unknown.
        stored: called when a conversation's answer is in the record; it returns at once.
        unstored: called with an answer that the record cannot take just now, once a turn; it returns at once.
    """

    def __init__(
        self,
        record: Record,
        threads: Threads,
        bridge: Bridge,
        hub: Hub,
        answers: Answers,
        region: str | None,
        stored: Callable[[Conversation], None],
        unstored: Callable[[Conversation, Sequence[Reply]], None],
    ) -> None:
        self._record, self._threads, self._bridge, self._hub = record, threads, bridge, hub
        self._answers, self._region = answers, region
        self._stored, self._unstored = stored, unstored
        self._waiting: defaultdict[str, deque[tuple[Message, Conversation, float]]] = defaultdict(deque)
        self._workers: dict[str, asyncio.Task[None]] = {}

    def take(self, message: Message, conversation: Conversation) -> None:
        """Answer a message that is in the record, after those before it."""
        self._waiting[conversation.id].append((message, conversation, time.monotonic()))
        if conversation.id in self._workers:
            self._hub.tell(conversation.id, [message])  # its turn comes later
        else:
            self._workers[conversation.id] = asyncio.create_task(self._work(conversation.id))

    async def recover(self) -> int:
        """Take up what an earlier process left without an answer; returns how many messages that is."""
        pending = await self._threads.read(self._record.pending)
        for message in pending:
            conversation = await self._threads.read(self._record.conversation, message.conversation_id)
            if conversation:
                self.take(message, conversation)
        return len(pending)

    def drop(self, conversation: str) -> None:
        """Forget what waits in a conversation that is erased."""
        self._waiting.pop(conversation, None)
        worker = self._workers.pop(conversation, None)
        if worker:
            worker.cancel()

    async def close(self) -> None:
        """Stop; what is under way is in the record as received, and the next start takes it up."""
        workers = list(self._workers.values())
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    async def _work(self, conversation_id: str) -> None:
        waiting = self._waiting[conversation_id]
        try:
            named: str | None = None  # a country, while what waits was taken before it was named
            while waiting:
                message, conversation, since = waiting.popleft()
                conversation = replace(conversation, region=named or conversation.region)
                with self._shown_when_slow(message):
                    named = await self._answer(message, conversation, since) or named
        finally:
            if self._waiting.get(conversation_id) is waiting:
                del self._waiting[conversation_id]
                self._workers.pop(conversation_id, None)

    @contextmanager
    def _shown_when_slow(self, message: Message) -> Iterator[None]:
        """Show the message, and that an answer is being made, when that takes so long that somebody wonders."""
        conversation_id, told = message.conversation_id, False

        def tell() -> None:
            nonlocal told
            told = True
            self._hub.tell(conversation_id, [message])
            self._hub.say(conversation_id, "typing", {"typing": True})

        timer = asyncio.get_running_loop().call_later(TYPING_AFTER, tell)
        try:
            yield
        finally:
            timer.cancel()
            if told:
                self._hub.say(conversation_id, "typing", {"typing": False})

    async def _answer(self, message: Message, conversation: Conversation, since: float) -> str | None:
        """Have a message answered; returns the country that the visitor has named in it, or None."""
        own = self._answers.own(message, conversation)
        if own:
            await self._store(message, conversation, own, {}, self._answers.reason(message), None)
            return None
        region = conversation.region or self._region
        reason: str | None = None
        answer: dict[str, Any] = {}
        try:
            answer = await self._bridge.turn(_call(message, conversation.channel, region), _left(since))
        except BridgeError as error:
            reason, answer = str(error), error.answer or {}
            logger.warning("Message %s of a conversation was not answered: %s", message.sequence, error)
        except Exception as error:  # a fault of ours must not leave a visitor without a reply
            reason = f"{type(error).__name__} in the gateway"
            logger.exception("A turn failed in the gateway.")
        said = replies(answer) if answer else [failure(failure_text(region))]
        named = answer["region"] if answer and answer["region"] != region else None  # else it is what the bot was told
        await self._store(message, conversation, said, answer, reason, named)
        outcome = "unanswered" if reason and not answer else str(answer.get("outcome"))
        metrics.turns.labels(outcome).inc()
        metrics.turn_seconds.observe(time.monotonic() - since)
        if answer.get("degraded"):
            metrics.degraded.inc()
        return named

    async def _store(
        self,
        message: Message,
        conversation: Conversation,
        said: Sequence[Reply],
        answer: dict[str, Any],
        reason: str | None,
        named: str | None,
    ) -> None:
        """Put the answer into the record; while that takes long or fails the visitor sees it all the same."""
        with self._shown_when_unstored(message, conversation, said, answer) as show:
            while True:
                try:
                    stored = await self._threads.run_or_wait(
                        self._record.add_answer,
                        message.conversation_id,
                        message.sequence,
                        self._answers.arranged(said, message, conversation),
                        understanding(answer) if answer else None,
                        state="unanswered" if reason and not answer else "answered",
                        reason=reason,
                        named=named,
                    )
                except Exception:  # whatever it is: the visitor's answer must not be lost with it
                    logger.exception("An answer could not be put into the record; it is tried again.")
                    show()
                    await asyncio.sleep(RECORD_PAUSE)
                else:
                    self._hub.tell(message.conversation_id, [message, *stored])
                    self._stored(conversation)
                    return

    @contextmanager
    def _shown_when_unstored(
        self, message: Message, conversation: Conversation, said: Sequence[Reply], answer: dict[str, Any]
    ) -> Iterator[Callable[[], None]]:
        """Give what shows the answer past the record, once; it does so by itself after SHOWN_AFTER."""
        told = False

        def show() -> None:
            nonlocal told
            if told:
                return
            told = True
            region = conversation.region or self._region
            self._unstored(conversation, said)
            self._hub.tell(message.conversation_id, [message])
            self._hub.say(message.conversation_id, "message", urgent_event(message, answer, region))

        timer = asyncio.get_running_loop().call_later(SHOWN_AFTER, show)
        try:
            yield show
        finally:
            timer.cancel()


def _left(since: float) -> float:
    return max(0.0, PATIENCE - (time.monotonic() - since))


def _call(message: Message, channel: str, region: str | None) -> dict[str, Any]:
    said = {"choice": message.payload} if message.payload else {"text": message.text}
    return {
        "conversation_id": message.conversation_id,
        "message_id": f"{message.conversation_id}-{message.sequence}",
        "channel": channel,
        "region": region,
        **said,
    }
