from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta

import pytest
from record_samples import BEGINNING, PLAN, REPLY, UNDERSTANDING, Clock, begun, new_id, table
from sqlalchemy import event

from transcripts.record import Record, UnknownConversationError
from transcripts.values import Choice, Conversation, Message, Reply


@pytest.fixture
def record(either_record: Record) -> Record:
    return either_record


def test_a_conversation_comes_back_as_it_was_begun(record: Record) -> None:
    conversation_id = new_id()
    made = record.begin(conversation_id, channel="telegram", region="GB", locale="en-GB")
    assert made == Conversation(conversation_id, "telegram", "GB", "en-GB", BEGINNING, BEGINNING)
    assert record.conversation(conversation_id) == made
    assert record.conversation(new_id()) is None


def test_defaults_are_the_website(record: Record) -> None:
    made = record.begin(new_id())
    assert (made.channel, made.region, made.locale) == ("widget", None, "en")


def test_begun_twice_it_stays_as_it_was(record: Record, clock: Clock) -> None:
    first = record.begin(new_id(), region="GB")
    clock.tick(hours=1)
    assert record.begin(first.id, region="US") == first
    assert len(table(record, "conversations")) == 1


@pytest.mark.parametrize("bad", ["", "a" * 31, "A" * 32, "g" * 32, "a" * 33, "a" * 32 + "\n"])
def test_ids_are_checked(record: Record, bad: str) -> None:
    with pytest.raises(ValueError, match="32 hexadecimal"):
        record.begin(bad)


def test_a_message_is_stored_as_received(record: Record, clock: Clock) -> None:
    conversation_id = begun(record)
    clock.tick(seconds=5)
    message, new, _ = record.add_message(conversation_id, "client-1", "hip reduction", payload="/clarify")
    assert new
    assert message == Message(
        conversation_id=conversation_id,
        sequence=1,
        sender="visitor",
        client_id="client-1",
        reply_to=None,
        text="hip reduction",
        payload="/clarify",
        choices=(),
        card=None,
        source=None,
        response=None,
        outcome=None,
        kind="message",
        state="received",
        created_at=BEGINNING + timedelta(seconds=5),
        feedback=None,
    )
    assert record.messages(conversation_id) == [message]
    conversation = record.conversation(conversation_id)
    assert conversation is not None
    assert conversation.last_at == message.created_at


def test_a_repeat_gives_the_stored_message_and_takes_no_sequence(record: Record, clock: Clock) -> None:
    conversation_id = begun(record)
    first, _, _ = record.add_message(conversation_id, "client-1", "one")
    clock.tick(hours=1)
    assert record.add_message(conversation_id, "client-1", "something else")[:2] == (first, False)
    conversation = record.conversation(conversation_id)
    assert conversation is not None
    assert conversation.last_at == first.created_at
    assert record.add_message(conversation_id, "client-2", "two")[0].sequence == 2


def test_a_conversation_that_is_idle_takes_no_message_and_one_that_is_not_comes_back(
    record: Record, clock: Clock
) -> None:
    conversation_id = begun(record)
    clock.tick(hours=1)
    with pytest.raises(UnknownConversationError):
        record.add_message(conversation_id, "client-1", "late", since=clock() - timedelta(minutes=59))
    assert record.messages(conversation_id) == []
    added = record.add_message(conversation_id, "client-1", "in time", since=clock() - timedelta(minutes=61))
    assert (added.message.sequence, added.new) == (1, True)
    assert added.conversation == record.conversation(conversation_id)


def test_a_repeat_after_the_answer_shows_the_state_it_has_now(record: Record) -> None:
    conversation_id = begun(record)
    record.add_message(conversation_id, "client-1", "one")
    record.add_answer(conversation_id, 1, [REPLY], None)
    repeated, new, _ = record.add_message(conversation_id, "client-1", "one")
    assert (repeated.state, new) == ("answered", False)


def test_the_same_client_id_in_two_conversations_is_two_messages(record: Record) -> None:
    one, other = begun(record), begun(record)
    assert record.add_message(one, "client-1", "a")[1]
    assert record.add_message(other, "client-1", "b")[1]


def test_nothing_is_added_to_an_unknown_conversation(record: Record) -> None:
    with pytest.raises(UnknownConversationError, match="begin one first"):
        record.add_message(new_id(), "client-1", "hello")
    assert table(record, "messages") == []


