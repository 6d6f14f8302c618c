from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from record_samples import begun

from transcripts.cleaning import REPLACEMENT, clean, clean_json
from transcripts.record import Record
from transcripts.values import Offer, Reply, Understanding

ANY_TEXT = st.text(st.characters(exclude_categories=()))  # surrogates too


@pytest.mark.parametrize(
    ("given_text", "stored"),
    [
        ("", ""),
        ("a\x00b", "a\ufffdb"),
        ("\x00\x00", "\ufffd\ufffd"),
        ("\ud800", "\ufffd"),
        ("x\udc00y\ud800z", "x\ufffdy\ufffdz"),
        ("\ud83d\ude00", "😀"),  # a pair in two halves is one character
        ("\ud83d\ud83d\ude00\ude00", "\ufffd😀\ufffd"),
        ("😀 \u202e\u200b\ufeff\uffff\x01\x1b\r\n\t", "😀 \u202e\u200b\ufeff\uffff\x01\x1b\r\n\t"),
    ],
)
def test_the_rule(given_text: str, stored: str) -> None:
    assert clean(given_text) == stored


@given(ANY_TEXT)
def test_text_becomes_what_utf16_makes_of_it(text: str) -> None:
    units = text.encode("utf-16-le", "surrogatepass")
    expected, place = "", 0
    while place < len(units):  # one unit or pair at a time, so that each lone surrogate counts once
        try:
            expected += units[place : place + 2].decode("utf-16-le")
            place += 2
        except UnicodeDecodeError:
            try:
                expected += units[place : place + 4].decode("utf-16-le")
                place += 4
            except UnicodeDecodeError:
                expected += REPLACEMENT
                place += 2
    assert clean(text) == expected.replace("\x00", REPLACEMENT)


@given(st.text().filter(lambda text: "\x00" not in text))
def test_nothing_else_is_lost(text: str) -> None:
    assert clean(text) is text


def test_json_is_cleaned_to_the_bottom() -> None:
    value = {"a\x00": ["\ud800", {"b": ("x", float("nan"), float("-inf"), 1.5, 2, True, None)}]}
    cleaned = clean_json(value)
    assert cleaned == {"a\ufffd": ["\ufffd", {"b": ["x", None, None, 1.5, 2, True, None]}]}
    json.dumps(cleaned, allow_nan=False).encode()


@pytest.fixture
def record(either_record: Record) -> Record:
    return either_record


def test_every_text_of_the_record_is_cleaned(record: Record) -> None:
    bad, good = "a\x00\ud800b", "a\ufffd\ufffdb"
    conversation_id = begun(record)
    message, _, _ = record.add_message(conversation_id, bad, bad, payload=bad)
    assert (message.client_id, message.text, message.payload) == (good, good, good)
    assert record.add_message(conversation_id, bad, bad)[:2] == (message, False)
    reply = Reply(bad, (Offer(bad, bad),), {"kind": bad, bad: [bad]}, bad, bad)
    understanding = Understanding(bad, bad, float("nan"), ({bad: bad},), ({"evidence": [bad]},), bad, bad, float("inf"))
    (answer,) = record.add_answer(conversation_id, 1, [reply], understanding, reason=bad)
    assert (answer.text, answer.source, answer.response, answer.outcome) == (good, good, good, good)
    assert (answer.choices[0].title, answer.choices[0].payload, answer.card) == (
        good,
        good,
        {"kind": good, good: [good]},
    )
    assert record.messages(conversation_id)[1] == answer
    stored = record.understanding(conversation_id, 1)
    assert stored == Understanding(good, good, None, ({good: good},), ({"evidence": [good]},), good, good, None)
    assert record.conversation("\x00") is None
    assert record.messages("\ud800") == []
    assert not record.erase("\x00\ud800", "test")


@pytest.mark.parametrize(
    "text", ["", " ", "'); DROP TABLE messages; --", "%s %(x)s :x ?", "\u2028\x85", "é" * 4000, "👩‍👩‍👧‍👦"]
)
def test_unusual_text_is_stored_to_the_letter(record: Record, text: str) -> None:
    conversation_id = begun(record)
    record.add_message(conversation_id, "client-1", text)
    record.add_answer(conversation_id, 1, [Reply(text, card={"text": text})], None)
    assert [m.text for m in record.messages(conversation_id)] == [text, text]
    assert record.messages(conversation_id)[1].card == {"text": text}
