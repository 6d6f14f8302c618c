"""How an answer to a closed question is read: yes or no, or one of a few values. The cues are answers.yml."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from coaching.dialogue.forms import ALWAYS_READ
from coaching.numerals import plain

#: Of these the value named first in answers.yml wins wherever it stands: a yes over a no. Of others the first in the text.
_IN_ORDER = ("pregnancy", "eating", "health", "injuries", "caffeine", "screens", "heat")
#: Ends what "no", "not", "never" deny: a new sentence, or a turn in it.
_TURN = re.compile(r"[.;:!?\n]|\b(?:but|though|although|however|except|apart from|only|just|yet|still)\b")
#: A comma ends it as well, unless the denied list goes on to an "or": "no insulin, kidney disease or gout".
_OR = re.compile(r"\bn?or\b|\b/\b")
#: So far behind the last "or" a list still goes on.
_BEHIND_OR = 40
_DENIAL = re.compile(
    r"\b(?:no|not|never|without|neither|nor|none|nothing|zero|nil|free of|don.?t|doesn.?t|didn.?t|isn.?t|aren.?t|wasn.?t|ain.?t"
    r"|haven.?t|hasn.?t|hadn.?t|nobody|can.?t|cannot|hardly|nope|nah|neg(?:ative)?)\b"
)


@dataclass(frozen=True)
class _Cues:
    said: tuple[re.Pattern[str], ...]
    asked: tuple[re.Pattern[str], ...]
    denied: bool


@cache
def _cues() -> dict[str, dict[str, _Cues]]:
    """Return slot -> value -> cues; an unknown key is an error that lists the allowed ones."""
    data = yaml.safe_load((Path(__file__).parent / "answers.yml").read_text(encoding="utf-8"))
    words = data.pop("words")
    return {
        slot: {value: _compiled(f"{slot}.{value}", cues, words) for value, cues in values.items()}
        for slot, values in data.items()
    }


def _compiled(name: str, cues: Mapping[str, Any], words: Mapping[str, str]) -> _Cues:
    allowed = {"said", "asked", "denied"}
    if unknown := set(cues) - allowed:
        raise ValueError(
            f"answers.yml: {name} has {', '.join(sorted(unknown))}; allowed are {', '.join(sorted(allowed))}"
        )
    said, asked = (tuple(_pattern(cue, words) for cue in cues.get(key, ())) for key in ("said", "asked"))
    return _Cues(said, asked, bool(cues.get("denied", False)))


def _pattern(cue: str, words: Mapping[str, str]) -> re.Pattern[str]:
    for name, pattern in words.items():
        cue = cue.replace(f"{{{name}}}", pattern)
    return re.compile(cue)


def values(slot: str) -> tuple[str, ...]:
    """Return the values that answers.yml knows of a slot, in order of precedence."""
    return tuple(_cues()[slot])


def closed_slots() -> tuple[str, ...]:
    """Return the slots that answers.yml knows."""
    return tuple(_cues())


def choice(slot: str, text: str, asked: bool) -> str | None:
    """Return the value that a text gives to a slot of answers.yml, or None; `asked`: it answers this slot's question."""
    found = choices(slot, text, asked)
    return found[0] if found else None


def choices(slot: str, text: str, asked: bool) -> tuple[str, ...]:
    """Return every value that a text gives to a slot; those said outright first, but a disclosure before a denial."""
    words = plain(text)
    said = _found({value: (cues.said, cues.denied) for value, cues in _cues()[slot].items()}, words)
    if not asked:
        return tuple(said)
    meant = _found({value: (cues.asked, cues.denied) for value, cues in _cues()[slot].items()}, words)
    if slot in ALWAYS_READ:
        return tuple(value for value in values(slot) if value in said or value in meant)
    if slot not in _IN_ORDER:
        meant = dict(sorted(meant.items(), key=lambda item: item[1]))
    return tuple(dict.fromkeys((*said, *meant)))


def is_denied(text: str, position: int) -> bool:
    """Tell whether what stands at a position of a text is denied: "not pregnant", "no insulin, gout or anything"."""
    return any(
        start <= position < end and (position <= comma or last_or >= max(0, position - _BEHIND_OR))
        for start, comma, last_or, end in _denials(text)
    )


@lru_cache(maxsize=16)
def _denials(text: str) -> tuple[tuple[int, int, int, int], ...]:
    """Return where each denial of a text begins to reach, its first comma, its last "or" (-1: none), where it ends.

    All places are looked up in lists: a text of thousands of denials must not take seconds.
    """
    turns, commas, ors = (
        [match.span() for match in pattern.finditer(text)] for pattern in (_TURN, re.compile(","), _OR)
    )
    found = []
    for denial in _DENIAL.finditer(text):
        start = denial.end()
        turn = bisect_left(turns, (start, 0))
        turn_start, end = turns[turn] if turn < len(turns) else (len(text), len(text) + 1)
        comma = bisect_left(commas, (start, 0))
        last_or = bisect_left(ors, (turn_start, 0)) - 1
        found.append(
            (
                start,
                commas[comma][0] if comma < len(commas) else len(text),
                ors[last_or][1] if last_or >= 0 and ors[last_or][0] >= start else -1,
                end,
            )
        )
    return tuple(found)


def _found(cues: Mapping[str, tuple[tuple[re.Pattern[str], ...], bool]], words: str) -> dict[str, int]:
    """Return the values whose cues stand in a text, with the place of the first."""
    places = {
        value: [
            match.start()
            for pattern in patterns
            for match in pattern.finditer(words)
            if denied or not is_denied(words, match.start())
        ]
        for value, (patterns, denied) in cues.items()
    }
    return {value: min(found) for value, found in places.items() if found}
