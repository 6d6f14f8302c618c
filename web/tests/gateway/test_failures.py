"""When something is broken nobody is left without a word, and nothing is lost or answered twice."""

from __future__ import annotations

import itertools
import secrets
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import servers
from servers import KEY, FakeBridge, GatewayProcess, ThreadedServer
from visitor import Visitor, wait_for

from gateway import turns
from gateway.threads import THREADS
from transcripts.record import Record


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 1.5)


def assert_unanswered(visitor: Visitor, sequence: int) -> None:
    reply = visitor.reply(sequence)
    assert reply["kind"] == "failure" and "999 or 112" in reply["text"] and "116 123" in reply["text"]
    assert visitor.messages()[sequence - 1]["state"] == "unanswered"
    assert len(visitor.replies(sequence)) == 1


@contextmanager
def writing_to(file: Path) -> Iterator[None]:
    """Keep all others from writing to an SQLite file, as another process may."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.rollback()


def test_the_patience_is_under_eight_seconds() -> None:
    import importlib

    assert importlib.reload(turns).PATIENCE < 8


def test_a_bot_that_is_down_gives_the_fixed_text_and_comes_back(visitor: Visitor, bridge: FakeBridge) -> None:
    bridge.stop()
    visitor.listen()
    started = time.monotonic()
    lost = visitor.say("hello")
    assert_unanswered(visitor, lost["sequence"])
    assert time.monotonic() - started < 8
    wait_for(lambda: len(visitor.streamed()) == 2)
    bridge.start()
    assert visitor.reply(visitor.say("again")["sequence"])["text"] == "You said: again"
    assert [call["text"] for call in bridge.calls] == ["again"]  # the lost one is not answered later


def test_a_bot_that_restarts_in_time_answers(visitor: Visitor, bridge: FakeBridge) -> None:
    bridge.stop()
    said = visitor.say("hello")
    time.sleep(0.3)
    bridge.start()
    assert visitor.reply(said["sequence"])["kind"] == "answer"


@pytest.mark.parametrize("text", ["slow 30", "fail", "refuse"])
def test_a_slow_or_failing_bot_gives_the_fixed_text(visitor: Visitor, text: str) -> None:
    assert_unanswered(visitor, visitor.say(text)["sequence"])
    assert visitor.reply(visitor.say("hello")["sequence"])["text"] == "You said: hello"


def test_a_message_behind_a_slow_one_does_not_wait_for_ever(visitor: Visitor) -> None:
    visitor.say("slow 30")
    second = visitor.say("hello")
    started = time.monotonic()
    visitor.reply(second["sequence"])
    assert time.monotonic() - started < 4


def test_the_staff_see_why(visitor: Visitor, tmp_path: Path) -> None:
    said = visitor.say("fail")
    visitor.reply(said["sequence"])
    metrics = visitor.client.get(f"{visitor.url}/metrics").text
    assert 'hip_record{kind="unanswered"} 1.0' in metrics
    assert 'hip_turns_total{outcome="unanswered"}' in metrics


def test_a_safety_reply_that_the_bot_could_not_store_is_shown(visitor: Visitor) -> None:
    reply = visitor.reply(visitor.say("unstored")["sequence"])
    assert reply["kind"] == "answer" and reply["outcome"] == "emergency" and "Call 999" in reply["text"]


def test_a_record_that_fails_refuses_with_the_emergency_line(
    visitor: Visitor, bridge: FakeBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise OSError("disk full, says the test")

    with monkeypatch.context() as patched:
        patched.setattr(Record, "add_message", broken)
        response = visitor.post({"id": secrets.token_hex(16), "text": "hello"})
        assert response.status_code == 503 and response.json()["emergency"]["tel"]
        assert "disk" not in response.text
    assert not bridge.calls
    visitor.reply(visitor.say("hello")["sequence"])


def test_a_message_waits_beside_all_else_while_somebody_writes_to_the_record(visitor: Visitor, tmp_path: Path) -> None:
    with ThreadPoolExecutor() as beside, writing_to(tmp_path / "record.db"):
        saying = beside.submit(visitor.say, "hello")
        wait_for(lambda: visitor.client.get(f"{visitor.url}/health").status_code == 200)
        assert not saying.done()
    assert visitor.reply(saying.result()["sequence"])["text"] == "You said: hello"


def test_an_answer_waits_beside_all_else_while_somebody_writes_to_the_record(
    visitor: Visitor, bridge: FakeBridge, tmp_path: Path
) -> None:
    said = visitor.say("slow 1")
    with writing_to(tmp_path / "record.db"):
        wait_for(lambda: bridge.answered)
        assert visitor.client.get(f"{visitor.url}/health").status_code == 200
        assert not visitor.replies(said["sequence"])
    assert visitor.reply(said["sequence"])["text"] == "You said: slow 1"


def test_an_emergency_is_shown_while_somebody_writes_to_the_record(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "SHOWN_AFTER", 0.1)
    visitor.listen()
    said = visitor.say("slow 1 my hip is out")
    with writing_to(tmp_path / "record.db"):
        wait_for(lambda: any(message["card"] for message in visitor.streamed()))
        assert not visitor.replies(said["sequence"])
    wait_for(lambda: visitor.replies(said["sequence"]))
    wait_for(lambda: len(visitor.streamed()) == 3)
    shown, kept = visitor.streamed()[1:]
    assert (shown["sequence"], kept["sequence"]) == (None, 2) and kept["text"] == shown["text"]


def test_nobody_who_reads_waits_behind_those_who_write(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add, waiting = Record.add_message, itertools.count()

    def counted(self: Record, *given: Any, **named: Any) -> Any:
        if not named.get("at_once"):
            next(waiting)
        return add(self, *given, **named)

    monkeypatch.setattr(Record, "add_message", counted)
    with ThreadPoolExecutor(8) as beside, writing_to(tmp_path / "record.db"):
        saying = [beside.submit(visitor.say, f"hello {number}") for number in range(8)]
        wait_for(lambda: repr(waiting) == f"count({THREADS})")  # every thread that writes is taken
        assert visitor.messages() == []
        assert not any(call.done() for call in saying)
    assert len({call.result()["sequence"] for call in saying}) == 8


@pytest.mark.parametrize("said", [{}, {"replies": []}, {"replies": [{"text": "x"}]}, {"confidence": None}])
def test_what_is_no_answer_counts_as_none(
    visitor: Visitor, bridge: FakeBridge, monkeypatch: pytest.MonkeyPatch, said: dict[str, Any]
) -> None:
    right = servers.answer
    with monkeypatch.context() as patched:
        patched.setattr(servers, "answer", lambda text: {**right(text), **said} if said else {})
        first, second = visitor.say("hello"), visitor.say("and then")
        assert_unanswered(visitor, first["sequence"])
        assert_unanswered(visitor, second["sequence"])
    assert visitor.reply(visitor.say("again")["sequence"])["text"] == "You said: again"


def test_the_country_that_a_visitor_named_chooses_the_number(
    visitor: Visitor, bridge: FakeBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = servers.answer
    with monkeypatch.context() as patched:
        patched.setattr(servers, "answer", lambda text: {**right(text), "region": "AU"})
        visitor.reply(visitor.say("I'm in Australia now")["sequence"])
    assert "000" in visitor.reply(visitor.say("fail")["sequence"])["text"]
    assert visitor.post({"id": "a" * 16, "text": ""}).json()["emergency"]["tel"][0] == "000"
    assert bridge.calls[-1]["region"] == "AU"


def test_what_was_sent_before_a_country_was_understood_gets_its_number_too(
    visitor: Visitor, bridge: FakeBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = servers.answer
    with monkeypatch.context() as patched:
        patched.setattr(servers, "answer", lambda text: {**right(text), "region": "AU"})
        visitor.say("slow 1")
        waiting = visitor.say("fail")
        assert "000" in visitor.reply(waiting["sequence"])["text"]
    assert bridge.calls[-1]["region"] == "AU"


def test_the_region_that_the_bot_was_told_is_none_that_a_visitor_named(
    make_gateway: Any, bridge: FakeBridge, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    right = servers.answer
    monkeypatch.setattr(servers, "answer", lambda text: {**right(text), "region": "IE"})
    visitor = Visitor(make_gateway(gateway_region="IE").url).begin()
    visitor.reply(visitor.say("hello")["sequence"])
    with closing(Record(f"sqlite:///{tmp_path}/record.db")) as record:
        assert record.conversation(visitor.id).region is None  # type: ignore[union-attr]


def test_an_answer_that_cannot_be_stored_is_shown_and_stored_later(
    visitor: Visitor, bridge: FakeBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "RECORD_PAUSE", 0.2)
    stored = Record.add_answer
    failures = iter(range(3))

    def sometimes(self: Record, *arguments: Any, **named: Any) -> Any:
        if next(failures, None) is not None:
            raise OSError("disk full, says the test")
        return stored(self, *arguments, **named)

    monkeypatch.setattr(Record, "add_answer", sometimes)
    visitor.listen()
    said = visitor.say("hip is out")
    wait_for(lambda: len(visitor.streamed()) == 3)
    shown, kept = visitor.streamed()[1:]
    assert shown["sequence"] is None and shown["outcome"] == "emergency" and shown["card"]["tel"] == ["999", "112"]
    assert kept["reply_to"] == said["sequence"] and kept["text"] == shown["text"]
    assert len(bridge.calls) == 1 and len(visitor.replies(said["sequence"])) == 1


def test_a_killed_gateway_answers_after_its_restart_what_it_had_taken(bridge: FakeBridge, tmp_path: Path) -> None:
    process = GatewayProcess(
        tmp_path,
        HIP_BRIDGE_URL=bridge.url,
        HIP_RECORD_URL=f"sqlite:///{tmp_path}/record.db",
        HIP_GATEWAY_KEY=KEY,
    )
    process.start()
    visitor = Visitor(process.url).begin(region="GB")
    said = visitor.say("slow 1")
    process.kill()
    process.start()
    reply = visitor.reply(said["sequence"])
    assert reply["text"] == "You said: slow 1"
    assert len(visitor.replies(said["sequence"])) == 1
    assert max(bridge.answered.values()) == 1  # the bot answers a message id once
    process.stop()


def test_a_gateway_that_stops_in_the_middle_leaves_the_turn_to_the_next(
    make_gateway: Any, bridge: FakeBridge, tmp_path: Path
) -> None:
    first: ThreadedServer = make_gateway()
    visitor = Visitor(first.url).begin()
    said = visitor.say("slow 1")
    first.stop()
    visitor.url = make_gateway().url
    assert visitor.reply(said["sequence"])["text"] == "You said: slow 1"
