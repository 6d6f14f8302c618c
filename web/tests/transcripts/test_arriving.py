from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from record_samples import ADDRESS, BEGINNING, CHANNEL, IDLE, PLAIN, Clock, arrive, arrived, at_once, begun, table
from sqlalchemy import event

from transcripts.record import Record
from transcripts.values import Conversation, Said

WEB = Path(__file__).resolve().parents[2]


def test_the_first_event_begins_a_conversation_with_all_that_was_said(record: Record) -> None:
    said = [Said("my hip"), Said("popped out", payload="/clarify")]
    taken = record.arrive(CHANNEL, "event-1", ADDRESS, said, public=True, region="GB", idle=IDLE)
    assert taken is not None
    assert taken.first
    assert taken.conversation == Conversation(
        taken.messages[0].conversation_id, CHANNEL, "GB", "en", BEGINNING, BEGINNING, ADDRESS, True
    )
    assert [(m.sequence, m.sender, m.text, m.payload, m.kind, m.state) for m in taken.messages] == [
        (1, "visitor", "my hip", None, "message", "received"),
        (2, "visitor", "popped out", "/clarify", "message", "received"),
    ]
    assert record.messages(taken.conversation.id) == taken.messages
    assert record.pending() == taken.messages
    assert record.conversation(taken.conversation.id) == taken.conversation


def test_the_latest_messages(record: Record) -> None:
    conversation = arrived(record, "event-1", "one")
    for number in ("two", "three"):
        arrive(record, f"event-{number}", number)
    assert [message.text for message in record.latest(conversation.id, 2)] == ["two", "three"]
    assert record.latest(conversation.id, 9) == record.messages(conversation.id)
    assert record.latest("0" * 32, 2) == []


def test_an_event_is_taken_once(record: Record, clock: Clock) -> None:
    conversation = arrived(record, "event-1", "hello")
    clock.tick(hours=1)
    assert arrive(record, "event-1", "hello") is None
    assert arrive(record, "event-1", "hello", anew=True) is None
    assert [m.text for m in record.messages(conversation.id)] == ["hello"]
    assert record.conversation(conversation.id) == conversation  # no sequence taken, no time moved
    assert len(table(record, "conversations")) == len(table(record, "arrivals")) == 1


def test_event_ids_are_told_apart_to_the_letter_and_by_channel(record: Record) -> None:
    for event_id in ("1", "1 ", "I", "i", "\ud800", "\ufffd", "\x00"):
        assert arrive(record, event_id, "hello"), repr(event_id)
    assert arrive(record, "1", "hello", channel="telegram")
    assert len(table(record, "arrivals")) == 8


def test_what_follows_goes_into_the_same_conversation(record: Record, clock: Clock) -> None:
    first = arrived(record, "event-1", "hello")
    clock.tick(hours=24)  # exactly as long is not longer
    taken = arrive(record, "event-2", "still there?", region="US", public=True)
    assert taken is not None
    assert taken.conversation is not None
    assert (taken.conversation.id, taken.first) == (first.id, False)
    assert (taken.conversation.region, taken.conversation.public) == (None, False)
    assert [m.sequence for m in taken.messages] == [2]


def test_after_idle_time_a_new_conversation_begins(record: Record, clock: Clock) -> None:
    first = arrived(record, "event-1", "hello")
    clock.tick(hours=24, microseconds=1)
    taken = arrive(record, "event-2", "hello again")
    assert taken is not None
    assert taken.conversation is not None
    assert taken.conversation.id != first.id
    assert not taken.first
    assert taken.messages[0].sequence == 1
    assert len(record.messages(first.id)) == 1


def test_an_answer_keeps_a_conversation_from_being_idle(record: Record, clock: Clock) -> None:
    first = arrived(record, "event-1", "hello")
    clock.tick(hours=20)
    record.add_answer(first.id, 1, [PLAIN], None)
    clock.tick(hours=20)
    assert arrived(record, "event-2", "thanks").id == first.id


def test_anew_begins_one_at_once_and_the_newest_is_the_current(record: Record, clock: Clock) -> None:
    ids = [arrived(record, f"event-{number}", "/new", anew=True).id for number in range(5)]  # the clock stands still
    assert len(set(ids)) == 5
    current = record.current(CHANNEL, ADDRESS, IDLE)
    assert current is not None
    assert current.id == ids[-1]
    clock.tick(hours=-3)  # set back
    last = arrived(record, "event-9", "/new", anew=True)
    assert arrived(record, "event-10", "hello").id == last.id


def test_without_words_an_event_is_noted_and_begins_nothing(record: Record) -> None:
    taken = arrive(record, "event-1")
    assert taken is not None
    assert (taken.conversation, taken.messages, taken.first) == (None, [], True)
    assert table(record, "conversations") == []
    assert arrive(record, "event-1", "hello") is None
    conversation = arrived(record, "event-2", "hello")
    for anew in (False, True):
        taken = arrive(record, f"silent-{anew}", anew=anew)
        assert taken is not None
        assert (taken.conversation, taken.messages, taken.first) == (conversation, [], False)
    assert len(table(record, "conversations")) == 1


def test_addresses_and_channels_are_told_apart(record: Record) -> None:
    mine = arrived(record, "event-1", "hello")
    other = arrived(record, "event-2", "hello", address="somebody else")
    elsewhere = arrived(record, "event-3", "hello", channel="telegram")
    begun(record)
    assert len({mine.id, other.id, elsewhere.id}) == 3
    assert record.current(CHANNEL, ADDRESS, IDLE) == mine
    assert record.current(CHANNEL, "somebody else", IDLE) == other
    assert record.current("telegram", ADDRESS, IDLE) == elsewhere
    assert record.current("widget", ADDRESS, IDLE) is None


