"""Cuts a text that is too long into pieces: at the end of a paragraph, else of a sentence, else of a word, else anywhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

Size = Callable[[str], int]

#: Where a piece may end, the best first, and how full it must be for that (in parts of the most that fits). A sentence's
#: end beats a full piece; a word's beats only a cut word. Numbers such as "116 123" stay together while they can.
_ENDS: tuple[tuple[re.Pattern[str], float], ...] = (
    (re.compile(r"(?=\n[^\S\n]*\n)"), 1 / 2),
    (re.compile(r"""(?<=[.!?…])["'”’»)\]]*(?=\s)|(?=\n)"""), 1 / 4),
    (re.compile(r"(?<!\d)(?=\s)|(?<=\d)(?=\s+[^\s\d])"), 0),
    (re.compile(r"(?=\s)"), 0),
)

_JOINER = "\u200d"


def pieces(text: str, limit: int, size: Size = len) -> list[str]:
    """Return `text` in pieces of at most `limit`, counted by `size`; [] when there is nothing but whitespace.

    Joined, the pieces are the text but for whitespace at its two ends and at the cuts. What a reader sees as one character is
    cut only where it alone is too long; a single code point that is larger than the limit makes a piece that is too long.
    """
    found = []
    rest = _without_space(text)
    while rest:
        cut = len(rest) if size(rest) <= limit else _cut(rest, limit, size)
        found.append(rest[:cut].rstrip())
        rest = _without_space(rest[cut:])
    return found


def is_boundary(text: str, place: int) -> bool:
    """Tell whether a cut before `text[place]` leaves whole what is seen as one character."""
    if not 0 < place < len(text):
        return True
    before, after = text[place - 1], text[place]
    if before == _JOINER or (before == "\r" and after == "\n") or _continues(after):
        return False
    if _is_flag_letter(before) and _is_flag_letter(after):  # two of them are one flag
        start = place
        while start and _is_flag_letter(text[start - 1]):
            start -= 1
        return (place - start) % 2 == 0
    return True


def _cut(text: str, limit: int, size: Size) -> int:
    """Return where the first piece ends; at least 1."""
    most = _most(text, limit, size)
    for pattern, fullness in _ENDS:
        places = [match.end() for match in pattern.finditer(text, 0, most + 2) if 0 < match.end() <= most]
        for place in reversed(places):
            if place >= most * fullness and is_boundary(text, place) and not text[:place].isspace():
                return place
    for place in range(most, 0, -1):
        if is_boundary(text, place):
            return place
    # One character that is larger than a piece: at least no surrogate is parted from its other half.
    halved = most > 1 and "\ud800" <= text[most - 1] <= "\udbff"
    return most - 1 if halved else most


def _most(text: str, limit: int, size: Size) -> int:
    """Return how many code points fit, at least 1; a longer beginning of a text never counts less."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(text[:middle]) <= limit else (low, middle - 1)
    return low


def _without_space(text: str) -> str:
    """Return `text` without whitespace before it, but with the space that carries a combining mark."""
    stripped = text.lstrip()
    skipped = len(text) - len(stripped)
    return text[skipped - 1 :] if skipped and stripped and _continues(stripped[0]) else stripped


def _continues(character: str) -> bool:
    """Tell whether a character belongs to the one before it: mark, joiner, skin tone, tag, low surrogate, jamo inside."""
    return (
        unicodedata.category(character) in ("Mn", "Mc", "Me")
        or character in (_JOINER, "\u200c")
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
        or "\udc00" <= character <= "\udfff"
        or "\u1160" <= character <= "\u11ff"
    )


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
