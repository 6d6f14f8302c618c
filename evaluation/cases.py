"""What a labelled set consists of: cases (a line or a dialogue) made of turns. Pure data, no Rasa."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from channels.outcome import OUTCOMES


class BadSetError(ValueError):
    """A set file breaks the format; the message names the file, the line (from 1) and what is allowed."""

    def __init__(self, path: Path, line: int | None, problem: str) -> None:
        where = f"{path}:{line}" if line else str(path)
        super().__init__(f"{where}: {problem}")


@dataclass(frozen=True)
class Turn:
    """One message of a visitor and what is expected of the answer.

    Attributes:
        text, choice: what is typed, or the title of the button pressed; exactly one of them is not None.
        outcomes: the acceptable outcomes, at least one; the first is the one that support and recall count.
        must, must_not: regular expressions that the reply texts must and must not match.
        line: where the turn stands in its file, from 1.
    """

    text: str | None
    choice: str | None
    outcomes: tuple[str, ...]
    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    line: int = 0

    @property
    def said(self) -> str:
        """The text, or the title of the button in brackets."""
        return self.text if self.text is not None else f"[{self.choice}]"


@dataclass(frozen=True)
class Case:
    """One conversation: a line of a .tsv (one turn, `id` None) or a dialogue of a .yml."""

    set_name: str
    turns: tuple[Turn, ...]
    id: str | None = None
    tag: str = ""
    why: str = ""


def alternatives(value: str, path: Path, line: int) -> tuple[str, ...]:
    """Return the outcomes of `emergency|urgent` as written, each once; raises BadSetError on an unknown one."""
    names = tuple(dict.fromkeys(name.strip() for name in value.split("|")))
    for name in names:
        if name not in OUTCOMES:
            raise BadSetError(path, line, f"unknown outcome {name!r}; allowed, joined by |: {', '.join(OUTCOMES)}.")
    return names


def read_text(path: Path) -> str:
    """Return the file as text without a byte order mark; raises BadSetError when it is missing or not UTF-8."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadSetError(path, None, f"cannot be read: {error.strerror}.") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadSetError(path, line, "is not UTF-8; a set file is UTF-8 text.") from error
