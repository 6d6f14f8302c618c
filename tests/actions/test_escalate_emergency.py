"""One warning per emergency, without a word of the visitor's."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from actions.escalate_emergency import ActionEscalateEmergency

Run = Callable[..., list[str]]
MESSAGE: dict[str, Any] = {
    "text": "my gran cannot get up",
    "intent": {"name": "emergency_injury"},
    "intent_ranking": [{"name": "fitness_squat"}],
    "red_flags": [{"name": "E5_older_person_fall", "kind": "emergency_injury", "evidence": ["my gran"]}],
}


def test_it_warns_and_says_nothing(responses_of: Run, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert responses_of(ActionEscalateEmergency(), MESSAGE) == []
    (line,) = [record.getMessage() for record in caplog.records]
    assert "EMERGENCY" in line and "s" * 16 in line and "emergency_injury" in line and "E5_older_person_fall" in line
    assert "gran" not in line.replace("E5_older_person_fall", "")


def test_a_dry_run_warns_nobody(responses_of: Run, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        responses_of(ActionEscalateEmergency(), {**MESSAGE, "metadata": {"dry_run": True}})
    assert not caplog.records


@pytest.mark.parametrize("message", [{}, {"red_flags": None, "metadata": None}, {"intent": None}])
def test_it_never_fails(responses_of: Run, message: dict[str, Any]) -> None:
    assert responses_of(ActionEscalateEmergency(), message) == []
