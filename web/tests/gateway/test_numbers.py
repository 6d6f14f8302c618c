"""Numbers to dial, taken from the texts that people read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway import numbers
from gateway.numbers import dialable, emergency_line

NUMBERS = json.loads((Path(numbers.__file__).parent.parent / "numbers.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("999 or 112", ["999", "112"]),
        ("000 (or 112 / your local number)", ["000", "112"]),
        ("Samaritans on 116 123, or text SHOUT to 85258", ["116123"]),
        ("988 (call or text), or text HOME to 741741", ["988"]),
        ("Lifeline on 13 11 14", ["131114"]),
        (NUMBERS["unknown"]["crisis"], ["988", "116123"]),
        ("findahelpline.com", []),
        ("", []),
    ],
)
def test_what_can_be_called_is_found_and_what_takes_texts_is_not(text: str, expected: list[str]) -> None:
    assert dialable(text) == expected


@pytest.mark.parametrize("region", sorted(NUMBERS["regions"]))
def test_every_region_has_an_emergency_number_and_a_crisis_line_to_call(region: str) -> None:
    entry = NUMBERS["regions"][region]
    assert dialable(entry["emergency"]) == entry["tel"]
    assert dialable(entry["crisis"])


def test_what_stands_beside_a_number_is_not_said_twice() -> None:
    assert emergency_line("GB")["number"] == "999 or 112 (or your local number)"
    assert emergency_line("AU")["number"] == "000 (or 112 / your local number)"
    assert emergency_line(None)["number"] == "112 or 911"
