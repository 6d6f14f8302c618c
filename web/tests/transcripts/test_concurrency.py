"""Threads and processes at once, on both databases: exactly once, no gap, no double, no deadlock."""

from __future__ import annotations

import contextlib
import random
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from postgres import Postgres
from record_samples import PLAN, REPLY, UNDERSTANDING, at_once, begun, execute, table
from sqlalchemy import bindparam
from sqlalchemy.exc import InvalidRequestError, SQLAlchemyError, TimeoutError

from transcripts.database import Database
from transcripts.engine import PRAGMAS
from transcripts.models import conversations
from transcripts.record import BusyError, Record, UnknownConversationError

WEB = Path(__file__).resolve().parents[2]


def sequences(record: Record, conversation_id: str) -> list[int]:
    return [message.sequence for message in record.messages(conversation_id)]


def test_the_same_message_from_many_threads_is_stored_once(record: Record) -> None:
    conversation_id = begun(record)
    for number in range(15):
        results = at_once([partial(record.add_message, conversation_id, f"client-{number}", "hello")] * 8)
        assert sum(new for _, new, _ in results) == 1
        assert len({added.message.sequence for added in results}) == 1
        assert len({added.message.created_at for added in results}) == 1
    assert sequences(record, conversation_id) == list(range(1, 16))


def test_the_same_answer_from_many_threads_is_stored_once(record: Record) -> None:
    conversation_id = begun(record)
    for number in range(10):
        message, _, _ = record.add_message(conversation_id, f"client-{number}", "hello")
        answer = partial(record.add_answer, conversation_id, message.sequence, [REPLY, PLAN], UNDERSTANDING)
        results = at_once([answer] * 8)
        assert sorted(map(len, results)) == [0] * 7 + [2]
    assert sequences(record, conversation_id) == list(range(1, 31))
    assert len(table(record, "understandings")) == 10


