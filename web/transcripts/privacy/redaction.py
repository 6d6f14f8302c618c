"""Masks what reaches a person, or is their number, on a copy for display; what is stored stays as it was written.

Masked: logins in addresses, e-mail addresses, phone numbers, card numbers (Luhn), identity numbers of the UK, the US and
India, and any run of nine digits or more. Left alone: our own help lines, dates, ages, weights, calories. Where a form
means both, such as "2000 1800 1600", round figures win. Names of people are not found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator

from transcripts.privacy import identity_numbers, phone_numbers

Span = tuple[int, int]

#: Takes the place of what has been found or must be left alone, so that no later rule reads it or across it.
_BLANK = "\x00"

_LOGIN = re.compile(r"(?<=://)[^\s/?#\x00]+(?=@)")
_MAIL = re.compile(
    r"""[^\s<>()\[\]{},;:"'|\\/@\x00]{1,64}@[^\s<>()\[\]{},;:"'|\\/@\x00]{1,190}\.[^\W\d_]{2,63}"""
    # with spaces, where "5 sets @ 60.then rest" may stand too: only under the best known ends of domains
    r"""|[\w.+-]{1,64} ?@ ?(?:[\w-]{1,63}\.){1,5}(?:com|org|net|edu|gov|info|io|uk|ie|de|fr|es|nl|ca|au|nz|example)\b"""
    r"""|[\w.+-]{1,64}\s?(?:[(\[]at[)\]]|\sat\s)\s?[\w-]{1,63}\s?(?:[(\[]dot[)\]]|\sdot\s)\s?[^\W\d_]{2,63}\b""",
    re.IGNORECASE,
)
#: What else is written for a character that a rule looks for.
_SAME = {
    "\t": " ",
    "\N{FULLWIDTH COMMERCIAL AT}": "@",
    "\N{SMALL COMMERCIAL AT}": "@",
    "\N{FULLWIDTH PLUS SIGN}": "+",
}
#: 26/11/2026, 26.11.26, 26 11 2026, 2026-11-26: a day and a month that exist, and not the beginning of a longer number.
_DATE = re.compile(
    r"(?<!\d)(?<!\d[-/.])(?:"
    r"(?:[012]?\d|3[01])(?P<a>[-/.])(?:[012]?\d|3[01])(?P=a)(?:(?:19|20)\d\d|\d\d)"
    r"|(?:[012]?\d|3[01]) (?:0?\d|1[012]) (?:19|20)\d\d"
    r"|(?:19|20)\d\d(?P<b>[-/. ])(?:0?\d|1[012])(?P=b)(?:[012]?\d|3[01])"
    r")(?![-/.]?\d)"
)
_LONG_NUMBER = re.compile(r"(?<!\d)(?<!\d[.,])\d{9,}+(?![.,]\d)")

#: In this order; each reads what the ones before have left. None as a label: nothing is masked, it is only left alone.
_RULES: tuple[tuple[str | None, Callable[[str], Iterable[Span]]], ...] = (
    (None, phone_numbers.help_lines),
    ("[login]", lambda text: _spans(_LOGIN, text)),
    ("[e-mail address]", lambda text: _spans(_MAIL, text)),
    ("[card number]", identity_numbers.cards),
    ("[identity number]", identity_numbers.of_people),
    ("[phone number]", phone_numbers.international),
    (None, lambda text: _spans(_DATE, text)),
    ("[phone number]", phone_numbers.national),
    ("[number]", lambda text: _spans(_LONG_NUMBER, text)),
)


def mask(text: str) -> str:
    """Return `text` with a label in place of each thing found; masking twice changes nothing more.

    Digits, spaces and dashes of any script count, and characters without width do not hide a number.
    """
    while (masked := _mask_once(text)) != text:
        text = masked
    return text


def _mask_once(text: str) -> str:
    plain, places = _plain(text)
    found: list[tuple[int, int, str]] = []
    for label, rule in _RULES:
        for start, end in list(rule(plain)):
            if _BLANK in plain[start:end]:  # found by two forms of the same rule
                continue
            if label:
                found.append((places[start], places[end] if end < len(places) else len(text), label))
            plain = plain[:start] + _BLANK * (end - start) + plain[end:]
    for start, end, label in sorted(found, reverse=True):
        text = text[:start] + label + text[end:]
    return text


def _plain(text: str) -> tuple[str, list[int]]:
    """Return the text with ASCII digits, spaces and dashes, and where each character was.

    Left out is what cannot be seen, or only as part of the character before: an accent, the key around a keycap digit.
    """
    if text.isascii():
        return text.replace("\t", " "), list(range(len(text)))
    kept = [(place, _plain_character(character)) for place, character in enumerate(text)]
    kept = [(place, character) for place, character in kept if character]
    return "".join(character for _, character in kept), [place for place, _ in kept]


def _plain_character(character: str) -> str:
    match unicodedata.category(character):
        case "Nd":
            return str(unicodedata.decimal(character))
        case "Zs":
            return " "
        case "Pd":
            return "-"
        case "Cf" | "Mn" | "Me":
            return ""
    return _SAME.get(character, character)


def _spans(pattern: re.Pattern[str], text: str) -> Iterator[Span]:
    return (match.span() for match in pattern.finditer(text))
