"""What the stand-ins of the platforms share: a server on loopback, what has arrived, and how the next calls go wrong.

A stand-in derives from `FakePlatform`, gives `routes()`, and hands each call that sends a message to `take`. It derives `Answers`'
bodies from its platform's documentation. A test tells it with `script` what to do with the next messages:

    fake.script("too_many", "error", "ok", retry_after=2)

| word | what happens | in `sent` |
|---|---|---|
| ok | it is taken | yes |
| too_many | 429, with `retry_after` seconds as the platform tells them | no |
| error | a 5xx in the platform's own documented shape, that says the message was not taken | no |
| proxy | a 502 of a proxy, HTML | no |
| silent | it is taken, and no answer comes: `silence` seconds, or until the caller hangs up | yes |
| cut | it is taken, and the connection breaks within the answer | yes |
| blocked | the person has blocked the bot, or the platform's like of it | no |
| absent | there is no such chat | no |
"""

from __future__ import annotations

import asyncio
import json
import time
from abc import abstractmethod
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from servers import StandIn
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gateway.platforms.adapter import Adapter, Part

WORDS = frozenset(["ok", "too_many", "error", "proxy", "silent", "cut", "blocked", "absent"])


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that the platform has taken.

    Attributes:
        to: who or what it was sent to, as the platform names it.
        text: as the person reads it.
        buttons: (id, title) of each.
        raw: the body of the call.
        at: when, in seconds of time.monotonic().
    """

    to: str
    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    raw: dict[str, Any] = field(default_factory=dict)
    at: float = field(default_factory=time.monotonic)


class WrongCallError(Exception):
    """A call that the platform would refuse; the stand-in notes it in `complaints` and answers as the platform does."""


def send_once(adapter: Adapter, address: str, part: Part) -> None:
    """Send one part with an adapter that is closed afterwards; raises what sending raises."""

    async def sending() -> None:
        try:
            await adapter.send(address, part)
        finally:
            await adapter.close()

    asyncio.run(sending())


class FakePlatform(StandIn):
    """One platform on a free port of loopback.

    Attributes:
        sent: what was taken, in order.
        calls: every other call, such as of a typing indicator, as (method, body).
        complaints: why calls were refused that no script refused; a test of an adapter leaves it empty.
        tries: how many messages came in proper form, whatever became of them.
        silence: seconds that a "silent" answer takes at most.
    """

    log_level = "critical"  # a connection that is "cut" is no news

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Sent] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.complaints: list[str] = []
        self.tries = 0
        self.silence = 30.0
        self._script: deque[tuple[str, int]] = deque()

    @abstractmethod
    def refused(self, word: str, retry_after: int) -> Response:
        """Return the platform's own answer for "too_many", "error", "blocked", "absent"."""

    def script(self, *words: str, retry_after: int = 1) -> None:
        """Tell what becomes of the next messages, one word each; after them all is well again."""
        assert set(words) <= WORDS, f"{set(words) - WORDS} are no words of a script: {sorted(WORDS)}"
        self._script.extend((word, retry_after) for word in words)

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.sent]

    def wait_for(self, number: int, seconds: float = 20) -> list[Sent]:
        """Return what was sent as soon as there are `number` messages."""
        end = time.monotonic() + seconds
        while len(self.sent) < number:
            assert time.monotonic() < end, f"{len(self.sent)} of {number} messages after {seconds} s: {self.texts!r}"
            time.sleep(0.01)
        return self.sent

    async def take(self, request: Request, message: Sent, success: Response) -> Response:
        """Take a message that is in proper form, as the script says."""
        self.tries += 1
        word, retry_after = self._script.popleft() if self._script else ("ok", 0)
        if word == "proxy":
            return HTMLResponse("<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>", 502)
        if word not in ("ok", "silent", "cut"):
            return self.refused(word, retry_after)
        self.sent.append(message)
        if word == "silent":
            await self._until_it_hangs_up(request)
        if word == "cut":  # uvicorn closes the connection of an answer that is shorter than it says
            return Response(b"{", headers={"Content-Length": "100"})
        return success

    async def _until_it_hangs_up(self, request: Request) -> None:
        async def hung_up() -> None:
            while (await request.receive())["type"] != "http.disconnect":
                pass

        with suppress(TimeoutError):
            await asyncio.wait_for(hung_up(), self.silence)


async def json_body(request: Request) -> dict[str, Any]:
    """Return a call's JSON object; raises WrongCallError where it, or its content type, is none."""
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise WrongCallError(f"The content type is {request.headers.get('content-type')!r}.")
    try:
        body = json.loads(await request.body())
    except ValueError as error:
        raise WrongCallError(f"The body is no JSON: {error}.") from error
    if not isinstance(body, dict):
        raise WrongCallError("The body is no JSON object.")
    return body


def fields(value: Any, place: str, needed: dict[str, type], allowed: dict[str, type] | None = None) -> dict[str, Any]:
    """Return `value`, an object with all of `needed`, perhaps some of `allowed`, and nothing else; or raise WrongCallError."""
    if not isinstance(value, dict):
        raise WrongCallError(f"{place} is no object.")
    missing, unknown = needed.keys() - value.keys(), value.keys() - needed.keys() - (allowed or {}).keys()
    if missing or unknown:
        raise WrongCallError(f"{place}: missing {sorted(missing)}, unknown {sorted(unknown)}.")
    for name, kind in {**needed, **(allowed or {})}.items():
        if name in value and (not isinstance(value[name], kind) or (kind is int and isinstance(value[name], bool))):
            raise WrongCallError(f"{place}.{name} is no {kind.__name__}.")
    return value


def utf16(text: str) -> int:
    """Return the number of UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2
