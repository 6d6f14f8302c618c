from __future__ import annotations

import random
import secrets
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from record_samples import PLAN, REPLY, UNDERSTANDING, Clock, begun, new_id, table
from sqlalchemy import event

from transcripts import compact
from transcripts.privacy import erasure
from transcripts.record import Record, UnknownConversationError
from transcripts.values import Reply, Understanding


def talked(record: Record, words: str = "hello") -> str:
    """A conversation with rows in every table that belongs to one."""
    conversation_id = begun(record)
    record.add_message(conversation_id, "client-1", words, payload=words)
    understanding = Understanding("fitness", "x", 0.5, ({"intent": words},), ({"evidence": [words]},))
    record.add_answer(conversation_id, 1, [Reply(f"You said {words}", card={"echo": words}), PLAN], understanding)
    record.set_feedback(conversation_id, 2, "up")
    record.add_message(conversation_id, "client-2", words)
    return conversation_id


CONTENT = ("conversations", "messages", "understandings", "feedback")


def test_everything_of_the_conversation_goes_and_nothing_else(record: Record) -> None:
    kept = talked(record)
    before = {name: table(record, name) for name in CONTENT}
    stored = record.messages(kept)
    erased = talked(record)
    assert record.erase(erased, "visitor")
    assert {name: table(record, name) for name in CONTENT} == before
    assert record.messages(kept) == stored
    assert record.conversation(erased) is None
    assert record.messages(erased) == []
    assert record.pending(erased) == []


def test_an_erased_conversation_takes_nothing_more(record: Record) -> None:
    conversation_id = talked(record)
    record.erase(conversation_id, "visitor")
    assert record.add_answer(conversation_id, 4, [REPLY], UNDERSTANDING) == []
    assert not record.set_feedback(conversation_id, 2, "down")
    assert not record.erase(conversation_id, "visitor")
    with pytest.raises(UnknownConversationError):
        record.add_message(conversation_id, "client-3", "still there?")
    with pytest.raises(UnknownConversationError):
        record.export_text(conversation_id)
    with pytest.raises(ValueError, match="begin one with a new id"):
        record.begin(conversation_id)
    assert record.conversation(conversation_id) is None
    assert table(record, "messages") == []


def test_the_audit_says_who_and_how_many_and_no_word(record: Record, clock: Clock) -> None:
    conversation_id = talked(record, "my hip popped out")
    clock.tick(hours=1)
    assert not record.erase(new_id(), "somebody")
    assert record.erase(conversation_id, "staff:ann")
    (row,) = table(record, "audit")
    assert (row["actor"], row["action"], row["conversation_id"]) == ("staff:ann", "erase", conversation_id)
    assert row["details"] in ({"messages": 4}, '{"messages":4}')
    assert str(row["at"]).startswith("2026-11-26 11:00:00.123456")
    assert "popped" not in repr(row)


def test_the_tracker_is_pending_until_done(record: Record, clock: Clock) -> None:
    first, second = talked(record), talked(record)
    record.erase(second, "visitor")
    clock.tick(seconds=1)
    record.erase(first, "visitor")
    assert record.pending_erasures() == [second, first]
    assert record.counts()["pending_erasures"] == 2
    record.erasure_done(second)
    record.erasure_done(second)
    record.erasure_done(new_id())
    assert record.pending_erasures() == [first]
    assert len(table(record, "erasures")) == 2  # the note stays: after a restored backup it says what to erase again


def test_expiry_is_by_the_last_message(record: Record, clock: Clock) -> None:
    never_talked = begun(record)
    old = talked(record)
    revived = talked(record)
    clock.tick(days=20)
    record.add_message(revived, "client-9", "back again")
    clock.tick(days=10)
    young = talked(record)
    assert record.expire(timedelta(days=30)) == []  # exactly 30 days are not more
    clock.tick(seconds=1)
    assert sorted(record.expire(timedelta(days=30))) == sorted([never_talked, old])
    assert [row["actor"] for row in table(record, "audit")] == ["retention", "retention"]
    assert sorted(record.pending_erasures()) == sorted([never_talked, old])
    assert record.conversation(revived)
    assert record.conversation(young)
    clock.tick(days=20)
    assert record.expire(timedelta(days=30), actor="staff:ann") == [revived]
    assert table(record, "audit")[-1]["actor"] == "staff:ann"


