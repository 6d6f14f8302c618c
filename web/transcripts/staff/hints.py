"""Words that hint at an emergency, a crisis or an eating disorder, whatever the bot made of them. A wrong hint costs one look.

`hints.txt` holds them, one a row: a word, or two words that stand in this order not far apart. `make hints` makes them of the
training data (console/teaching/hinting.py); the evaluation sets are only what a test measures them on.
"""

from __future__ import annotations

import re
from pathlib import Path

FILE = Path(__file__).with_name("hints.txt")
#: The second word of a pair is at most the fifth after the first.
APART = 5

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_STRAIGHT = str.maketrans({"\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{LEFT SINGLE QUOTATION MARK}": "'"})


def pieces(text: str) -> list[str]:
    """Return each word of the text and each pair of words that may be a hint, in order; some more than once."""
    words = _WORD.findall(text.lower().translate(_STRAIGHT))
    found = []
    for place, word in enumerate(words):
        found += [word, *(f"{word} {other}" for other in words[place + 1 : place + 1 + APART])]
    return found


def hints(text: str) -> list[str]:
    """Return the hints in the text, in order, each once."""
    return list(dict.fromkeys(piece for piece in pieces(text) if piece in _HINTS))


_HINTS = frozenset(FILE.read_text(encoding="utf-8").splitlines())
