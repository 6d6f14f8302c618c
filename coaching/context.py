"""What the words around a quantity make of it: a body's, a goal, a waist, or nothing of a body's at all."""

from __future__ import annotations

import re
from typing import Literal

from coaching.body import Sex

_SMALL_WORDS = (
    r"(?: (?:about|around|like|another|only|just|up|roughly|maybe|some|over|at|least|almost|nearly|the|last|an?|my|with"
    r"|on|by|of|these|those|two|[0-9]+ ?x))*"
)
#: A weight lost, lifted or paid is not a body's.
_NOT_A_BODY_BEFORE = re.compile(
    r"\b(?:los[et]|losing|gain(?:ed|ing)?|shed|put on|drop(?:ped|ping)?|lift(?:ed|ing)?|squat(?:s|ted|ting)?|press(?:ed|ing)?"
    r"|dead ?lift(?:s|ed|ing)?|bench(?:ed|ing)?|thrust(?:s|ing)?|curl(?:s|ed|ing)?|carry(?:ing)?|hold(?:ing)?|spen[dt]"
    r"|costs?|pa(?:y|id)|add(?:ed|ing)?|not|instead of|rather than)"
    rf"{_SMALL_WORDS} ?$"
)
_NOT_A_BODY_AFTER = re.compile(
    r"(?: |-|/)?(?:(?:a|per|each|every) (?:day|week|month|year|side|hand)|/? ?(?:week|wk|month)|each\b|less\b|more\b|lighter"
    r"|heavier|over(?:weight)?\b|under(?:weight)?\b|dumb ?bell|kettle ?bell|bar ?bell|bar\b|plates?\b|bags?\b|weights?\b"
    r"|squat|dead ?lift|hip thrust|bench|too |loss\b|gain\b|of\b|off\b)"
)
_PAST = re.compile(rf"\b(?:was|were|weighed|used to (?:be|weigh)){_SMALL_WORDS} ?$")
#: Said of what one weighs now; the 82 of "from 82 kg to 75 kg" is that as well.
_WEIGHT = re.compile(
    r"(?<!to )\b(?:(?:i|now|currently) weigh|(?<!goal )(?<!target )(?<!ideal )weight)\b[^0-9,;.\n]{0,20}$|\bfrom $"
)
_GOAL = re.compile(
    r"(?:\b(?:goal|target|aim(?:ing)?|ideal weight)\b[^0-9,;.\n]{0,20}"
    r"|\b(?:want|wanna|like|hop(?:e|ing)|love|wish|need|try(?:ing)?|plan(?:ning)?)(?: to)? (?:be|weigh|get|reach|hit|go|drop"
    r"|come)\b[^0-9,;.\n]{0,15}|\bfrom [0-9.,]+[a-z ]* to )$"
)
#: Somebody else's, unless it answers a question: a plan may be for them.
_OTHERS = re.compile(
    r"\b(?:s?he|they|dog|cat|baby|husband|wife|partner|boyfriend|girlfriend|son|daughter|child|kid|m[uo]m|mother|dad|father"
    r"|sister|brother|friend)\b[^0-9,;.\n]{0,20}$"
)
_PARTS = (
    r"\b(?:(?P<waist>waist(?:line)?)|(?P<hip>hips?)|chest|bust|thighs?|arms?|legs?|bum|butt|bottom|glutes?|neck|in ?seam"
    r"|shoulders?|belly|stomach|calf|calves)\b"
)
_PARTS_BEFORE = re.compile(_PARTS)
_PART_AFTER = re.compile(rf" ?(?:around |at |for )?(?:my |the )?{_PARTS}")
#: A length fallen, run or jumped is no height.
_NO_HEIGHT_BEFORE = re.compile(
    rf"\b(?:f[ae]ll|fallen|drop(?:ped)?|jump(?:ed|ing)?|r[au]n|running|walk(?:ed|ing)?|sw[ia]m|sprint(?:ed|ing)?|row(?:ed)?"
    rf"|throw|within|from|los[et]|gain(?:ed)?){_SMALL_WORDS} ?$"
)
_NO_HEIGHT_AFTER = re.compile(
    r"[ -](?:away|long|wide|deep|high|off|from|apart|drop|fall|ladder|wall|sprint|swim|run|pool|box|step|platform|bench"
    r"|less|more|smaller|bigger|distance|in total)\b"
)
_UNSEXED = re.compile(r"\b(?:trans(?:gender|sexual)?|non ?binary|intersex|enby|nb)\b")
_SEX_WORDS: dict[Sex, tuple[str, str]] = {
    "female": ("(?:woman|lady|girl)", "f"),
    "male": ("(?:man|guy|boy|bloke)", "m"),
}
#: A word of its own: after "I'm a" or an age, beside a number in a list, or alone; "man, I hate squats" tells nothing.
_SEX = {
    sex: re.compile(
        rf"\b{sex}\b|(?:\b(?:an?|i'?m|i am|old|yo|y/o)(?: [a-z]+)? |[0-9;][,/\n(]? ?){words}(?![a-z'])"
        rf"|(?:\b[0-9]{{2}} ?|[,;/\n(] ?){letter}(?![a-z'])|\b{letter}(?=[1-9][0-9]\b)"
        rf"|^(?:{words}|{letter})(?= ?(?:$|[;/\n).!]|, ?[0-9]))"
    )
    for sex, (words, letter) in _SEX_WORDS.items()
}


def is_others(before: str, asked: str | None) -> bool:
    """Tell whether what follows `before` is said of somebody else, and not as an answer."""
    return asked is None and _OTHERS.search(before) is not None


def mass_name(before: str, after: str, asked: str | None) -> Literal["weight", "goal"] | None:
    """Return what a weight between these two texts is, or None when it is not a body's.

    Without a word that tells, it is what was asked for, or else the weight.
    """
    if _NOT_A_BODY_BEFORE.search(before) or _NOT_A_BODY_AFTER.match(after) or is_others(before, asked):
        return None
    if _PAST.search(before) and asked != "weight":
        return None
    if _WEIGHT.search(before):
        return "weight"
    return "goal" if asked == "goal" or _GOAL.search(before) else "weight"


def length_name(before: str, after: str, asked: str | None) -> Literal["height", "waist", "hip"] | None:
    """Return what a length between these two texts is, or None when it is none of these.

    Without a word that tells, it is what was asked for, or else the height.
    """
    found = list(_PARTS_BEFORE.finditer(before))
    if found and re.fullmatch(r"[^0-9,;.\n]{0,25}", before[found[-1].end() :]):
        return _part(found[-1])
    if named := _PART_AFTER.match(after):
        return _part(named)
    if _NO_HEIGHT_BEFORE.search(before) or _NO_HEIGHT_AFTER.match(after) or is_others(before, asked):
        return None
    return "waist" if asked == "waist" else "hip" if asked == "hip" else "height"


def _part(match: re.Match[str]) -> Literal["waist", "hip"] | None:
    return "waist" if match["waist"] else "hip" if match["hip"] else None


def sex(text: str) -> Sex | None:
    """Return the sex that a text (of `numerals.plain`) tells; None when it tells none, both or another gender."""
    told: list[Sex] = [name for name, pattern in _SEX.items() if pattern.search(text)]
    return told[0] if len(told) == 1 and not _UNSEXED.search(text) else None
