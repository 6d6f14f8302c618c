"""The training lines as the encoder and the counts need them: without places and repetitions."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

from evaluation.training_lines import read_training_lines


class Line(NamedTuple):
    """One training line."""

    intent: str
    text: str


def read_lines(folder: Path) -> list[Line]:
    """Return every training line below `folder`, sorted and without repetitions."""
    return sorted({Line(str(line.intent), line.text) for line in read_training_lines(folder) if line.text})


def digest(lines: list[Line]) -> str:
    """Return the hash that the encoder's card carries, so that `make doctor` sees when the lines have changed."""
    return hashlib.sha256("\n".join(f"{line.intent}\t{line.text}" for line in lines).encode()).hexdigest()


def area(intent: str) -> str:
    """Return the area of an intent: `fitness` of `fitness_protein`; emergency_release is no emergency."""
    if intent == "emergency_release":
        return intent
    return next((name for name in ("eating_disorder", "out_of_scope") if intent.startswith(name)), intent.split("_")[0])
