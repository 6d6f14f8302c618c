"""After an erasure nothing of the person is in any table, index, free page or side file of the console's half either."""

from __future__ import annotations

import random
import secrets
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from record_samples import Clock, new_id, table
from review_samples import found, queued, talked, understood
from sqlalchemy import inspect, text

from transcripts.record import Record
from transcripts.review import Review
from transcripts.staff.searching import SQLITE_INDEXES
from transcripts.values import Reply


def worked_on(record: Record, review: Review, word: str) -> str:
    """A conversation with `word` wherever somebody can put it."""
    name = talked(record, f"{word} says hello", understood("fitness", (word, 0.9)), Reply(f"hello {word}"))
    record.set_feedback(name, 2, "down")
    review.claim(name, "ann")
    review.tag(name, "ann", word)
    review.add_note(name, "ann", f"This is {word}.")
    made = review.correct(name, 1, "ann", intent=word)
    review.revise(made.id, "ann", words=f"{word} says hello to you", use="training")
    assert found(review, words=word) >= {name}
    return name


def everything(record: Record) -> str:
    """All rows of all tables, and all words of the full-text indexes, as one text."""
    with record._database.reading() as connection:
        names = inspect(connection).get_table_names()
        found = [table(record, name) for name in names if not name.startswith("search")]
        if record._database.is_sqlite:
            for index in SQLITE_INDEXES:
                connection.execute(text(f"CREATE VIRTUAL TABLE temp.{index}_words USING fts5vocab(main, {index}, row)"))
                words = connection.execute(text(f"SELECT * FROM temp.{index}_words"))
                found.append([dict(row._mapping) for row in words])
        else:
            found.append(table(record, "search"))
    return repr(found).lower()


def test_nothing_is_in_any_table_or_index(record: Record, review: Review) -> None:
    kept, erased = worked_on(record, review, "zzkeepzz"), worked_on(record, review, "qqgoneqq")
    assert "qqgoneqq" in everything(record)
    assert record.erase(erased, "visitor")
    rest = everything(record)
    assert "qqgoneqq" not in rest
    assert "zzkeepzz" in rest
    assert found(review, words="qqgoneqq") == set()
    assert queued(review) == [kept]
    assert review.transcript(erased) is None
    assert [one.text for one in review.corrections()] == ["zzkeepzz says hello"]
    for name in ("reviews", "turns", "tags", "notes", "corrections"):
        assert len(table(record, name)) == 1


def test_retention_takes_it_all_too(record: Record, review: Review, clock: Clock) -> None:
    worked_on(record, review, "qqgoneqq")
    clock.tick(days=31)
    assert len(record.expire(timedelta(days=30))) == 1
    assert "qqgoneqq" not in everything(record)


def test_a_conversation_that_goes_by_itself_takes_its_words_out_of_the_index(record: Record, review: Review) -> None:
    """Not by `erase`, which deletes the messages first: the foreign keys alone."""
    erased = worked_on(record, review, "qqgoneqq")
    with record._database.writing() as connection:
        connection.execute(text("DELETE FROM conversations WHERE id = :id"), {"id": erased})
        connection.commit()
    assert found(review, words="qqgoneqq") == set()
    record.erase(talked(record), "visitor")
    assert "qqgoneqq" not in everything(record)


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("record.db*"))).lower()


@pytest.fixture
def file_review(file_record: Record, tmp_path: Path) -> Iterator[Review]:
    opened = Review(f"sqlite:///{tmp_path}/record.db")
    yield opened
    opened.close()


def test_no_byte_of_the_words_stays_in_a_file(file_record: Record, file_review: Review, tmp_path: Path) -> None:
    kept, erased = worked_on(file_record, file_review, "zzkeepzz"), worked_on(file_record, file_review, "qqgoneqq")
    assert b"qqgoneqq" in bytes_of(tmp_path)
    assert file_record.erase(erased, "visitor")
    assert b"qqgone" not in bytes_of(tmp_path)
    assert b"zzkeepzz" in bytes_of(tmp_path)
    assert found(file_review, words="zzkeepzz") == {kept}