def test_an_answer_keeps_a_conversation_too(record: Record, clock: Clock) -> None:
    conversation_id = begun(record)
    record.add_message(conversation_id, "client-1", "hello")
    clock.tick(days=20)
    record.add_answer(conversation_id, 1, [REPLY], None)
    clock.tick(days=20)
    assert record.expire(timedelta(days=30)) == []


def test_who_writes_while_expiry_is_under_way_is_kept(
    record: Record, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation_id = talked(record)
    clock.tick(days=31)
    find = erasure.expired

    def found_just_before_the_visitor_wrote(*given: Any) -> list[str]:
        found = find(*given)
        record.add_message(conversation_id, "client-9", "back again")
        return found

    monkeypatch.setattr(erasure, "expired", found_just_before_the_visitor_wrote)
    assert record.expire(timedelta(days=30)) == []
    assert len(record.messages(conversation_id)) == 5


def test_expiry_after_less_than_no_time_is_refused(record: Record) -> None:
    conversation_id = begun(record)
    with pytest.raises(ValueError, match="positive"):
        record.expire(timedelta(days=-1))
    assert record.conversation(conversation_id)


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("record.db*")))


def test_no_byte_of_the_words_stays_in_a_file(file_record: Record, tmp_path: Path) -> None:
    kept, words = talked(file_record, "keep-these-words"), "ERASE-" + secrets.token_hex(8)
    erased = talked(file_record, words)
    assert words.encode() in bytes_of(tmp_path)
    assert file_record.erase(erased, "visitor")
    assert words.encode() not in bytes_of(tmp_path)
    assert b"keep-these-words" in bytes_of(tmp_path)
    assert file_record.conversation(kept)


def test_expiry_leaves_no_byte_either(file_record: Record, tmp_path: Path) -> None:
    words = "ERASE-" + secrets.token_hex(8)
    talked(file_record, words)
    assert words.encode() in bytes_of(tmp_path)
    assert file_record.expire(timedelta(0))
    assert words.encode() not in bytes_of(tmp_path)


@pytest.mark.parametrize("seed", [3, 6, 12, 14])  # four of those that are red without VACUUM; two in five are
def test_pages_that_were_split_and_joined_leave_no_byte(file_record: Record, tmp_path: Path, seed: int) -> None:
    """Rows of all sizes, of conversations in turn, some growing after they were written: SQLite moves them about."""
    chance = random.Random(seed)
    conversations = {begun(file_record): f"WORD-{number:04}-{seed}" for number in range(40)}
    for turn in range(12):
        for conversation_id, word in chance.sample(sorted(conversations.items()), 25):
            text = f"{word} " * chance.choice([1, 3, 10, 60, 300, 600])
            message, _, _ = file_record.add_message(conversation_id, f"client-{turn}", text)
            understanding = Understanding("x", None, None, ({"a": text},) * chance.choice([0, 1, 3]), ({"e": [word]},))
            if chance.random() < 0.3:
                failure = [Reply(text, kind="failure")]
                file_record.add_answer(
                    conversation_id,
                    message.sequence,
                    failure,
                    None,
                    state="unanswered",
                    reason="no answer in time " * 9,
                )
            elif chance.random() < 0.8:
                replies = [Reply(text, card={"t": text})] * chance.choice([1, 2, 5])
                file_record.add_answer(conversation_id, message.sequence, replies, understanding)
    order = sorted(conversations)
    chance.shuffle(order)
    for place, conversation_id in enumerate(order[:30]):
        word = conversations[conversation_id].encode()
        assert word in bytes_of(tmp_path)
        assert file_record.erase(conversation_id, "visitor")
        assert word not in bytes_of(tmp_path), f"the {place}th erasure left its words"
    for conversation_id in order[30:]:
        assert file_record.messages(conversation_id)


