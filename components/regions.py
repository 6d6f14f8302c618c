"""Which country's numbers to show. The data is components/regions.yml; no Rasa import."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from components.text import normalise

#: Words before a country's name that make it a statement of where somebody is ...
_BEFORE = r"(?:\b(?:in|from|near|outside|visiting|to|across)\s+(?:the\s+)?)"
#: ... or what may follow it ("New Zealand here"), or a name that is a whole phrase (". New Zealand.").
_AFTER = r"(?:\s+here\b)"
_PHRASE = r"(?:(?<=^)|(?<=[.,;:!?(\-] )|(?<=[.,;:!?(]))"
_LEADING_NOT = re.compile(r"\bnot\s+(?:in|from)?\s*(?:the\s+)?$", re.IGNORECASE)


#: A message of so few words that begins with a country is taken as the answer to "where are you?".
MAX_BARE_WORDS = 3


@cache
def _data() -> dict[str, Any]:
    return dict(yaml.safe_load((Path(__file__).parent / "regions.yml").read_text(encoding="utf-8")))


@cache
def _pattern() -> re.Pattern[str]:
    names = sorted((name for region in _data()["regions"].values() for name in region["names"]), key=len, reverse=True)
    alternatives = "|".join(re.escape(name) for name in names)
    bare = rf"(?<![\w-])(?P<{{group}}>{alternatives})(?![\w-])"
    return re.compile(
        rf"{_BEFORE}{bare.format(group='placed')}|{bare.format(group='here')}{_AFTER}"
        rf"|{_PHRASE}{bare.format(group='phrase')}(?=\s*(?:$|[.,;:!?)]))",
        re.IGNORECASE,
    )


def known_regions() -> frozenset[str]:
    """Return every region code that `slot_values` accepts (ISO 3166-1 alpha-2 codes, and EU)."""
    codes = set(_data()["regions"])
    for region in _data()["regions"].values():
        codes.update(region.get("countries", ()))
    return frozenset(codes)


def find_country(text: str) -> str | None:
    """Return the region code of the country that the writer says to be in, or None.

    A name counts after a place word ("in Spain", "from Leeds"), before "here", as a phrase of its own ("..., Ireland."), or
    when the message hardly says anything else ("uk please").
    """
    text = normalise(text)
    for match in _pattern().finditer(text):
        group = str(match.lastgroup)
        if _LEADING_NOT.search(text[: match.start(group)]):
            continue
        return _code(match[group])
    words = re.sub(r"[^\w.' ]", "", text).lower().split()
    if len(words) <= MAX_BARE_WORDS:
        return next(
            (_code(name) for name in (" ".join(words), " ".join(words[:2]), words[0] if words else "") if _code(name)),
            None,
        )
    return None


def _code(name: str) -> str | None:
    return next((code for code, region in _data()["regions"].items() if name.lower() in region["names"]), None)


def slot_values(region: str | None, said: bool) -> dict[str, str]:
    """Return the texts of the slots emergency_number, crisis_line and eating_disorder_line.

    Args:
        region: a code of `known_regions`, or None when nothing is known.
        said: the visitor named the country. Otherwise "112 / your local number" stands beside a region's number.
    """
    unknown = _data()["unknown"]
    regions = _data()["regions"]
    code = next((key for key, value in regions.items() if region == key or region in value.get("countries", ())), None)
    entry = regions[code] if code else unknown
    emergency = entry["emergency"] if said or not code else f"{entry['emergency']} (or 112 / your local number)"
    return {
        "emergency_number": emergency,
        "crisis_line": entry["crisis"],
        "eating_disorder_line": entry.get("eating_disorder", unknown["eating_disorder"]),
    }
