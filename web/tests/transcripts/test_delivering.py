from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from record_samples import (
    ADDRESS,
    BEGINNING,
    CHANNEL,
    PLAIN,
    PLAN,
    REPLY,
    UNDERSTANDING,
    Clock,
    answered,
    arrive,
    arrived,
    at_once,
    begun,
    execute,
    table,
)
from sqlalchemy import event

from transcripts import delivering
from transcripts.record import Record
from transcripts.values import Delivery, Reply

WEB = Path(__file__).resolve().parents[2]
FAILURE = Reply("I cannot answer now. Call 112.", kind="failure")
NOTICE = Reply("An automated assistant answers here.", kind="notice")
CRISIS = Reply("You are not alone. Call 988.", card={"kind": "crisis", "heading": "Talk to somebody now"})


def waiting(record: Record, address: str = ADDRESS) -> list[int]:
    return [delivery.id for delivery in record.waiting(CHANNEL, address)]


def of(record: Record, delivery: Delivery) -> dict[str, object]:
    """The delivery's row, or {}."""
    return next((row for row in table(record, "deliveries") if row["id"] == delivery.id), {})


def test_an_answer_is_queued_reply_by_reply(record: Record) -> None:
    conversation = arrived(record, "event-1", "hello")
    stored = record.add_answer(conversation.id, 1, [NOTICE, PLAIN, PLAN], UNDERSTANDING)
    assert [message.kind for message in stored] == ["notice", "answer", "answer"]
    first, second, third = record.waiting(CHANNEL, ADDRESS)
    assert first == Delivery(
        id=first.id,
        channel=CHANNEL,
        address=ADDRESS,
        conversation_id=conversation.id,
        sequence=2,
        text=None,
        urgent=False,
        part=0,
        state="waiting",
        attempts=0,
        next_at=None,
        reason=None,
    )
    assert [second.sequence, third.sequence] == [3, 4]
    assert record.add_answer(conversation.id, 1, [PLAIN], None) == []  # answered already
    assert len(table(record, "deliveries")) == 3
    assert record.waiting_addresses() == [(CHANNEL, ADDRESS)]
    assert record.counts()["deliveries_waiting"] == 3


def test_what_is_urgent_overtakes_what_is_older(record: Record) -> None:
    old = answered(record, NOTICE, PLAIN, PLAN)
    assert [delivery.urgent for delivery in old] == [False] * 3
    assert record.sending(old[0].id)
    record.sent_part(old[0].id, last=False)  # in the middle of a long one
    emergency = answered(record, replace(REPLY, kind="answer"), PLAIN)
    failure = answered(record, FAILURE)
    crisis = answered(record, CRISIS)
    urgent = [emergency[0], failure[0], crisis[0]]
    assert [delivery.urgent for delivery in urgent] == [True] * 3
    assert waiting(record) == [d.id for d in [*urgent, *old, emergency[1]]]


