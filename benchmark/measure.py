"""Driving turns over HTTP on loopback, as visitors do, and what they took."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any

import aiohttp
import numpy as np

#: The turn of a long conversation that is compared with its first one.
LATE_TURN = 100
#: Numbers of visitors who write at the same time, each in a conversation of their own.
PARALLEL_VISITORS = (1, 2, 8)
#: Turns after which a visitor of the throughput measurement begins a new conversation.
VISIT = 10
#: Seconds a turn may take.
TURN_LIMIT = 60.0
#: Seconds after a server's first answer in which everything it needs must be up.
READY_LIMIT = 30.0


class NoAnswerError(RuntimeError):
    """A turn was not answered as it should; the message holds the message sent and what came back."""


@dataclass(frozen=True)
class Channel:
    """How to send a turn to a system.

    Attributes:
        url: where turns are posted.
        body: conversation id and text -> the JSON body.
        answered: the decoded reply -> whether it is a real answer.
    """

    url: str
    body: Callable[[str, str], dict[str, Any]]
    answered: Callable[[Any], bool]


def rest_channel(port: int) -> Channel:
    """Return Rasa's REST channel. It answers a failure with an empty list."""
    return Channel(
        f"http://127.0.0.1:{port}/webhooks/rest/webhook",
        lambda conversation, text: {"sender": conversation, "message": text},
        lambda reply: isinstance(reply, list) and bool(reply),
    )


def bridge_channel(port: int) -> Channel:
    """Return this assistant's bridge. A reply with `degraded` set is no full answer: an action failed."""
    return Channel(
        f"http://127.0.0.1:{port}/webhooks/bridge/turn",
        lambda conversation, text: {"conversation_id": conversation, "message_id": new_id(), "text": text},
        lambda reply: isinstance(reply, dict) and bool(reply.get("replies")) and not reply.get("degraded"),
    )


@dataclass
class Samples:
    """Everything measured of the turns of one system; times in ms.

    Attributes:
        first: first turns of new conversations.
        opening, late: turn 1 and turn LATE_TURN, with the same message, of the same long conversations.
        form: turns inside a form.
        batches: number of parallel visitors -> (messages, seconds) of each batch.
    """

    first: list[float] = field(default_factory=list)
    opening: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    form: list[float] = field(default_factory=list)
    batches: dict[int, list[tuple[int, float]]] = field(default_factory=dict)


def session() -> aiohttp.ClientSession:
    """Return an HTTP session for many parallel visitors; to be used as a context manager."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=TURN_LIMIT), trust_env=False
    )


async def turn(http: aiohttp.ClientSession, channel: Channel, conversation: str, text: str) -> float:
    """Send one message and return the milliseconds to its decoded answer.

    Raises:
        NoAnswerError: the status is not 200 or the answer is none.
        aiohttp.ClientError: there is no connection.
    """
    started = time.perf_counter()
    async with http.post(channel.url, json=channel.body(conversation, text)) as response:
        reply = await response.json(content_type=None)
    taken = (time.perf_counter() - started) * 1000
    if response.status != 200 or not channel.answered(reply):
        raise NoAnswerError(f"{channel.url} had no answer to {text!r}: HTTP {response.status}, {reply!r:.500}")
    return taken


async def problem(http: aiohttp.ClientSession, channel: Channel, text: str) -> str | None:
    """Send a message in a new conversation; return why it was not answered, None when it was."""
    try:
        await turn(http, channel, new_id(), text)
    except (aiohttp.ClientError, NoAnswerError) as error:
        return str(error)
    return None


async def until_answered(http: aiohttp.ClientSession, channel: Channel, text: str, limit: float = READY_LIMIT) -> None:
    """Repeat a message in new conversations until it is answered; raises NoAnswerError after `limit` seconds."""
    deadline = time.monotonic() + limit
    while (reason := await problem(http, channel, text)) is not None:
        if time.monotonic() > deadline:
            raise NoAnswerError(reason)
        await asyncio.sleep(0.2)


async def first_turns(
    http: aiohttp.ClientSession, channel: Channel, messages: Sequence[str], count: int
) -> list[float]:
    """Return the times of `count` first turns, one after the other, each in a new conversation."""
    return [await turn(http, channel, new_id(), text) for text in islice(cycle(messages), count)]


async def conversation(http: aiohttp.ClientSession, channel: Channel, messages: Iterable[str]) -> list[float]:
    """Return the times of all turns of one new conversation."""
    identifier = new_id()
    return [await turn(http, channel, identifier, text) for text in messages]


def long_conversation(messages: Sequence[str], turns: int = LATE_TURN) -> list[str]:
    """Return the messages of a long conversation: in turn, and the last one is the first one again."""
    return [*islice(cycle(messages), turns - 1), messages[0]]


async def batch(
    http: aiohttp.ClientSession, channel: Channel, messages: Sequence[str], visitors: int, count: int
) -> tuple[int, float]:
    """Let visitors write `count` messages in all, each as soon as they have their answer.

    Returns:
        The number of messages and the seconds they took together.
    """
    shares = [len(range(visitor, count, visitors)) for visitor in range(visitors)]
    started = time.perf_counter()
    await asyncio.gather(*(_visitor(http, channel, messages, share) for share in shares))
    return count, time.perf_counter() - started


async def _visitor(http: aiohttp.ClientSession, channel: Channel, messages: Sequence[str], share: int) -> None:
    identifier = ""
    for number, text in enumerate(islice(cycle(messages), share)):
        if number % VISIT == 0:
            identifier = new_id()
        await turn(http, channel, identifier, text)


def percentiles(times: Sequence[float]) -> dict[str, float] | None:
    """Return p50, p95 and p99 (linear interpolation), rounded to 0.01; None without samples."""
    if not times:
        return None
    return {f"p{rank}": round(float(np.percentile(times, rank)), 2) for rank in (50, 95, 99)}


def new_id() -> str:
    """Return a fresh conversation or message id, acceptable to both systems."""
    return uuid.uuid4().hex
