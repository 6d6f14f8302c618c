"""Finds card numbers and identity numbers in plain text (ASCII digits) by their form and their check digits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from transcripts.privacy.phone_numbers import round_figures

Span = tuple[int, int]

#: In one run, or in the groups printed on cards: 4-4-4-4(-3), 4-6-5 (American Express), 4-6-4 (Diners Club).
_CARD = re.compile(
    r"(?<![\d+])(?:\d{13,19}|\d{4}(?P<a>[ -])\d{4}(?P=a)\d{4}(?P=a)\d{1,4}(?:(?P=a)\d{1,3})?"
    r"|\d{4}(?P<b>[ -])\d{6}(?P=b)\d{4,5})(?!\d)"
)
#: What the numbers of card companies begin with; without it every tenth list of long figures would be a card.
_ISSUERS = re.compile(r"4|5[0-8]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[0-9]|6|8[12]")

_SOCIAL_SECURITY = re.compile(  # 123-45-6789; without hyphens only where the words stand before it
    r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])|(?:\bssn|social security)[^\d\n]{0,20}(?P<bare>\d{3} ?\d{2} ?\d{4})(?!\d)",
    re.IGNORECASE,
)
_NATIONAL_INSURANCE = re.compile(  # AB 12 34 56 C; small letters only in one run, for "be 10 20 30 a day" is none
    r"(?<!\w)(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?: ?\d{2}){3} ?[A-D](?!\w)"
    r"|(?<!\w)[a-ceghj-pr-tw-z][a-ceghj-npr-tw-z]\d{6}[a-d](?!\w)"
)
_HEALTH_SERVICE = re.compile(r"(?<![\d+])(?<!\d[ .-])\d{3}(?P<gap>[ -])\d{3}(?P=gap)\d{4}(?!\d)(?![ -]\d)")
_AADHAAR = re.compile(r"(?<![\d+])(?<!\d[ .-])[2-9]\d{3}(?P<gap>[ -])\d{4}(?P=gap)\d{4}(?!\d)(?![ -]\d)")
_PAN = re.compile(r"(?<!\w)[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z](?!\w)", re.IGNORECASE)


def cards(text: str) -> Iterator[Span]:
    """Find card numbers."""
    for match in _CARD.finditer(text):
        groups = re.findall(r"\d+", match.group())
        digits = "".join(groups)
        if 13 <= len(digits) <= 19 and _ISSUERS.match(digits) and luhn(digits) and not round_figures(groups):
            yield match.span()


def of_people(text: str) -> Iterator[Span]:
    """Find US social security, UK national insurance and NHS, Indian Aadhaar and PAN numbers."""
    for match in _SOCIAL_SECURITY.finditer(text):
        yield match.span("bare" if match["bare"] else 0)
    for pattern in (_NATIONAL_INSURANCE, _PAN):
        yield from (match.span() for match in pattern.finditer(text))
    for pattern, check in ((_HEALTH_SERVICE, modulo_11), (_AADHAAR, verhoeff)):
        for match in pattern.finditer(text):
            groups = re.findall(r"\d+", match.group())
            if check("".join(groups)) and not round_figures(groups):
                yield match.span()


def luhn(digits: str) -> bool:
    """Tell whether the last digit is right by Luhn's rule (ISO/IEC 7812)."""
    doubled = (2 * int(digit) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(number - 9 * (number > 9) for number in doubled)) % 10 == 0


def modulo_11(digits: str) -> bool:
    """Tell whether the tenth digit is right by the NHS number's rule (weights 10 to 2, modulo 11)."""
    rest = -sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), digits)) % 11
    return rest == int(digits[9])


def verhoeff(digits: str) -> bool:
    """Tell whether the last digit is right by Verhoeff's rule: multiplication in the dihedral group of the pentagon."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _product(check, _PERMUTATIONS[place % 8][int(digit)])
    return check == 0


def _product(a: int, b: int) -> int:
    """Return a times b; 0 to 4 are rotations, 5 to 9 reflections."""
    if a < 5:
        return (a + b) % 5 if b < 5 else (a + b) % 5 + 5
    return (a - b) % 5 + 5 if b < 5 else (a - b) % 5


def _permutations() -> tuple[tuple[int, ...], ...]:
    first = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
    powers = [tuple(range(10))]
    for _ in range(7):
        powers.append(tuple(first[digit] for digit in powers[-1]))
    return tuple(powers)


_PERMUTATIONS = _permutations()
