"""What hints are made of."""

from __future__ import annotations

from console.teaching.hinting import made_of
from transcripts.staff.hints import FILE, hints, pieces


def test_a_hint_stands_in_several_urgent_lines_and_hardly_elsewhere() -> None:
    urgent = [("it popped out", "emergency_injury"), ("popped right out", "crisis"), ("it popped out", "crisis")]
    others = [("how do I pop out of it", "fitness_squat"), ("popped corn", "fitness_diet"), ("get out", "smalltalk")]
    assert made_of([*urgent, *others]) == ["popped out"]
    assert made_of([*urgent, *others, ("it popped out fine", "smalltalk")]) == [], "too often harmless"
    assert made_of(urgent) == ["out", "popped"], "a pair says no more than its words"
    assert made_of(urgent[:2]) == []


def test_pairs_stand_in_order_and_not_far_apart() -> None:
    assert pieces("It\u2019s OUT") == ["it's", "it's out", "out"]
    assert "a g" not in pieces("a b c d e f g") and "a f" in pieces("a b c d e f g")
    assert "out it's" not in pieces("It\u2019s OUT")
    assert pieces("") == pieces("42 !") == []


def test_the_hints_that_are_kept_are_all_usable() -> None:
    rows = FILE.read_text(encoding="utf-8").splitlines()
    assert len(rows) > 1000 and rows == sorted(set(rows))
    assert all(hints(row) and row in pieces(row) for row in rows)
