"""1,000 deliveries, a third of them repeats, a platform that refuses a tenth of the answers, a gateway that is killed."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from platforms.fakes.base import Sent
from platforms.fakes.telegram import TOKEN, FakeTelegram
from platforms.payloads.telegram import SECRET, request, said
from servers import KEY, FakeBridge, GatewayProcess
from sqlalchemy import text as sql
from starlette.requests import Request
from starlette.responses import Response

from transcripts.record import Record
from transcripts.values import Message

DELIVERIES, REPEATED, TROUBLED, EMERGENCIES = 1000, 0.3, 0.1, 0.05
PEOPLE = range(7_000_001, 7_000_021)
URGENT = "Call 999 or 112 now."
#: Seconds in which everything must be over, beside other tests; alone it takes 30.
PATIENCE = 150


class StormyTelegram(FakeTelegram):
    """Refuses a tenth of the messages: 429 and 500 of its own, 429 and 500 of a proxy. `words`: what became of each, as (to, text, word)."""

    def __init__(self, dice: random.Random) -> None:
        super().__init__()
        self.dice, self.words = dice, list[tuple[str, str, str]]()

    async def take(self, request: Request, message: Sent, success: Response) -> Response:
        word = self.dice.choice(["too_many", "error", "busy proxy", "proxy"]) if self.dice.random() < TROUBLED else "ok"
        self.words.append((message.to, message.text, word))
        if word == "busy proxy":
            self.tries += 1
            return Response("<html>429 Too Many Requests</html>", 429, {"Retry-After": "1"}, "text/html")
        if word != "ok":
            self.script(word)
        return await super().take(request, message, success)


def updates(dice: random.Random) -> dict[int, list[tuple[str, Any]]]:
    """Return what each person writes, as (text, update), with repeats a little later than the first time."""
    said_by: dict[int, list[tuple[str, Any]]] = defaultdict(list)
    unique = round(DELIVERIES * (1 - REPEATED))
    for number in range(unique):
        person = dice.choice(PEOPLE)
        text = "hip is out" if dice.random() < EMERGENCIES else f"message {number}"
        said_by[person].append((text, said(text, person, update_id=20_000_000 + number)))
    for _ in range(DELIVERIES - unique):
        theirs = said_by[dice.choice([person for person in said_by if said_by[person]])]
        place = dice.randrange(len(theirs))
        theirs.insert(min(len(theirs), place + dice.randint(1, 4)), theirs[place])
    return said_by


async def deliver(gateway: GatewayProcess, said_by: dict[int, list[tuple[str, Any]]]) -> int:
    """Call as Telegram does, everybody at once, again until it is acknowledged; kill the gateway in the middle."""
    acknowledged = 0

    async def insist(client: httpx.AsyncClient, update: Any) -> None:
        nonlocal acknowledged
        call = request(update)
        while True:
            try:
                response = await client.post("/webhooks/telegram", content=call.body, headers=dict(call.headers))
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
                continue
            assert response.status_code == 200, response.text
            acknowledged += 1
            return

    async def talk(client: httpx.AsyncClient, theirs: list[tuple[str, Any]]) -> None:
        for _, update in theirs:
            await insist(client, update)

    async with httpx.AsyncClient(base_url=gateway.url, timeout=30, trust_env=False) as client:
        talking = asyncio.gather(*(talk(client, theirs) for theirs in said_by.values()))
        while acknowledged < DELIVERIES // 2:  # noqa: ASYNC110 - it is a count that is waited for
            await asyncio.sleep(0.005)
        gateway.kill()
        at_the_kill = acknowledged
        await asyncio.to_thread(gateway.start)
        await talking
    assert acknowledged == DELIVERIES
    return at_the_kill


@pytest.fixture
def dice() -> random.Random:
    seed = int(os.environ.get("STORM_SEED", time.time_ns() % 1_000_000))
    sys.stdout.write(f"STORM_SEED={seed}\n")  # pytest shows it where the test fails
    return random.Random(seed)


@pytest.fixture
def storm(dice: random.Random, tmp_path: Path) -> Iterator[tuple[StormyTelegram, FakeBridge, GatewayProcess, Record]]:
    telegram, bridge, url = StormyTelegram(dice), FakeBridge(), f"sqlite:///{tmp_path}/record.db"
    telegram.start()
    bridge.start()
    record = Record(url)
    gateway = GatewayProcess(
        tmp_path,
        HIP_GATEWAY_KEY=KEY,
        HIP_BRIDGE_URL=bridge.url,
        HIP_RECORD_URL=url,
        HIP_LIMIT_CONVERSATION="100000/minute",
        HIP_TELEGRAM_TOKEN=TOKEN,
        HIP_TELEGRAM_SECRET=SECRET,
        HIP_TELEGRAM_URL=telegram.url,
    )
    try:
        gateway.start()
        yield telegram, bridge, gateway, record
    finally:
        gateway.stop()
        record.close()
        bridge.stop()
        telegram.stop()


def test_a_storm(
    storm: tuple[StormyTelegram, FakeBridge, GatewayProcess, Record],
    dice: random.Random,
    capsys: pytest.CaptureFixture[str],
) -> None:
    telegram, bridge, gateway, record = storm
    said_by = updates(dice)
    assert sum(map(len, said_by.values())) == DELIVERIES
    began = time.monotonic()
    at_the_kill = asyncio.run(deliver(gateway, said_by))
    delivered = time.monotonic() - began
    assert DELIVERIES * 0.4 < at_the_kill < DELIVERIES * 0.6, "The kill must come in the middle."
    _until_over(record, began + PATIENCE)
    fates = _fates(record)
    for person, theirs in said_by.items():
        once = list(dict.fromkeys((update["update_id"], text) for text, update in theirs))
        _check_person(record, telegram, fates, str(person), [text for _, text in once])
    assert set(bridge.answered.values()) == {1} and sum(bridge.answered.values()) == round(DELIVERIES * (1 - REPEATED))
    assert not telegram.complaints
    words, states = Counter(word for *_, word in telegram.words), Counter(state for state, _ in fates.values())
    assert 0.05 < 1 - words["ok"] / words.total() < 0.15 and states.keys() == {"sent", "unknown"}
    with capsys.disabled():
        sys.stdout.write(f" {delivered:.1f} s, {time.monotonic() - began:.1f} s, {dict(words)}, {dict(states)} ")


def _until_over(record: Record, end: float) -> None:
    def is_over() -> bool:
        counts = record.counts()
        return not (
            counts["received"] or counts["deliveries_waiting"] or "sending" in {s for s, _ in _fates(record).values()}
        )

    while not is_over():
        assert time.monotonic() < end, record.counts()
        time.sleep(0.1)


def _fates(record: Record) -> dict[tuple[str, int], tuple[str, str | None]]:
    """Return (state, reason) of each delivery by conversation and sequence."""
    with record._database.reading() as connection:
        rows = connection.execute(sql("SELECT conversation_id, sequence, state, reason FROM deliveries")).all()
    return {(row.conversation_id, row.sequence): (row.state, row.reason) for row in rows}


def _check_person(
    record: Record,
    telegram: StormyTelegram,
    fates: dict[tuple[str, int], tuple[str, str | None]],
    person: str,
    said: list[str],
) -> None:
    """Hold that what somebody said is in the record once, in order, and that each reply came once or is marked."""
    conversation = record.current("telegram", person, timedelta(days=1))
    assert conversation
    messages = record.messages(conversation.id)
    mine = [message for message in messages if message.sender == "visitor"]
    assert [message.text for message in mine] == said
    assert {message.state for message in mine} == {"answered"}
    replies = [message for message in messages if message.sender == "assistant"]
    assert [reply.reply_to for reply in replies] == sorted([1, *(message.sequence for message in mine)])
    got = [sent.text for sent in telegram.sent if sent.to == person]
    emergencies = [reply for reply in replies if reply.card]
    assert len(emergencies) == said.count("hip is out") and {fates[_key(reply)][0] for reply in emergencies} <= {"sent"}
    assert sum(text.startswith(URGENT) for text in got) >= len(emergencies)
    ordinary = [reply for reply in replies if not reply.card]
    came = [text for text in got if not text.startswith(URGENT) and text != "Choose:"]
    assert len(set(came)) == len(came), "something ordinary came twice"
    texts = {f"{reply.text}\n\nSource: {reply.source}" if reply.source else reply.text: reply for reply in ordinary}
    assert [text for text in texts if text in came] == came, "not in order"
    lost = {text for to, text, word in telegram.words if to == person and word == "proxy"}
    for text, reply in texts.items():
        state, reason = fates[_key(reply)]
        if state == "sent":
            assert text in came and text not in lost
        else:
            assert state == "unknown" and (text in lost or reason == "stopped while sending")
    assert all(fates[_key(texts[text])][0] == "unknown" for text in lost if text in texts)


def _key(message: Message) -> tuple[str, int]:
    return message.conversation_id, message.sequence
