"""Makes text fit for both databases, losing nothing but what cannot be stored.

The rule: a surrogate pair that arrived as two characters becomes the one character that it means; NUL (which PostgreSQL
refuses) and a lone surrogate (which UTF-8 does not have) become U+FFFD, one for one. Everything else stays to the letter.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_UNFIT = re.compile("[\ud800-\udbff][\udc00-\udfff]|[\x00\ud800-\udfff]")


def clean(text: str) -> str:
    """Return `text` as it can be stored; the same string when nothing is wrong with it."""
    return _UNFIT.sub(_fit, text) if _UNFIT.search(text) else text


def is_blank(text: str) -> bool:
    """Tell whether nothing of a text can be seen: only spaces, controls, and characters without width."""
    return all(character.isspace() or unicodedata.category(character) in ("Cc", "Cf") for character in text)


def clean_json(value: Any) -> Any:
    """Return a JSON value with every text in it clean (names of fields too).

    Numbers that JSON does not have (NaN, infinity) become null: an answer must not be lost for one. Mappings become
    objects, tuples become lists; anything else than JSON is left for the serialiser to refuse.
    """
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float):
        return finite(value)
    if isinstance(value, Mapping):
        return {clean(name) if isinstance(name, str) else name: clean_json(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean_json(item) for item in value]
    return value


def finite(number: float | None) -> float | None:
    """Return the number, or None when it is NaN or infinite (SQLite would store NaN as NULL, PostgreSQL as itself)."""
    return number if number is not None and math.isfinite(number) else None


def _fit(match: re.Match[str]) -> str:
    found = match.group()
    return found.encode("utf-16", "surrogatepass").decode("utf-16") if len(found) == 2 else REPLACEMENT
