"""Sampling, scoring and the table of the ablation."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from benchmark import ablation
from benchmark.ablation_table import table
from evaluation.cases import Case, Turn
from training.lines import Line

LINES = [Line(intent, f"{intent} {number}") for intent in ("a", "b") for number in range(30)] + [Line("c", "only one")]


def case(outcomes: str) -> Case:
    return Case("a.tsv", (Turn("text", None, tuple(outcomes.split("|"))),))


def test_a_sample_is_stratified_seeded_and_in_order() -> None:
    drawn = ablation.sample(LINES, 5)
    assert Counter(line.intent for line in drawn) == {"a": 5, "b": 5, "c": 1}
    assert drawn == ablation.sample(LINES, 5)
    assert drawn == [line for line in LINES if line in drawn]


def test_a_row_follows_the_evaluations_definitions() -> None:
    cases = [case("emergency"), case("emergency"), case("emergency|urgent"), case("fitness"), case("clarify|fitness")]
    row = ablation.row(
        "x", cases, ["emergency", "urgent", "urgent", "crisis", "fitness"], [1.0, 3.0, 2.0, 2.0, 9.0], 1.23
    )
    assert row["accuracy"] == 3 / 5
    assert (row["emergency"]["support"], row["emergency"]["caught"], row["emergency"]["recall"]) == (2, 1, 0.5)
    assert row["false_alarms"] == {"lines": 2, "count": 1, "rate": 0.5}
    assert (row["ms_a_message"], row["training_s"]) == (2.0, 1.2)


@pytest.fixture
def found() -> dict[str, Any]:
    figures = {"accuracy": 0.8725, "emergency": {"recall": 0.97}, "false_alarms": {"rate": 0.0}, "ms_a_message": 4.26}
    return {
        "machine": {"cores": 2, "memory_gib": 24}, "date": "2024-02-29", "sets": ["safety.tsv", "topics.tsv"],
        "lines": 1226, "training_lines": 16886,
        "rows": [
            {"name": "this assistant", **figures, "note": ""},
            {**ablation.empty_row("word vectors"), "note": "not measurable here: none"},
        ],
    }  # fmt: skip


def test_the_table(found: dict[str, Any]) -> None:
    block = table(json.loads(json.dumps(found)))
    assert "| this assistant | 87.2% | 97.0% | 0.0% | 4.3 |  |" in block
    assert "| word vectors | - | - | - | - | not measurable here: none |" in block
    assert "1226 single lines of safety.tsv and topics.tsv" in block
    assert "16,886 training lines" in block


def test_the_page_has_the_markers() -> None:
    text = ablation.PAGE.read_text(encoding="utf-8")
    assert text.count(f"<!-- {ablation.ABLATION}:start -->") == text.count(f"<!-- {ablation.ABLATION}:end -->") == 1
