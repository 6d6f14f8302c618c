from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from record_samples import at_once, begun, execute, table
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from transcripts.base import Base
from transcripts.database import Database
from transcripts.record import Record
from transcripts.schema import SchemaError

WEB = Path(__file__).resolve().parents[2]


def differences(database: Database, metadata: sa.MetaData) -> list[Any]:
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_of_sqlalchemy})
        return list(compare_metadata(context, metadata))


def is_of_sqlalchemy(name: str | None, kind: str, _parent: object) -> bool:
    """The full-text index is spelt differently by both databases; `test_searching.py` is about it."""
    return kind != "table" or not str(name).startswith("search")


def test_models_and_migrations_agree(record: Record) -> None:
    assert differences(record._database, Base.metadata) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda metadata: metadata.tables["messages"].append_column(sa.Column("mood", sa.Text)),
        lambda metadata: sa.Table("moods", metadata, sa.Column("id", sa.Integer, primary_key=True)),
        lambda metadata: sa.Index("ix_audit_at", metadata.tables["audit"].c.at),
        lambda metadata: setattr(metadata.tables["audit"].c.conversation_id, "nullable", False),
        lambda metadata: setattr(metadata.tables["conversations"].c.region, "type", sa.Integer()),
    ],
)
def test_the_comparison_sees_a_change(record: Record, change: Any) -> None:
    metadata = sa.MetaData()
    for original in Base.metadata.sorted_tables:
        original.to_metadata(metadata)
    assert differences(record._database, metadata) == []
    change(metadata)
    assert differences(record._database, metadata) != []


def test_opening_again_keeps_everything(empty_url: str) -> None:
    record = Record(empty_url)
    conversation_id = begun(record)
    record.close()
    again = Record(empty_url)
    assert again.conversation(conversation_id) is not None
    assert len(table(again, "alembic_version")) == 1
    again.close()


def test_a_failed_upgrade_leaves_nothing_behind(empty_url: str) -> None:
    database = Database(empty_url)
    with database.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE sessions (id INTEGER)")  # the last table of the migrations
        connection.commit()
    with pytest.raises(DBAPIError, match="sessions"):
        Record(empty_url)
    with database.reading() as connection:
        assert sa.inspect(connection).get_table_names() == ["sessions"]
    with database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE sessions")
        connection.commit()
    database.close()
    Record(empty_url).close()


def test_a_newer_schema_is_refused_with_what_to_do(record: Record, url: str) -> None:
    execute(record, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaError, match=r"9999.*Start the newer version"):
        Record(url)


def test_threads_that_open_an_empty_database_at_once(empty_url: str) -> None:
    records = at_once([lambda: Record(empty_url)] * 8)
    conversation_id = begun(records[0])
    assert all(record.conversation(conversation_id) for record in records)
    for record in records:
        record.close()


def test_connections_that_make_a_file_at_once(tmp_path: Path) -> None:
    def connect(url: str) -> object:
        database = Database(url)
        with database.reading() as connection:
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        database.close()
        return mode

    for number in range(20):
        assert at_once([partial(connect, f"sqlite:///{tmp_path}/{number}.db")] * 6) == ["wal"] * 6


def test_threads_that_open_different_databases_at_once(tmp_path: Path) -> None:
    records = at_once([partial(Record, f"sqlite:///{tmp_path}/{number}.db") for number in range(8)])
    for record in records:
        begun(record)
        assert len(table(record, "conversations")) == 1
        record.close()


def test_processes_that_open_an_empty_database_at_once(empty_url: str) -> None:
    program = (
        "import sys, secrets; from transcripts.record import Record; sys.stdin.readline(); "
        "record = Record(sys.argv[1]); record.begin(secrets.token_hex(16)); record.check(); record.close()"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, empty_url],
            cwd=WEB,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for process in processes:  # all have been started; now they go
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    errors = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * 6, errors
    record = Record(empty_url)
    assert len(table(record, "conversations")) == 6
    record.close()


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"])
def test_the_audit_is_append_only(record: Record, statement: str) -> None:
    record.erase(begun(record), "visitor")
    with pytest.raises(DBAPIError, match="append-only"):
        execute(record, statement)
    assert [row["actor"] for row in table(record, "audit")] == ["visitor"]


def test_the_audit_of_postgresql_cannot_be_truncated(record: Record) -> None:
    if record._database.is_sqlite:
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(DBAPIError, match="append-only"):
        execute(record, "TRUNCATE audit")


WAITING = ("ix_messages_open", "ix_deliveries_unsent", "ix_conversations_address")


def test_what_waits_is_found_by_index(record: Record) -> None:
    statements: list[tuple[str, Any]] = []
    event.listen(
        record._database._engine, "before_cursor_execute", lambda *given: statements.append((given[2], given[3]))
    )
    record.pending()
    record.counts()
    record.waiting("telegram", "4711")
    record.waiting_addresses()
    record.current("telegram", "4711", timedelta(hours=24))
    record.take_over()
    asked = [statement for statement in statements if statement[0].startswith(("SELECT", "UPDATE", "DELETE"))]
    assert len(asked) == 8
    with record._database.reading() as connection:
        if not record._database.is_sqlite:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # the table is empty
        for statement, values in asked:
            explain = "EXPLAIN QUERY PLAN" if record._database.is_sqlite else "EXPLAIN"
            plan = str(connection.exec_driver_sql(f"{explain} {statement}", values).all())
            assert any(name in plan for name in WAITING)
            assert "Seq Scan" not in plan
            for name in ("messages", "deliveries", "conversations"):
                assert f"SCAN {name}" not in plan.replace(f"SCAN {name} USING COVERING INDEX ix_{name}_unsent", "")