def test_at_once_nobody_is_waited_for(file_record: Record, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    conversation_id = begun(file_record)
    with file_record._database.writing_at_once() as connection:
        names = ("busy_timeout", "secure_delete", "foreign_keys", "synchronous")
        assert [connection._driver.execute(f"PRAGMA {name}").fetchone() for name in names] == [(0,), (1,), (1,), (1,)]
    add_message = partial(file_record.add_message, conversation_id, "client-1", "hello", at_once=True)
    add_answer = partial(file_record.add_answer, conversation_id, 1, [REPLY], UNDERSTANDING, at_once=True)
    other = sqlite3.connect(tmp_path / "record.db", isolation_level=None)
    for call in (add_message, add_answer):
        other.execute("BEGIN IMMEDIATE")  # another process writes
        with pytest.raises(BusyError):
            call()
        other.rollback()
        with file_record._database.writing(), pytest.raises(BusyError):  # another thread of this one
            call()
        stored = len(sequences(file_record, conversation_id))
        call()
        assert len(sequences(file_record, conversation_id)) == stored + 1
    other.close()
    assert "slower" not in caplog.text


def test_at_once_the_write_ahead_file_is_left_to_those_who_may_wait(file_record: Record, tmp_path: Path) -> None:
    conversation_id, ahead = begun(file_record), tmp_path / "record.db-wal"
    for number in range(120):
        file_record.add_message(conversation_id, f"client-{number}", "hello " * 10_000, at_once=True)
    # 2,000 pages: with 1,000 the others write them into the file, and begin anew
    assert ahead.stat().st_size > 2000 * 4096
    file_record.add_message(conversation_id, "client-last", "hello")
    size = ahead.stat().st_size
    file_record.add_message(conversation_id, "client-after", "hello", at_once=True)
    assert ahead.stat().st_size == size


def test_what_is_wrong_with_the_file_is_left_to_the_way_that_says_it(
    file_record: Record, caplog: pytest.LogCaptureFixture
) -> None:
    conversation_id = begun(file_record)
    execute(file_record, "CREATE TRIGGER full BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'full'); END")
    add_message = partial(file_record.add_message, conversation_id, "client-1", "hello")
    with pytest.raises(BusyError):
        add_message(at_once=True)
    assert "in the slower way: full" in caplog.text
    with pytest.raises(SQLAlchemyError, match="full"):
        add_message()
    execute(file_record, "DROP TRIGGER full")
    assert add_message(at_once=True).message.sequence == 1


def test_a_value_that_is_missing_is_an_error(file_record: Record) -> None:
    statement = conversations.insert().values(id=bindparam("name"))
    with file_record._database.writing_at_once() as connection, pytest.raises(InvalidRequestError, match="name"):
        connection.execute(statement, {"channel": "widget"})


def test_at_once_means_never_on_postgresql(cluster: Postgres, migrated_database: str) -> None:
    record = Record(cluster.database(migrated_database))
    conversation_id = begun(record)
    with pytest.raises(BusyError):
        record.add_message(conversation_id, "client-1", "hello", at_once=True)
    record.close()


def test_an_answer_and_a_failure_at_once_are_one_of_both(record: Record) -> None:
    for _ in range(10):
        conversation_id = begun(record)
        record.add_message(conversation_id, "client-1", "hello")
        answer = partial(record.add_answer, conversation_id, 1, [REPLY], UNDERSTANDING)
        fail = partial(record.add_answer, conversation_id, 1, [PLAN], None, state="unanswered", reason="slow")
        stored = at_once([answer, fail])
        assert sorted(map(len, stored)) == [0, 1]
        expected = "answered" if stored[0] else "unanswered"
        first = record.message(conversation_id, 1)
        assert first is not None
        assert first.state == expected
        assert (record.understanding(conversation_id, 1) is not None) == (expected == "answered")


def test_sequences_have_no_gap_and_no_double(record: Record) -> None:
    conversations = [begun(record) for _ in range(3)]

    def talk(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(12):
            conversation_id = chance.choice(conversations)
            client_id = f"client-{chance.randrange(40)}"  # some are repeats
            message, _, _ = record.add_message(conversation_id, client_id, client_id)
            record.add_answer(conversation_id, message.sequence, [REPLY] * chance.randint(1, 3), UNDERSTANDING)

    at_once([partial(talk, seed) for seed in range(8)])
    for conversation_id in conversations:
        found = record.messages(conversation_id)
        assert [message.sequence for message in found] == list(range(1, len(found) + 1))
        clients = [message.client_id for message in found if message.sender == "visitor"]
        assert len(clients) == len(set(clients))
        assert all(message.state == "answered" for message in found if message.sender == "visitor")
        for answer in (message for message in found if message.sender == "assistant"):
            assert answer.reply_to is not None
            assert found[answer.reply_to - 1].sender == "visitor"
    assert record.pending() == []


def test_erasing_in_the_middle_of_everything_leaves_no_row_and_no_deadlock(record: Record) -> None:
    for _ in range(12):
        conversation_id = begun(record)
        record.add_message(conversation_id, "client-0", "hello")
        record.add_answer(conversation_id, 1, [REPLY], UNDERSTANDING)

        def write(name: str, conversation_id: str = conversation_id) -> None:
            with contextlib.suppress(UnknownConversationError):
                for number in range(4):
                    message, _, _ = record.add_message(conversation_id, f"{name}-{number}", "hello")
                    record.add_answer(conversation_id, message.sequence, [REPLY, PLAN], UNDERSTANDING)

        def thumbs(conversation_id: str = conversation_id) -> None:
            for value in ("up", None, "down") * 3:
                record.set_feedback(conversation_id, 2, value)  # type: ignore[arg-type]

        def begin_again(conversation_id: str = conversation_id) -> None:
            with contextlib.suppress(ValueError):
                for _ in range(20):
                    record.begin(conversation_id)

        jobs: list[Callable[[], bool | None]] = [
            partial(write, "a"),
            partial(write, "b"),
            thumbs,
            begin_again,
            partial(record.erase, conversation_id, "one"),
            partial(record.erase, conversation_id, "two"),
        ]
        erased = at_once(jobs)
        assert sorted(result for result in erased if result is not None) == [False, True]
    for name in ("conversations", "messages", "understandings", "feedback"):
        assert table(record, name) == [], name
    assert len(table(record, "audit")) == 12


PROGRAM = """
import sys
from transcripts.record import Record
from transcripts.values import Reply
url, conversation_id, name, count = sys.argv[1:]
record = Record(url)
for number in range(int(count)):
    message, new, _ = record.add_message(conversation_id, f"{name}-{number}", "hello")
    print(message.client_id, message.sequence, flush=True)
    answer = record.add_answer(conversation_id, message.sequence, [Reply("one"), Reply("two")], None)
    record.set_feedback(conversation_id, answer[0].sequence, "up")
record.close()
"""


def writer(url: str, conversation_id: str, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROGRAM, url, conversation_id, name, str(count)]
    return subprocess.Popen(command, cwd=WEB, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_processes_share_the_record(record: Record, url: str) -> None:
    conversation_id = begun(record)
    processes = [writer(url, conversation_id, name, 30) for name in "abc"]
    outputs = [process.communicate(timeout=90) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], outputs
    assert sequences(record, conversation_id) == list(range(1, 271))


def test_processes_erase_while_others_write(record: Record, url: str) -> None:
    conversation_id = begun(record)
    process = writer(url, conversation_id, "a", 120)
    assert process.stdout is not None
    process.stdout.readline()
    for _ in range(10):
        erased = begun(record)
        record.add_message(erased, "client-1", "hello")
        (answer,) = record.add_answer(erased, 1, [REPLY], UNDERSTANDING)
        record.set_feedback(erased, answer.sequence, "up")
        assert record.erase(erased, "visitor")
    assert process.communicate(timeout=90)[1] == ""
    assert process.returncode == 0
    assert sequences(record, conversation_id) == list(range(1, 361))
    assert len(table(record, "conversations")) == 1


def test_threads_take_turns_on_sqlite_without_sleeping(
    migrated_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transcripts.engine.PRAGMAS", (*PRAGMAS, "PRAGMA busy_timeout = 0"))
    shutil.copy(migrated_file, tmp_path / "record.db")
    record = Record(f"sqlite:///{tmp_path}/record.db")
    conversation_id = begun(record)

    def talk(name: str) -> None:
        for number in range(20):
            record.add_message(conversation_id, f"{name}-{number}", "hello")

    at_once([partial(talk, name) for name in "abcdefgh"])
    assert sequences(record, conversation_id) == list(range(1, 161))
    record.close()


def test_whoever_waits_in_line_waits_that_much_less_for_other_processes(migrated_file: Path, tmp_path: Path) -> None:
    shutil.copy(migrated_file, tmp_path / "record.db")
    database = Database(f"sqlite:///{tmp_path}/record.db")
    too_late = pytest.raises(TimeoutError, match=r"Others wrote .* for 0\.05 s")
    with database.writing(), too_late, database.writing(patience=0.05):
        raise AssertionError("two at once")
    database._lock = Line()  # type: ignore[assignment]
    with database.writing(patience=5.5) as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() <= 5500 - 200
    database.close()


class Line:
    """A lock for which one waits 0.2 seconds."""

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        if blocking:
            time.sleep(0.2)
        return blocking

    def release(self) -> None:
        """Nobody else waits."""


def test_a_killed_process_loses_nothing_that_it_acknowledged(record: Record, url: str) -> None:
    conversation_id = begun(record)
    process = writer(url, conversation_id, "killed", 100_000)
    assert process.stdout is not None
    acknowledged = [process.stdout.readline() for _ in range(60)]
    process.send_signal(signal.SIGKILL)
    acknowledged += process.communicate(timeout=30)[0].splitlines(keepends=True)
    after = Record(url)
    found = after.messages(conversation_id)
    assert [message.sequence for message in found] == list(range(1, len(found) + 1))
    stored = {message.client_id: message.sequence for message in found if message.sender == "visitor"}
    for line in (line for line in acknowledged if line.endswith("\n")):
        client_id, sequence = line.split()
        assert stored[client_id] == int(sequence)
    waiting = after.pending(conversation_id)
    assert len(waiting) <= 1
    for message in waiting:  # whoever takes over answers what is left
        assert after.add_answer(conversation_id, message.sequence, [REPLY], None)
    assert after.pending() == []
    after.close()


def test_a_restarted_postgresql_is_found_again(cluster: Postgres, migrated_database: str) -> None:
    record = Record(cluster.database(migrated_database))
    conversation_id = begun(record)
    at_once([lambda: record.conversation(conversation_id)] * 5)  # several connections in the pool
    cluster.restart()
    assert record.add_message(conversation_id, secrets.token_hex(8), "hello")[1]
    assert len(record.messages(conversation_id)) == 1
    record.close()


def test_an_unreachable_postgresql_is_an_error_that_hides_the_password() -> None:
    with pytest.raises(Exception, match=r"127\.0\.0\.1") as caught:
        Record("postgresql://me:secret@127.0.0.1:9/chat")
    assert "secret" not in str(caught.value)
