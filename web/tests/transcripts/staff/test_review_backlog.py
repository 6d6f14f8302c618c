"""What changed is sorted in, what changed last first: nothing urgent waits behind a backlog, nothing older comes last."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from record_samples import BEGINNING, REPLY, Clock, begun, execute, new_id, table
from review_samples import failed, talked, understood
from sqlalchemy import insert, text

from transcripts.models import conversations, messages
from transcripts.record import Record
from transcripts.review import Review
from transcripts.staff import summarising
from transcripts.staff.queueing import Reason


def many(record: Record, count: int) -> None:
    """Put conversations of one message into the record, at once, each marked."""
    times = [BEGINNING - timedelta(days=1) + timedelta(seconds=number) for number in range(count)]
    names = [new_id() for _ in times]
    begun_ones = [
        {"id": name, "channel": "widget", "locale": "en", "created_at": at, "last_at": at, "last_sequence": 1}
        for name, at in zip(names, times)
    ]
    said = [
        {"conversation_id": name, "client_id": name, "sequence": 1, "sender": "visitor", "kind": "message",
         "text": "hello", "state": "answered", "created_at": at}
        for name, at in zip(names, times)
    ]  # fmt: skip
    with record._database.writing() as connection:
        connection.execute(insert(conversations), begun_ones)
        connection.execute(insert(messages), said)
        summarising.mark_all(connection)
        connection.commit()


def test_an_emergency_stands_first_though_thousands_wait_to_be_sorted_in(record: Record, review: Review) -> None:
    many(record, 2000)
    urgent = talked(record, "my hip is out", understood("emergency", ("emergency_injury", 0.9)), REPLY)
    page = review.queue()
    assert page.behind > 1000
    assert (page.entries[0].conversation_id, page.entries[0].reasons) == (urgent, (Reason.EMERGENCY,))


def test_after_a_change_of_the_rules_the_newest_are_judged_first(record: Record, review: Review, clock: Clock) -> None:
    many(record, 60)
    newest = talked(record)
    review.catch_up()
    review.rejudge()
    assert review.catch_up(1) == 21
    waiting = {row["conversation_id"] for row in table(record, "stale")}
    assert newest not in waiting


def test_all_marks_of_a_conversation_go_at_once(record: Record, review: Review) -> None:
    quiet = talked(record)
    busy = begun(record)
    for _ in range(30):
        talked(record, conversation_id=busy)
    assert len(table(record, "stale")) > 60
    assert review.catch_up(1) == 0
    assert table(record, "stale") == []
    assert {entry.conversation_id: entry.turns for entry in review.queue().entries} == {quiet: 1, busy: 30}


def test_one_that_has_very_many_marks_hides_no_other_for_long(
    record: Record, review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transcripts.staff.summarising.MARKS", 5)
    urgent = failed(record)
    busy = begun(record)
    for _ in range(10):
        talked(record, conversation_id=busy)
    assert review.catch_up(1) == 1
    assert review.catch_up(1) == 0
    assert review.queue().entries[0].conversation_id == urgent


def test_messages_that_wait_are_looked_at_before_a_backlog(record: Record, review: Review, clock: Clock) -> None:
    names = [begun(record) for _ in range(45)]
    for name in names:
        record.add_message(name, new_id(), "anybody there?")
    review.catch_up()
    many(record, 500)
    execute(record, "DELETE FROM stale WHERE conversation_id IN (SELECT conversation_id FROM messages "
                    "WHERE state = 'received')")  # fmt: skip
    clock.tick(minutes=1)
    page = review.queue(limit=50)
    assert page.behind > 0
    assert {entry.conversation_id for entry in page.entries if entry.reasons == (Reason.UNANSWERED,)} == set(names)


def test_whoever_summarises_waits_for_others_and_reads_after_it(record: Record, review: Review, clock: Clock) -> None:
    if record._database.is_sqlite:
        pytest.skip("SQLite has one writer at a time.")
    name = begun(record)
    record.add_message(name, new_id(), "anybody there?")
    review.catch_up()
    clock.tick(minutes=2)
    with record._database.writing() as other:
        summarising.alone(other)
        late = threading.Thread(target=review.catch_up)
        late.start()
        waits = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = "
                     "(SELECT oid FROM pg_database WHERE datname = current_database())")  # fmt: skip
        for _ in range(3000):
            with record._database.reading() as connection:
                if connection.execute(waits).scalar_one():
                    break
            assert late.is_alive(), "it did not wait"
            time.sleep(0.01)
        else:
            pytest.fail("It did not wait.")
        record.add_answer(name, 1, [REPLY], understood())
        summarising.summarise(other, [name], clock())
        other.commit()
    late.join()
    (row,) = table(record, "turns")
    assert (row["state"], row["reasons"]) == ("answered", 0)
