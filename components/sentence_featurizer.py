"""Graph component: a dense sentence feature from the encoder of `models/encoder/`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components import fingerprint
from components.encoder import Encoder
from components.text import normalise

#: Message property: vectors of the windows of a long text, shape (windows, 384). Not part of the output.
WINDOWS = "sentence_windows"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceFeaturizer(GraphComponent):
    """Sets one dense sentence feature of shape (1, 384) and, for long messages, the vectors of their windows."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            # Folder with model.onnx and tokenizer.json, relative to the repository root.
            "folder": "models/encoder",
        }

    def __init__(self, config: dict[str, Any], name: str) -> None:
        self._name = name
        self._folder = Path(__file__).resolve().parent.parent / config["folder"]
        self._encoder = Encoder(self._folder)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        return fingerprint.of_understanding()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceFeaturizer:
        return cls(config, execution_context.node_name)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        if not config.get("folder"):
            raise InvalidConfigException(f"{cls.__name__} in config.yml needs `folder`, e.g. `folder: models/encoder`.")

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        messages = [message for message in training_data.training_examples if message.get(TEXT)]
        encoder = Encoder(self._folder, threads=os.cpu_count() or 1)
        vectors = encoder.embed_all([normalise(message.get(TEXT)) for message in messages])
        for message, vector in zip(messages, vectors):
            self._add_feature(message, vector)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT)
            if text:
                text = normalise(text)
                self._add_feature(message, self._encoder.embed(text))
                message.set(WINDOWS, self._encoder.embed_windows(text))
        return messages

    def _add_feature(self, message: Message, vector: np.ndarray) -> None:
        message.add_features(Features(vector.reshape(1, -1), FEATURE_TYPE_SENTENCE, TEXT, self._name))
