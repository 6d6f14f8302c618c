"""What the words around a quantity make of it."""

from __future__ import annotations

import pytest

from coaching import context


@pytest.mark.parametrize(
    ("before", "after", "asked", "name"),
    [
        ("i weigh ", "", None, "weight"),
        ("", "", None, "weight"),
        ("", "", "goal", "goal"),
        ("i weigh ", "", "goal", "weight"),
        ("my goal is ", "", None, "goal"),
        ("i'd like to be ", " again", None, "goal"),
        ("from 82 kg to ", "", None, "goal"),
        ("from ", " to", None, "weight"),
        ("i lost about ", "", None, None),
        ("", " a week", None, None),
        ("", " dumbbells", None, None),
        ("it weighs ", " less", None, None),
    ],
)
def test_mass(before: str, after: str, asked: str | None, name: str | None) -> None:
    assert context.mass_name(before, after, asked) == name


@pytest.mark.parametrize(
    ("before", "after", "asked", "name"),
    [
        ("i'm ", " tall", None, "height"),
        ("", "", "waist", "waist"),
        ("my waist is ", "", None, "waist"),
        ("my waist is large, i'm ", "", None, "height"),
        ("waist 80 cm, hips ", "", None, "hip"),
        ("", " around my hips", None, "hip"),
        ("my thighs are ", "", None, None),
        ("i fell ", "", None, None),
        ("", " away", None, None),
    ],
)
def test_length(before: str, after: str, asked: str | None, name: str | None) -> None:
    assert context.length_name(before, after, asked) == name
