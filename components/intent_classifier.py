"""Graph component: logistic regression and nearest training lines on the sentence vector, averaged.

The regression generalises, the neighbours catch wordings close to one line among thousands; their mean was better than
either (docs/decisions/0003-understanding.md). Beyond Rasa's own LogisticRegressionClassifier this one reads the windows of
a long message, and it loads or fails loudly (Rasa's silently loads untrained when skops meets an unknown type).
"""

from __future__ import annotations

import json
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

from components import fingerprint
from components.intent_model import IntentModel, fit
from components.safety_net import crossing_intents, is_safety_intent
from components.sentence_featurizer import WINDOWS

#: Message properties that travel to the record.
INTENT_RANKING = "intent_ranking"
SAFETY_INTENTS_FOUND = "safety_intents"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(GraphComponent):
    """Ranks the intents of a message; sets `intent`, `intent_ranking` and `safety_intents`."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            # Inverse regularisation strength of the logistic regression on unit vectors.
            "C": 10.0,
            # Rounds of the optimiser; more changed no figure of the evaluation and cost time.
            "max_iter": 80,
            # How many of the nearest training lines vote.
            "neighbours": 25,
            # How fast a vote fades with the cosine's distance from the nearest line's.
            "sharpness": 20.0,
            # How many intents of the ranking travel to the record.
            "ranking_length": 5,
            # A message becomes a safety outcome exactly when the outcome's probability, summed over its intents,
            # reaches this, whichever intent ranks first (components/safety_net.py).
            "thresholds": {},
            # The same for the windows of a long message, where one window alone must be surer.
            "window_thresholds": {},
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: IntentModel | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

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
    ) -> IntentClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        for key in ("C", "sharpness", "neighbours", "max_iter"):
            if config[key] <= 0:
                raise InvalidConfigException(
                    f"{cls.__name__} in config.yml: `{key}` must be above 0, got {config[key]}."
                )

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on the sentence vectors of all examples that have an intent."""
        examples = [message for message in training_data.intent_examples if message.get(TEXT)]
        if len({message.get(INTENT) for message in examples}) < 2:
            raise RasaException(f"{type(self).__name__} needs examples of at least two intents; is data/ empty?")
        vectors = np.stack([sentence_vector(message) for message in examples])
        self._model = fit(vectors, [message.get(INTENT) for message in examples], self._config)
        with self._model_storage.write_to(self._resource) as folder:
            (folder / "classes.json").write_text(json.dumps(self._model.classes), encoding="utf-8")
            np.savez(folder / "arrays.npz", **self._model.arrays())
        return self._resource

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
            with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
                model = IntentModel.from_arrays(classes, dict(arrays), config["neighbours"], config["sharpness"])
        return cls(config, model_storage, resource, model)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT):
                self._classify(message)
        return messages

    def _classify(self, message: Message) -> None:
        assert self._model is not None
        probabilities = self._model.predict(sentence_vector(message)[np.newaxis])[0]
        windows = message.get(WINDOWS)
        crossing = crossing_intents(
            self._model.classes,
            probabilities,
            self._model.predict(windows) if windows is not None and len(windows) else None,
            self._config["thresholds"],
            self._config["window_thresholds"],
        )
        ranking = [
            {INTENT_NAME_KEY: self._model.classes[i], PREDICTED_CONFIDENCE_KEY: float(probabilities[i])}
            for i in np.argsort(-probabilities)
        ]
        # A safety outcome is answered exactly when it is probable enough, whether or not it ranks first.
        names = [entry[INTENT_NAME_KEY] for entry in ranking]
        wanted = crossing[0] if crossing else next(name for name in names if not is_safety_intent(name))
        message.set(INTENT, dict(ranking[names.index(wanted)]), add_to_output=True)
        message.set(INTENT_RANKING, ranking[: self._config["ranking_length"]], add_to_output=True)
        message.set(SAFETY_INTENTS_FOUND, crossing, add_to_output=True)


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
