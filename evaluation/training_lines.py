"""The lines that the assistant is trained on, as data/**/*.yml spells them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

#: Rasa's entity annotations: `[gran](person)` and `[gran]{"entity": "person"}` both say "gran".
_ANNOTATION = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


class BadTrainingDataError(ValueError):
    """A training file cannot be read; the message names it."""


@dataclass(frozen=True)
class Line:
    """One text, where it stands, e.g. `data/fitness/protein.yml:12`, and the intent it is trained as, if any."""

    text: str
    place: str
    intent: str | None = None


def read_training_lines(folder: Path) -> list[Line]:
    """Return every row of every `examples: |` under an `intent:` in `folder`; raises BadTrainingDataError."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    lines: list[Line] = []
    for path in sorted([*folder.rglob("*.yml"), *folder.rglob("*.yaml")]):
        try:
            root = yaml.compose(path.read_text(encoding="utf-8"), Loader=loader)
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise BadTrainingDataError(f"{path}: {error}") from error
        for entry in _children(_fields(root).get("nlu")):
            fields = _fields(entry)
            if "intent" in fields and "examples" in fields:
                lines.extend(_rows(fields["examples"], path, str(fields["intent"].value)))
    return lines


def _rows(examples: yaml.Node, path: Path, intent: str) -> Iterator[Line]:
    if not isinstance(examples, yaml.ScalarNode) or examples.style != "|":
        line = examples.start_mark.line + 1
        raise BadTrainingDataError(
            f"{path}:{line}: `examples` must be a block of rows: `examples: |`, then `- line` each."
        )
    first = examples.start_mark.line + 2  # the marks count from 0, and the rows begin below the |
    for offset, row in enumerate(examples.value.split("\n")):
        if row.lstrip().startswith("-"):  # Rasa skips every other row
            text = _ANNOTATION.sub(r"\1", row.strip().removeprefix("-").strip())
            yield Line(text, f"{path}:{first + offset}", intent)


def _fields(node: yaml.Node | None) -> dict[str, yaml.Node]:
    return {str(key.value): value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}


def _children(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []
