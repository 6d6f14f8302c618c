"""Roughening a training line the way hurried people type, for the encoder's training only."""

from __future__ import annotations

import random

_NEIGHBOURS = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wertyuioposdfghjklkxcvbnmn"))


def roughen(text: str, rng: random.Random) -> str:
    """Return `text` with one or two of: lower or upper case, no punctuation, typos, a lost space, a lost apostrophe."""
    for change in rng.sample(_CHANGES, rng.choice((1, 1, 2))):
        text = change(text, rng) or text
    return text


def _typos(text: str, rng: random.Random) -> str:
    letters = list(text)
    for _ in range(max(1, len(letters) // 40)):
        position = rng.randrange(len(letters))
        kind = rng.randrange(4)
        if kind == 0:
            letters[position] = ""
        elif kind == 1 and position + 1 < len(letters):
            letters[position], letters[position + 1] = letters[position + 1], letters[position]
        elif kind == 2:
            letters[position] *= 2
        else:
            letters[position] = _NEIGHBOURS.get(letters[position].lower(), letters[position])
    return "".join(letters)


def _lost_space(text: str, rng: random.Random) -> str:
    words = text.split(" ")
    if len(words) < 2:
        return text
    position = rng.randrange(len(words) - 1)
    return " ".join([*words[:position], words[position] + words[position + 1], *words[position + 2 :]])


_CHANGES = (
    lambda text, rng: text.lower(),
    lambda text, rng: text.upper() if rng.random() < 0.3 else text.lower(),
    lambda text, rng: "".join(char for char in text if char.isalnum() or char.isspace()),
    lambda text, rng: text.replace("'", "").replace("\u2019", ""),
    _typos,
    _lost_space,
)
