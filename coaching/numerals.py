"""Numbers in free text: words to digits, fractions to decimals, one spelling of quotes and dashes."""

from __future__ import annotations

import re
import unicodedata

from text_to_num import alpha2digit

#: A number of its own, with point or comma as decimal sign; never a part of a longer one ("1,500", "2024-10-05").
NUMBER = r"(?<![a-z0-9])(?<![0-9][.,])[0-9]{1,4}(?:\.[0-9]{1,4}|,[0-9]{1,2})?(?![.,]?[0-9])"

_SPELLINGS = str.maketrans(
    {"‘": "'", "’": "'", "′": "'", "´": "'", "`": "'", "ʼ": "'", "“": '"', "”": '"', "″": '"', "–": "-", "—": "-"}
)
# A half is written .50, not .5: "11.5 stone" may mean 11 stone 5, "11½ stone" does not.
_FRACTIONS = {"½": " 1/2", "¼": " 1/4", "¾": " 3/4"}
_DECIMALS = {"1/2": ".50", "half": ".50", "1/4": ".25", "quarter": ".25", "3/4": ".75", "3 quarter": ".75"}
_AND_A_FRACTION = re.compile(
    r"(?<![0-9.,/])([0-9]{1,3}) ?(?:and (?:an? )?(half|quarter)\b|(?:and )?(1/2|1/4|3/4|3 quarter)s?(?![a-z0-9/]))"
)
# "One sixty eight" is 168, but not the "one sixty" of "five foot one sixty kilos".
_SPOKEN_HUNDREDS = re.compile(
    r"(?<!foot )(?<!feet )(?<!ft )(?<!stone )\b(one|two) (?=ten\b|eleven\b|twelve\b|\w+teen\b"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty\b)"
)
_JOINED_WORDS = re.compile(r"(?<=[a-z])-(?=[a-z0-9])|(?<=[0-9])-(?=[a-z])")
_HOURS = re.compile(
    r"(?<![0-9.,:])(?P<hours>[0-9]{1,2}) ?"
    r"(?::|h(?:ou)?rs?(?: and)? ?|h ?)(?P<minutes>[0-5]?[0-9]) ?(?:m(?:in(?:ute)?s?)?)?(?![a-z0-9:])"
)


def plain(text: str) -> str:
    """Return `text` in lower case, with digits for number words and plain quotes, dashes and decimals.

    >>> plain("Five foot six, eleven and a half stone")
    '5 foot 6, 11.50 stone'
    """
    for sign, fraction in _FRACTIONS.items():
        text = text.replace(sign, fraction)
    text = unicodedata.normalize("NFKC", text.encode("utf-8", "ignore").decode()).translate(_SPELLINGS).lower()
    text = re.sub(r"[^\S\n]+", " ", text.replace("''", '"')).strip()
    text = _JOINED_WORDS.sub(" ", text).replace("no one", "nobody")
    text = _SPOKEN_HUNDREDS.sub(r"\1 hundred ", text)
    text = alpha2digit(text, "en", 0)
    return _AND_A_FRACTION.sub(lambda match: match[1] + _DECIMALS[match[2] or match[3]], text)


def number(digits: str) -> float:
    """Return the value of what NUMBER matches."""
    return float(digits.replace(",", "."))


def numbers(text: str) -> tuple[float, ...]:
    """Return every number in `text`, in order: "three or four times" gives (3.0, 4.0)."""
    return tuple(number(found) for found in re.findall(NUMBER, plain(text)))


def hours(text: str) -> tuple[float, ...]:
    """Return every number of hours in `text`: "6:30" and "6 h 30" give (6.5,), "6-7 hours" gives (6.0, 7.0)."""
    return numbers(_HOURS.sub(lambda match: f"{int(match['hours']) + int(match['minutes']) / 60:.2f}", plain(text)))
