"""From cases and what was observed to the figures of the report: pure functions, no Rasa.

A line or turn passes when its outcome is among its alternatives and its regexes hold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scipy.stats import beta

from channels.outcome import OUTCOMES
from evaluation.cases import Case, Turn

#: The outcome of a turn that got no answer; it is never among the alternatives, so the turn fails.
ERROR = "error"
#: Outcomes that interrupt what the visitor wanted: given without cause they are false alarms.
ALARMS = frozenset({"emergency", "crisis", "eating_disorder"})


@dataclass(frozen=True)
class Observed:
    """What the assistant made of one turn: an outcome (or `error`), the reply texts (or the reason of it) and why."""

    outcome: str
    replies: tuple[str, ...] = ()
    intent: str | None = None
    confidence: float | None = None
    red_flags: tuple[str, ...] = ()

    @property
    def reply(self) -> str:
        """The reply texts joined by newlines, without sources and choices: what regexes are searched in."""
        return "\n".join(self.replies)


@dataclass(frozen=True)
class Result:
    """One turn of a case (`number` from 1) beside what was observed."""

    case: Case
    number: int
    turn: Turn
    observed: Observed

    @property
    def accepted(self) -> bool:
        """The outcome is among the alternatives."""
        return self.observed.outcome in self.turn.outcomes

    @cached_property
    def broken(self) -> list[str]:
        """The regexes that do not hold, as `must: ...` and `must_not: ...`."""
        found = {p: re.search(p, self.observed.reply, re.IGNORECASE) for p in (*self.turn.must, *self.turn.must_not)}
        return [f"must: {p}" for p in self.turn.must if not found[p]] + [
            f"must_not: {p}" for p in self.turn.must_not if found[p]
        ]

    @property
    def passed(self) -> bool:
        """The outcome is accepted and all regexes hold."""
        return self.accepted and not self.broken


def pair(cases: Sequence[Case], observed: Sequence[Sequence[Observed]]) -> list[Result]:
    """Put every turn beside what was observed; raises ValueError when a turn has no observation."""
    return [
        Result(case, number, turn, seen)
        for case, row in zip(cases, observed, strict=True)
        for number, (turn, seen) in enumerate(zip(case.turns, row, strict=True), start=1)
    ]


def build(results: Sequence[Result], model: str | None, seconds: float) -> dict[str, Any]:
    """Return the report; `seconds` is the time all turns took. With several sets `sets` repeats the figures of each."""
    names = list(dict.fromkeys(result.case.set_name for result in results))
    report = figures(results)
    report["mistakes"] = [mistake(result) for result in results if not result.passed]
    report["model"] = model
    report["seconds"] = round(seconds, 1)
    if len(names) > 1:
        report["sets"] = {name: figures([r for r in results if r.case.set_name == name]) for name in names}
    return report


def figures(results: Sequence[Result]) -> dict[str, Any]:
    """Return lines, accuracy, outcomes, emergency, false_alarms and dialogues; ratios 0 to 1, or None."""
    # An equal id in another set is another dialogue.
    dialogues: dict[tuple[str, str], bool] = {}
    for result in results:
        if result.case.id is not None:
            key = (result.case.set_name, result.case.id)
            dialogues[key] = dialogues.get(key, True) and result.passed
    return {
        "lines": len(results),
        "accuracy": ratio(sum(result.passed for result in results), len(results)),
        "outcomes": {outcome: _outcome_figures(results, outcome) for outcome in OUTCOMES},
        "emergency": _emergency_figures(results),
        "false_alarms": _false_alarm_figures(results),
        "dialogues": {"total": len(dialogues), "passed": sum(dialogues.values())},
    }


def _outcome_figures(results: Sequence[Result], outcome: str) -> dict[str, Any]:
    expected = [result for result in results if result.turn.outcomes[0] == outcome]
    given = [result for result in results if result.observed.outcome == outcome]
    return {
        "support": len(expected),
        "precision": ratio(sum(result.accepted for result in given), len(given)),
        "recall": ratio(sum(result.accepted for result in expected), len(expected)),
    }


def _emergency_figures(results: Sequence[Result]) -> dict[str, Any]:
    certain = [result for result in results if result.turn.outcomes == ("emergency",)]
    caught = sum(result.accepted for result in certain)
    return {
        "support": len(certain),
        "caught": caught,
        "recall": ratio(caught, len(certain)),
        "miss_upper95": upper_bound(len(certain) - caught, len(certain)),
    }


def _false_alarm_figures(results: Sequence[Result]) -> dict[str, Any]:
    harmless = [result for result in results if not ALARMS.intersection(result.turn.outcomes)]
    count = sum(result.observed.outcome in ALARMS for result in harmless)
    return {"lines": len(harmless), "count": count, "rate": ratio(count, len(harmless))}


def ratio(part: int, whole: int) -> float | None:
    """Return part / whole, None when `whole` is 0. Not rounded: floors compare with it."""
    return part / whole if whole else None


def upper_bound(misses: int, trials: int, confidence: float = 0.95) -> float | None:
    """Return the exact (Clopper-Pearson) one-sided upper bound on the rate of misses, None without trials.

    It is the rate at which so few misses would still occur with probability 1 - confidence.
    """
    if not 0 <= misses <= trials:
        raise ValueError(f"{misses} misses in {trials} trials")
    if trials == 0:
        return None
    return 1.0 if misses == trials else float(beta.ppf(confidence, misses + 1, trials - misses))


def confusion(results: Sequence[Result]) -> dict[tuple[str, str], tuple[int, int]]:
    """Return (expected first alternative, got) -> (turns, of which accepted), for the pairs that occur."""
    cells: dict[tuple[str, str], tuple[int, int]] = {}
    for result in results:
        key = (result.turn.outcomes[0], result.observed.outcome)
        turns, accepted = cells.get(key, (0, 0))
        cells[key] = (turns + 1, accepted + result.accepted)
    return cells


def mistake(result: Result) -> dict[str, Any]:
    """Return one entry of `mistakes`: a line is named by its text, a turn of a dialogue by id and number from 1."""
    case, observed = result.case, result.observed
    name: dict[str, Any] = {"text": result.turn.text}
    if case.id is not None:
        name = {"id": case.id, "turn": result.number, "said": result.turn.said}
    return {
        **name,
        "expected": "|".join(result.turn.outcomes),
        "got": observed.outcome,
        "reply": observed.reply,
        "broken": result.broken if observed.outcome != ERROR else [],
        "intent": observed.intent,
        "confidence": observed.confidence,
        "red_flags": list(observed.red_flags),
        "tag": case.tag,
        "set": case.set_name,
        "line": result.turn.line,
    }