def test_a_message_needs_a_client_id(record: Record) -> None:
    with pytest.raises(ValueError, match="client's id"):
        record.add_message(begun(record), "", "hello")


def test_an_answer_is_stored_with_all_it_has(record: Record, clock: Clock) -> None:
    conversation_id = begun(record)
    record.add_message(conversation_id, "client-1", "my hip popped out")
    clock.tick(seconds=1)
    first, second = record.add_answer(conversation_id, 1, [REPLY, PLAN], UNDERSTANDING)
    assert first == Message(
        conversation_id=conversation_id,
        sequence=2,
        sender="assistant",
        client_id=None,
        reply_to=1,
        text="Call 999 or 112 now.",
        payload=None,
        choices=(Choice("c2-1", "Nobody is hurt", "/emergency_release"),),
        card={"kind": "emergency", "heading": "Get emergency help now", "tel": ["999", "112"]},
        source="NHS",
        response="utter_emergency_injury",
        outcome="emergency",
        kind="answer",
        state=None,
        created_at=BEGINNING + timedelta(seconds=1),
        feedback=None,
    )
    assert (second.sequence, second.reply_to, second.outcome) == (3, 1, "emergency")
    visitors = record.message(conversation_id, 1)
    assert visitors is not None
    assert visitors.state == "answered"
    assert record.messages(conversation_id) == [visitors, first, second]
    assert record.understanding(conversation_id, 1) == UNDERSTANDING
    assert record.pending() == []


def test_a_second_answer_is_not_stored(record: Record) -> None:
    conversation_id = begun(record)
    record.add_message(conversation_id, "client-1", "hello")
    stored = record.add_answer(conversation_id, 1, [REPLY], UNDERSTANDING)
    assert record.add_answer(conversation_id, 1, [PLAN, PLAN], replace(UNDERSTANDING, outcome="fitness")) == []
    assert record.messages(conversation_id, after=1) == stored
    assert record.understanding(conversation_id, 1) == UNDERSTANDING
    assert record.add_message(conversation_id, "client-2", "next")[0].sequence == 3


def test_what_is_no_waiting_message_of_a_visitor_is_not_answered(record: Record) -> None:
    conversation_id = begun(record)
    record.add_message(conversation_id, "client-1", "hello")
    record.add_answer(conversation_id, 1, [REPLY], None)
    assert record.add_answer(conversation_id, 2, [REPLY], None) == []  # the assistant's own
    assert record.add_answer(conversation_id, 99, [REPLY], None) == []
    assert record.add_answer(new_id(), 1, [REPLY], None) == []
    assert len(record.messages(conversation_id)) == 2


def test_an_unanswered_message_is_final_and_says_why_to_staff(record: Record) -> None:
    conversation_id = begun(record)
    record.add_message(conversation_id, "client-1", "hello")
    failure = Reply("I cannot answer now. Call 112 or 911.", kind="failure")
    (stored,) = record.add_answer(
        conversation_id, 1, [failure], None, state="unanswered", reason="bot: no answer in 8 s"
    )
    assert (stored.kind, stored.outcome, stored.choices) == ("failure", None, ())
    visitors = record.message(conversation_id, 1)
    assert visitors is not None
    assert visitors.state == "unanswered"
    assert table(record, "messages")[0]["reason"] == "bot: no answer in 8 s"
    assert record.pending() == []
    assert record.counts()["unanswered"] == 1
    assert record.understanding(conversation_id, 1) is None
    assert record.add_answer(conversation_id, 1, [REPLY], UNDERSTANDING) == []


def test_an_answer_has_a_reply_and_known_words(record: Record) -> None:
    conversation_id = begun(record)
    record.add_message(conversation_id, "client-1", "hello")
    with pytest.raises(ValueError, match="at least one reply"):
        record.add_answer(conversation_id, 1, [], None)
    with pytest.raises(ValueError, match="answered, unanswered"):
        record.add_answer(conversation_id, 1, [REPLY], None, state="received")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="answer, failure, notice"):
        record.add_answer(conversation_id, 1, [replace(REPLY, kind="message")], None)  # type: ignore[arg-type]
    assert len(record.pending()) == 1


