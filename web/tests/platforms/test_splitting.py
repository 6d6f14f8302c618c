"""Cutting texts: within the limit, nothing lost, nothing torn that is seen as one."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.platforms.limits import slack_units, utf16_units
from gateway.platforms.splitting import is_boundary, pieces

#: Letters, space, sentence ends, and what is hard: marks, joiners, skin tones, flags, line ends of all sorts.
_HARD = "ab 1.!? \n\n\r\t\u00a0\u2028ü&<>\u0301\u0308\u200d\ufe0f\U0001f3fd\U0001f469\U0001f680\U0001f1e9\U0001f1ea한\u1100\u1161"
TEXTS = st.text(st.one_of(st.sampled_from(_HARD), st.characters(exclude_categories=["Cs"])), max_size=400)
SIZES = st.sampled_from([len, utf16_units, slack_units, lambda text: len(text.encode())])


def without_space(text: str) -> str:
    return "".join(text.split())


def test_a_text_of_spaces_holds_nobody_up() -> None:
    """It is cut in the thread that serves everybody."""
    started = time.process_time()
    for text in ("1" + " " * 3990, "x" + " " * 3990, "\n" + " " * 3990, "." + "'" * 3990):
        pieces(text * 60, 4000)
    assert time.process_time() - started < 1


@given(TEXTS, st.integers(5, 80), SIZES)
def test_every_piece_fits_and_nothing_is_lost(text: str, limit: int, size: object) -> None:
    found = pieces(text, limit, size)
    assert all(0 < size(piece) <= limit for piece in found)
    assert without_space("".join(found)) == without_space(text)


@given(TEXTS, st.integers(5, 80))
def test_whitespace_goes_at_cuts_alone(text: str, limit: int) -> None:
    place = 0
    for piece in pieces(text, limit):
        at = text.index(piece, place)
        assert not text[place:at].strip()
        place = at + len(piece)
    assert not text[place:].strip()


@given(TEXTS, st.integers(60, 120))
def test_what_is_seen_as_one_character_stays_whole(text: str, limit: int) -> None:
    place = 0
    for piece in pieces(text, limit, utf16_units)[:-1]:
        place = text.index(piece, place) + len(piece)
        largest = max((len(cluster) for cluster in clusters(text)), default=0)
        assert is_boundary(text, place) or largest > 20


def clusters(text: str) -> list[str]:
    places = [place for place in range(len(text) + 1) if is_boundary(text, place)]
    return [text[start:end] for start, end in pairwise(places)]


@given(TEXTS)
def test_what_fits_is_not_cut(text: str) -> None:
    whole = pieces(text, 10_000, slack_units)
    assert len(whole) <= 1 and all(piece.endswith(text.strip()) for piece in whole)


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("One two. Three four. Five.", 22, ["One two. Three four.", "Five."]),
        ("First part here.\n\nSecond part. And more.", 32, ["First part here.", "Second part. And more."]),
        ("A list:\n• one\n• two\n• three", 20, ["A list:\n• one\n• two", "• three"]),
        ("no sentence ends in here", 12, ["no sentence", "ends in here"]),
        ("Call Samaritans on 116 123 today", 24, ["Call Samaritans on", "116 123 today"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("aaa\U0001f469\u200d\U0001f680b", 5, ["aaa", "\U0001f469\u200d\U0001f680b"]),
        ("a" * 3 + "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", 4, ["aaa", "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7"]),
        ("e\u0301" * 3, 5, ["e\u0301e\u0301", "e\u0301"]),
        ("x" + "\u0301" * 9, 4, ["x\u0301\u0301\u0301", "\u0301" * 4, "\u0301" * 2]),
        ("\ud83d\ude00" * 2, 3, ["\ud83d\ude00", "\ud83d\ude00"]),
        ("", 5, []),
        (" \n\t ", 5, []),
        ("  both ends  ", 50, ["both ends"]),
    ],
)
def test_where_it_is_cut(text: str, limit: int, expected: list[str]) -> None:
    assert pieces(text, limit) == expected


def test_a_sentence_end_near_the_beginning_is_no_reason_for_a_tiny_piece() -> None:
    assert pieces("Yes. " + "word " * 30, 100)[0].startswith("Yes. word word")


@pytest.mark.parametrize("text", ["ab" * 100_000, "\u0301" * 20_000, "\U0001f1e9" * 20_000, " \u0301" * 20_000])
def test_long_texts_take_no_time(text: str) -> None:
    assert without_space("".join(pieces(text, 4096, utf16_units))) == without_space(text)


def test_how_platforms_count() -> None:
    assert utf16_units("a\U0001f600ü") == 4
    assert slack_units("a & b <c>") == len("a &amp; b &lt;c&gt;")
