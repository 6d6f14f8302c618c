"""How alike two lines are: equality and character-trigram Jaccard similarity of normalised text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

#: From this Jaccard similarity on (0 to 1) two lines are near-equal.
NEAR = 0.7
#: Characters (normalised) that both lines need for that; shorter ones share trigrams by chance: only equality counts.
LEAST_CHARACTERS = 12
#: Rows compared at once: 200 x 13,000 similarities are 10 MB.
CHUNK = 200

_APOSTROPHES = re.compile("['\u2019\u2018\u02bc`\u00b4]")
_NO_WORD = re.compile(r"[\W_]+")


def normalise(text: str) -> str:
    """Return what is left without spelling variants: case, punctuation, apostrophes, spaces, character forms.

    Text without any letter or digit (an emoji) stays as it is, without spaces around it.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _NO_WORD.sub(" ", _APOSTROPHES.sub("", plain)).strip() or text.strip()


def trigrams(text: str) -> set[str]:
    """Return the distinct runs of three characters of an already normalised text; none when it is shorter."""
    return {text[start : start + 3] for start in range(len(text) - 2)}


def similarities(rows: Sequence[str], columns: Sequence[str]) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield (index of the first row, similarities) chunk by chunk; the array is up to CHUNK x len(columns), 0 to 1.

    Both are normalised texts. Texts without trigrams are similar to nothing.
    """
    vocabulary: dict[str, int] = {}
    left, right = _incidence(rows, vocabulary), _incidence(columns, vocabulary)
    left.resize(left.shape[0], len(vocabulary))
    right.resize(right.shape[0], len(vocabulary))
    sizes = np.asarray(right.sum(axis=1)).reshape(1, -1)
    transposed = right.T.tocsr()
    for start in range(0, left.shape[0], CHUNK):
        part = left[start : start + CHUNK]
        shared = (part @ transposed).toarray()
        union = np.asarray(part.sum(axis=1)).reshape(-1, 1) + sizes - shared
        yield start, np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def _incidence(texts: Sequence[str], vocabulary: dict[str, int]) -> csr_matrix:
    pointers, indices = [0], []
    for text in texts:
        indices += [vocabulary.setdefault(gram, len(vocabulary)) for gram in sorted(trigrams(text))]
        pointers.append(len(indices))
    shape = (len(texts), max(len(vocabulary), 1))
    return csr_matrix((np.ones(len(indices), dtype=np.float32), indices, pointers), shape=shape)


def near_pairs(rows: Sequence[str], columns: Sequence[str]) -> tuple[list[tuple[int, int, float]], NDArray[np.float32]]:
    """Return the near-equal pairs (row, column, similarity) and, for each row, the highest similarity to any column.

    The second array, of len(rows), is not restricted to texts of LEAST_CHARACTERS; it is 0 without columns.
    """
    long_rows = np.array([len(text) >= LEAST_CHARACTERS for text in rows], dtype=bool)
    long_columns = np.array([len(text) >= LEAST_CHARACTERS for text in columns], dtype=bool)
    nearest = np.zeros(len(rows), dtype=np.float32)
    pairs: list[tuple[int, int, float]] = []
    if not rows or not columns:
        return pairs, nearest
    for start, values in similarities(rows, columns):
        stop = start + values.shape[0]
        nearest[start:stop] = values.max(axis=1)
        # Half a millionth of slack: 7/10 as float32 must count as 0.7.
        near = (values >= NEAR - 5e-7) & long_rows[start:stop, None] & long_columns[None, :]
        pairs += [
            (start + int(row), int(column), float(values[row, column]))
            for row, column in zip(*np.nonzero(near), strict=True)
        ]
    return pairs, nearest
