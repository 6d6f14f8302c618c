"""Graph component: what is far from everything known is out of scope, whatever the classifier believes.

A softmax is sure of something for every input. The gate looks at the distance to the centres of the known intents, and at
the letters: no letter or digit at all is gibberish, mostly letters of another script is another language. It stands before
the red-flag detector, which may still escalate.
"""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components import fingerprint
from components.intent_classifier import sentence_vector
from components.safety_net import is_safety_intent

GENERAL = "out_of_scope_general"
LANGUAGE = "out_of_scope_language"
GIBBERISH = "out_of_scope_gibberish"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class OutOfScopeGate(GraphComponent):
    """Rewrites `intent` to an out-of-scope one; a safety intent of the classifier is left alone."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            # Cosine to the nearest centre of an in-scope intent below which a message is far from everything known.
            "least_similarity": 0.35,
            # The classifier's confidence from which it is believed all the same.
            "sure_confidence": 0.7,
        }

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, centres: np.ndarray | None = None
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._centres = centres

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
    ) -> OutOfScopeGate:
        return cls(config, model_storage, resource)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        for key in ("least_similarity", "sure_confidence"):
            if not 0 <= config[key] <= 1:
                raise InvalidConfigException(
                    f"{cls.__name__} in config.yml: `{key}` must be from 0 to 1, got {config[key]}."
                )

    def train(self, training_data: TrainingData) -> Resource:
        """Store the centre of the sentence vectors of each in-scope intent."""
        vectors: dict[str, list[np.ndarray]] = {}
        for message in training_data.intent_examples:
            if message.get(TEXT) and not message.get(INTENT).startswith("out_of_scope"):
                vectors.setdefault(message.get(INTENT), []).append(sentence_vector(message))
        intents = sorted(vectors)
        centres = np.stack([np.mean(vectors[intent], axis=0) for intent in intents])
        self._centres = centres / np.linalg.norm(centres, axis=1, keepdims=True)
        with self._model_storage.write_to(self._resource) as folder:
            (folder / "intents.json").write_text(json.dumps(intents), encoding="utf-8")
            np.savez(folder / "centres.npz", centres=self._centres.astype(np.float32))
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> OutOfScopeGate:
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, np.load(folder / "centres.npz", allow_pickle=False)["centres"])

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            intent = message.get(INTENT)
            if not message.get(TEXT) or not intent or is_safety_intent(intent[INTENT_NAME_KEY]):
                continue
            outside = self._outside(message, intent)
            if outside and not intent[INTENT_NAME_KEY].startswith("out_of_scope"):
                message.set(INTENT, {**intent, INTENT_NAME_KEY: outside}, add_to_output=True)
        return messages

    def _outside(self, message: Message, intent: dict[str, Any]) -> str | None:
        by_letters = outside_by_letters(message.get(TEXT))
        if by_letters:
            return by_letters
        if intent[PREDICTED_CONFIDENCE_KEY] >= self._config["sure_confidence"]:
            return None
        assert self._centres is not None
        nearest = float((self._centres @ sentence_vector(message)).max())
        return GENERAL if nearest < self._config["least_similarity"] else None


def outside_by_letters(text: str) -> str | None:
    r"""Return the out-of-scope intent that the characters alone decide, or None.

    >>> outside_by_letters("\u2753\u2753"), outside_by_letters("\u043f\u0440\u0438\u0432\u0435\u0442"), outside_by_letters("2")
    ('out_of_scope_gibberish', 'out_of_scope_language', None)
    """
    letters = [char for char in text if char.isalpha()]
    if not letters:
        return None if any(char.isdigit() for char in text) else GIBBERISH
    foreign = sum("LATIN" not in unicodedata.name(char, "") for char in letters)
    return LANGUAGE if foreign > len(letters) / 2 else None
