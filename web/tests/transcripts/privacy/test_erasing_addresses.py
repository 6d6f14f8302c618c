"""Nothing of a messaging user stays: no row, no byte of a file, no line of a log or an error."""

from __future__ import annotations

import logging
import secrets
import traceback
from datetime import timedelta
from pathlib import Path

import pytest
from record_samples import (
    ADDRESS,
    CHANNEL,
    IDLE,
    PLAIN,
    REPLY,
    Clock,
    answered,
    arrive,
    arrived,
    begun,
    execute,
    table,
)
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from transcripts.models import deliveries
from transcripts.record import Record

TABLES = ("conversations", "messages", "understandings", "feedback", "deliveries")


def stored(record: Record) -> str:
    """Every row of every table."""
    return repr({name: table(record, name) for name in (*TABLES, "arrivals", "erasures", "audit", "heartbeat")})


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("record.db*")))


def talked(record: Record, address: str) -> str:
    """A conversation with deliveries in every state, and a row of a notice."""
    found = answered(record, *[PLAIN] * 5, REPLY, address=address)
    for delivery in found[:3]:
        record.sending(delivery.id)
    record.sent_part(found[0].id, last=True)
    record.end_delivery(found[1].id, "failed", "blocked")
    record.end_delivery(found[3].id, "unknown", "no clear answer")
    record.notify(CHANNEL, address, "A notice.")
    assert found[0].conversation_id is not None
    return found[0].conversation_id


def test_every_conversation_of_the_address_goes_and_nothing_else(record: Record, clock: Clock) -> None:
    kept = [talked(record, "somebody else"), begun(record), arrived(record, "e", "hi", channel="telegram").id]
    before = {name: table(record, name) for name in TABLES}
    first = talked(record, ADDRESS)
    clock.tick(hours=30)
    second = talked(record, ADDRESS)
    third = arrived(record, "event-3", "/new", anew=True).id
    assert record.erase_address(CHANNEL, ADDRESS, "visitor") == [first, second, third]
    assert {name: table(record, name) for name in TABLES} == before
    assert all(record.conversation(conversation_id) for conversation_id in kept)
    assert record.pending_erasures() == sorted([first, second, third])
    audit = table(record, "audit")
    assert [(row["actor"], row["action"], row["conversation_id"]) for row in audit] == [
        ("visitor", "erase", conversation_id) for conversation_id in (first, second, third)
    ]
    assert [str(row["details"]).count("7") for row in audit] == [1, 1, 0]  # messages, as `erase` counts them
    assert record.current(CHANNEL, ADDRESS, timedelta(days=99)) is None
    assert record.erase_address(CHANNEL, ADDRESS, "visitor") == []
    assert len(table(record, "audit")) == 3


def test_no_row_holds_the_address_after_any_erasure(record: Record, clock: Clock) -> None:
    talked(record, ADDRESS)
    record.erase_address(CHANNEL, ADDRESS, "visitor")
    assert ADDRESS not in stored(record)
    conversation_id = talked(record, ADDRESS)
    assert ADDRESS in stored(record)
    record.erase(conversation_id, "staff")
    (notice,) = record.waiting(CHANNEL, ADDRESS)  # this one belongs to no conversation: it goes when it is sent
    record.sending(notice.id)
    record.sent_part(notice.id, last=True)
    assert ADDRESS not in stored(record)
    conversation_id = talked(record, ADDRESS)
    clock.tick(days=31)
    assert record.expire(timedelta(days=30)) == [conversation_id]
    assert ADDRESS not in stored(record)


def test_an_erasure_is_all_or_nothing(record: Record) -> None:
    talked(record, ADDRESS)
    second = arrived(record, "event-2", "/new", anew=True).id
    execute(record, "ALTER TABLE audit RENAME TO elsewhere")
    before = {name: table(record, name) for name in TABLES}
    with pytest.raises(SQLAlchemyError):
        record.erase_address(CHANNEL, ADDRESS, "visitor")
    assert {name: table(record, name) for name in TABLES} == before
    execute(record, "ALTER TABLE elsewhere RENAME TO audit")
    assert record.erase_address(CHANNEL, ADDRESS, "visitor")[-1] == second