def test_messages_page_by_sequence(record: Record) -> None:
    conversation_id = begun(record)
    for number in range(1, 8):
        record.add_message(conversation_id, f"client-{number}", str(number))
    record.add_message(begun(record), "client-1", "somebody else's")
    record.add_answer(conversation_id, 3, [REPLY], None)  # an updated row moves to the end of PostgreSQL's table
    assert [m.sequence for m in record.messages(conversation_id)] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [m.sequence for m in record.messages(conversation_id, after=6)] == [7, 8]
    assert [m.sequence for m in record.messages(conversation_id, after=2, limit=2)] == [3, 4]
    assert record.messages(new_id()) == []
    assert record.message(conversation_id, 9) is None


NOTHING = {
    "received": 0,
    "unanswered": 0,
    "pending_erasures": 0,
    "deliveries_waiting": 0,
    "deliveries_failed": 0,
    "deliveries_unknown": 0,
}


def test_pending_is_what_waits_oldest_first(record: Record) -> None:
    one, other = begun(record), begun(record)
    record.add_message(one, "client-1", "a")
    record.add_message(one, "client-2", "b")
    record.add_message(other, "client-1", "c")
    assert [m.text for m in record.pending()] == ["a", "b", "c"]
    assert [m.text for m in record.pending(one)] == ["a", "b"]
    assert record.counts() == {**NOTHING, "received": 3}
    record.add_answer(one, 1, [REPLY], None)
    assert [m.text for m in record.pending()] == ["b", "c"]


def test_feedback_of_an_answer(record: Record) -> None:
    conversation_id = begun(record)
    record.add_message(conversation_id, "client-1", "hello")
    record.add_answer(conversation_id, 1, [REPLY, PLAN], None)
    values = []
    for value in ("up", "up", "down", None, None, "down"):
        assert record.set_feedback(conversation_id, 3, value)  # type: ignore[arg-type]
        values.append([m.feedback for m in record.messages(conversation_id)])
    assert [line[2] for line in values] == ["up", "up", "down", None, None, "down"]
    assert all(line[:2] == [None, None] for line in values)
    assert len(table(record, "feedback")) == 1


def test_feedback_is_of_assistants_messages_alone(record: Record) -> None:
    conversation_id = begun(record)
    record.add_message(conversation_id, "client-1", "hello")
    assert not record.set_feedback(conversation_id, 1, "up")
    assert not record.set_feedback(conversation_id, 2, "up")
    assert not record.set_feedback(new_id(), 1, "up")
    with pytest.raises(ValueError, match="up, down"):
        record.set_feedback(conversation_id, 1, "sideways")  # type: ignore[arg-type]


def test_a_message_and_an_answer_take_few_statements(url: str) -> None:
    record = Record(url)
    conversation_id = begun(record)
    statements: list[str] = []
    event.listen(record._database._engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    record.add_message(conversation_id, secrets.token_hex(8), "hello")
    of_message, statements[:] = [s for s in statements if "BEGIN" not in s], []
    record.add_answer(conversation_id, 1, [REPLY, PLAN, REPLY], UNDERSTANDING)
    of_answer = [s for s in statements if "BEGIN" not in s]
    assert [s.split()[0] for s in of_message] == ["UPDATE", "INSERT"]
    assert [s.split()[0] for s in of_answer] == ["UPDATE", "UPDATE", "INSERT", "INSERT"]
    record.close()


def test_the_country_that_was_named_stays_with_the_conversation(record: Record) -> None:
    conversation_id = record.begin(new_id(), region="US").id
    for region, then in ((None, "US"), ("AU", "AU"), (None, "AU")):
        sequence = record.add_message(conversation_id, secrets.token_hex(8), "hello").message.sequence
        record.add_answer(conversation_id, sequence, [REPLY], UNDERSTANDING, named=region)
        assert record.conversation(conversation_id).region == then  # type: ignore[union-attr]


def test_what_was_stored_is_there_after_opening_again(url: str) -> None:
    record = Record(url)
    conversation_id = begun(record)
    record.add_message(conversation_id, "client-1", "hello")
    stored = record.add_answer(conversation_id, 1, [REPLY], UNDERSTANDING)
    record.close()
    again = Record(url)
    assert again.messages(conversation_id, after=1) == stored
    again.close()
