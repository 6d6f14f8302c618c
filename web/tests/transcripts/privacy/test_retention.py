"""Staff see that retention runs; what one process erased and could not clean up, another cleans up."""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path

import pytest
from record_samples import Clock, table
from review_samples import talked

from transcripts.database import Database
from transcripts.privacy import retention
from transcripts.privacy.persons import Asked, Persons
from transcripts.privacy.retention import Retention
from transcripts.record import Record

DAYS = timedelta(days=30)


def shown(record: Record) -> Retention:
    with record._database.reading() as connection:
        return retention.read(connection)


def noted(record: Record) -> int:
    return sum(row["action"] == "retention" for row in table(record, "audit"))


def test_it_never_ran(record: Record, clock: Clock) -> None:
    record.check()
    found = shown(record)
    assert found == Retention(None, None, None, None, 0)
    assert found.next_at is None and found.is_late(clock())


def test_a_run_says_when_by_which_age_and_how_many(record: Record, clock: Clock) -> None:
    talked(record)
    clock.tick(days=31)
    record.note_retention(DAYS, len(record.expire(DAYS)))
    found = shown(record)
    assert found == Retention(30, clock(), 1, clock(), 1)
    assert found.next_at == clock() + timedelta(hours=1)
    assert not found.is_late(clock() + timedelta(hours=2))
    assert found.is_late(clock() + timedelta(hours=2, seconds=1))


def test_runs_that_erase_nothing_are_seen_and_fill_no_log(record: Record, clock: Clock) -> None:
    for _ in range(3):
        clock.tick(hours=1)
        record.note_retention(DAYS, 0)
    assert shown(record) == Retention(30, clock(), 0, None, 0)
    assert noted(record) == 1
    record.note_retention(DAYS, 2)
    erased_at = clock()
    clock.tick(hours=1)
    record.note_retention(DAYS, 0)
    assert shown(record) == Retention(30, clock(), 0, erased_at, 0)
    record.note_retention(timedelta(days=7), 0)  # a change of the setting is noted
    assert shown(record).days == 7
    assert noted(record) == 3


def test_a_check_of_the_record_is_no_run(record: Record, clock: Clock) -> None:
    record.note_retention(DAYS, 0)
    ran_at = clock()
    clock.tick(hours=5)
    record.check()
    assert shown(record).ran_at == ran_at
    assert len(table(record, "heartbeat")) == 2


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("record.db*")))


@pytest.mark.parametrize("by", ["clean", "expire"])
def test_the_gateway_cleans_up_what_the_console_could_not(
    file_record: Record, tmp_path: Path, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_record.clean()  # so that nothing of its own is owed
    words = "ERASE-" + secrets.token_hex(8)
    name = talked(file_record, " ".join([words] * 900))
    console = Database(f"sqlite:///{tmp_path}/record.db")
    try:
        monkeypatch.setattr(console, "forget_erased", lambda largest: None)  # killed just before, say
        Persons(console, file_record._now).erase(Asked(conversation=name), "ann")
        assert words.encode() in bytes_of(tmp_path)
        assert file_record.clean() is None if by == "clean" else file_record.expire(DAYS) == []
        assert words.encode() not in bytes_of(tmp_path)
    finally:
        console.close()
