"""Leaks between sets and training lines are found; terms that anybody types are not."""

from __future__ import annotations

import random
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation import overlap
from evaluation.similarity import near_pairs, normalise, similarities, trigrams
from evaluation.training_lines import BadTrainingDataError, Line, read_training_lines

NLU = """version: "3.1"
nlu:
  - intent: fitness_protein
    examples: |
      - How much protein do I need?
      - my [gran](person) fell, and [her]{"entity": "person"} hip hurts
      # no row
      - Thanks!
  - synonym: gran
    examples: |
      - granny
"""


def lines(*texts: str, name: str = "t") -> list[Line]:
    return [Line(text, f"{name}:{number}") for number, text in enumerate(texts, start=1)]


def jaccard(one: str, other: str) -> float:
    a, b = trigrams(one), trigrams(other)
    return len(a & b) / len(a | b) if a | b else 0.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  My HIP\u2019s out!! ", "my hips out"),
        ("can't / can\u2019t", "cant cant"),
        ("\uff28ello_world", "hello world"),
        ("\U0001f600 ", "\U0001f600"),
        ("", ""),
    ],
)
def test_spelling_variants_are_put_aside(text: str, expected: str) -> None:
    assert normalise(text) == expected


@settings(deadline=None)
@given(
    rows=st.lists(st.text("abc ", max_size=20), max_size=6), columns=st.lists(st.text("abc ", max_size=20), max_size=6)
)
def test_the_similarity_is_jaccard_of_trigrams(rows: list[str], columns: list[str]) -> None:
    expected = [[jaccard(row, column) for column in columns] for row in rows]
    pairs, nearest = near_pairs(rows, columns)
    if rows and columns:
        np.testing.assert_allclose(
            np.vstack([values for _, values in similarities(rows, columns)]), expected, atol=1e-6
        )
    assert nearest.tolist() == pytest.approx([max(row, default=0.0) for row in expected])
    wanted = {
        (r, c)
        for r, row in enumerate(rows)
        for c, column in enumerate(columns)
        if expected[r][c] >= 0.7 - 1e-9 and min(len(row), len(column)) >= 12
    }
    assert {(r, c) for r, c, _ in pairs} == wanted


@pytest.mark.parametrize(
    ("tested", "trained", "found", "forbidden"),
    [
        ("How much protein do I need", "how much PROTEIN do i need?", True, True),  # equal
        ("how much protein would I need", "how much protein would I need now", True, True),  # near
        ("how much protein do I need", "what should I eat before training", False, False),
        ("is it ok so", "is it ok now", False, False),  # too short for near, not equal
        ("is it ok so", "Is it OK, so?", True, True),  # short, equal, four words
        ("Hip reduction!", "hip reduction", True, False),  # a bare term
        ("thanks", "Thanks!", True, False),
    ],
)
def test_leaks_are_told_from_bare_terms(tested: str, trained: str, found: bool, forbidden: bool) -> None:
    comparison = overlap.compare(lines(tested), lines("something else entirely", trained))
    assert bool(comparison.overlaps) is found
    assert bool(comparison.forbidden) is forbidden
    if found:
        assert comparison.overlaps[0].trained.text == trained


def test_openings_groups_and_neighbours() -> None:
    tested = lines(
        "my hip hurts when I run far", "my hip hurts at night", "my hip hurts when I run far!", "ok", "OK", "a"
    )
    comparison = overlap.compare(tested, lines("my hip hurts at night"))
    assert comparison.openings["my hip hurts"] == 3
    assert [[line.place for line in group] for group in comparison.groups] == [["t:1", "t:3"], ["t:4", "t:5"]]
    assert len(comparison.nearest) == 3  # "ok" and "a" have no trigram
    assert comparison.nearest[1] == 1.0


def test_training_rows_are_read_with_their_places(tmp_path: Path) -> None:
    path = tmp_path / "fitness" / "protein.yml"
    path.parent.mkdir()
    path.write_text(NLU)
    (tmp_path / "rules.yml").write_text("rules:\n- rule: x\n  steps: []\n")
    (tmp_path / "empty.yml").write_text("")
    assert read_training_lines(tmp_path) == [
        Line("How much protein do I need?", f"{path}:5", "fitness_protein"),
        Line("my gran fell, and her hip hurts", f"{path}:6", "fitness_protein"),
        Line("Thanks!", f"{path}:8", "fitness_protein"),
    ]


@pytest.mark.parametrize(
    "content", ["nlu: [", "nlu:\n- intent: a\n  examples: [b]\n", "nlu:\n- intent: a\n  examples: b\n"]
)
def test_unreadable_training_data_is_no_empty_success(tmp_path: Path, content: str) -> None:
    (tmp_path / "bad.yml").write_text(content)
    with pytest.raises(BadTrainingDataError, match=r"bad\.yml"):
        read_training_lines(tmp_path)


def command(folder: Path, text: str, *options: str, data: str = NLU) -> int:
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / "nlu.yml").write_text(data)
    (folder / "set.tsv").write_text(f"text\toutcome\n{text}\tfitness\n")
    return overlap.main(["--set", str(folder / "set.tsv"), "--data", str(folder / "data"), *options])


def test_the_gate_fails_on_a_leak_and_keeps_the_text_to_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(tmp_path, "how much protein do i need") == 1
    shown = capsys.readouterr().out
    assert "1 of 1 set lines overlap" in shown and "set.tsv:2 =" in shown and "nlu.yml:5" in shown
    assert "do i need" not in shown
    assert command(tmp_path, "how much protein do i need", "--texts") == 1
    assert "how much protein do i need" in capsys.readouterr().out


def test_the_gate_passes_bare_terms_and_lists_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(tmp_path, "thanks") == 0
    assert "thanks (1)" in capsys.readouterr().out


def test_the_figures_reach_a_page_without_a_line_of_the_sets(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- overlap:start -->\n<!-- overlap:end -->\n")
    assert command(tmp_path, "does my hip hurt at night", "--page", str(page)) == 0
    written = page.read_text()
    assert "1 distinct openings (first three words) in 1 lines" in written and "100%:" in written
    assert "at night" not in written
    page.write_text("no markers")
    assert command(tmp_path, "does my hip hurt at night", "--page", str(page)) == 2


def test_nothing_to_compare_with_is_no_pass(tmp_path: Path) -> None:
    assert command(tmp_path, "thanks", data="rules: []\n") == 2
    (tmp_path / "set.tsv").write_text("")
    assert overlap.main(["--set", str(tmp_path / "set.tsv"), "--data", str(tmp_path / "data")]) == 2


def test_a_full_comparison_takes_seconds() -> None:
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghijklmnoprstuvwy", k=chance.randint(2, 8))) for _ in range(3000)]
    made = [" ".join(chance.choices(words, k=chance.randint(3, 16))) for _ in range(14_300)]
    started = time.perf_counter()
    overlap.compare(lines(*made[:1300]), lines(*made[1300:]))
    assert time.perf_counter() - started < 20  # about 2 s on two cores


def test_the_frozen_sets_do_not_leak_into_the_training_lines() -> None:
    comparison = overlap.compare(overlap.set_lines(overlap.SETS), read_training_lines(overlap.ROOT / "data"))
    # Places only: whoever sees this test fail may be the one who writes training lines.
    leaks = [f"{leak.tested.place} = {leak.trained.place}" for leak in comparison.forbidden]
    if leaks:
        pytest.fail(f"{len(leaks)} overlaps:\n" + "\n".join(leaks[:20]), pytrace=False)
