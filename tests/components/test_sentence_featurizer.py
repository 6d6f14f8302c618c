"""The featurizer adds one sentence feature, and overwrites nothing."""

from __future__ import annotations

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.encoder import DIMENSIONS, Encoder
from components.sentence_featurizer import WINDOWS, SentenceFeaturizer
from components.text import normalise


def vector(message: Message) -> np.ndarray:
    _, sentence = message.get_dense_features(TEXT)
    return np.asarray(sentence.features)


@pytest.mark.parametrize("text", ["my hip hurts", "My  HIP\u00a0hurts\u2026", "\U0001f44d", "HELPPPPP"])
def test_the_feature_is_the_vector_of_the_normalised_text(
    featurizer: SentenceFeaturizer, encoder: Encoder, text: str
) -> None:
    (message,) = featurizer.process([Message({TEXT: text})])
    assert vector(message).shape == (1, DIMENSIONS)
    assert np.array_equal(vector(message)[0], encoder.embed(normalise(text)))
    assert message.get(TEXT) == text, "the text is left alone"


def test_a_message_without_text_is_left_alone(featurizer: SentenceFeaturizer) -> None:
    for message in featurizer.process([Message({}), Message({TEXT: ""}), Message({INTENT: "clarify"})]):
        assert message.features == [] and message.get(WINDOWS) is None


def test_long_messages_have_windows(featurizer: SentenceFeaturizer) -> None:
    short, long = featurizer.process([Message({TEXT: "my hip"}), Message({TEXT: "my hip hurts " * 30})])
    assert len(short.get(WINDOWS)) == 0
    assert len(long.get(WINDOWS)) > 1
    assert WINDOWS not in long.as_dict(only_output_properties=True)


def test_training_and_answering_agree(featurizer: SentenceFeaturizer) -> None:
    texts = ["my hip popped out", "how much protein do I need", "hi"]
    data = featurizer.process_training_data(TrainingData([Message.build(text, "clarify") for text in texts]))
    answered = featurizer.process([Message({TEXT: text}) for text in texts])
    for trained, message in zip(data.training_examples, answered):
        assert float(vector(trained)[0] @ vector(message)[0]) > 0.97


def test_created_from_the_graph(storage: LocalModelStorage, resource: Resource, context: ExecutionContext) -> None:
    made = SentenceFeaturizer.create(SentenceFeaturizer.get_default_config(), storage, resource, context)
    assert vector(made.process([Message({TEXT: "hi"})])[0]).shape == (1, DIMENSIONS)


@pytest.mark.parametrize("config", [{}, {"folder": ""}, {"folder": None}])
def test_the_missing_key_is_named(config: dict[str, object]) -> None:
    with pytest.raises(InvalidConfigException, match="folder"):
        SentenceFeaturizer.validate_config(config)
