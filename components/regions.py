"""Which country's numbers to show. The data is components/regions.yml; no Rasa import."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from components.text import normalise

#: What makes a name a statement of where somebody is: a word before it or after it, or that it is a phrase of its own.
_BEFORE = r"\b(?:in|near|outside|visiting|across|moved to)\s+(?:the\s+)?"
_AFTER = r"(?:\s+here\b)"
_START_OF_PHRASE = r"(?:(?<=^)|(?<=[.,;:!?(\-] )|(?<=[.,;:!?(]))"
_END_OF_PHRASE = r"(?=\s*(?:$|[.,;:!?)]))"
#: What takes a place back: "not in Spain", "no longer in Spain", "I was born in Spain".
_LEADING_NOT = re.compile(
    r"\b(?:not|no longer|never|left|was|(?:we|they|you) were|born|grew up|raised|used to (?:live|be))\s+"
    r"(?:(?:in|near|from)\s+)?(?:the\s+)?$",
    re.IGNORECASE,
)
#: A message of so few words that begins with a country, and asks for nothing else, answers "where are you?".
MAX_BARE_WORDS = 3
_BARE_REST = frozenset({"please", "pls", "plz", "here", "number", "numbers", "thanks", "x"})
_PLACE_STATEMENT = re.compile(
    r"^(?:hi|hello|ok|yes|sorry|oh|and|but|,|\s)*(?:(?:i|we)(?:'?m| am|'?re| are)?|am|im|are|based|living|calling|here)?"
    r"\s*(?:live|living|stay|staying|based|calling|here|currently|now|\s)*(?:in|near|from|outside)\b",
    re.IGNORECASE,
)
#: "US" in capitals is the country, "us" the pronoun.
_US = re.compile(r"\bUS\b")


@cache
def _data() -> dict[str, Any]:
    return dict(yaml.safe_load((Path(__file__).parent / "regions.yml").read_text(encoding="utf-8")))


@cache
def _codes() -> dict[str, str]:
    return {name: code for code, region in _data()["regions"].items() for name in region["names"]}


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """Return what tells where somebody is, surest first; the name is group `name`, or `here` before "here".

    "In Spain" and "Spain here", then a phrase of its own ("..., Spain."), then "from Spain", which may also be where they
    were born or flew in from.
    """
    name = _alternatives(_codes())
    placed = rf"{_BEFORE}(?P<name>{name})(?![\w-])|(?<![\w-])(?P<here>{name})(?![\w-]){_AFTER}"
    phrase = rf"{_START_OF_PHRASE}(?P<name>{_alternatives(set(_codes()) - set(_data()['also_first_names']))}){_END_OF_PHRASE}"
    origin = rf"\bfrom\s+(?:the\s+)?(?P<name>{name})(?![\w-])"
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in (placed, phrase, origin))


@cache
def _larger_place() -> re.Pattern[str]:
    return re.compile(rf",\s*(?P<name>{_alternatives(_codes())})(?![\w-])", re.IGNORECASE)


def _alternatives(names: Any) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))


def known_regions() -> frozenset[str]:
    """Return every region code that `slot_values` accepts (ISO 3166-1 alpha-2 codes, and EU)."""
    codes = set(_data()["regions"])
    for region in _data()["regions"].values():
        codes.update(region.get("countries", ()))
    return frozenset(codes)


def find_country(text: str) -> str | None:
    """Return the region code of the country that the writer says to be in, or None.

    "In Spain" and "Spain here" win over a phrase of its own ("..., Ireland."), and that over "from India". A message that
    hardly says anything else counts too ("uk please"). Names that people also bear (Sydney, Virginia) need a place word.
    """
    text = normalise(text)
    if not text.isupper():
        text = _US.sub("USA", text)
    for pattern in _patterns():
        for match in pattern.finditer(text):
            group = str(match.lastgroup)
            if _LEADING_NOT.search(text[: match.start()]) or _LEADING_NOT.search(text[: match.start(group)]):
                continue
            larger = _larger_place().match(text, match.end(group))  # "in Paris, Texas"
            return _codes()[(larger["name"] if larger else match[group]).lower()]
    return _bare(text)


def _bare(text: str) -> str | None:
    words = re.sub(r"[^\w.' ]", "", text).lower().split()
    for length in range(min(len(words), MAX_BARE_WORDS), 0, -1):
        code = _codes().get(" ".join(words[:length]))
        if code and len(words) <= MAX_BARE_WORDS and set(words[length:]) <= _BARE_REST:
            return code
    return None


def tells_a_place(text: str) -> bool:
    """Tell whether a message says where its writer is, and little else: "I'm in Ireland", "australia"."""
    text = normalise(text)
    return len(text.split()) <= MAX_BARE_WORDS or _PLACE_STATEMENT.match(text) is not None


def slot_values(region: str | None, said: bool) -> dict[str, str]:
    """Return the texts of the slots emergency_number, crisis_line and eating_disorder_line.

    Args:
        region: a code of `known_regions`, or None when nothing is known.
        said: the visitor named the country. Otherwise 112 and "your local number" stand beside a region's number.
    """
    unknown = _data()["unknown"]
    regions = _data()["regions"]
    code = next((key for key, value in regions.items() if region == key or region in value.get("countries", ())), None)
    entry = regions[code] if code else unknown
    emergency = entry["emergency"] if said or not code else _with_others(entry["emergency"])
    return {
        "emergency_number": emergency,
        "crisis_line": entry["crisis"],
        "eating_disorder_line": entry.get("eating_disorder", unknown["eating_disorder"]),
    }


def _with_others(emergency: str) -> str:
    others = "your local number" if "112" in emergency else "112 / your local number"
    return f"{emergency} (or {others})"
