"""Full-text search: FTS5 in SQLite, tsvector and GIN in PostgreSQL; accents and case set aside.

There are two indexes of the same messages: by English stems, and of whole words, in which a beginning is looked for (no stem
begins with `emergenc`, which "emergency" does). SQLite's are contentless: they hold words and places, no text; a message's
rowid is its conversation's number and its sequence. A trigger takes a message out of both, and `forget` then merges them, for
FTS5 forgets a word only when it merges.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Subquery, and_, cast, column, func, intersect, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY

from transcripts.cleaning import clean
from transcripts.staff.review_values import Part

#: Bits of an SQLite rowid that are the sequence. Messages beyond are not found (a conversation of a million messages).
SEQUENCE_BITS = 20
LAST_INDEXED = (1 << SEQUENCE_BITS) - 1
#: A tsvector holds 1 MB at most; a message has 4,000 characters, a reply hardly more.
MOST_CHARACTERS = 50_000
#: PostgreSQL indexes words of up to 2,046 bytes; a longer one is no word.
LONGEST_WORD = 500
#: SQLite's indexes, each a table.
SQLITE_INDEXES = ("search", "search_whole")
#: Letters that a beginning has at least: a shorter one stands for too many words, and is taken for a word itself.
SHORTEST_BEGINNING = 3
#: Words that one search may hold.
MOST_TERMS = 20
#: Pages that one step of merging writes: some milliseconds in which nobody else can write.
MERGE_PAGES = 256
EXCERPT_WORDS = 24

_TERM = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')
_AT = "@\N{FULLWIDTH COMMERCIAL AT}\N{SMALL COMMERCIAL AT}"
_WORD = re.compile(r"[^\W_]+")
_OPEN, _CLOSE = "\x02", "\x03"
_MARKS = re.compile(f"[{_OPEN}{_CLOSE}]")

_STEMS, _WHOLE = (table(name, column("rowid"), column(name)) for name in SQLITE_INDEXES)
_WORDS = table("search", column("number"), column("sequence"), column("visitor"), column("words"), column("whole"))

_INSERT = "INSERT INTO {} (rowid, visitor, assistant) VALUES (:rowid, :visitor_words, :assistant_words)"
_MERGE = "INSERT INTO {0} ({0}, rank) VALUES ('merge', ?)"
_INDEX = {
    "sqlite": tuple(text(_INSERT.format(name)) for name in SQLITE_INDEXES),
    "postgresql": (
        text(
            "INSERT INTO search (number, sequence, visitor, words, whole) VALUES (:number, :sequence, :visitor, "
            "to_tsvector('hip', :words), CAST(:whole AS tsvector)) ON CONFLICT DO NOTHING"
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Term:
    """Words that follow each other; `prefix`: the last one may go on."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What a message must hold, all of it, and what no message of the conversation may hold."""

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.wanted or self.unwanted)


def parse(typed: str) -> Query:
    """Read what somebody typed: words, "a phrase", -without, begin*. Nothing is an error; signs that mean nothing go."""
    wanted: list[Term] = []
    unwanted: list[Term] = []
    for minus, phrase, word in _TERM.findall(typed):
        words = tuple(words_of(phrase or word))
        if words:
            found = Term(words, prefix=word.endswith("*") and len(words[-1]) >= SHORTEST_BEGINNING)
            (unwanted if minus else wanted).append(found)
    return Query(tuple(wanted[:MOST_TERMS]), tuple(unwanted[:MOST_TERMS]))


def could_reveal(typed: str) -> bool:
    """Tell whether a search could find a number or an address that is masked: it holds a digit or an @, of any script."""
    return any(letter in _AT or unicodedata.category(letter).startswith("N") for letter in typed)


def words_of(given: str) -> list[str]:
    """Return the words of a text as both indexes know them: letters and digits, small, without accents."""
    small = clean(given).lower()
    if not small.isascii():
        apart = unicodedata.normalize("NFD", small)
        small = "".join(letter for letter in apart if unicodedata.category(letter) != "Mn")
    return _WORD.findall(small)


def condition(query: Query, number: ColumnElement[int], said_by: str | None, *, sqlite: bool) -> ColumnElement[bool]:
    """Return the condition that the conversation `number` has a message as wanted, and none that is unwanted."""
    found = _in_sqlite if sqlite else _in_postgresql
    conditions = [number.in_(found(query.wanted, said_by))] if query.wanted else []
    conditions += [number.not_in(found((term,), said_by)) for term in query.unwanted]
    return and_(*conditions)


def first_found(connection: Connection, query: Query, numbers: Sequence[int], said_by: str | None) -> dict[int, int]:
    """Return the sequence of the first message found in each of these conversations, by its number."""
    if not (query.wanted and numbers):
        return {}
    if connection.dialect.name == "sqlite":
        hits = _hits(query.wanted, said_by)
        number = hits.c.rowid.op(">>")(SEQUENCE_BITS)
        first_of_each = select(number, func.min(hits.c.rowid)).where(number.in_(numbers)).group_by(number)
        rows = connection.execute(first_of_each)
        return {row[0]: row[1] & LAST_INDEXED for row in rows}
    first = select(_WORDS.c.number, func.min(_WORDS.c.sequence)).where(
        _WORDS.c.number.in_(numbers), *_holds(query.wanted, said_by)
    )
    return {row[0]: row[1] for row in connection.execute(first.group_by(_WORDS.c.number))}


