"""Refuses words that do not exist, before they reach the database."""

from __future__ import annotations


def one_of(value: str, allowed: tuple[str, ...]) -> None:
    """Raise ValueError unless `value` is one of `allowed`."""
    if value not in allowed:
        raise ValueError(f"{value!r} does not exist here; write one of: {', '.join(allowed)}.")