def test_words_leave_the_side_file_as_soon_as_its_reader_does(file_record: Record, tmp_path: Path) -> None:
    words = "ERASE-" + secrets.token_hex(8)
    conversation_id = talked(file_record, words)
    reader = sqlite3.connect(tmp_path / "record.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM messages").fetchone()
    assert file_record.erase(conversation_id, "visitor")
    assert file_record.messages(conversation_id) == []
    assert words.encode() in bytes_of(tmp_path)  # the reader in the middle of its transaction needs them
    reader.execute("COMMIT")
    file_record.check()
    assert words.encode() not in bytes_of(tmp_path)
    reader.close()


def test_words_that_a_killed_process_owed_leave_at_the_first_check(file_record: Record, tmp_path: Path) -> None:
    words = "ERASE-" + secrets.token_hex(8)
    conversation_id = talked(file_record, words)
    file_record._database.forget_erased = lambda largest: None  # type: ignore[method-assign]  # killed just before
    file_record.erase(conversation_id, "visitor")
    assert words.encode() in bytes_of(tmp_path)
    after = Record(f"sqlite:///{tmp_path}/record.db")
    after.check()
    assert words.encode() not in bytes_of(tmp_path)
    after.close()


def vacuums(record: Record) -> list[str]:
    """A list that grows with every VACUUM from now on."""
    seen: list[str] = []

    def note(*given: object) -> None:
        if given[2] == "VACUUM":
            seen.append("VACUUM")

    event.listen(record._database._engine, "before_cursor_execute", note)
    return seen


def test_a_large_file_is_written_anew_by_retention_or_the_operator_and_staff_are_told(
    file_record: Record, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("transcripts.record.ERASE_LARGEST", 4096)
    seen = vacuums(file_record)
    assert file_record.expire(timedelta(days=1)) == []
    assert seen == []  # nothing was ever erased: nothing to clean up
    file_record.erase(talked(file_record), "visitor")
    assert seen == []
    assert "transcripts.compact" in caplog.text
    assert file_record.expire(timedelta(days=1)) == []
    assert seen == ["VACUUM"]
    file_record.expire(timedelta(days=1))
    assert seen == ["VACUUM"]  # nothing is owed any more
    monkeypatch.setattr("transcripts.record.EXPIRE_LARGEST", 4096)
    talked(file_record)
    assert len(file_record.expire(timedelta(0))) == 1
    assert seen == ["VACUUM"]
    file_record.compact()
    assert seen == ["VACUUM", "VACUUM"]


def test_an_erasure_has_succeeded_even_if_cleaning_up_has_not(
    file_record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    words = "ERASE-" + secrets.token_hex(8)
    conversation_id = talked(file_record, words)
    monkeypatch.setattr("transcripts.database.CLEANING_PATIENCE", 0.05)
    writer = sqlite3.connect(tmp_path / "record.db", isolation_level=None)

    clean_up = file_record._database.forget_erased

    def while_another_process_writes(largest: int) -> None:
        writer.execute("BEGIN IMMEDIATE")
        clean_up(largest)

    monkeypatch.setattr(file_record._database, "forget_erased", while_another_process_writes)
    assert file_record.erase(conversation_id, "visitor")
    assert "tried again" in caplog.text
    assert words.encode() in bytes_of(tmp_path)
    writer.close()
    monkeypatch.setattr(file_record._database, "forget_erased", clean_up)
    file_record.expire(timedelta(days=1))
    assert words.encode() not in bytes_of(tmp_path)


def test_the_operators_program(file_record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transcripts.record.ERASE_LARGEST", 0)
    monkeypatch.setenv("HIP_RECORD_URL", f"sqlite:///{tmp_path}/record.db")
    for _ in range(30):
        file_record.erase(talked(file_record, "long " * 900), "visitor")
    file_record.check()
    before = (tmp_path / "record.db").stat().st_size
    compact.main()
    assert (tmp_path / "record.db").stat().st_size < before
