"""kill -9 of any part in the middle of 200 conversations: every acknowledged message once, each with its reply or a failure."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from whole_system import Whole

from transcripts.record import Record

CONVERSATIONS = 200
TEXTS = ["who puts a dislocated hip back in?", "my hip popped out and i can't move my leg"]
#: Seconds in which everything must have its answer: the bot loads again, and 200 messages wait.
PATIENCE = 180

pytestmark = pytest.mark.parametrize("part", ["bot", "actions", "gateway"])


async def converse(
    client: httpx.AsyncClient, acknowledged: Counter[tuple[str, int]], under_way: asyncio.Event, number: int
) -> None:
    """Say two things, each until it is acknowledged, as the widget does: the same id again after a lost connection."""
    begun = await insist(client, "/api/conversations", {}, {})
    headers = {"Authorization": f"Bearer {begun['token']}"}
    for text in TEXTS:
        await asyncio.sleep(0.02 * (number % 50))
        body = {"id": secrets.token_hex(16), "text": text}
        said = await insist(client, f"/api/conversations/{begun['id']}/messages", body, headers)
        acknowledged[begun["id"], said["sequence"]] += 1
        if len(acknowledged) >= CONVERSATIONS // 2:
            under_way.set()


async def insist(client: httpx.AsyncClient, path: str, body: Any, headers: dict[str, str]) -> dict[str, Any]:
    for _ in range(600):
        try:
            response = await client.post(path, json=body, headers=headers)
        except httpx.HTTPError:
            await asyncio.sleep(0.2)
            continue
        assert response.status_code in (201, 202), response.text
        return dict(response.json())
    raise AssertionError("The gateway did not come back.")


async def talk_while_killing(whole: Whole, part: str) -> Counter[tuple[str, int]]:
    acknowledged: Counter[tuple[str, int]] = Counter()
    limits = httpx.Limits(max_connections=60)
    async with httpx.AsyncClient(base_url=whole.url, timeout=30, limits=limits, trust_env=False) as client:
        under_way = asyncio.Event()
        everybody = (converse(client, acknowledged, under_way, number) for number in range(CONVERSATIONS))
        talking = asyncio.gather(*everybody)
        await asyncio.wait_for(under_way.wait(), 60)
        assert 0 < len(acknowledged) < 2 * CONVERSATIONS, "The kill must come in the middle."
        whole.parts[part].kill_inside()
        await talking
    return acknowledged


def test_nothing_is_lost_and_nothing_comes_twice(part: str, tmp_path: Path) -> None:
    wide = {"HIP_LIMIT_BEGIN": "100000/minute", "HIP_LIMIT_ADDRESS": "100000/minute"}
    whole = Whole(tmp_path, **wide)
    try:
        whole.wait()
        acknowledged = asyncio.run(talk_while_killing(whole, part))
        assert len(acknowledged) == 2 * CONVERSATIONS
        record = Record(whole.record_url)
        asyncio.run(all_answered(record))
        answered = 0
        for conversation in {conversation for conversation, _ in acknowledged}:
            messages = record.messages(conversation)
            said = [message for message in messages if message.sender == "visitor"]
            assert [message.text for message in said] == TEXTS
            assert {(conversation, message.sequence) for message in said} <= set(acknowledged)
            for message in said:
                replies = [reply for reply in messages if reply.reply_to == message.sequence]
                kinds = {reply.kind for reply in replies}
                assert len(kinds) == 1, "an answer or a failure, not both and not none"
                assert len({reply.text for reply in replies}) == len(replies)
                assert message.state == ("unanswered" if kinds == {"failure"} else "answered")
                answered += kinds == {"answer"}
        # the bot takes longer to load than a visitor is let wait; the others are back, or not needed, in time
        assert answered > (0 if part == "bot" else CONVERSATIONS)
        record.close()
    finally:
        whole.stop()


async def all_answered(record: Record) -> None:
    for _ in range(PATIENCE * 2):
        if not record.pending():
            return
        await asyncio.sleep(0.5)
    raise AssertionError(f"{len(record.pending())} messages are still without an answer.")
