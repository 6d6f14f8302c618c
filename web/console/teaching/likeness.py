"""Which lines are equal or nearly equal: the definition of `evaluation/similarity.py`, without numpy.

That module compares thousands of lines with thousands, on arrays; here a few are looked up among thousands, in Python, since
this environment has no numpy. A test holds that both find the same.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence

#: From this share of common trigrams on (Jaccard) two lines are near-equal: 7/10, without rounding.
NEAR_SHARED, NEAR_OF = 7, 10
#: Characters (normalised) that both lines need for that.
LEAST_CHARACTERS = 12

_APOSTROPHES = re.compile("['\u2019\u2018\u02bc`\u00b4]")
_NO_WORD = re.compile(r"[\W_]+")


def normalise(text: str) -> str:
    """Return what is left without spelling variants: case, punctuation, apostrophes, spaces, character forms."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _NO_WORD.sub(" ", _APOSTROPHES.sub("", plain)).strip() or text.strip()


class Likeness:
    """Finds, among `texts`, those that are equal or nearly equal to another text. Answers are indices of `texts`."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = [normalise(text) for text in texts]
        self._equal: dict[str, list[int]] = defaultdict(list)
        self._holding: dict[str, array[int]] = defaultdict(lambda: array("L"))
        for index, text in enumerate(self._texts):
            self._equal[text].append(index)
            if len(text) >= LEAST_CHARACTERS:
                for trigram in _trigrams(text):
                    self._holding[trigram].append(index)

    def equal(self, text: str) -> list[int]:
        """Return which are the same when spelling variants are put aside."""
        return self._equal.get(normalise(text), [])

    def near(self, text: str) -> list[int]:
        """Return which are nearly, but not quite, the same; the most alike first."""
        wanted = normalise(text)
        if len(wanted) < LEAST_CHARACTERS:
            return []
        own = _trigrams(wanted)
        found = []
        for index in self._candidates(own):
            other = _trigrams(self._texts[index])
            shared, either = len(own & other), len(own | other)
            if NEAR_OF * shared >= NEAR_SHARED * either and self._texts[index] != wanted:
                found.append((-shared / either, index))
        return [index for _, index in sorted(found)]

    def _candidates(self, own: set[str]) -> list[int]:
        """Return what may be near. It lacks at most 3/10 of the trigrams, so of any of them, here the rarest half, no more."""
        lacking = len(own) - -(-NEAR_SHARED * len(own) // NEAR_OF)
        looked_at = min(len(own), lacking + 1 + len(own) // 5)
        rarest = sorted(own, key=lambda trigram: (len(self._holding.get(trigram, ())), trigram))[:looked_at]
        counts: Counter[int] = Counter()
        for trigram in rarest:
            counts.update(self._holding.get(trigram, ()))
        return [index for index, count in counts.items() if count >= looked_at - lacking]


def _trigrams(text: str) -> set[str]:
    return {text[start : start + 3] for start in range(len(text) - 2)}
