"""The table of training lines in the documentation is counted, and current."""

from __future__ import annotations

from pathlib import Path

import pytest

from training import counts
from training.lines import Line, read_lines

LINES = [
    Line("emergency_injury", "my hip is out"),
    Line("emergency_release", "nobody is hurt"),
    Line("fitness_protein", "how much protein"),
    Line("fitness_protein", "protein?"),
]


def test_intents_are_counted_and_summed_by_area() -> None:
    assert counts.table(LINES).splitlines() == [
        "| intent | lines |",
        "|---|---:|",
        "| `emergency_injury` | 1 |",
        "| `emergency_release` | 1 |",
        "| `fitness_protein` | 2 |",
        "| **3 intents** | **4** |",
        "",
        "By area: emergency 2, fitness 2.",
    ]


def test_a_line_that_stands_twice_counts_once(tmp_path: Path) -> None:
    row = "nlu:\n  - intent: smalltalk_thanks\n    examples: |\n      - thanks\n      - thanks\n      - ta\n"
    (tmp_path / "thanks.yml").write_text(row, encoding="utf-8")
    assert "| `smalltalk_thanks` | 2 |" in counts.table(read_lines(tmp_path))


def test_the_committed_table_is_current() -> None:
    page = counts.PAGE.read_text(encoding="utf-8")
    assert f"<!-- lines:start -->\n{counts.table(read_lines(counts.DATA))}\n<!-- lines:end -->" in page, (
        "docs/training-data.md is out of date: run .venv/bin/python -m training.counts"
    )


def test_the_program_rewrites_a_stale_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("above\n<!-- lines:start -->\nstale\n<!-- lines:end -->\nbelow\n", encoding="utf-8")
    monkeypatch.setattr(counts, "ROOT", tmp_path)
    monkeypatch.setattr(counts, "PAGE", page)
    monkeypatch.setattr(counts, "read_lines", lambda folder: LINES)
    assert counts.main() == 0
    written = page.read_text(encoding="utf-8")
    assert "stale" not in written and "| `fitness_protein` | 2 |" in written
    assert written.startswith("above\n") and written.endswith("\nbelow\n")
    assert counts.main() == 0
    assert capsys.readouterr().out == "page.md: rewritten\npage.md: already current\n"