def test_the_current_conversation(record: Record, clock: Clock) -> None:
    assert record.current(CHANNEL, ADDRESS, IDLE) is None
    conversation = arrived(record, "event-1", "hello")
    clock.tick(hours=24)
    assert record.current(CHANNEL, ADDRESS, IDLE) == conversation
    clock.tick(microseconds=1)
    assert record.current(CHANNEL, ADDRESS, IDLE) is None


def test_after_erasure_the_person_is_new_and_the_event_is_not(record: Record) -> None:
    erased = arrived(record, "event-1", "hello")
    record.erase(erased.id, "visitor")
    assert arrive(record, "event-1", "hello") is None
    taken = arrive(record, "event-2", "hello")
    assert taken is not None
    assert taken.conversation is not None
    assert taken.first
    assert taken.conversation.id != erased.id


def test_events_are_forgotten_after_eight_days(record: Record, clock: Clock) -> None:
    arrive(record, "event-1")
    clock.tick(days=8)
    record.expire(timedelta(days=30))
    assert arrive(record, "event-1") is None
    clock.tick(microseconds=1)
    record.expire(timedelta(days=30))
    assert table(record, "arrivals") == []


def test_an_events_id_is_not_stored_only_its_digest(record: Record) -> None:
    conversation = arrived(record, "wamid.15550104711", "hello", "again")
    digest = hashlib.sha256(b"wamid.15550104711").hexdigest()
    assert [(row["channel"], row["digest"]) for row in table(record, "arrivals")] == [(CHANNEL, digest)]
    assert [m.client_id for m in record.messages(conversation.id)] == [f"{digest}-0", f"{digest}-1"]


@pytest.mark.parametrize("given", [("", "event", ADDRESS), (CHANNEL, "", ADDRESS), (CHANNEL, "event", "")])
def test_an_arrival_needs_all_its_names(record: Record, given: tuple[str, str, str]) -> None:
    with pytest.raises(ValueError, match="needs its channel") as caught:
        record.arrive(*given, [Said("hello")], public=False, region=None, idle=IDLE)
    assert ADDRESS not in str(caught.value)
    with pytest.raises(ValueError, match="positive"):
        arrive(record, "event-1", "hello", idle=timedelta(seconds=-1))
    assert table(record, "arrivals") == []


def test_an_arrival_is_all_or_nothing(record: Record) -> None:
    with pytest.raises(Exception):  # noqa: B017  # as the driver has it: this text is no text
        record.arrive(CHANNEL, "event-1", ADDRESS, [Said("one"), Said(7)], public=False, region=None, idle=IDLE)  # type: ignore[arg-type]
    assert [table(record, name) for name in ("conversations", "messages", "arrivals")] == [[], [], []]
    assert arrive(record, "event-1", "one")


def test_an_arrival_takes_few_statements(record: Record) -> None:
    arrive(record, "event-1", "hello")
    statements: list[str] = []
    event.listen(record._database._engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    arrive(record, "event-2", "one", "two", "three")
    words = [s.split()[0] for s in statements if "BEGIN" not in s and "advisory" not in s]
    assert words == ["INSERT", "SELECT", "UPDATE", "INSERT"]


def test_the_same_event_from_many_threads_is_taken_once(record: Record) -> None:
    for number in range(15):
        results = at_once([partial(arrive, record, f"event-{number}", "hello", "there")] * 6)
        assert sum(result is not None for result in results) == 1
    assert len(table(record, "messages")) == 30
    assert len(table(record, "conversations")) == 1


def test_events_of_one_new_address_at_once_share_one_conversation(record: Record) -> None:
    for number in range(8):
        jobs = [partial(arrived, record, f"{number}-{n}", "hello", address=f"person-{number}") for n in range(6)]
        (conversation_id,) = {conversation.id for conversation in at_once(jobs)}
        assert [m.sequence for m in record.messages(conversation_id)] == list(range(1, 7))


def test_arrivals_erasures_and_answers_at_once_do_not_deadlock(record: Record) -> None:
    def write(name: str) -> None:
        for number in range(12):
            taken = arrive(record, f"{name}-{number}", "hello", anew=number % 4 == 0)
            assert taken is not None
            for message in taken.messages:
                record.add_answer(message.conversation_id, message.sequence, [PLAIN, PLAIN], None)

    def send() -> None:
        for _ in range(12):
            for delivery in record.waiting(CHANNEL, ADDRESS):
                if record.sending(delivery.id):
                    record.sent_part(delivery.id, last=True)

    def erase() -> None:
        for _ in range(6):
            record.erase_address(CHANNEL, ADDRESS, "visitor")
            for row in table(record, "conversations"):
                record.erase(row["id"], "staff")

    at_once([partial(write, "a"), partial(write, "b"), send, erase, erase])
    record.erase_address(CHANNEL, ADDRESS, "visitor")
    for name in ("conversations", "messages", "deliveries"):
        assert table(record, name) == [], name
    assert len(table(record, "arrivals")) == 24


PROGRAM = """
import sys
from datetime import timedelta
from transcripts.record import Record
from transcripts.values import Said
record = Record(sys.argv[1])
sys.stdin.readline()
for number in range(40):
    taken = record.arrive("telegram", str(number), "4711", [Said("hello")], public=False, region=None, idle=timedelta(1))
    print(int(taken is not None))
record.close()
"""


def test_the_same_events_in_several_processes_are_taken_once(record: Record, url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, url],
            cwd=WEB,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in processes:  # all have been started; now they go
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=90) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], outputs
    taken = [output.split() for output, _ in outputs]
    assert [sum(map(int, each)) for each in zip(*taken, strict=True)] == [1] * 40
    assert len(table(record, "conversations")) == 1
    assert sorted(row["sequence"] for row in table(record, "messages")) == list(range(1, 41))
