"""A platform and a bot that do what a test says, around the real inbox, outbox and record."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, ClassVar

from gateway.limits import Limit
from gateway.platforms.adapter import (
    Adapter,
    Answer,
    Arrival,
    Limits,
    MalformedError,
    Part,
    RefusedError,
    Request,
)
from gateway.platforms.answers import Answers
from gateway.platforms.service import Platforms
from gateway.threads import Threads
from transcripts.record import Record
from transcripts.values import Conversation, FinalState, Message, Reply

SECRET = "a secret of the tests"
EMERGENCY = Reply("Call 999 now.", [("Nobody is hurt", "/emergency_release", False)], {"kind": "emergency"}, "NHS")
SECONDS = 20.0


class TestAdapter(Adapter):
    """Sends into `sent`. `script` says what becomes of each send, in order: an error to raise, seconds to wait, or None."""

    __test__ = False
    name: ClassVar[str] = "test"
    limits: ClassVar[Limits] = Limits(text=1000, text_with_buttons=300, buttons=3, title=20)

    def __init__(self) -> None:
        self.sent: list[tuple[str, Part]] = []
        self.tried: list[tuple[str, str, float]] = []
        self.told: list[Arrival] = []
        self.script: list[Exception | float | None] = []
        #: Consulted after the script: (address, text) -> an error, seconds, None.
        self.fate: Callable[[str, str], Exception | float | None] = lambda address, text: None
        self.under_way = self.most_under_way = 0
        self.closed = False

    def verify(self, request: Request) -> None:
        if request.headers.get("x-secret") != SECRET:
            raise RefusedError("wrong secret", 403 if "x-secret" in request.headers else 401)

    def parse(self, request: Request) -> list[Arrival]:
        try:
            said = json.loads(request.body)
        except ValueError as error:
            raise MalformedError("no JSON") from error
        return [Arrival(**event) for event in said]

    def answer(self, request: Request) -> Answer | None:
        return Answer(request.query["challenge"]) if "challenge" in request.query else None

    async def send(self, address: str, part: Part) -> None:
        self.tried.append((address, part.text, time.monotonic()))
        fate = self.script.pop(0) if self.script else self.fate(address, part.text)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            if isinstance(fate, Exception):
                raise fate
            await asyncio.sleep(fate or 0)
        finally:
            self.under_way -= 1
        self.sent.append((address, part))

    async def received(self, arrival: Arrival) -> None:
        self.told.append(arrival)
        raise RuntimeError("of no account")

    async def close(self) -> None:
        self.closed = True

    def texts(self, address: str = "7") -> list[str]:
        return [part.text for to, part in self.sent if to == address]


def bot(message: Message) -> list[Reply]:
    """Answer as the bot would: `hip is out` is an emergency, `choose 4` offers four choices, all else is echoed."""
    if message.text == "hip is out":
        return [EMERGENCY, Reply("There is help, too.")]
    if message.text.startswith("choose "):
        choices = [(f"Choice {number}", f"/choice_{number}", False) for number in range(1, int(message.text[7:]) + 1)]
        return [Reply("Which?", choices), Reply("Or write it.")]
    return [Reply(f"You said: {message.payload or message.text}")]


class AnsweringTurns:
    """Stands in for `gateway.turns.Turns` with the hooks that the platforms need: one worker for each conversation."""

    def __init__(self, record: Record, threads: Threads, answers: Answers, wake: Callable[[str, str], None]) -> None:
        self._record, self._threads, self._answers, self._wake = record, threads, answers, wake
        self.asked: list[Message] = []
        self.dropped: list[str] = []
        self.pause = 0.0
        self.unstored: Callable[[Conversation, Sequence[Reply]], None] = lambda *_: None
        self._last: dict[str, asyncio.Task[None]] = {}

    def take(self, message: Message, conversation: Conversation) -> None:
        before = self._last.get(conversation.id)
        self._last[conversation.id] = asyncio.create_task(self._answer(message, conversation, before))

    def drop(self, conversation: str) -> None:
        self.dropped.append(conversation)
        if task := self._last.pop(conversation, None):
            task.cancel()

    async def recover(self) -> None:
        for message in self._record.pending():
            conversation = self._record.conversation(message.conversation_id)
            assert conversation
            self.take(message, conversation)

    async def close(self) -> None:
        for task in self._last.values():
            task.cancel()
        await asyncio.gather(*self._last.values(), return_exceptions=True)

    async def _answer(self, message: Message, conversation: Conversation, before: Awaitable[None] | None) -> None:
        if before:
            await before
        replies = self._answers.own(message, conversation)
        if replies is None:
            self.asked.append(message)
            await asyncio.sleep(self.pause)
            replies = bot(message)
        reason = self._answers.reason(message)
        given = (conversation.id, message.sequence, self._answers.arranged(replies, message, conversation), None)
        state: FinalState = "unanswered" if reason else "answered"
        told = False
        while True:
            try:
                await self._threads.run(self._record.add_answer, *given, state=state, reason=reason)
            except Exception:
                if not told:
                    self.unstored(conversation, replies)
                told = True
                await asyncio.sleep(0.05)
            else:
                self._wake(conversation.channel, str(conversation.address))
                return


@dataclass
class House:
    """A gateway's messaging part on the record at `url`; `async with` starts and stops it."""

    url: str
    rule: str = "10000/minute"
    adapter: TestAdapter = field(default_factory=TestAdapter)
    late: timedelta = timedelta(0)
    region: str | None = "GB"

    async def __aenter__(self) -> House:
        from transcripts.reader import utc_now

        self.record = Record(self.url, now=lambda: utc_now() + self.late)
        self.threads = Threads()
        self.answers = Answers(self.region, 30)
        self.turns = AnsweringTurns(
            self.record, self.threads, self.answers, lambda *to: self.platforms.outbox.wake(*to)
        )
        self.erased: list[str] = []
        self.platforms = Platforms(
            {"test": self.adapter},
            None,
            self.record,
            self.threads,
            self.turns,
            self.answers,
            Limit(self.rule, "{wait}"),
            region=self.region,
            erased=self.erased.append,
        )
        self.turns.unstored = self.platforms.say_now
        self._number = 0
        await self.platforms.start()
        await self.turns.recover()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.turns.close()
        await self.platforms.stop()
        self.threads.close()
        self.record.close()

    async def say(self, text: str = "", event_id: str | None = None, **values: Any) -> None:
        self._number += 1
        event = Arrival(event_id or f"event {self._number} {id(self)}", values.pop("address", "7"), text)
        await self.platforms.inbox.take(self.adapter, replace(event, **values))

    async def until_sent(self, count: int, address: str = "7") -> list[str]:
        await until(lambda: len(self.adapter.texts(address)) >= count)
        await self.quiet()
        assert len(self.adapter.texts(address)) == count, self.adapter.texts(address)
        return self.adapter.texts(address)

    async def quiet(self) -> None:
        """Wait until nothing waits to be sent."""
        await until(lambda: not self.platforms.outbox._workers)

    def conversations(self, address: str = "7") -> Conversation | None:
        return self.record.current("test", address, timedelta(days=1))

    def unanswered(self) -> list[str | None]:
        """The reason of every message that staff see as unanswered."""
        from sqlalchemy import text

        with self.record._database.reading() as connection:
            rows = connection.execute(text("SELECT reason FROM messages WHERE state = 'unanswered' ORDER BY id")).all()
        return [row.reason for row in rows]

    def fates(self) -> list[tuple[str, str | None]]:
        """State and reason of every delivery, in the order in which they were made."""
        from sqlalchemy import text

        with self.record._database.reading() as connection:
            rows = connection.execute(text("SELECT state, reason FROM deliveries ORDER BY id")).all()
        return [(row.state, row.reason) for row in rows]


async def until(what: Callable[[], Any], seconds: float = SECONDS) -> None:
    async with asyncio.timeout(seconds):
        while not what():  # noqa: ASYNC110 - it is the tests that are waited for
            await asyncio.sleep(0.005)


def run(scenario: Coroutine[Any, Any, None]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(60):
            await scenario

    asyncio.run(limited())
