"""Driving a stand-in server on loopback: what is sent, what counts as an answer, what is timed."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from benchmark import measure
from benchmark.servers import free_port


class Bot:
    """Answers both channels, `delay` seconds after each message; `replies` decides what a text gets."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []
        self.open: Counter[str] = Counter()
        self.together = 0
        self.delay = 0.0

    async def rest(self, request: web.Request) -> web.Response:
        body = await request.json()
        return await self._answer(body["sender"], body["message"], [{"text": "hi"}], [])

    async def bridge(self, request: web.Request) -> web.Response:
        body = await request.json()
        assert set(body) == {"conversation_id", "message_id", "text"}
        full = {"replies": [{"text": "hi"}], "degraded": body["text"] == "degraded"}
        return await self._answer(body["conversation_id"], body["text"], full, {"replies": []})

    async def _answer(self, conversation: str, text: str, full: Any, empty: Any) -> web.Response:
        self.heard.append((conversation, text))
        self.open[conversation] += 1
        self.together = max(self.together, len(self.open))
        await asyncio.sleep(self.delay)
        del self.open[conversation]
        return web.json_response(empty if text == "nothing" else full, status=503 if text == "broken" else 200)


@pytest.fixture
async def bot() -> AsyncIterator[tuple[Bot, int]]:
    heard, port = Bot(), free_port()
    app = web.Application()
    app.router.add_post("/webhooks/rest/webhook", heard.rest)
    app.router.add_post("/webhooks/bridge/turn", heard.bridge)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield heard, port
    await runner.cleanup()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with measure.session() as opened:
        yield opened


async def test_a_turn_takes_as_long_as_its_answer(bot: tuple[Bot, int], http: aiohttp.ClientSession) -> None:
    heard, port = bot
    heard.delay = 0.05
    for channel in (measure.rest_channel(port), measure.bridge_channel(port)):
        taken = await measure.turn(http, channel, "conversation-0001", "hello")
        assert 50 <= taken < 1000
    assert heard.heard == [("conversation-0001", "hello")] * 2


@pytest.mark.parametrize("text", ["nothing", "broken", "degraded"])
async def test_what_is_no_answer_is_never_timed(text: str, bot: tuple[Bot, int], http: aiohttp.ClientSession) -> None:
    channel = measure.bridge_channel(bot[1])
    with pytest.raises(measure.NoAnswerError, match=text):
        await measure.turn(http, channel, "conversation-0001", text)
    assert text in str(await measure.problem(http, channel, text))


async def test_rasas_empty_list_is_no_answer(bot: tuple[Bot, int], http: aiohttp.ClientSession) -> None:
    with pytest.raises(measure.NoAnswerError):
        await measure.turn(http, measure.rest_channel(bot[1]), "conversation-0001", "nothing")


async def test_nobody_listening_is_not_answering(http: aiohttp.ClientSession) -> None:
    assert "connect" in str(await measure.problem(http, measure.rest_channel(free_port()), "hello")).lower()


async def test_waiting_for_an_answer(bot: tuple[Bot, int], http: aiohttp.ClientSession) -> None:
    channel = measure.bridge_channel(bot[1])
    await measure.until_answered(http, channel, "hello")
    with pytest.raises(measure.NoAnswerError, match="degraded"):
        await measure.until_answered(http, channel, "degraded", limit=0.1)


async def test_first_turns_are_new_conversations(bot: tuple[Bot, int], http: aiohttp.ClientSession) -> None:
    heard, port = bot
    times = await measure.first_turns(http, measure.rest_channel(port), ("a", "b", "c"), 7)
    assert len(times) == 7
    assert [text for _, text in heard.heard] == list("abcabca")
    assert len({conversation for conversation, _ in heard.heard}) == 7


async def test_a_long_conversation_is_one_and_ends_as_it_began(
    bot: tuple[Bot, int], http: aiohttp.ClientSession
) -> None:
    heard, port = bot
    messages = measure.long_conversation(("a", "b", "c"))
    times = await measure.conversation(http, measure.bridge_channel(port), messages)
    assert len(times) == len(messages) == measure.LATE_TURN == 100
    assert messages[0] == messages[-1] == "a"
    assert messages[1:4] == ["b", "c", "a"]
    assert len({conversation for conversation, _ in heard.heard}) == 1


@pytest.mark.parametrize("visitors", measure.PARALLEL_VISITORS)
async def test_visitors_write_at_the_same_time_each_in_own_conversations(
    visitors: int, bot: tuple[Bot, int], http: aiohttp.ClientSession
) -> None:
    heard, port = bot
    heard.delay = 0.01
    count, seconds = await measure.batch(http, measure.rest_channel(port), ("a", "b"), visitors, 25)
    assert count == len(heard.heard) == 25
    assert heard.together == visitors
    assert 0.25 / visitors <= seconds < 5
    turns: dict[str, int] = defaultdict(int)
    for conversation, _ in heard.heard:
        turns[conversation] += 1
    assert max(turns.values()) <= measure.VISIT


def test_percentiles() -> None:
    assert measure.percentiles([float(value) for value in range(101)]) == {"p50": 50.0, "p95": 95.0, "p99": 99.0}
    assert measure.percentiles([3.14159]) == {"p50": 3.14, "p95": 3.14, "p99": 3.14}
    assert measure.percentiles([]) is None
