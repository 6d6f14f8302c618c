"""A gateway on a real record with one platform switched on, and people who write to it: what the contract suite stands on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from platforms.contract_platforms import Person, Platform
from platforms.fakes.base import Sent
from servers import KEY, FakeBridge, ThreadedServer, free_port
from sqlalchemy import text as sql
from visitor import wait_for

from gateway.__main__ import configuration
from gateway.numbers import emergency_line
from gateway.platforms import calling, inbox, sending, worker
from gateway.platforms.adapter import Request
from gateway.settings import Settings
from transcripts.record import Record
from transcripts.values import Conversation, Message

#: The region of the gateway, so of everybody.
REGION = "GB"
LINE = str(emergency_line(REGION)["text"])
#: Numbers of choices that are offered.
BUTTONS = (1, 3, 4, 10, 13)
EMERGENCY = "Call 999 or 112 now. Keep still."
PUBLIC_URL = "https://chat.example.org"
#: Seconds until a platform that does not answer is given up.
ANSWER_SECONDS = 1.0
DAY = timedelta(days=1)

_ECHO = re.compile(r"You said: (.*)")
_REFUSALS = re.compile(r'hip_webhook_refusals_total\{platform="(\w+)",reason="[^"]*"\} ([0-9.]+)')


@contextmanager
def short_pauses() -> Iterator[None]:
    """Let pauses that are seconds and minutes be parts of a second."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sending, "FIRST_PAUSE", 0.05)
        patched.setattr(sending, "LONGEST_PAUSE", 0.2)
        patched.setattr(sending, "RECORD_PAUSE", 0.1)
        patched.setattr(worker, "RECORD_PAUSE", 0.1)
        patched.setattr(worker, "GRACE", 0.3)
        patched.setattr(inbox, "PAUSE", 0.1)
        patched.setattr(calling, "ANSWER_SECONDS", ANSWER_SECONDS)
        yield


