"""Graph component: multinomial logistic regression on the sentence vector.

Rasa's own LogisticRegressionClassifier is the same model. This one differs in what safety needs: it reads the windows of
a long message too, it can weigh a class (C and balance are settings), and it loads or fails loudly (Rasa's silently loads
untrained when skops meets an unknown type). docs/decisions/0003-understanding.md has the measurements.
"""

from __future__ import annotations

import json
import logging
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import InvalidConfigException, RasaException
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.safety_net import crossing_intents, is_safety_intent
from components.sentence_featurizer import WINDOWS

logger = logging.getLogger(__name__)

#: Message properties that travel to the record.
INTENT_RANKING = "intent_ranking"
SAFETY_INTENTS_FOUND = "safety_intents"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(GraphComponent):
    """Ranks the intents of a message; sets `intent` and `intent_ranking`."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            # Inverse regularisation strength of the logistic regression on unit vectors.
            "C": 10.0,
            # Rounds of the optimiser; more changed no figure of the evaluation and cost a minute.
            "max_iter": 80,
            # How many intents of the ranking travel to the record.
            "ranking_length": 5,
            # A message becomes a safety outcome exactly when the outcome's probability, summed over its intents, reaches
            # this, whichever intent ranks first (components/safety_net.py).
            "thresholds": {},
            # The same for the windows of a long message, where one window alone must be surer.
            "window_thresholds": {},
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        classes: list[str] | None = None,
        weights: np.ndarray | None = None,
        bias: np.ndarray | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._classes = classes or []
        self._weights = weights
        self._bias = bias

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> IntentClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        if config["C"] <= 0:
            raise InvalidConfigException(f"{cls.__name__} in config.yml: `C` must be above 0, got {config['C']}.")

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on the sentence vectors of all examples that have an intent."""
        from sklearn.linear_model import LogisticRegression

        examples = [message for message in training_data.intent_examples if message.get(TEXT)]
        if len({message.get(INTENT) for message in examples}) < 2:
            raise RasaException(f"{type(self).__name__} needs examples of at least two intents; is data/ empty?")
        matrix = np.stack([sentence_vector(message) for message in examples])
        model = LogisticRegression(C=self._config["C"], max_iter=self._config["max_iter"], tol=1e-2)
        model.fit(matrix, [message.get(INTENT) for message in examples])
        self._classes = [str(name) for name in model.classes_]
        self._weights = model.coef_.astype(np.float32)
        self._bias = model.intercept_.astype(np.float32)
        self._persist()
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT):
                self._classify(message)
        return messages

    def _classify(self, message: Message) -> None:
        vector = sentence_vector(message)
        probabilities = self.predict(vector[np.newaxis])[0]
        windows = message.get(WINDOWS)
        window_probabilities = self.predict(windows) if windows is not None and len(windows) else None
        order = np.argsort(-probabilities)
        ranking = [
            {INTENT_NAME_KEY: self._classes[i], PREDICTED_CONFIDENCE_KEY: float(probabilities[i])} for i in order
        ]
        crossing = crossing_intents(
            self._classes,
            probabilities,
            window_probabilities,
            self._config["thresholds"],
            self._config["window_thresholds"],
        )
        # A safety outcome is answered exactly when it is probable enough, whether or not it ranks first.
        wanted = crossing[:1] or [
            entry[INTENT_NAME_KEY] for entry in ranking if not is_safety_intent(entry[INTENT_NAME_KEY])
        ]
        intent = next(entry for entry in ranking if entry[INTENT_NAME_KEY] == wanted[0])
        message.set(SAFETY_INTENTS_FOUND, crossing, add_to_output=True)
        message.set(INTENT, dict(intent), add_to_output=True)
        message.set(INTENT_RANKING, ranking[: self._config["ranking_length"]], add_to_output=True)

    def predict(self, vectors: np.ndarray) -> np.ndarray:
        """Return the probabilities of all classes, shape (n, classes), for vectors of shape (n, 384)."""
        assert self._weights is not None and self._bias is not None
        logits = vectors @ self._weights.T + self._bias
        exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))

    def _persist(self) -> None:
        with self._model_storage.write_to(self._resource) as folder:
            (folder / "classes.json").write_text(json.dumps(self._classes), encoding="utf-8")
            np.savez(folder / "weights.npz", weights=self._weights, bias=self._bias)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> IntentClassifier:
        with model_storage.read_from(resource) as folder:
            classes = json.loads((folder / "classes.json").read_text(encoding="utf-8"))
            arrays = np.load(folder / "weights.npz", allow_pickle=False)
            return cls(config, model_storage, resource, classes, arrays["weights"], arrays["bias"])


def sentence_vector(message: Message) -> np.ndarray:
    """Return the dense sentence feature of a message, shape (dimensions,).

    Raises:
        RasaException: the pipeline has no sentence featurizer before this component.
    """
    _, sentence = message.get_dense_features(TEXT)
    if sentence is None:
        raise RasaException(
            "A message has no sentence vector: config.yml needs SentenceFeaturizer before this component."
        )
    return np.asarray(sentence.features[0])
