"""What a dialogue says: names of responses with the values that fill them. All wording is in domain.yml."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Lines:
    """A value made of other responses, one below the other: (name, values) each."""

    responses: tuple[tuple[str, dict[str, str]], ...]


@dataclass(frozen=True)
class Reply:
    """One message: the response, its values, buttons beside those of the domain (title, payload), a card."""

    response: str
    values: dict[str, str | Lines] = field(default_factory=dict)
    buttons: tuple[tuple[str, str], ...] = ()
    card: dict[str, Any] | None = None


def tips(keys: tuple[str, ...]) -> Lines:
    """Return suggestions, one below the other."""
    return Lines(tuple((f"utter_fitness_tip_{key}", {}) for key in keys))
