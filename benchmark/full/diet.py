"""Rasa's default NLU pipeline (the one of `rasa init`) on our training lines."""

from __future__ import annotations

import asyncio
import logging
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from benchmark.full import milliseconds, work

FALLBACK = "nlu_fallback"


def train_and_parse(asked: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return intents (DIET's own first), with_fallback, ms for each text, and training_s.

    Args:
        asked: `lines` ([[intent, text]]), `texts` and `epochs`.
        folder: the model and its files go there.
    """
    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)  # unconfigured it prints every message, which is slow and spreads the sets
    data = TrainingData([Message.build(text=text, intent=intent) for intent, text in asked["lines"]])
    (folder / "nlu.yml").write_text(data.nlu_as_yaml(), encoding="utf-8")
    (folder / "config.yml").write_text(yaml.safe_dump(configuration(asked["epochs"])), encoding="utf-8")
    started = time.perf_counter()
    model = train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder), fixed_model_name="diet")
    training = time.perf_counter() - started
    agent = Agent.load(model)
    asyncio.run(agent.parse_message("hello"))  # the first message builds what TensorFlow builds lazily
    answer: dict[str, Any] = {"intents": [], "with_fallback": [], "ms": [], "training_s": training}
    for text in asked["texts"]:
        started = time.perf_counter()
        parsed = asyncio.run(agent.parse_message(text))
        answer["ms"].append(milliseconds(started))
        ranking = [entry["name"] for entry in parsed.get("intent_ranking", [])]
        answer["intents"].append(next((name for name in ranking if name != FALLBACK), None))
        answer["with_fallback"].append(parsed["intent"]["name"])
    return answer


def configuration(epochs: int) -> dict[str, Any]:
    """Return Rasa's default configuration with other epochs and without policies."""
    default = files("rasa.engine.recipes.config_files").joinpath("default_config.yml").read_text(encoding="utf-8")
    config: dict[str, Any] = yaml.safe_load(default)
    del config["policies"]
    for component in config["pipeline"]:
        if "epochs" in component:
            component["epochs"] = epochs
    return config


if __name__ == "__main__":
    work(train_and_parse)
