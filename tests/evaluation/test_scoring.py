"""The figures against confusion cases counted by hand, and the bound against its definition."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from evaluation.cases import Case, Turn
from evaluation.scoring import Observed, Result, build, confusion, figures, pair, upper_bound


def line(expected: str, text: str = "a", name: str = "a.tsv") -> Case:
    return Case(name, (Turn(text, None, tuple(expected.split("|"))),), tag="t")


def results(*rows: tuple[str, str]) -> list[Result]:
    return pair([line(expected) for expected, _ in rows], [[Observed(got, ("ok",))] for _, got in rows])


#: (expected alternatives, got): the figures below are counted by hand from these ten.
ROWS = (
    ("emergency", "emergency"),
    ("emergency", "emergency"),
    ("emergency", "urgent"),
    ("emergency|urgent", "urgent"),
    ("urgent|emergency", "emergency"),
    ("fitness", "emergency"),
    ("fitness", "fitness"),
    ("crisis", "emergency"),
    ("clarify|medical_info", "eating_disorder"),
    ("clarify", "error"),
)


def test_the_figures_of_a_confusion_counted_by_hand() -> None:
    report = figures(results(*ROWS))
    assert report["lines"] == 10
    assert report["accuracy"] == 0.5
    assert report["outcomes"]["emergency"] == {"support": 4, "precision": 3 / 5, "recall": 3 / 4}
    assert report["outcomes"]["urgent"] == {"support": 1, "precision": 1 / 2, "recall": 1.0}
    assert report["outcomes"]["fitness"] == {"support": 2, "precision": 1.0, "recall": 1 / 2}
    assert report["outcomes"]["crisis"] == {"support": 1, "precision": None, "recall": 0.0}
    assert report["outcomes"]["eating_disorder"] == {"support": 0, "precision": 0.0, "recall": None}
    assert report["outcomes"]["medical_info"] == {"support": 0, "precision": None, "recall": None}
    assert report["emergency"]["support"] == 3
    assert report["emergency"]["caught"] == 2
    assert report["emergency"]["recall"] == 2 / 3
    # Harmless are fitness (twice) and clarify (twice); crisis taken for emergency is wrong, but no false alarm.
    assert report["false_alarms"] == {"lines": 4, "count": 2, "rate": 0.5}
    assert report["dialogues"] == {"total": 0, "passed": 0}
    assert next(iter(report["outcomes"])) == "emergency" and len(report["outcomes"]) == 12


def test_the_confusion_counts_first_alternatives() -> None:
    cells = confusion(results(*ROWS))
    assert cells[("emergency", "urgent")] == (2, 1)
    assert cells[("urgent", "emergency")] == (1, 1)
    assert cells[("clarify", "error")] == (1, 0)
    assert sum(turns for turns, _ in cells.values()) == 10


@pytest.mark.parametrize(
    ("must", "must_not", "replies", "passes"),
    [
        (("CALL 112",), (), ("Please call 112.",), True),
        (("call.*now",), (), ("call", "now"), False),  # joined by a newline, which . does not match
        (("call\nnow",), (), ("call", "now"), True),
        ((), ("pull",), ("Do not PULL it.",), False),
        ((), ("pull",), ("Keep still.",), True),
        (("still", "warm"), (), ("Keep still.",), False),
        (("^$",), (), (), True),
    ],
)
def test_regexes_are_searched_in_the_joined_replies(
    must: tuple[str, ...], must_not: tuple[str, ...], replies: tuple[str, ...], passes: bool
) -> None:
    turn = Turn("a", None, ("fitness",), must, must_not)
    result = Result(Case("a", (turn,)), 1, turn, Observed("fitness", replies))
    assert result.passed is passes
    assert bool(result.broken) is not passes


def test_a_broken_regex_costs_accuracy_but_not_recall() -> None:
    turn = Turn("a", None, ("emergency",), must=("112",))
    report = build(pair([Case("a", (turn,))], [[Observed("emergency", ("hm",), "emergency", 0.5, ("E1",))]]), "m", 1.23)
    assert (report["accuracy"], report["emergency"]["recall"], report["outcomes"]["emergency"]["recall"]) == (
        0.0,
        1.0,
        1.0,
    )
    assert report["mistakes"] == [
        {
            "text": "a", "expected": "emergency", "got": "emergency", "reply": "hm", "broken": ["must: 112"],
            "intent": "emergency", "confidence": 0.5, "red_flags": ["E1"], "tag": "", "set": "a", "line": 0,
        }
    ]  # fmt: skip
    assert (report["model"], report["seconds"]) == ("m", 1.2)


def dialogue(name: str, identifier: str = "d") -> Case:
    turns = (Turn("hi", None, ("smalltalk",)), Turn(None, "Medical", ("medical_info",)))
    return Case(name, turns, id=identifier)


def test_a_dialogue_passes_with_all_its_turns_and_lines_are_turns() -> None:
    right = [Observed("smalltalk"), Observed("medical_info")]
    wrong = [Observed("smalltalk"), Observed("error", ("no choice 'Medical'",))]
    report = build(pair([dialogue("a", "x"), dialogue("a", "y")], [right, wrong]), None, 0)
    assert (report["lines"], report["accuracy"]) == (4, 0.75)
    assert report["dialogues"] == {"total": 2, "passed": 1}
    (mistake,) = report["mistakes"]
    assert (mistake["id"], mistake["turn"], mistake["said"]) == ("y", 2, "[Medical]")
    assert "text" not in mistake
    assert "sets" not in report


def test_several_sets_are_reported_together_and_each() -> None:
    cases = [line("fitness", name="a.tsv"), dialogue("b.yml"), dialogue("c.yml")]
    seen = [[Observed("fitness")], [Observed("smalltalk")] * 2, [Observed("smalltalk"), Observed("medical_info")]]
    report = build(pair(cases, seen), None, 0)
    assert report["lines"] == 5
    assert report["dialogues"] == {"total": 2, "passed": 1}  # the same id in two sets is two dialogues
    assert list(report["sets"]) == ["a.tsv", "b.yml", "c.yml"]
    assert report["sets"]["b.yml"]["lines"] == 2 and report["sets"]["b.yml"]["accuracy"] == 0.5
    assert set(report["sets"]["a.tsv"]) == {"lines", "accuracy", "outcomes", "emergency", "false_alarms", "dialogues"}


def test_undefined_ratios_are_null() -> None:
    report: dict[str, Any] = figures([])
    assert report["accuracy"] is None
    assert report["emergency"] == {"support": 0, "caught": 0, "recall": None, "miss_upper95": None}
    assert report["false_alarms"] == {"lines": 0, "count": 0, "rate": None}


@pytest.mark.parametrize(
    ("misses", "trials", "expected"),
    # Without misses the bound is 1 - 0.05^(1/n), "the rule of three".
    [
        (0, 1, 0.95),
        (0, 100, 1 - 0.05**0.01),
        (0, 300, 1 - 0.05 ** (1 / 300)),
        (5, 5, 1.0),
        (0, 0, None),
        (1, 10, 0.394163),
    ],
)
def test_the_bound_is_the_exact_one(misses: int, trials: int, expected: float | None) -> None:
    assert upper_bound(misses, trials) == (None if expected is None else pytest.approx(expected, abs=1e-6))


@given(st.integers(1, 500).flatmap(lambda trials: st.tuples(st.integers(0, trials - 1), st.just(trials))))
def test_the_bound_leaves_five_per_cent(pair_: tuple[int, int]) -> None:
    misses, trials = pair_
    bound = upper_bound(misses, trials)
    assert bound is not None and misses / trials < bound < 1
    assert binom.cdf(misses, trials, bound) == pytest.approx(0.05, abs=1e-6)


@pytest.mark.parametrize(("misses", "trials"), [(-1, 3), (4, 3)])
def test_impossible_counts_are_refused(misses: int, trials: int) -> None:
    with pytest.raises(ValueError, match="misses in"):
        upper_bound(misses, trials)


def test_a_missing_observation_is_no_silent_loss() -> None:
    with pytest.raises(ValueError, match="shorter"):
        pair([dialogue("a")], [[Observed("smalltalk")]])
