"""The country of a person's telephone number, or of the id that stands for it."""

from __future__ import annotations

import re

import phonenumbers

#: Two dozen countries share this code, and not their emergency numbers.
NORTH_AMERICA = 1
#: What the library says of a code that is nobody's.
UNKNOWN = "ZZ"

_BSUID = re.compile(r"([A-Za-z]{2})\.[A-Za-z0-9.]+\Z")


def region_of(person: str) -> str | None:
    """Return the country (ISO 3166-1 alpha-2) of a number in international form, with or without "+", or of a BSUID."""
    scoped = _BSUID.match(person)
    if scoped:
        return scoped[1].upper()
    try:
        number = phonenumbers.parse("+" + person.removeprefix("+"))
    except phonenumbers.NumberParseException:
        return None
    region, code = phonenumbers.region_code_for_number(number), number.country_code
    if region is None and code is not None and code != NORTH_AMERICA:  # a range that the library does not know yet
        region = phonenumbers.region_code_for_country_code(code)
    return region if region and region.isalpha() and region != UNKNOWN else None  # satellites and the like have "001"
