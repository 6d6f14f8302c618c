"""`python -m training.counts`: writes the number of training lines per intent into docs/training-data.md."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from evaluation.page import fill
from training.lines import Line, area, read_lines

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
PAGE = ROOT / "docs" / "training-data.md"
MARKER = "lines"


def table(lines: Sequence[Line]) -> str:
    """Return a Markdown table with a row for each intent, and the sums by area in a row below them.

    A line that stands twice under one intent counts once, as in training.lines.
    """
    intents = Counter(line.intent for line in lines)
    areas = Counter(area(line.intent).removesuffix("_release") for line in lines)
    sums = ", ".join(f"{name} {count}" for name, count in sorted(areas.items()))
    rows = [f"| `{intent}` | {count} |" for intent, count in sorted(intents.items())]
    total = f"| **{len(intents)} intents** | **{len(lines)}** |"
    return "\n".join(["| intent | lines |", "|---|---:|", *rows, total, "", f"By area: {sums}."])


def main() -> int:
    """Rewrite the table; the exit status is 0."""
    changed = fill(PAGE, MARKER, table(read_lines(DATA)))
    sys.stdout.write(f"{PAGE.relative_to(ROOT)}: {'rewritten' if changed else 'already current'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
