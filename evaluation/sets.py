"""Reading labelled sets: .tsv files of single lines here, .yml files of dialogues in `dialogue_file`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from evaluation.cases import BadSetError, Case, Turn, alternatives, read_text
from evaluation.dialogue_file import read_dialogues

#: The columns of a .tsv; the last may be missing, in the header and in any line.
COLUMNS = ("text", "outcome", "tag")


def read_sets(paths: Sequence[Path]) -> list[Case]:
    """Return the cases of all files in order.

    A set is called after its file; where two files share a name, after the path as given.

    Raises:
        BadSetError: a file is given twice, or breaks the format.
    """
    shared = Counter(path.name for path in paths)
    seen: set[Path] = set()
    cases: list[Case] = []
    for path in paths:
        if path.resolve() in seen:
            raise BadSetError(path, None, "is given twice; every line counts once.")
        seen.add(path.resolve())
        cases.extend(read_set(path, path.name if shared[path.name] == 1 else str(path)))
    return cases


def read_set(path: Path, name: str | None = None) -> list[Case]:
    """Return the cases of one file, at least one; raises BadSetError."""
    readers = {".tsv": read_lines, ".yml": read_dialogues, ".yaml": read_dialogues}
    if path.suffix not in readers:
        raise BadSetError(path, None, "unknown kind of set; allowed: .tsv (single lines) and .yml (dialogues).")
    cases = readers[path.suffix](path, name or path.name)
    if not cases:
        raise BadSetError(path, None, "holds nothing to evaluate; at least one line or dialogue is needed.")
    return cases


def read_lines(path: Path, name: str) -> list[Case]:
    """Return the lines of a .tsv as cases of one turn.

    Quotes are ordinary characters (visitors type them), so this is no csv. Only a line feed ends a line, with or
    without a carriage return before it: str.splitlines would also split at characters that a visitor may type. Blank
    lines are skipped.
    """
    rows = [row[:-1] if row.endswith("\r") else row for row in read_text(path).split("\n")]
    if tuple(rows[0].split("\t")) not in (COLUMNS, COLUMNS[:2]):
        raise BadSetError(path, 1, "the header line must be text<TAB>outcome<TAB>tag (tag may be left out).")
    return [_case(row, path, name, number) for number, row in enumerate(rows[1:], start=2) if row.strip()]


def _case(row: str, path: Path, name: str, number: int) -> Case:
    fields = row.split("\t")
    if not 2 <= len(fields) <= len(COLUMNS):
        raise BadSetError(
            path, number, f"{len(fields)} columns; allowed: text<TAB>outcome or text<TAB>outcome<TAB>tag."
        )
    turn = Turn(text=fields[0], choice=None, outcomes=alternatives(fields[1], path, number), line=number)
    return Case(set_name=name, turns=(turn,), tag=fields[2].strip() if len(fields) == len(COLUMNS) else "")
