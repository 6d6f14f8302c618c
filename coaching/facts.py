"""What a message tells about somebody: age, sex, height, weight, goal, waist and hips, all at once.

A number without a unit is read in every unit that gives an accepted value. One such reading is certain; several are
ambiguous: they are all returned, and none is chosen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import permutations

from coaching import bare, context
from coaching.bare import Name, Readings
from coaching.body import Sex
from coaching.numerals import NUMBER, plain
from coaching.units import ALONE, give_units, lengths, masses

#: What a part of a text tells: the fact (None: nothing of a body's), its readings, start and end.
Claim = tuple[Name | None, Readings, int, int]

#: Two quantities that differ by less are one, told twice: "5'6 (168 cm)".
_SAME = 0.01

#: One number or two side by side; not what is taken back ("not 34, 35") or a dress size.
_NUMBERS = rf"(?<!not )(?<!size )(?P<first>{NUMBER})(?:[ -](?P<second>1[0-3]|[0-9]))?{ALONE}"
_FREE = re.compile(_NUMBERS)
_LABELS: dict[Name, str] = {
    "goal": r"(?:goal|target|ideal)(?: weight)?",
    "waist": r"waist(?:line)?",
    "hip": r"hips?",
    "height": r"height|tall",
    "weight": r"weigh(?:t|ing)?",
    "age": r"age[ds]?",
}
_IS = r"(?: ?(?:is|was|are|of|at|about|around|roughly|currently|now|measures?|would be|=|:|-))*"
_LABELLED = {name: re.compile(rf"\b(?:{words}){_IS} ?{_NUMBERS}") for name, words in _LABELS.items()}
_YEARS = r"(?P<first>(?<![a-z0-9])(?<![0-9][.,])[0-9]{1,3}(?![.,]?[0-9]))"
_AGE = re.compile(
    rf"{_YEARS} ?(?:(?:years?|yrs?|y)[ /.]*old\b|y/?o\b|y\.o\.)"
    rf"|(?<![^,;/\n(]){_YEARS.replace('first', 'listed')} ?(?:(?:years|yrs|y)\b|[ /]?[fm](?![a-z]))(?= ?(?:$|[,;/\n).0-9]))"
    r"|\b[fm](?P<coded>[1-9][0-9])\b"
)
_I_AM = re.compile(
    rf"\b(?:i'?m|i am|turn(?:ed|ing)?)(?: (?:an?|about|around|now|just|only|nearly|almost|still|currently))* {_YEARS}"
    r"(?= ?(?:$|[,.;:!?/)&\n]|(?:and|but|so|not|years?|[fm]|(?:fe)?male|(?:wo)?man|now|today"
    r"|btw|by the way|lol|ha(?:ha)*|tho(?:ugh)?|atm|actually|here|too|already)\b))"
)
_FILLER = (
    r"(?:i'?m|i am|about|around|roughly|nearly|almost|just|now|it'?s|its|is|my|an?|so|ok|hi|hello|yes|sorry|female|male"
    r"|woman|man|lady|guy|girl|boy|[fm])"
)
#: A number that is all there is between two separators, fillers aside.
_ITEM = re.compile(
    rf"(?:(?<![^,;/\n&])|(?<=\band)|(?<=\bbut))(?: ?\b{_FILLER}\b)* ?(?P<first>{NUMBER})(?: {_FILLER}\b)*"
    r"(?= ?[.!]? ?(?:$|[,;/\n&]|and\b|but\b))"
)
_CORRECTION = re.compile(r"\b(?:actually|sorry|mea[nt]+|correct\w*|wrong|mistake|oops)\b")
_YEARS_AFTER = re.compile(r"(?<=[0-9]) ?(?:years?|yrs?)\b(?: ?old\b)?")
#: "21st" may be a birthday: only an answer about weight makes it stone.
_ORDINAL = re.compile(r"\b(?:[0-9]?[02-9])?1st\b(?! ?[0-9])|\b[0-9]+(?:nd|rd|th)\b")


@dataclass(frozen=True)
class Facts:
    """What was told. No reading: nothing; one: that; several: ambiguous, with these to choose from."""

    age: Readings = ()
    height: Readings = ()
    weight: Readings = ()
    goal: Readings = ()
    waist: Readings = ()
    hip: Readings = ()
    sex: Sex | None = None


def find(text: str, asked: Name | None = None) -> Facts:
    """Return every fact in `text`; `asked` is what the visitor was asked for, which a number without a unit answers.

    A value out of its range is returned only for `asked`, so that the caller can say what is accepted.
    Never raises, whatever the text.
    """
    rest = give_units(plain(text))
    if asked not in ("weight", "goal"):
        rest = _ORDINAL.sub(";", rest)
    if asked == "age":
        rest = _YEARS_AFTER.sub("", rest)
    found: dict[Name, Readings] = {}
    rest = _claim(_lengths(rest, asked), rest, found, asked)
    rest = _claim(_masses(rest, asked), rest, found, asked)
    sex = context.sex(rest)  # once no m is a metre's, and while 34f still stands
    rest = _claim(_labelled(rest), rest, found, asked)
    rest = _claim(_ages(rest, asked), rest, found, asked)
    if not (asked and asked != "age" and not found and _is_answer(rest, asked)):
        rest = _claim(_introduced(rest), rest, found, asked)
    if asked and asked not in found:
        rest = _claim(_answer(rest, asked), rest, found, asked)
    _claim(_listed(rest, found), rest, found, asked)
    return Facts(**found, sex=sex)


def _claim(claims: Iterable[Claim], text: str, found: dict[Name, Readings], asked: Name | None) -> str:
    """Add what may be kept of the claims; return the text without what they took."""
    for name, readings, start, end in list(claims):
        if ";" in text[start:end]:
            continue  # an earlier claim has taken it
        text = text[:start] + ";" * (end - start) + text[end:]
        if name is None:
            continue
        new = bare.possible(name, readings) or (readings if name == asked else ())
        old = found.get(name, ())
        same = tuple(a for a in old if any(abs(a.value - b.value) <= _SAME * a.value for b in new))
        if new:
            found[name] = same or old + new
    return text


def _lengths(text: str, asked: Name | None) -> Iterator[Claim]:
    """Yield lengths with their units; one without a name is nothing of a body's, but taken all the same."""
    before = 0
    for start, end, readings in lengths(text):
        name = context.length_name(text[before:start], text[end:], asked)
        if name in ("waist", "hip") and any(unit in ("m", "ft") for reading in readings for _, unit in reading.parts):
            name = "height"  # nobody gives a waist as 5 ft 6
        yield name, readings, start, end
        before = max(0, start - len("from "))


