"""Finds phone numbers in plain text (ASCII digits); the ways people write them, and what must not be taken for one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phonenumbers import NumberParseException, is_valid_number, national_significant_number, parse

Span = tuple[int, int]

#: Help lines of the safety texts, which staff must be able to read. A test compares them with components/regions.yml.
HELP_LINES = (
    "+448088010677",
    "+35312107906",
    "+18883757767",
    "+18666334220",
    "+611800334673",
    "+64800233269",
    "+49221892031",
    "+33969325900",
    "+39800180969",
    "+34934549109",
)

#: Between two digits: "020 7946", "020-7946", "020 - 7946", "(020) 7946", "44 (0)20", "07700_900". Not the end of a sentence.
_GAP = r"(?:[ ./_-]| {2,3}| - |\)[ -]?|[ -]?\()?"


def _help_line(number: str) -> str:
    parsed = parse(number)
    digits = _GAP.join(national_significant_number(parsed))
    return rf"(?:(?:\+|00)?{parsed.country_code}{_GAP})?(?:0{_GAP})?{digits}"


_HELP_LINES = re.compile(rf"(?<!\d)(?:{'|'.join(map(_help_line, HELP_LINES))})(?!\d)")

#: With + or 00 in front, a number of 8 to 15 digits is a phone number, whether or not it is in use.
_PLUS = re.compile(rf"(?<!\d)\+{_GAP}\d(?:{_GAP}\d){{7,14}}(?!\d)")
_DOUBLE_ZERO = re.compile(rf"(?<!\d)(?<!\d[.,:/-])00{_GAP}\d(?:{_GAP}\d){{7,14}}(?!\d)")
#: With 0 in front ("020 7946 0018"), of 9 to 12 digits. "0.5 0.25" is none.
_TRUNK = re.compile(rf"(?<!\d)(?<!\d[.,:/-])\(?0\d(?:{_GAP}\d){{7,10}}(?!\d)")
#: Digit by digit: "0 7 7 0 0 9 0 0 1 2 3".
_SPELT = re.compile(r"(?<!\d)(?<!\d[ .,:/-])0(?: \d){8,11}(?!\d| \d)")
#: The North American form is told by its punctuation: (555) 123-4567, 555-123-4567, 1.555.123.4567.
_NORTH_AMERICAN = re.compile(
    r"(?<!\d)(?<!\d[.,:/-])(?:1[ .-]?)?(?:\(\d{3}\) ?\d{3}[ .-]?\d{4}|\d{3}(?P<gap>[.-])\d{3}(?P=gap)\d{4})(?!\d|[.-]\d)"
)
#: What people write with nothing in front: 2125550123, 212 555 0123, 98765 43210, 1300 975 707. Figures look like it too,
#: so the library must know the number as valid in one of the countries where it is written so.
_BARE = re.compile(
    r"(?<!\d)(?<!\d[.,:/-])(?:\d{10,12}|(?:1[ -])?\d{3} \d{3}[ -]\d{4}|(?:91[ -])?\d{5}[ -]\d{5}|1[389]00 \d{3} \d{3})"
    r"(?!\d|[.,-]\d)"
)
_BARE_REGIONS = ("US", "IN", "AU")


def help_lines(text: str) -> Iterator[Span]:
    """Find our own help lines."""
    return (match.span() for match in _HELP_LINES.finditer(text))


def international(text: str) -> Iterator[Span]:
    """Find numbers that begin with +."""
    return (match.span() for match in _PLUS.finditer(text))


def national(text: str) -> Iterator[Span]:
    """Find numbers that do not; what looks like a date has been taken out before."""
    for pattern in (_DOUBLE_ZERO, _TRUNK, _SPELT, _NORTH_AMERICAN):
        yield from (match.span() for match in pattern.finditer(text))
    for match in _BARE.finditer(text):
        groups = re.findall(r"\d+", match.group())
        if not round_figures(groups) and any(_is_valid(match.group(), region) for region in _BARE_REGIONS):
            yield match.span()


def round_figures(groups: list[str]) -> bool:
    """Tell whether the groups read like amounts ("2000 1800 1600"): of a number's groups, one in a thousand does."""
    return len(groups) > 1 and all(group.endswith("0") for group in groups)


def _is_valid(number: str, region: str) -> bool:
    try:
        return is_valid_number(parse(number, region))
    except NumberParseException:  # of a country that there is not
        return False