@pytest.mark.parametrize("goes", ["note", "tag", "correction", "words"])
def test_no_byte_of_what_staff_delete_stays_in_a_file(
    file_record: Record, file_review: Review, tmp_path: Path, goes: str
) -> None:
    name = talked(file_record)
    for number in range(50):
        file_review.add_note(name, "ann", f"zzkeepzz {number}")
    file_review.tidy()
    if goes == "note":
        note = file_review.add_note(name, "ann", "This is qqgoneqq.")
    elif goes == "tag":
        file_review.tag(name, "ann", "qqgoneqq")
    else:
        made = file_review.correct(name, 1, "ann", intent="crisis")
        assert file_review.revise(made.id, "ann", words="This is qqgoneqq.", use="training")
    assert b"qqgoneqq" in bytes_of(tmp_path)
    if goes == "note":
        assert file_review.delete_note(name, note.id, "ann")
    elif goes == "tag":
        assert file_review.untag(name, "ann", "qqgoneqq")
    elif goes == "correction":
        assert file_review.withdraw(made.id, "ann")
    else:
        assert file_review.revise(made.id, "ann", words="Something else.", use="training")
        file_review.tidy()  # what the console calls by itself
    assert b"qqgone" not in bytes_of(tmp_path)
    assert b"zzkeepzz" in bytes_of(tmp_path)


def test_what_was_in_use_when_staff_deleted_is_cleaned_up_later(
    file_record: Record, file_review: Review, tmp_path: Path
) -> None:
    name = talked(file_record)
    note = file_review.add_note(name, "ann", "This is qqgoneqq.")
    with file_record._database.reading() as reader:
        reader.execute(text("SELECT count(*) FROM messages")).scalar_one()  # holds the write-ahead file
        assert file_review.delete_note(name, note.id, "ann")
        assert b"qqgoneqq" in bytes_of(tmp_path)
        assert file_review._database.owes_cleaning
    for _ in range(2):  # the file anew, then its side file
        file_review.tidy()
    assert b"qqgone" not in bytes_of(tmp_path)
    assert not file_review._database.owes_cleaning


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_index_of_many_pieces_leaves_no_byte(
    file_record: Record, file_review: Review, tmp_path: Path, seed: int
) -> None:
    """FTS5 stores a word without the letters it shares with the one before, and stems it: look for what is in between."""
    chance = random.Random(seed)
    words: dict[str, str] = {}
    for turn in range(6):
        for _ in range(12):
            word = secrets.token_hex(8)
            text_of = " ".join([word, *(secrets.token_hex(3) for _ in range(chance.choice([3, 60, 500])))])
            words[talked(file_record, text_of, understood(), Reply(f"{word} noted"))] = word
        file_review.catch_up()  # a piece of the index each time
        for name in chance.sample(sorted(words), 3):
            talked(file_record, f"{words[name]} again {turn}", conversation_id=name)
    file_review.catch_up()
    order = sorted(words)
    chance.shuffle(order)
    for name in order[:20]:
        inside = words[name][5:-3]
        assert inside.encode() in bytes_of(tmp_path)
        assert file_record.erase(name, "visitor")
        assert inside.encode() not in bytes_of(tmp_path)
        assert inside not in everything(file_record)
    for name in order[20:]:
        assert found(file_review, words=words[name]) == {name}
    with sqlite3.connect(tmp_path / "record.db") as connection:
        for index in SQLITE_INDEXES:
            connection.execute(f"INSERT INTO {index} ({index}) VALUES ('integrity-check')")
    connection.close()


def test_words_leave_a_large_file_s_index_though_the_file_is_not_written_anew(
    file_record: Record, file_review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transcripts.record.ERASE_LARGEST", 4096)
    for number in range(200):
        talked(file_record, f"filling {number} {new_id()}")
        if number % 20 == 0:
            file_review.catch_up()
    erased = worked_on(file_record, file_review, "qqgoneqq")
    assert file_record.erase(erased, "visitor")
    assert "qqgoneqq" not in everything(file_record)


def test_a_deleted_note_leaves_the_file_with_the_next_cleaning(
    file_record: Record, file_review: Review, tmp_path: Path
) -> None:
    name = talked(file_record)
    note = file_review.add_note(name, "ann", "qqgoneqq")
    assert file_review.delete_note(name, note.id, "ann")
    file_record.compact()
    assert b"qqgoneqq" not in bytes_of(tmp_path)