def test_of_very_much_that_waits_the_first_is_read(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    old = answered(record, PLAIN, PLAIN, PLAIN, PLAIN)
    (crisis,) = answered(record, CRISIS)
    monkeypatch.setattr(delivering, "MOST_WAITING", 3)
    assert waiting(record) == [crisis.id, old[0].id, old[1].id]


def test_an_answer_to_the_website_is_not_queued_and_costs_no_more(record: Record) -> None:
    conversation_id = begun(record)
    record.add_message(conversation_id, "client-1", "my hip popped out")
    statements: list[str] = []
    event.listen(record._database._engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    record.add_answer(conversation_id, 1, [REPLY, FAILURE, NOTICE], UNDERSTANDING)
    assert [s.split()[0] for s in statements if "BEGIN" not in s] == ["UPDATE", "UPDATE", "INSERT", "INSERT"]
    assert table(record, "deliveries") == []
    assert record.waiting_addresses() == []


def test_parts_are_sent_one_after_another(record: Record, clock: Clock) -> None:
    (delivery,) = answered(record, PLAN)
    for part in (1, 2):
        assert record.sending(delivery.id)
        assert waiting(record) == []
        clock.tick(seconds=1)
        record.sent_part(delivery.id, last=False)
        assert record.waiting(CHANNEL, ADDRESS) == [replace(delivery, part=part)]
    assert record.sending(delivery.id)
    record.sent_part(delivery.id, last=True)
    assert waiting(record) == []
    row = of(record, delivery)
    assert (row["state"], row["part"], row["attempts"]) == ("sent", 3, 1)
    assert str(row["updated_at"])[:19] == "2026-11-26 10:00:02"
    assert set(record.counts().values()) == {0}


def test_a_postponed_part_waits_with_its_time_and_reason(record: Record) -> None:
    (delivery,) = answered(record, PLAN)
    record.sending(delivery.id)
    record.sent_part(delivery.id, last=False)
    until = BEGINNING + timedelta(seconds=30)
    for attempt in (1, 2, 3):
        assert record.sending(delivery.id)
        record.postpone(delivery.id, until, "429")
        (found,) = record.waiting(CHANNEL, ADDRESS)
        assert found == replace(delivery, part=1, attempts=attempt, next_at=until, reason="429")
    assert record.waiting_addresses() == [(CHANNEL, ADDRESS)]
    assert record.sending(delivery.id)
    record.sent_part(delivery.id, last=False)
    assert record.waiting(CHANNEL, ADDRESS) == [replace(delivery, part=2)]  # the next part begins afresh


@pytest.mark.parametrize("state", ["failed", "unknown"])
def test_what_is_given_up_stays_for_staff(record: Record, state: str) -> None:
    first, second, kept = answered(record, PLAIN, PLAIN, PLAIN)
    record.sending(first.id)
    for delivery in (first, second):  # one while it was being sent, one that waited
        record.end_delivery(delivery.id, state, "blocked")  # type: ignore[arg-type]
        row = of(record, delivery)
        assert (row["state"], row["reason"], row["next_at"]) == (state, "blocked", None)
    assert waiting(record) == [kept.id]
    assert not record.sending(first.id)
    counts = record.counts()
    assert (counts[f"deliveries_{state}"], counts["deliveries_waiting"]) == (2, 1)


def test_only_the_two_ends_exist(record: Record) -> None:
    (delivery,) = answered(record, PLAIN)
    with pytest.raises(ValueError, match="failed, unknown"):
        record.end_delivery(delivery.id, "sent", "because")  # type: ignore[arg-type]
    assert waiting(record) == [delivery.id]


def test_who_comes_too_late_changes_nothing(record: Record) -> None:
    waits, sent, failed = answered(record, PLAIN, PLAIN, PLAIN)
    record.sending(sent.id)
    record.sent_part(sent.id, last=True)
    record.end_delivery(failed.id, "failed", "blocked")
    before = table(record, "deliveries")
    for delivery_id in (sent.id, failed.id, 4711):
        assert not record.sending(delivery_id)
        record.sent_part(delivery_id, last=False)
        record.sent_part(delivery_id, last=True)
        record.postpone(delivery_id, BEGINNING, "late")
        record.end_delivery(delivery_id, "unknown", "late")
    record.sent_part(waits.id, last=True)  # without `sending`
    record.postpone(waits.id, BEGINNING, "late")
    assert sorted(table(record, "deliveries"), key=lambda row: row["id"]) == sorted(before, key=lambda row: row["id"])


def test_one_of_many_threads_sends(record: Record) -> None:
    for delivery in answered(record, *[PLAIN] * 10):
        assert sorted(at_once([partial(record.sending, delivery.id)] * 6)) == [False] * 5 + [True]


def test_addresses_wait_in_order(record: Record) -> None:
    (late,) = answered(record, PLAIN, address="b")
    answered(record, PLAIN, address="a")
    answered(record, PLAIN, PLAIN, address="b")
    record.notify("telegram", "c", "Your chat is deleted.")
    assert record.waiting_addresses() == [(CHANNEL, "b"), (CHANNEL, "a"), ("telegram", "c")]
    assert len(waiting(record, "b")) == 3
    assert record.waiting("telegram", "b") == []
    record.sending(late.id)
    assert record.waiting_addresses() == [(CHANNEL, "a"), (CHANNEL, "b"), ("telegram", "c")]


def test_a_notice_of_no_conversation_goes_with_its_sending(record: Record) -> None:
    record.notify(CHANNEL, ADDRESS, "Your chat is deleted.")
    (notice,) = record.waiting(CHANNEL, ADDRESS)
    assert (notice.text, notice.conversation_id, notice.sequence, notice.urgent) == (
        "Your chat is deleted.",
        None,
        None,
        False,
    )
    record.sending(notice.id)
    record.sent_part(notice.id, last=False)
    assert [d.part for d in record.waiting(CHANNEL, ADDRESS)] == [1]
    record.sending(notice.id)
    record.postpone(notice.id, BEGINNING, "no connection")
    record.sending(notice.id)
    record.sent_part(notice.id, last=True)
    assert table(record, "deliveries") == []
    with pytest.raises(ValueError, match="needs its channel") as caught:
        record.notify(CHANNEL, ADDRESS, "")
    assert ADDRESS not in str(caught.value)


def test_a_notice_that_is_given_up_goes_too(record: Record, clock: Clock) -> None:
    for number in range(3):
        record.notify(CHANNEL, ADDRESS, f"Your chat is deleted. {number}")
    first, second, third = record.waiting(CHANNEL, ADDRESS)
    record.end_delivery(first.id, "failed", "blocked")
    record.sending(second.id)
    record.end_delivery(second.id, "unknown", "no clear answer")
    assert [row["id"] for row in table(record, "deliveries")] == [third.id]
    clock.tick(days=30)
    record.expire(timedelta(days=30))
    assert waiting(record) == [third.id]
    clock.tick(microseconds=1)
    assert record.expire(timedelta(days=30)) == []  # a platform that was switched off, say
    assert table(record, "deliveries") == []


def test_the_number_of_a_deleted_row_never_names_another(record: Record) -> None:
    record.notify(CHANNEL, ADDRESS, "Your chat is deleted.")
    (notice,) = record.waiting(CHANNEL, ADDRESS)
    record.sending(notice.id)
    record.erase_address(CHANNEL, ADDRESS, "visitor")
    (emergency,) = answered(record, REPLY)
    assert emergency.id > notice.id
    record.sending(emergency.id)
    record.sent_part(notice.id, last=True)  # the sender of the erased one comes back
    assert of(record, emergency)["state"] == "sending"


def test_a_restart_takes_over_what_was_being_sent(record: Record, url: str, clock: Clock) -> None:
    urgent, plain, waits, sent = answered(record, FAILURE, PLAIN, PLAN, PLAIN)
    for delivery in (urgent, plain, sent):
        record.sending(delivery.id)
    record.sent_part(sent.id, last=True)
    record.postpone(urgent.id, BEGINNING + timedelta(hours=1), "429")
    record.sending(urgent.id)
    record.close()
    clock.tick(seconds=5)
    after = Record(url, now=clock)
    assert after.take_over() == (1, 1)
    assert after.take_over() == (0, 0)
    first, second = after.waiting(CHANNEL, ADDRESS)
    assert (first.id, first.urgent, first.attempts, first.next_at) == (urgent.id, True, 2, None)
    assert second.id == waits.id
    assert (of(after, plain)["state"], of(after, plain)["reason"]) == ("unknown", "stopped while sending")
    assert of(after, sent)["state"] == "sent"
    assert after.counts()["deliveries_unknown"] == 1
    after.close()


def test_a_restart_drops_a_notice_that_was_being_sent(record: Record) -> None:
    record.notify(CHANNEL, ADDRESS, "Your chat is deleted.")
    record.notify(CHANNEL, ADDRESS, "Your other chat is deleted.")
    record.sending(waiting(record)[0])
    assert record.take_over() == (0, 1)
    assert [row["text"] for row in table(record, "deliveries")] == ["Your other chat is deleted."]


PROGRAM = """
import sys, time
from transcripts.record import Record
record = Record(sys.argv[1])
for delivery in record.waiting(sys.argv[2], sys.argv[3]):
    assert record.sending(delivery.id)
print("sending", flush=True)
time.sleep(60)
"""


def test_a_process_killed_while_sending_is_taken_over(record: Record, url: str) -> None:
    answered(record, REPLY, PLAIN)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, url, CHANNEL, ADDRESS], cwd=WEB, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "sending\n"
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    assert waiting(record) == []
    assert record.take_over() == (1, 1)
    (again,) = record.waiting(CHANNEL, ADDRESS)
    assert (again.urgent, again.attempts) == (True, 1)


def test_a_failing_queue_leaves_no_answer_without_its_delivery(record: Record) -> None:
    conversation = arrived(record, "event-1", "my hip popped out")
    execute(record, "ALTER TABLE deliveries RENAME TO elsewhere")
    with pytest.raises(Exception, match="deliveries"):
        record.add_answer(conversation.id, 1, [REPLY], UNDERSTANDING)
    execute(record, "ALTER TABLE elsewhere RENAME TO deliveries")
    assert len(record.pending()) == 1
    assert len(record.messages(conversation.id)) == 1
    assert record.add_answer(conversation.id, 1, [REPLY], UNDERSTANDING)
    assert len(waiting(record)) == 1


def test_a_message_of_the_gateway_can_be_added_beside_arrivals(record: Record) -> None:
    conversation = arrived(record, "event-1", "hello")
    message, new, _ = record.add_message(conversation.id, "by-hand", "from elsewhere")
    assert (new, message.sequence) == (True, 2)
    assert arrive(record, "event-2", "more")
    assert [m.sequence for m in record.messages(conversation.id)] == [1, 2, 3]
