"""An urgent text goes out although the record is out of order; nothing else does before the record has it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from stand_ins import EMERGENCY, House, TestAdapter, run, until

from gateway.platforms import sending, unrecorded, worker
from gateway.platforms.adapter import FateUnknownError, NotSentError, RejectedError
from transcripts import engine
from transcripts.values import Reply

CALL = "Call 999 now.\n\nSource: NHS"


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(sending, "RECORD_PAUSE", 0.05)
    monkeypatch.setattr(worker, "RECORD_PAUSE", 0.05)
    impatient = (*engine.PRAGMAS, "PRAGMA busy_timeout = 50")
    monkeypatch.setattr(engine, "PRAGMAS", impatient)  # else every try waits for five seconds


@pytest.fixture
def file(migrated_file: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "record.db"
    copy.write_bytes(migrated_file.read_bytes())
    return copy


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Another process writes, and does not end."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_an_emergency_is_told_while_the_record_is_locked_and_again_when_it_is_not(file: Path) -> None:
    async def scenario() -> None:
        async with House(f"sqlite:///{file}") as house:
            await house.say("hello")
            await house.until_sent(2)
            house.turns.pause = 0.1
            await house.say("hip is out")
            with locked(file):
                await until(lambda: house.adapter.texts()[2:])
                await asyncio.sleep(0.3)
                assert house.adapter.texts()[2:] == [CALL], "once, and nothing that can wait"
            assert (await house.until_sent(6))[3:] == [CALL, "Choose:", "There is help, too."]

    run(scenario())


def test_what_is_not_urgent_waits_for_the_record(file: Path) -> None:
    async def scenario() -> None:
        async with House(f"sqlite:///{file}") as house:
            house.turns.pause = 0.1
            await house.say("hello")
            with locked(file):
                await asyncio.sleep(0.4)
                assert not house.adapter.tried
            await house.until_sent(2)

    run(scenario())


def test_a_disk_that_takes_nothing_more(file: Path) -> None:
    with sqlite3.connect(file) as other:
        other.execute(
            "CREATE TRIGGER full BEFORE INSERT ON deliveries BEGIN SELECT RAISE(ABORT, 'disk full, says the test'); END"
        )
    other.close()

    async def scenario() -> None:
        async with House(f"sqlite:///{file}") as house:
            await house.say("hip is out")
            await house.until_sent(1)
            assert house.adapter.texts() == [CALL] and house.fates() == []

    run(scenario())


def said_now(file: Path, script: list[Any], replies: list[Reply], seconds: float = 0.5, **values: Any) -> TestAdapter:
    """Let `replies` to a conversation of the platform be said at once; return the adapter."""
    adapter = TestAdapter()

    async def scenario() -> None:
        async with House(f"sqlite:///{file}", adapter=adapter) as house:
            await house.say("hello")
            await until(lambda: adapter.sent)
            await house.quiet()
            adapter.tried.clear()
            adapter.sent.clear()
            adapter.script = script
            conversation = house.conversations()
            assert conversation
            house.platforms.say_now(replace(conversation, **values), replies)
            await asyncio.sleep(seconds)

    run(scenario())
    return adapter


@pytest.mark.parametrize("fault", [NotSentError("429", 0.05), FateUnknownError("ReadTimeout"), KeyError("a word")])
def test_what_could_not_be_sent_is_tried_again(file: Path, fault: Exception, caplog: Any) -> None:
    adapter = said_now(file, [fault, fault], [EMERGENCY, Reply("Other")])
    assert adapter.texts() == [CALL] and len(adapter.tried) == 3
    assert "a word" not in caplog.text and "999" not in caplog.text


def test_it_ends(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unrecorded, "MOST_DOUBTFUL", 3)
    assert len(said_now(file, [NotSentError("ConnectError")] * 9, [EMERGENCY]).tried) == 3
    assert len(said_now(file, [RejectedError("blocked")] * 9, [EMERGENCY]).tried) == 1
    assert len(said_now(file, [NotSentError("429", 3000)] * 9, [EMERGENCY]).tried) == 1


def test_the_text_for_a_bot_that_is_down_is_urgent_too(file: Path) -> None:
    both = [Reply("No answer just now.", kind="failure"), EMERGENCY]
    assert said_now(file, [], both).texts() == [f"No answer just now.\n\n{CALL}"]


def test_a_website_s_conversation_and_a_platform_that_is_off_get_nothing(file: Path) -> None:
    assert not said_now(file, [], [EMERGENCY], address=None).tried
    assert not said_now(file, [], [EMERGENCY], channel="other").tried
    assert not said_now(file, [], [Reply("Other")]).tried


def test_an_end_leaves_nothing_running(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gateway.platforms import outbox

    monkeypatch.setattr(outbox, "GRACE", 0.1)
    adapter = said_now(file, [30.0], [EMERGENCY], seconds=0.05)
    assert len(adapter.tried) == 1 and not adapter.sent and adapter.under_way == 0
