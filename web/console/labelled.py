"""The labelled sets of single lines in evaluation/. Read plainly: nothing of the bot's own environment is needed here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from transcripts.teaching.replay_values import Label

#: The columns of a set; the last may be missing, in the header and in any line.
COLUMNS = ("text", "outcome", "tag")
#: Lines of one set at most.
MOST_LINES = 5000
#: Bytes of one set at most.
LARGEST = 4 << 20


class LabelledError(ValueError):
    """A set cannot be used; the message says which line, and what is allowed."""


@dataclass(frozen=True)
class Labelled:
    """One set. `texts` holds each line's text by its number (from 1, the header); `digest` is the SHA-256 of the file."""

    name: str
    digest: str
    labels: tuple[Label, ...]
    texts: dict[int, str]


def names(folder: Path) -> list[str]:
    """Return the sets that are in `folder`, by name; none where there is no such folder."""
    return sorted(path.name for path in folder.glob("*.tsv") if path.is_file())


def read(folder: Path, name: str) -> Labelled:
    """Return a set of `folder`.

    Quotes are ordinary characters, and only a line feed ends a line, with or without a carriage return before it: visitors
    type the other characters that could.

    Raises:
        LabelledError: there is no such set, it is too large, or breaks the format.
    """
    if name not in names(folder):
        raise LabelledError("There is no such set of labelled lines.")
    content = (folder / name).read_bytes()
    if len(content) > LARGEST:
        raise LabelledError(f"{name} has more than {LARGEST >> 20} MB.")
    try:
        rows = content.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise LabelledError(f"{name} is not UTF-8.") from error
    if tuple(rows[0].removesuffix("\r").split("\t")) not in (COLUMNS, COLUMNS[:2]):
        raise LabelledError(f"{name} must begin with the header text<TAB>outcome<TAB>tag (tag may be left out).")
    labels, texts = [], {}
    for number, row in enumerate((row.removesuffix("\r") for row in rows[1:]), start=2):
        if not row.strip():
            continue
        fields = row.split("\t")
        outcomes = tuple(dict.fromkeys(one.strip() for one in fields[1].split("|"))) if len(fields) > 1 else ()
        if len(fields) > len(COLUMNS) or not all(outcomes) or not outcomes:
            raise LabelledError(f"{name}, line {number}: must be text<TAB>outcome or text<TAB>outcome<TAB>tag.")
        labels.append(Label(number, outcomes))
        texts[number] = fields[0]
    if not 0 < len(labels) <= MOST_LINES:
        raise LabelledError(f"{name} must hold 1 to {MOST_LINES} lines, not {len(labels)}.")
    return Labelled(name, hashlib.sha256(content).hexdigest(), tuple(labels), texts)