def test_no_byte_of_the_address_or_the_event_stays_in_a_file(file_record: Record, tmp_path: Path) -> None:
    address, event_id = "ADDRESS-" + secrets.token_hex(8), "EVENT-" + secrets.token_hex(8)
    talked(file_record, address)
    arrived(file_record, event_id, "hello", address=address)
    assert address.encode() in bytes_of(tmp_path)
    assert len(file_record.erase_address(CHANNEL, address, "visitor")) == 1
    assert address.encode() not in bytes_of(tmp_path)
    assert event_id.encode() not in bytes_of(tmp_path)


def test_a_conversation_that_is_erased_or_expires_takes_its_address_out_of_the_file(
    file_record: Record, tmp_path: Path
) -> None:
    for number in range(2):
        address = "ADDRESS-" + secrets.token_hex(8)
        conversation_id = answered(file_record, PLAIN, REPLY, address=address)[0].conversation_id
        assert conversation_id is not None
        assert address.encode() in bytes_of(tmp_path)
        if number:
            assert file_record.expire(timedelta(0)) == [conversation_id]
        else:
            file_record.erase(conversation_id, "staff")
        assert address.encode() not in bytes_of(tmp_path)


@pytest.mark.parametrize("end", ["sent", "failed", "taken over", "expired"])
def test_the_confirmation_of_an_erasure_leaves_no_byte_either(file_record: Record, tmp_path: Path, end: str) -> None:
    address = "ADDRESS-" + secrets.token_hex(8)
    talked(file_record, address)
    file_record.erase_address(CHANNEL, address, "visitor")
    others = 0 if end == "expired" else 30  # round about; erasing one would clean up for all
    for number in range(others):
        answered(file_record, PLAIN, PLAIN, address=f"other-{number}")
    file_record.notify(CHANNEL, address, "Your chat is deleted.")
    for number in range(others):
        answered(file_record, PLAIN, PLAIN, address=f"more-{number}")
    (notice,) = file_record.waiting(CHANNEL, address)
    file_record.sending(notice.id)
    assert address.encode() in bytes_of(tmp_path)
    if end == "sent":
        file_record.sent_part(notice.id, last=True)
    elif end == "failed":
        file_record.end_delivery(notice.id, "failed", "blocked")
    elif end == "taken over":
        file_record.take_over()
    else:
        file_record.expire(timedelta(0))
    file_record.check()  # the gateway does both regularly
    file_record.expire(timedelta(days=30))
    assert address.encode() not in bytes_of(tmp_path)
    assert len(file_record.waiting_addresses()) == 2 * others


def test_no_error_repeats_the_address(record: Record) -> None:
    conversation = arrived(record, "event-1", "hello")
    execute(record, "ALTER TABLE deliveries RENAME TO elsewhere")
    jobs = [
        lambda: record.add_answer(conversation.id, 1, [PLAIN], None),
        lambda: record.notify(CHANNEL, ADDRESS, "A notice."),
        lambda: record.waiting(CHANNEL, ADDRESS),
        lambda: record.erase_address(CHANNEL, ADDRESS, "visitor"),
    ]
    for job in jobs:
        with pytest.raises(SQLAlchemyError) as caught:
            job()
        assert ADDRESS not in "".join(traceback.format_exception(caught.value))
        assert "deliveries" in str(caught.value)
    execute(record, "ALTER TABLE elsewhere RENAME TO deliveries")
    execute(record, "ALTER TABLE conversations RENAME TO elsewhere")
    for job in (lambda: arrive(record, "event-2", "hello"), lambda: record.current(CHANNEL, ADDRESS, IDLE)):
        with pytest.raises(SQLAlchemyError) as caught:
            job()
        assert ADDRESS not in "".join(traceback.format_exception(caught.value))
    with record._database.writing() as connection, pytest.raises(DBAPIError) as refused:
        connection.execute(insert(deliveries), {"channel": CHANNEL, "address": ADDRESS, "text": ADDRESS})
    assert ADDRESS not in "".join(traceback.format_exception(refused.value)) + repr(refused.value)


def test_a_value_that_is_logged_shows_no_address(record: Record, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        taken = arrive(record, "event-1", "hello")
        assert taken is not None
        assert taken.conversation is not None
        record.add_answer(taken.conversation.id, 1, [PLAIN], None)
        (delivery,) = record.waiting(CHANNEL, ADDRESS)
        record.erase_address(CHANNEL, ADDRESS, "visitor")
    assert (taken.conversation.address, delivery.address) == (ADDRESS, ADDRESS)
    assert ADDRESS not in f"{taken} {taken.conversation!r} {delivery}" + caplog.text