class House:
    """One platform's stand-in, the bot's stand-in, a gateway between them, and the record at `url`."""

    def __init__(self, platform: Platform, url: str) -> None:
        self.platform, self.record_url = platform, url
        self.fake, self.bridge = platform.fake(), FakeBridge()
        self.client = httpx.Client(timeout=30, trust_env=False)
        self.fake.start()
        self.bridge.start()
        self.record = Record(url)
        self._people = 0
        self._events = 0
        self.gateway = self._new_gateway()

    def close(self) -> None:
        self.client.close()
        if self.gateway.running:
            self.gateway.stop()
        self.record.close()
        self.fake.stop()
        self.bridge.stop()

    def begin(self) -> None:
        """Forget what earlier cases left in the stand-ins."""
        for noted in (self.fake.sent, self.fake.calls, self.fake.complaints, self.bridge.calls):
            noted.clear()

    def check(self) -> None:
        """Hold what is true after every case: nothing was refused as malformed, nothing waits, every word was used."""
        self.settle()
        assert not self.fake.complaints
        assert not self.fake._script

    def restart(self, while_down: Callable[[], None] = lambda: None) -> None:
        """Stop the gateway as `make run` does, and start another one on the same record."""
        self.gateway.stop()
        while_down()
        self.gateway = self._new_gateway()

    def someone(self) -> Talk:
        """Return somebody who has never written."""
        self._people += 1
        return Talk(self, self.platform.person(self._people))

    def acquaintance(self) -> Talk:
        """Return somebody who has been greeted; what they got so far is not looked at."""
        talk = self.someone()
        talk.say("hello")
        talk.until_heard("hello")
        talk.forget()
        return talk

    def place(self) -> Talk:
        self._people += 1
        return Talk(self, self.platform.place(self._people))

    def event(self) -> str:
        """Return the number of a new event."""
        self._events += 1
        return str(self._events)

    def call(self, request: Request) -> httpx.Response:
        """Call the gateway as the platform does."""
        url = request.url.replace(PUBLIC_URL, self.gateway.url, 1)
        return self.client.request(
            request.method, url, params=request.query or None, headers=request.headers, content=request.body
        )

    def deliver(self, payload: Any) -> None:
        """Bring a payload, and see that it is acknowledged."""
        response = self.call(self.platform.signed(payload))
        assert response.status_code == 200, response.text

    def settle(self) -> None:
        """Wait until every message has its answer, and no answer waits."""

        def settled() -> bool:
            counts = self.record.counts()
            return not (counts["received"] or counts["deliveries_waiting"] or "sending" in self.states())

        wait_for(settled)

    def refusals(self) -> float:
        """Return how many of the platform's calls /metrics says were refused."""
        lines = self.client.get(f"{self.gateway.url}/metrics").text
        return sum(float(number) for name, number in _REFUSALS.findall(lines) if name == self.platform.name)

    def states(self, address: str | None = None) -> list[str]:
        """Return the state of each delivery, in the order in which they were made; `address` None: to anybody."""
        where = "" if address is None else "WHERE address = :address"
        query = sql(f"SELECT state FROM deliveries {where} ORDER BY id")
        with self.record._database.reading() as connection:
            return list(connection.execute(query, {} if address is None else {"address": address}).scalars())

    def asked(self) -> list[str]:
        """Return what the bot was told, in order: texts and payloads of choices."""
        return [str(call.get("text") or call.get("choice")) for call in self.bridge.calls]

    def _new_gateway(self) -> ThreadedServer:
        environment = self.platform.settings(self.fake.url) | {"HIP_PUBLIC_URL": PUBLIC_URL}
        wide = "100000/minute"
        with pytest.MonkeyPatch.context() as patched:
            for name, value in environment.items():
                patched.setenv(name, value)
            settings = Settings(
                gateway_key=KEY,
                gateway_port=free_port(),
                gateway_region=REGION,
                bridge_url=self.bridge.url,
                record_url=self.record_url,
                limit_conversation=wide,
                limit_address=wide,
                limit_begin=wide,
            )
            server = ThreadedServer(configuration(settings))
        server.start()
        return server


class Talk:
    """What one person writes and gets."""

    def __init__(self, house: House, person: Person) -> None:
        self.house, self.person = house, person
        self._seen = 0

    def say(self, text: str, event: str | None = None) -> None:
        self.house.deliver(self.house.platform.payload(text, self.person, event))

    def press(self, button: str, title: str = "A button") -> None:
        self.house.deliver(self.house.platform.press(button, title, self.person))

    def forget(self) -> None:
        self._seen += len(self.sent())

    def sent(self) -> list[Sent]:
        """Return what came, in order."""
        return [message for message in list(self.house.fake.sent) if message.to == self.person.to][self._seen :]

    def texts(self) -> list[str]:
        return [message.text for message in self.sent()]

    def echoes(self) -> list[str]:
        """Return which of what was said has its answer, in order."""
        return [match[1] for text in self.texts() if (match := _ECHO.match(text))]

    def wait(self, messages: int) -> list[Sent]:
        """Return what came as soon as there are so many messages."""
        wait_for(lambda: len(self.sent()) >= messages)
        return self.sent()

    def until_heard(self, *said: str) -> None:
        """Wait for the answers to what was said; they come in this order, and nothing else is answered."""
        wait_for(lambda: len(self.echoes()) >= len(said))
        assert self.echoes() == list(said), self.texts()

    def until(self, words: str) -> str:
        """Return the text with these words as soon as it is there."""
        return str(wait_for(lambda: next((text for text in self.texts() if words in text), None)))

    def conversation(self) -> Conversation | None:
        return self.house.record.current(self.house.platform.name, self.person.address, DAY)

    def messages(self) -> list[Message]:
        conversation = self.conversation()
        return self.house.record.messages(conversation.id) if conversation else []

    def states(self) -> list[str]:
        """Return what became of each reply, when nothing waits any more."""
        self.house.settle()
        return self.house.states(self.person.address)
