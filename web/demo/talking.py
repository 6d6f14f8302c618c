"""Lets the people of the script talk: through the parts that the gateway is made of, into a record, and nowhere else."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from demo.bot import free_port
from demo.people import Person, Step
from demo.times import Clock, beginnings, pause
from gateway.bridge import Bridge
from gateway.hub import Hub
from gateway.limits import Limit
from gateway.platforms.adapter import Adapter, Arrival, Part, Request
from gateway.platforms.answers import Answers
from gateway.platforms.inbox import Inbox
from gateway.platforms.limits import LIMITS
from gateway.platforms.showing import buttons_of
from gateway.posting import Posting
from gateway.shapes import Say
from gateway.threads import Threads
from gateway.turns import Turns
from transcripts.record import Record
from transcripts.values import Conversation, Feedback, Message

#: Nobody of the demo is one too many, or too late.
MANY, LONG = "1000000/minute", timedelta(days=400)
#: Seconds until a message must have its answer in the record; the bot has less.
PATIENCE = 60.0
#: Days that the platforms' greeting says the record keeps a conversation.
KEPT_DAYS = 30
REFUSED = "the person has blocked this chat"


class Talk:
    """The gateway's parts over `record`; one conversation at a time, at the time of `clock`, which is the record's own.

    Use it as an asynchronous context manager.
    """

    def __init__(self, record: Record, bridge: Bridge, clock: Clock, seed: int) -> None:
        self._record, self._bridge, self._clock, self._seed = record, bridge, clock, seed
        self._threads, self._answered = Threads(), asyncio.Event()
        answers, hub, limit = Answers(None, KEPT_DAYS), Hub(1, 1, 1), Limit(MANY, "{wait}")
        self._nowhere = Bridge(f"http://127.0.0.1:{free_port()}/webhooks/bridge", None)

        def turns(of: Bridge) -> Turns:
            return Turns(
                record, self._threads, of, hub, answers, None,
                stored=lambda _of: self._answered.set(), unstored=lambda _of, _replies: None,
            )  # fmt: skip

        def inbox(of: Turns) -> Inbox:
            return Inbox(
                record, self._threads, of, answers, limit, region=None, erased=lambda _of: None, wake=lambda *_to: None
            )

        self._turns = {False: turns(bridge), True: turns(self._nowhere)}
        self._inboxes = {away: inbox(of) for away, of in self._turns.items()}
        self._posting = Posting(record, self._threads, LONG, limit, limit)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for turns in self._turns.values():
            await turns.close()
        await self._nowhere.close()
        self._threads.close()

    async def all(self, people: Sequence[Person], end: datetime, told: Callable[[Person], None]) -> None:
        """Let them all talk, the earliest first; `told` hears of each who said something that the record did not hold."""
        for at, person in beginnings(people, self._seed, end):
            if await self.one(person, at):
                told(person)

    async def one(self, person: Person, at: datetime) -> bool:
        """Let one person say what the record does not hold yet, from `at` on; False: it holds everything.

        Raises:
            gateway.bridge.BridgeError: the conversation could not be erased at the bot.
            TimeoutError: the record took no answer.
        """
        chance = random.Random(f"{self._seed} {person.name} pauses")
        said = visitors(await self._messages(person))
        held, new = len(said), await self._taken_up(said)
        try:
            for step in person.steps:
                messages = await self._messages(person)
                read = messages[-1].text if messages else ""
                at = max(at, messages[-1].created_at if messages else at) + timedelta(hours=step.hours)
                at += pause(chance, read, step.text if step.what == "types" else "")
                self._clock.set(at)
                if held:  # said in an earlier run; so was a thumb before it
                    held -= step.what != "thumb"
                elif step.what == "thumb":
                    await self._thumb(messages, step)
                else:
                    new = True
                    await self._say(person, step, messages)
        finally:  # an interrupted talk leaves nothing at the bot either
            found = await self.conversation(person)
            if new and found:
                await self._threads.run(self._settle, person)
                await self._bridge.erase(found.id)
        return new

    async def conversation(self, person: Person) -> Conversation | None:
        """Return the conversation of a person; None: they have said nothing yet."""
        return await self._threads.run(conversation_of, self._record, person)

    async def _taken_up(self, said: Sequence[Message]) -> bool:
        """Have the message answered whose answer an earlier run did not wait for; tell whether there was one."""
        pending = [message for message in said if message.state == "received"]
        for message in pending:
            conversation = await self._threads.run(self._record.conversation, message.conversation_id)
            if conversation:
                self._clock.set(message.created_at)
                self._answered.clear()
                self._turns[False].take(message, conversation)
                await self._wait()
        return bool(pending)

    async def _wait(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self._answered.wait()

    async def _messages(self, person: Person) -> list[Message]:
        found = await self.conversation(person)
        return await self._threads.run(self._record.messages, found.id) if found else []

    async def _say(self, person: Person, step: Step, messages: Sequence[Message]) -> None:
        """Say it and wait for its answer."""
        self._answered.clear()
        pressed = _button(messages, step.text) if step.what == "presses" else None
        number = len(visitors(messages)) + 1
        if person.channel == "widget":
            await self._post(person, step, pressed, number)
        else:
            await self._arrive(person, step, pressed, number)
        await self._wait()

    async def _post(self, person: Person, step: Step, pressed: str | None, number: int) -> None:
        if number == 1:
            await self._threads.run(self._record.begin, person.conversation, region=person.region)
        client = hashlib.sha256(f"{person.name} {number}".encode()).hexdigest()[:32]
        say = Say(id=client, text=None if pressed else step.text, choice=pressed and pressed.partition(".")[2])
        added = await self._posting.store(person.conversation, say, "demo")
        self._turns[step.away].take(added.message, added.conversation)

    async def _arrive(self, person: Person, step: Step, pressed: str | None, number: int) -> None:
        arrival = Arrival(
            event_id=person.event(number),
            address=person.address,
            text="" if pressed or step.what == "sends" else step.text,
            choice=pressed,
            media=step.text if step.what == "sends" else None,
            public=person.public,
            region=person.region,
        )
        await self._inboxes[step.away].take(_platform(person.channel), arrival)

    async def _thumb(self, messages: Sequence[Message], step: Step) -> None:
        last = messages[-1]
        value: Feedback = "up" if step.text == "up" else "down"
        if last.feedback is None:
            await self._threads.run(self._record.set_feedback, last.conversation_id, last.sequence, value)

    def _settle(self, person: Person) -> None:
        """Say of the replies that wait for the platform that they were sent, or (the last one) refused: nothing is sent."""
        waiting = sorted(self._record.waiting(person.channel, person.address), key=lambda one: one.id)
        for delivery in waiting:
            if self._record.sending(delivery.id):
                if person.undelivered and delivery is waiting[-1]:
                    self._record.end_delivery(delivery.id, "failed", REFUSED)
                else:
                    self._record.sent_part(delivery.id, last=True)


def conversation_of(record: Record, person: Person) -> Conversation | None:
    """Return the conversation of a person in the record, or None."""
    if person.channel == "widget":
        return record.conversation(person.conversation)
    return record.current(person.channel, person.address, LONG)


def visitors(messages: Sequence[Message]) -> list[Message]:
    """Return what the visitor said, in order."""
    return [message for message in messages if message.sender == "visitor"]


def left(record: Record, person: Person) -> bool:
    """Tell whether somebody has messages to say that the record does not hold, or none of whose answers it holds."""
    found = conversation_of(record, person)
    said = visitors(record.messages(found.id)) if found else []
    return len(said) < sum(step.what != "thumb" for step in person.steps) or any(
        one.state == "received" for one in said
    )


def _button(messages: Sequence[Message], title: str) -> str | None:
    """Return the id of the newest button whose title begins so; None: there is none."""
    for message in reversed(messages):
        for button in buttons_of(message):
            if button.title.lower().startswith(title.lower()):
                return button.id
    return None


class _Unconnected(Adapter):
    """A platform without its platform: it has its limits, and sends nothing."""

    def verify(self, request: Request) -> None:
        raise NotImplementedError

    def parse(self, request: Request) -> list[Arrival]:
        raise NotImplementedError

    async def send(self, address: str, part: Part) -> None:
        raise NotImplementedError

    async def close(self) -> None:
        """There is nothing to close."""


def _platform(channel: str) -> Adapter:
    adapter: Adapter = type("Unconnected", (_Unconnected,), {"name": channel, "limits": LIMITS[channel]})()
    return adapter
