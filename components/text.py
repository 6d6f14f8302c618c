"""Normalising what people type, the same way for the encoder, the red-flag rules and training."""

from __future__ import annotations

import re
import unicodedata

_REPLACEMENTS = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u02bc": "'",
        "\u00b4": "'",
        "`": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2026": "...",
        "\u2013": "-",
        "\u2014": "-",
    }
)
_LONG_RUNS = re.compile(r"([^\W\d_])\1{3,}")  # letters only: 10000 steps stay 10000
_WHITESPACE = re.compile(r"\s+")


def normalise(text: str) -> str:
    """Return `text` with NFKC forms, plain quotes and dashes, no control characters, single spaces, and runs cut to two.

    >>> normalise("HELPPPPP  she can\u2019t\\u00a0move")
    "HELPP she can't move"
    """
    text = unicodedata.normalize("NFKC", text).translate(_REPLACEMENTS)
    text = "".join(
        " " if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"} and char != "\u200d" else char
        for char in text
    )
    return _WHITESPACE.sub(" ", _LONG_RUNS.sub(r"\1\1", text)).strip()
