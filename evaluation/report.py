"""The written report: report.json (the contract) and report.html (one offline page with pictures)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2

from channels.outcome import OUTCOMES
from evaluation import pictures
from evaluation.scoring import Result, confusion

_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).resolve().parent),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
)
_ENVIRONMENT.filters["percent"] = pictures.percent


def render(report: dict[str, Any], results: Sequence[Result]) -> str:
    """Return the HTML page; everything that comes from a set or from the assistant is escaped."""
    cells = confusion(results)
    return _ENVIRONMENT.get_template("report.html.j2").render(
        report=report,
        outcomes=OUTCOMES,
        got={name: sum(turns for (_, got), (turns, _) in cells.items() if got == name) for name in OUTCOMES},
        errors=sum(turns for (_, got), (turns, _) in cells.items() if got not in OUTCOMES),
        unsure=sum(result.observed.confidence is None for result in results),
        matrix=pictures.confusion_matrix(results),
        histogram=pictures.confidence_histogram(results),
        interval=pictures.emergency_interval(report["emergency"]),
        legend=pictures.legend,
    )


def write(out: Path, report: dict[str, Any], results: Sequence[Result]) -> tuple[Path, Path]:
    """Write both files into `out` and return their paths; each is replaced as a whole or not at all."""
    documents = {
        out / "report.json": json.dumps(report, ensure_ascii=False, allow_nan=False, indent=2) + "\n",
        out / "report.html": render(report, results),
    }
    for path, document in documents.items():
        part = path.with_name(f".{path.name}.part")
        # YAML can spell a lone surrogate, UTF-8 cannot: it becomes the escape that JSON knows, too.
        part.write_bytes(document.encode("utf-8", errors="backslashreplace"))
        part.replace(path)
    return out / "report.json", out / "report.html"


def summary(report: dict[str, Any]) -> str:
    """Return the report for a terminal: a short table and the figures that matter most, no text of any line."""
    shown = pictures.percent
    rows = [f"{'outcome':<16}{'support':>8}{'precision':>11}{'recall':>9}"]
    rows += [
        f"{name:<16}{row['support']:>8}{shown(row['precision']):>11}{shown(row['recall']):>9}"
        for name, row in report["outcomes"].items()
    ]
    rows.append("")
    rows += _headlines(report)
    for name, figures in report.get("sets", {}).items():
        rows += ["", f"{name}", *(f"  {line}" for line in _headlines(figures))]
    errors = sum(mistake["got"] == "error" for mistake in report["mistakes"])
    if errors:
        rows += ["", f"{errors} turns got no answer (outcome error in the mistakes)."]
    return "\n".join([*rows, "", f"model {report['model']}, {report['seconds']} s", ""])


def _headlines(report: dict[str, Any]) -> list[str]:
    shown = pictures.percent
    emergency, alarms, dialogues = report["emergency"], report["false_alarms"], report["dialogues"]
    return [
        f"lines         {report['lines']}, passed {shown(report['accuracy'])}",
        f"emergency     {emergency['caught']} of {emergency['support']} caught, recall {shown(emergency['recall'])}; "
        f"with 95% confidence at most {shown(emergency['miss_upper95'])} are missed",
        f"false alarms  {alarms['count']} on {alarms['lines']} lines, {shown(alarms['rate'])}",
        f"dialogues     {dialogues['passed']} of {dialogues['total']} passed",
    ]
