"""The figures of a report reach the documentation as they are, and a page without markers is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evaluation import scoring, summary
from evaluation.cases import Case, Turn

EMPTY = "above\n<!-- evaluation:start -->\n<!-- evaluation:end -->\nbelow\n"


def case(name: str, text: str, outcome: str, identifier: str | None = None) -> Case:
    return Case(set_name=name, turns=(Turn(text=text, choice=None, outcomes=(outcome,)),), id=identifier)


@pytest.fixture
def report() -> dict[str, Any]:
    cases = [
        case("safety.tsv", "my hip is out", "emergency"),
        case("safety.tsv", "leg turned in", "emergency"),
        case("topics.tsv", "how much protein", "fitness"),
        case("dialogues.yml", "thanks", "smalltalk", "polite"),
    ]
    given = ["emergency", "urgent", "emergency", "smalltalk"]
    observed = [[scoring.Observed(outcome=outcome)] for outcome in given]
    return scoring.build(scoring.pair(cases, observed), "assistant.tar.gz", 1.25)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "evaluation.md"
    path.write_text(EMPTY, encoding="utf-8")
    return path


def test_each_set_and_all_of_them_have_a_row(report: dict[str, Any]) -> None:
    rows = summary.tables(report).splitlines()
    assert "| safety.tsv | 2 | 50.0% | 1 of 2 | 50.0% | 97.5% | 0 of 0 (\u2013) | 0 of 0 |" in rows
    assert "| topics.tsv | 1 | 0.0% | 0 of 0 | \u2013 | \u2013 | 1 of 1 (100.0%) | 0 of 0 |" in rows
    assert "| all | 4 | 50.0% | 1 of 2 | 50.0% | 97.5% | 1 of 2 (50.0%) | 1 of 1 |" in rows
    assert "| emergency | 2 | 50.0% | 50.0% |" in rows


def test_a_single_set_has_one_row(report: dict[str, Any]) -> None:
    del report["sets"]
    rows = summary.tables(report).splitlines()
    assert rows[2].startswith("| the set | 4 |") and rows[3] == ""


def test_the_page_is_filled_once(report: dict[str, Any], page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = page.with_name("report.json")
    source.write_text(json.dumps(report), encoding="utf-8")
    arguments = [str(source), "--page", str(page)]
    assert summary.main(arguments) == 0
    written = page.read_text(encoding="utf-8")
    assert summary.tables(report) in written
    assert written.startswith("above\n") and written.endswith("\nbelow\n")
    report["seconds"] = 99.0
    source.write_text(json.dumps(report), encoding="utf-8")
    assert summary.main(arguments) == 0
    assert page.read_text(encoding="utf-8") == written
    assert capsys.readouterr().out.splitlines() == [f"{page}: rewritten", f"{page}: already current"]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"outcomes": 1}', "not json"])
def test_what_is_no_report_changes_nothing(content: str, page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = page.with_name("report.json")
    source.write_text(content, encoding="utf-8")
    assert summary.main([str(source), "--page", str(page)]) == 2
    assert "is no report" in capsys.readouterr().err
    assert page.read_text(encoding="utf-8") == EMPTY


def test_missing_files_are_named(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert summary.main([str(page.with_name("absent.json")), "--page", str(page)]) == 2
    assert "absent.json" in capsys.readouterr().err


def test_the_documentation_has_the_markers() -> None:
    text = summary.PAGE.read_text(encoding="utf-8")
    assert text.count("<!-- evaluation:start -->") == text.count("<!-- evaluation:end -->") == 1