def excerpts(query: Query, texts: Iterable[str]) -> list[tuple[Part, ...]]:
    """Return of each text the passage that holds most of what was wanted, its hits marked; the texts are masked already.

    A small index in memory, the same for both databases: nothing of it reaches a disk.
    """
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE t USING fts5(x, tokenize='porter unicode61 remove_diacritics 2')")
        rows = [(number, _MARKS.sub("", clean(one)).replace("\x00", " ")) for number, one in enumerate(texts)]
        connection.executemany("INSERT INTO t (rowid, x) VALUES (?, ?)", rows)
        cut = "SELECT rowid, snippet(t, 0, ?, ?, '…', ?) FROM t WHERE t MATCH ?"
        known = sorted({word for _, one in rows for word in words_of(one)})
        either = " OR ".join(_quoted(words) for term in query.wanted for words in _spelt(term, known))
        found = dict(connection.execute(cut, (_OPEN, _CLOSE, EXCERPT_WORDS, either))) if either else {}
        return [_parts(found.get(number) or _beginning(one)) for number, one in rows]
    finally:
        connection.close()


def index(connection: Connection, lines: Iterable[tuple[int, int, str, str]]) -> None:
    """Put messages that are not in the index into it: number, sequence, sender, text; the caller commits."""
    make = _sqlite_values if connection.dialect.name == "sqlite" else _postgresql_values
    if values := [make(*line) for line in lines if line[1] <= LAST_INDEXED]:
        for insert in _INDEX[connection.dialect.name]:
            connection.execute(insert, values)


def merge_step(connection: Connection, index: str, *, first: bool) -> bool:
    """Merge one of SQLite's indexes by one step, so that words taken out leave it; False: all is one piece, it is done.

    FTS5 notes a deletion beside the words, and drops both when it merges them; a negative number begins the merge of all.
    """
    before = _changes(connection)
    pages = -MERGE_PAGES if first else MERGE_PAGES
    connection.exec_driver_sql(_MERGE.format(index), (pages,))
    return _changes(connection) - before >= 2


def _changes(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT total_changes()").scalar_one())


def _in_sqlite(terms: Sequence[Term], said_by: str | None) -> Any:
    return select(_hits(terms, said_by).c.rowid.op(">>")(SEQUENCE_BITS))


def _hits(terms: Sequence[Term], said_by: str | None) -> Subquery:
    """Return the rowids of messages that hold all of this."""
    parts = []
    for index, some in (
        (_STEMS, [term for term in terms if not term.prefix]),
        (_WHOLE, [term for term in terms if term.prefix]),
    ):
        if some:
            parts.append(select(index.c.rowid).where(index.c[index.name].op("MATCH")(_match(some, said_by))))
    return (intersect(*parts) if len(parts) > 1 else parts[0]).subquery()


def _in_postgresql(terms: Sequence[Term], said_by: str | None) -> Any:
    return select(_WORDS.c.number).where(*_holds(terms, said_by))


def _match(terms: Sequence[Term], said_by: str | None) -> str:
    match = " AND ".join(_quoted(term.words) + (" *" if term.prefix else "") for term in terms)
    return f"{said_by} : ({match})" if said_by else match


def _quoted(words: Sequence[str]) -> str:
    return f'"{" ".join(words)}"'


def _spelt(term: Term, known: Iterable[str]) -> list[tuple[str, ...]]:
    """Return the words of a term; of a beginning, one for each of the `known` words that begin so."""
    if not term.prefix:
        return [term.words]
    *before, beginning = term.words
    return [(*before, word) for word in known if word.startswith(beginning)]


def _holds(terms: Sequence[Term], said_by: str | None) -> list[ColumnElement[bool]]:
    conditions = [_held(term) for term in terms]
    return conditions + ([_WORDS.c.visitor.is_(said_by == "visitor")] if said_by else [])


def _held(term: Term) -> ColumnElement[bool]:
    if not term.prefix:
        return _WORDS.c.words.op("@@")(func.phraseto_tsquery("hip", " ".join(term.words)))
    beginning = " <-> ".join(f"'{word}'" for word in term.words) + ":*"
    return _WORDS.c.whole.op("@@")(cast(beginning, TSQUERY))


def _sqlite_values(number: int, sequence: int, sender: str, words: str) -> dict[str, Any]:
    mine = sender == "visitor"
    # To the letter what the trigger of the migration gives back when the message goes.
    return {
        "rowid": number << SEQUENCE_BITS | sequence,
        "visitor_words": words if mine else "",
        "assistant_words": "" if mine else words,
    }


def _postgresql_values(number: int, sequence: int, sender: str, words: str) -> dict[str, Any]:
    known = words_of(words[:MOST_CHARACTERS])
    return {
        "number": number,
        "sequence": sequence,
        "visitor": sender == "visitor",
        "words": " ".join(known),
        # Given as it is to be stored: whatever PostgreSQL's parser takes for a number, say, is a word here.
        "whole": " ".join(f"'{word}':{place}" for place, word in enumerate(known, 1) if len(word) <= LONGEST_WORD),
    }


def _beginning(given: str) -> str:
    words = given.split()
    return " ".join(words[:EXCERPT_WORDS]) + ("…" if len(words) > EXCERPT_WORDS else "")


def _parts(marked: str) -> tuple[Part, ...]:
    parts = []
    for piece in re.split(f"({_OPEN}[^{_CLOSE}]*{_CLOSE})", marked):
        if piece:
            hit = piece.startswith(_OPEN)
            parts.append(Part(_MARKS.sub("", piece), hit))
    return tuple(parts)
