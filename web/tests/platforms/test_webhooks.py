"""The webhooks: forged calls refused and counted, malformed ones 400, acknowledged only when all is in the record."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from stand_ins import SECRET, House, run, until

from gateway import metrics, security
from gateway.platforms import service, webhooks
from gateway.platforms.adapter import Arrival, Request
from gateway.security import Bodies
from transcripts.record import Record

SIGNED = {"X-Secret": SECRET}


def with_client(
    url: str, scenario: Callable[[House, httpx.AsyncClient], Coroutine[Any, Any, None]], region: str | None = "GB"
) -> None:
    async def called() -> None:
        async with House(url, region=region) as house:
            app = FastAPI()
            app.include_router(webhooks.router)
            app.state.platforms = house.platforms
            transport = httpx.ASGITransport(Bodies(app, None), raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
                await scenario(house, client)

    run(called())


def event(event_id: str, text: str, **values: object) -> dict[str, object]:
    return {"event_id": event_id, "address": "7", "text": text, **values}


def counted(reason: str, platform: str = "test") -> float:
    labels = {"platform": platform, "reason": reason}
    return metrics.registry.get_sample_value("hip_webhook_refusals_total", labels) or 0


def test_a_call_is_acknowledged_when_it_is_in_the_record(url: str) -> None:
    async def scenario(house: House, client: httpx.AsyncClient) -> None:
        batch = [event("1", "one"), event("2", "two"), event("1", "one")]
        response = await client.post("/webhooks/test", json=batch, headers=SIGNED)
        assert (response.status_code, response.content) == (200, b"")
        conversation = house.conversations()
        assert conversation
        said = [m.text for m in house.record.messages(conversation.id) if m.sender == "visitor"]
        assert said == ["one", "two"]
        assert (await house.until_sent(3))[1:] == ["You said: one", "You said: two"]
        labels = {"platform": "test", "result": "repeat"}
        assert (metrics.registry.get_sample_value("hip_arrivals_total", labels) or 0) >= 1

    with_client(url, scenario)


def test_forged_calls_are_refused_and_counted(url: str) -> None:
    async def scenario(house: House, client: httpx.AsyncClient) -> None:
        before = counted("wrong secret")
        assert (await client.post("/webhooks/test", json=[event("1", "x")])).status_code == 401
        forged = await client.post("/webhooks/test", json=[event("1", "x")], headers={"X-Secret": "y"})
        assert forged.status_code == 403
        assert counted("wrong secret") == before + 2 and house.conversations() is None

    with_client(url, scenario)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[1]", b"{}x", b'[{"event_id": 1}]', b"null"])
def test_malformed_bodies_are_400(url: str, body: bytes) -> None:
    async def scenario(house: House, client: httpx.AsyncClient) -> None:
        assert (await client.post("/webhooks/test", content=body, headers=SIGNED)).status_code == 400
        assert house.conversations() is None

    with_client(url, scenario)


def test_handshakes_other_methods_and_platforms_that_are_off(url: str) -> None:
    async def scenario(_house: House, client: httpx.AsyncClient) -> None:
        handshake = await client.get("/webhooks/test?challenge=abc", headers=SIGNED)
        assert (handshake.status_code, handshake.text) == (200, "abc")
        assert (await client.get("/webhooks/test", headers=SIGNED)).status_code == 405
        assert (await client.get("/webhooks/test?challenge=abc")).status_code == 401
        assert (await client.put("/webhooks/test", headers=SIGNED)).status_code == 405
        assert (await client.post("/webhooks/telegram", headers=SIGNED)).status_code == 404

    with_client(url, scenario)


@pytest.mark.parametrize("platform", ["telegram", "twilio", "no such platform"])
def test_a_body_that_is_too_long_or_too_slow_is_refused_and_counted(
    url: str, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    monkeypatch.setattr(security, "BODY_SECONDS", 0.2)
    expected = 0 if " " in platform else 1

    async def slow() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(0.5)

    async def scenario(_house: House, client: httpx.AsyncClient) -> None:
        before = [counted(reason, platform) for reason in ("too long", "too slow")]
        largest = b"x" * security.MAX_WEBHOOK
        assert (await client.post(f"/webhooks/{platform}", content=largest)).status_code == 404  # it is off here
        assert (await client.post(f"/webhooks/{platform}", content=largest + b"x")).status_code == 413
        assert (await client.post(f"/webhooks/{platform}", content=slow())).status_code == 408
        after = [counted(reason, platform) for reason in ("too long", "too slow")]
        assert after == [count + expected for count in before]

    with_client(url, scenario)


def test_a_record_out_of_order_makes_the_platform_deliver_again(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(house: House, client: httpx.AsyncClient) -> None:
        arrive, batch = Record.arrive, [event("1", "one"), event("2", "two"), event("3", "three")]

        def fails_for_two(self: Record, channel: str, event_id: str, *given: Any, **named: Any) -> Any:
            if event_id == "2":
                raise OSError("disk full, says the test")
            return arrive(self, channel, event_id, *given, **named)

        with monkeypatch.context() as patched:
            patched.setattr(Record, "arrive", fails_for_two)
            response = await client.post("/webhooks/test", json=batch, headers=SIGNED)
            assert response.status_code == 503 and response.headers["Retry-After"]
            assert (await client.post("/webhooks/test", json=batch, headers=SIGNED)).status_code == 503
        (said,) = [text for text in await house.until_sent(2 + 1 + 1) if "wrong on our side" in text]
        assert "call 999 or 112" in said, "whoever is hurt cannot wait for the record"
        assert (await client.post("/webhooks/test", json=batch, headers=SIGNED)).status_code == 200
        answers = [text for text in await house.until_sent(5) if text.startswith("You said: ")]
        assert sorted(answers) == ["You said: one", "You said: three", "You said: two"]

    with_client(url, scenario)


def test_while_the_record_is_out_of_order_everybody_is_told_once_an_hour(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(house: House, client: httpx.AsyncClient) -> None:
        monkeypatch.setattr(Record, "arrive", lambda *_, **__: 1 / 0)
        monkeypatch.setattr(service, "REMEMBERED", 3)
        for number in (1, 2, 3, 1, 2, 3):
            await client.post("/webhooks/test", json=[event("1", "x", address=f"{number}")], headers=SIGNED)
        await until(lambda: len(house.adapter.sent) == 3)
        await client.post("/webhooks/test", json=[event("1", "x", address="4", region="AU")], headers=SIGNED)
        await client.post("/webhooks/test", json=[event("1", "x", address="1")], headers=SIGNED)
        monkeypatch.setattr(service, "SAID_AGAIN_AFTER", 0.0)
        await client.post("/webhooks/test", json=[event("1", "x", address="4")], headers=SIGNED)
        await until(lambda: len(house.adapter.sent) == 6)
        assert [to for to, _ in house.adapter.sent] == ["1", "2", "3", "4", "1", "4"]
        assert "call 000" in house.adapter.texts("4")[0] and len(house.platforms._told) == 3

    with_client(url, scenario, region=None)


def test_the_address_is_that_of_the_world(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(house: House, client: httpx.AsyncClient) -> None:
        seen: list[Request] = []
        monkeypatch.setattr(house.adapter, "parse", lambda request: seen.append(request) or [])
        await client.post("/webhooks/test?a=%20b&a=2", content=b"[]", headers=SIGNED)
        house.platforms.public_url = "https://chat.example.org/below"
        await client.post("/webhooks/test?a=%20b&a=2", content=b"[]", headers=SIGNED)
        await client.post("/webhooks/test", content=b"[]", headers=SIGNED)
        assert [request.url for request in seen] == [
            "http://gateway/webhooks/test?a=%20b&a=2",
            "https://chat.example.org/below/webhooks/test?a=%20b&a=2",
            "https://chat.example.org/below/webhooks/test",
        ]
        assert seen[0].query == {"a": "2"} and seen[0].headers["x-secret"] == SECRET and seen[0].body == b"[]"

    with_client(url, scenario)


def test_reasons_do_not_grow_without_end(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(house: House, client: httpx.AsyncClient) -> None:
        numbers = iter(range(100))

        def verify(_request: Request) -> None:
            raise webhooks.RefusedError(f"reason {next(numbers)}")

        monkeypatch.setattr(house.adapter, "verify", verify)
        for _ in range(30):
            assert (await client.post("/webhooks/test")).status_code == 401
        assert counted("other") > 0 and len(webhooks._reasons["test"]) <= webhooks.MOST_REASONS + 1

    with_client(url, scenario)


def test_a_body_is_json_of_arrivals() -> None:
    assert Arrival(**json.loads(json.dumps(event("1", "one")))).text == "one"