def _masses(text: str, asked: Name | None) -> Iterator[Claim]:
    """Yield weights with their units, as `_lengths` does."""
    before = 0
    for start, end, readings in masses(text):
        yield context.mass_name(text[before:start], text[end:], asked), readings, start, end
        before = max(0, start - len("from "))


def _labelled(text: str) -> Iterator[Claim]:
    """Yield what has a label but no unit: "height 168"."""
    for name, pattern in _LABELLED.items():
        for match in pattern.finditer(text):
            yield name, bare.readings(name, match["first"], match["second"]), *match.span()


def _ages(text: str, asked: Name | None) -> Iterator[Claim]:
    """Yield ages that say so: "34 years old", "34yo", "f34", and as items of a list "34 years", "34f"."""
    for match in _AGE.finditer(text):
        name: Name | None = None if context.is_others(text[: match.start()], asked) else "age"
        yield name, bare.readings("age", match["first"] or match["listed"] or match["coded"]), *match.span()


def _introduced(text: str) -> Iterator[Claim]:
    """Yield the age of "I'm 34"."""
    for match in _I_AM.finditer(text):
        readings = bare.readings("age", match["first"])
        if bare.possible("age", readings):
            yield "age", readings, *match.span("first")


def _is_answer(text: str, asked: Name) -> bool:
    """Tell whether the only number of a text may answer what was asked: "I'm 82", but not "actually I'm 29"."""
    claims = list(_answer(text, asked))
    possible = bool(claims and bare.possible(asked, claims[0][1]))
    return possible and len(_FREE.findall(text)) == 1 and not _CORRECTION.search(text)


def _answer(text: str, asked: Name) -> Iterator[Claim]:
    """Yield the numbers that may be an answer, or the only number even when it may not."""
    claims: list[Claim] = [
        (asked, bare.readings(asked, *match.groups()), *match.span()) for match in _FREE.finditer(text)
    ]
    likely = [claim for claim in claims if bare.possible(asked, claim[1])]
    yield from likely or (claims if len(claims) == 1 else [])


def _listed(text: str, found: dict[Name, Readings]) -> Iterator[Claim]:
    """Yield what bare items of a list must be, because nothing else fits: the 34 of "34, female, 5'6, 11 stone 4"."""
    missing: list[Name] = [name for name in ("age", "height", "weight") if name not in found]
    items = [(match["first"], *match.span("first")) for match in _ITEM.finditer(text)]
    if len(items) > len(missing):
        return
    fitting = [
        names
        for names in permutations(missing, len(items))
        if all(bare.possible(name, bare.readings(name, item[0])) for name, item in zip(names, items))
    ]
    for (digits, start, end), names in zip(items, zip(*fitting)):
        if len(set(names)) == 1:
            yield names[0], bare.readings(names[0], digits), start, end
