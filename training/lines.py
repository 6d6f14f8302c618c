"""Reading the training lines of data/ without Rasa."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

import yaml


class Line(NamedTuple):
    """One training line."""

    intent: str
    text: str


def read_lines(folder: Path) -> list[Line]:
    """Return every training line below `folder`, sorted and without repetitions."""
    lines = set()
    for path in sorted(folder.rglob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for entry in content.get("nlu") or []:
            for row in entry["examples"].splitlines():
                text = row.removeprefix("- ").strip()
                if text:
                    lines.add(Line(entry["intent"], text))
    return sorted(lines)


def digest(lines: list[Line]) -> str:
    """Return the hash that the encoder's card carries, so that `make doctor` sees when the lines have changed."""
    return hashlib.sha256("\n".join(f"{line.intent}\t{line.text}" for line in lines).encode()).hexdigest()


def area(intent: str) -> str:
    """Return the area of an intent: `fitness` of `fitness_protein`; emergency_release is no emergency."""
    if intent == "emergency_release":
        return intent
    return next((name for name in ("eating_disorder", "out_of_scope") if intent.startswith(name)), intent.split("_")[0])
