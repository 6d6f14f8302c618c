"""`python -m evaluation.summary REPORT.json`: writes the figures of a report into the table of docs/evaluation.md."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from evaluation.page import BadPageError, fill
from evaluation.pictures import percent

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "evaluation.md"
MARKER = "evaluation"


def tables(report: dict[str, Any]) -> str:
    """Return the headline figures of all sets and of each, and the figures by outcome, as two Markdown tables.

    The time that the run took is left out: the same model on the same sets gives the same tables.
    """
    figures = [*report.get("sets", {}).items(), ("all" if report.get("sets") else "the set", report)]
    heads = (
        "set", "turns", "passed", "emergencies caught", "recall", "missed at most (95%)", "false alarms",
        "dialogues passed",
    )  # fmt: skip
    outcomes = [
        (name, row["support"], percent(row["recall"]), percent(row["precision"]))
        for name, row in report["outcomes"].items()
    ]
    return "\n\n".join(
        (
            _table(heads, (_headline(name, part) for name, part in figures)),
            _table(("outcome", "support", "recall", "precision"), outcomes),
        )
    )


def _headline(name: str, part: dict[str, Any]) -> tuple[object, ...]:
    emergency, alarms, dialogues = part["emergency"], part["false_alarms"], part["dialogues"]
    return (
        name,
        part["lines"],
        percent(part["accuracy"]),
        f"{emergency['caught']} of {emergency['support']}",
        percent(emergency["recall"]),
        percent(emergency["miss_upper95"]),
        f"{alarms['count']} of {alarms['lines']} ({percent(alarms['rate'])})",
        f"{dialogues['passed']} of {dialogues['total']}",
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill the page; returns 0, or 2 when the report or the page cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.summary", description="Write a report into a page.")
    parser.add_argument("report", type=Path, help="report.json, as `make evaluate` writes it")
    parser.add_argument("--page", type=Path, default=PAGE, help="by default docs/evaluation.md")
    parser.add_argument("--marker", default=MARKER, help="name in the two markers, by default `evaluation`")
    options = parser.parse_args(arguments)
    try:
        changed = fill(options.page, options.marker, tables(json.loads(options.report.read_text(encoding="utf-8"))))
    except BadPageError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        sys.stderr.write(f"{options.report}: is no report of `make evaluate`: {type(error).__name__}: {error}\n")
        return 2
    sys.stdout.write(f"{options.page}: {'rewritten' if changed else 'already current'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
