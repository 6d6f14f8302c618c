"""Every floor is seen broken once, and holds at its own value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evaluation.floors import KEYS, BadFloorsError, broken_floors, read_floors
from evaluation.scoring import figures

SHIPPED = Path(__file__).resolve().parents[2] / "evaluation" / "floors.yml"


def report(**changes: Any) -> dict[str, Any]:
    content = figures([])
    content["accuracy"] = 0.9
    content["emergency"]["recall"] = 0.97
    content["false_alarms"]["rate"] = 0.02
    content["dialogues"] = {"total": 10, "passed": 9}
    content["outcomes"]["crisis"]["recall"] = 0.95
    return content | changes


HELD = {
    "emergency_recall": 0.97,
    "false_alarm_rate_at_most": 0.02,
    "accuracy": 0.9,
    "dialogues": 0.9,
    "outcomes": {"crisis": 0.95},
}


def test_floors_hold_at_their_own_value() -> None:
    assert broken_floors(report(), HELD) == []
    assert broken_floors(report(), {}) == []


@pytest.mark.parametrize(
    ("floor", "sentence"),
    [
        ({"emergency_recall": 0.98}, "emergency_recall is 0.9700, below 0.98."),
        ({"false_alarm_rate_at_most": 0.01}, "false_alarm_rate is 0.0200, above 0.01."),
        ({"accuracy": 0.91}, "accuracy is 0.9000, below 0.91."),
        ({"dialogues": 1}, "dialogues is 0.9000, below 1."),
        ({"outcomes": {"crisis": 0.96}}, "crisis recall is 0.9500, below 0.96."),
    ],
)
def test_each_floor_breaks_alone(floor: dict[str, Any], sentence: str) -> None:
    assert broken_floors(report(), HELD | floor) == [sentence]


def test_what_was_not_measured_breaks_its_floor() -> None:
    broken = broken_floors(figures([]), HELD)
    assert len(broken) == 5
    assert all("was not measured" in sentence for sentence in broken)


def test_the_shipped_floors_are_all_set() -> None:
    assert set(read_floors(SHIPPED)) == {*KEYS, "outcomes"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "must be a mapping"),
        ("- accuracy\n", "must be a mapping"),
        ("acuracy: 0.9\n", "unknown key 'acuracy'"),
        ("accuracy: 90\n", "from 0 to 1"),
        ("accuracy: true\n", "from 0 to 1"),
        ("accuracy: .nan\n", "from 0 to 1"),
        ("accuracy: high\n", "from 0 to 1"),
        ("accuracy: -0.1\n", "from 0 to 1"),
        ("outcomes: {crises: 0.9}\n", "unknown key 'crises'"),
        ("outcomes: 0.9\n", "must be a mapping"),
        ("outcomes:\n", "must be a mapping"),
        ("accuracy: [\n", "not valid YAML"),
    ],
)
def test_bad_floors_are_refused(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "floors.yml"
    path.write_text(content)
    with pytest.raises(BadFloorsError, match=reason) as error:
        read_floors(path)
    assert str(path) in str(error.value)


def test_a_missing_floors_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFloorsError, match="cannot be read"):
        read_floors(tmp_path / "none.yml")
