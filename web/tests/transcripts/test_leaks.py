"""A visitor's words must not reach a log by way of an error."""

from __future__ import annotations

import stat
import traceback
from pathlib import Path

import pytest
from record_samples import REPLY, UNDERSTANDING, Clock, begun, execute, new_id, table
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from transcripts.database import Database
from transcripts.models import messages
from transcripts.record import Record
from transcripts.values import Reply

WORDS = "my hip popped out"


def told(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error) + str(error)


def test_a_failing_statement_does_not_repeat_the_words(record: Record) -> None:
    conversation_id = begun(record)
    execute(record, "ALTER TABLE messages RENAME TO elsewhere")
    with pytest.raises(SQLAlchemyError) as caught:
        record.add_message(conversation_id, "client-1", WORDS)
    assert WORDS not in told(caught.value)
    assert "messages" in str(caught.value)


def test_a_row_that_the_database_refuses_is_not_repeated(record: Record) -> None:
    row = {"conversation_id": begun(record), "sequence": 1, "text": WORDS, "kind": "message"}  # without a sender
    with record._database.writing() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(insert(messages), row)
    assert WORDS not in told(caught.value)
    assert "sender" in str(caught.value)


def test_what_is_no_json_is_refused_without_the_words_and_nothing_is_stored(record: Record) -> None:
    conversation_id = begun(record)
    record.add_message(conversation_id, "client-1", WORDS)
    with pytest.raises((SQLAlchemyError, TypeError)) as caught:  # as the driver has it
        record.add_answer(conversation_id, 1, [REPLY, Reply(WORDS, card={"kind": {1, 2}})], UNDERSTANDING)
    assert WORDS not in told(caught.value)
    assert len(record.pending(conversation_id)) == 1
    assert record.add_message(conversation_id, "client-2", "next")[0].sequence == 2


def test_the_file_and_its_side_files_are_for_this_user_only(tmp_path: Path) -> None:
    record = Record(f"sqlite:///{tmp_path}/deeper/record.db")
    begun(record)
    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "deeper").iterdir()}
    record.close()
    assert files == {"record.db": 0o600, "record.db-wal": 0o600, "record.db-shm": 0o600}


def test_every_connection_of_sqlite_is_set_up(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/record.db")
    with database.reading() as one, database.reading() as other:
        for connection in (one, other):
            found = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in (
                    "journal_mode",
                    "synchronous",
                    "secure_delete",
                    "foreign_keys",
                    "temp_store",
                    "busy_timeout",
                )
            }
            assert found == {
                "journal_mode": "wal",
                "synchronous": 1,
                "secure_delete": 1,
                "foreign_keys": 1,
                "temp_store": 2,
                "busy_timeout": 5000,
            }
    database.close()


def test_check_passes_and_writes(record: Record, clock: Clock) -> None:
    record.check()
    clock.tick(hours=1)
    record.check()
    assert [str(row["at"])[:19] for row in table(record, "heartbeat")] == ["2026-11-26 11:00:00"]
    execute(record, "DROP TABLE heartbeat")
    with pytest.raises(SQLAlchemyError):
        record.check()


def test_check_notices_a_database_that_can_only_be_read(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transcripts.engine.PRAGMAS", ("PRAGMA busy_timeout = 5000", "PRAGMA query_only = ON"))
    if url.startswith("postgresql"):
        url += "?options=-c%20default_transaction_read_only%3Don"
    record = Record(url)
    assert record.conversation(new_id()) is None
    with pytest.raises(DBAPIError, match="read"):
        record.check()
    record.close()
