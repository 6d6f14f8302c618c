from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from record_samples import ADDRESS, BEGINNING, PLAN, REPLY, Clock, answered, begun, new_id

from transcripts.export import INDENT, export_text
from transcripts.record import Record, UnknownConversationError
from transcripts.values import Message, Reply


def test_the_whole_file(record: Record, clock: Clock) -> None:
    conversation_id = begun(record)
    clock.tick(seconds=10)
    record.add_message(conversation_id, "client-1", "my hip\npopped out")
    clock.tick(seconds=1)
    record.add_answer(conversation_id, 1, [REPLY, PLAN], None)
    record.set_feedback(conversation_id, 2, "up")
    record.add_message(conversation_id, "client-2", "hello?")
    record.add_answer(conversation_id, 4, [Reply("Sorry.", kind="failure")], None, state="unanswered")
    clock.tick(days=1)
    assert record.export_text(conversation_id) == (
        "Your chat with the Hip Reduction Assistant\n"
        "An automated assistant: general information, not medical advice.\n"
        "Begun 2026-11-26 10:00:00 UTC, saved 2026-11-27 10:00:11 UTC. All times are UTC.\n"
        "\n"
        "You, 2026-11-26 10:00:10 UTC\n"
        "    my hip\n"
        "    popped out\n"
        "\n"
        "Assistant, 2026-11-26 10:00:11 UTC\n"
        "    Call 999 or 112 now.\n"
        "    [Nobody is hurt]\n"
        "    Source: NHS\n"
        "You marked this answer as helpful.\n"
        "\n"
        "Assistant, 2026-11-26 10:00:11 UTC\n"
        "    Here is a week.\n"
        "    [Swap one]\n"
        "\n"
        "You, 2026-11-26 10:00:11 UTC\n"
        "    hello?\n"
        "The assistant could not answer this message.\n"
        "\n"
        "Assistant, 2026-11-26 10:00:11 UTC\n"
        "    Sorry.\n"
    )


def test_an_unknown_conversation_has_no_file(record: Record) -> None:
    with pytest.raises(UnknownConversationError):
        record.export_text(new_id())


@given(st.lists(st.text(), max_size=4))
@example(["a\rYou, then", "\u2028You, then", "\x85\r\n\fYou, then"])
def test_no_word_is_lost_and_none_passes_for_a_line_of_the_file(texts: list[str]) -> None:
    def message(sequence: int, text: str) -> Message:
        return Message(
            "0" * 32, sequence, "visitor", "c", None, text, None, (), None, None, None, None, "message", "answered", BEGINNING, None
        )  # fmt: skip

    said = [f"{text}." for text in texts]
    lines = export_text([message(n, text) for n, text in enumerate(said, 1)], BEGINNING, BEGINNING).splitlines()
    own = [line.removeprefix(INDENT) for line in lines if line.startswith(INDENT)]
    assert own == [line for text in said for line in text.splitlines()]
    assert sum(line.startswith("You, ") for line in lines) == len(texts)


def test_a_platforms_chat_says_what_did_not_arrive(record: Record) -> None:
    waiting, sent, failed, unknown, urgent = answered(
        record, Reply("one", kind="notice"), Reply("two"), Reply("three"), Reply("four"), REPLY
    )
    for delivery in (sent, unknown, urgent):
        record.sending(delivery.id)
    record.sent_part(sent.id, last=True)
    record.end_delivery(failed.id, "failed", "blocked")
    record.end_delivery(unknown.id, "unknown", "no clear answer")
    assert waiting.conversation_id is not None
    text = record.export_text(waiting.conversation_id)
    assert [line for line in text.splitlines() if line and not line.startswith("Assistant")][4:] == [
        "    hello",
        "    one",
        "This has not been sent yet.",
        "    two",
        "    three",
        "This could not be delivered.",
        "    four",
        "It is not known whether this arrived.",
        "    Call 999 or 112 now.",
        "    [Nobody is hurt]",
        "    Source: NHS",
        "This has not been sent yet.",
    ]
    assert ADDRESS not in text
