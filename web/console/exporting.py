"""Files of lists: JSON, and CSV that a spreadsheet cannot mistake for formulas."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

Rows = Iterable[Sequence[Mapping[str, Any]]]

#: Excel takes a file without it for one in the code page of its machine.
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
#: What stands in front of what must not be calculated.
APOSTROPHE = "'"

#: Signs that make a formula of a cell; other widths of them are compared in their plain form.
SIGNS = frozenset("=+-@\N{MINUS SIGN}")
#: What may stand before such a sign without saving anybody: spaces, marks and what is not seen (Unicode's categories).
UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me"})
#: Where another cell may begin inside a text: for a spreadsheet that separates at semicolons or tabs, as those of half of
#: Europe do, our quotes are none.
_ENDS = re.compile("([;\t\r\n])")


def neutral(text: str) -> str:
    """Return `text` with an apostrophe wherever a cell would begin with a formula; numbers are not for this."""
    safe = "".join(APOSTROPHE + piece if _is_formula(piece) else piece for piece in _ENDS.split(text))
    return APOSTROPHE + safe if text.startswith(("\t", "\r", "\n")) else safe


def _is_formula(text: str) -> bool:
    for character in text:
        if character != '"' and unicodedata.category(character) not in UNSEEN:
            return unicodedata.normalize("NFKC", character)[0] in SIGNS
    return False


def as_csv(columns: Sequence[str], batches: Rows) -> Iterator[bytes]:
    """Yield a CSV file (RFC 4180, UTF-8 with a byte-order mark), a batch at a time; lists are joined by a comma and a space."""
    yield _lines([columns], BOM)
    for batch in batches:
        yield _lines([_cell(row[name]) for name in columns] for row in batch)


def as_json(_columns: Sequence[str], batches: Rows) -> Iterator[bytes]:
    """Yield a JSON array of objects, one a line; texts as they are."""
    first = True
    yield b"["
    for batch in batches:
        lines = [json.dumps(row, ensure_ascii=False, default=written) for row in batch]
        yield (("\n" if first else ",\n") + ",\n".join(lines)).encode()
        first = False
    yield b"\n]\n"


def written(value: Any) -> str:
    """Return a time as both kinds of file hold it: UTC, to the second; a day as a day.

    Raises:
        TypeError: it is neither.
    """
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"There is no way to write a {type(value).__name__}.")


def _cell(value: Any) -> str | int | float | None:
    match value:
        case bool():
            return "yes" if value else "no"
        case None | int() | float():
            return value
        case str():
            return neutral(value)
        case list():
            return neutral(", ".join(value))
    return written(value)


def _lines(rows: Iterable[Sequence[Any]], before: str = "") -> bytes:
    file = io.StringIO(before, newline="")
    file.seek(0, io.SEEK_END)
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()


def as_file(name: str) -> dict[str, str]:
    """Return the header that makes a file of an answer; `name` is ours alone, ASCII without quotes."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}
