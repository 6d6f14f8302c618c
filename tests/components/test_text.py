"""Normalising is the same for everybody, idempotent, and leaves numbers alone."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.text import normalise


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("", ""),
        ("my hip", "my hip"),
        ("can\u2019t \u201cmove\u201d \u2013 it\u2026", 'can\'t "move" - it...'),
        ("a\u00a0b\tc\n\nd", "a b c d"),
        ("HELPPPPP", "HELPP"),
        ("helllo", "helllo"),
        ("10000 steps, 5555", "10000 steps, 5555"),
        ("______", "______"),
        ("\x00a\x1fb\u200bc", "a b c"),
        ("\ud800hip\udfff", "hip"),
        ("\uff28\uff29\uff30", "HIP"),
        ("\ufb01t", "fit"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
        ("\u202egnihton", "gnihton"),
    ],
)
def test_normal_form(typed: str, normal: str) -> None:
    assert normalise(typed) == normal


@given(st.text(st.characters(codec=None)))
def test_promises(text: str) -> None:
    normal = normalise(text)
    assert normal == normal.strip()
    assert "  " not in normal
    assert not {"Cc", "Cs"} & {unicodedata.category(char) for char in normal}
    normal.encode()
    assert normalise(normal) == normal
