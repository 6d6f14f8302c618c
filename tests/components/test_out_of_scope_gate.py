"""What is far from everything known is out of scope; a safety intent is never gated away."""

from __future__ import annotations

import pytest
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.out_of_scope_gate import GENERAL, GIBBERISH, LANGUAGE, OutOfScopeGate, outside_by_letters
from components.sentence_featurizer import SentenceFeaturizer

CONFIG = OutOfScopeGate.get_default_config()
LINES = {
    "fitness_protein": ["how much protein do I need", "protein per day", "grams of protein"],
    "medical_recovery": ["how long is recovery after a hip dislocation", "healing time of a dislocated hip"],
    "out_of_scope_general": ["what is the capital of Peru", "tell me a joke about cats"],
}


@pytest.fixture
def gate(
    storage: LocalModelStorage, resource: Resource, context: ExecutionContext, featurizer: SentenceFeaturizer
) -> OutOfScopeGate:
    data = TrainingData([Message.build(line, intent) for intent, lines in LINES.items() for line in lines])
    trained = OutOfScopeGate.create(CONFIG, storage, resource, context)
    trained.train(featurizer.process_training_data(data))
    return trained


def judged(
    gate: OutOfScopeGate,
    featurizer: SentenceFeaturizer,
    text: str,
    intent: str = "fitness_protein",
    confidence: float = 0.3,
) -> str:
    (message,) = featurizer.process([Message({TEXT: text, INTENT: {"name": intent, "confidence": confidence}})])
    return str(gate.process([message])[0].get(INTENT)["name"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("grams of protein a day", "fitness_protein"),
        ("who won the football match on Sunday", GENERAL),
        ("\U0001f44d\U0001f44d", GIBBERISH),
        ("?!", GIBBERISH),
        ("\u043a\u0430\u043a \u043f\u043e\u0445\u0443\u0434\u0435\u0442\u044c", LANGUAGE),
        ("\u80a1\u5173\u8282", LANGUAGE),
        ("2", "fitness_protein"),
    ],
)
def test_the_gate(gate: OutOfScopeGate, featurizer: SentenceFeaturizer, text: str, expected: str) -> None:
    confidence = 0.9 if text == "2" else 0.3
    assert judged(gate, featurizer, text, confidence=confidence) == expected


@pytest.mark.parametrize(
    "intent", ["emergency_injury", "emergency_general", "crisis", "eating_disorder", "out_of_scope_animal"]
)
@pytest.mark.parametrize("text", ["who won the football match on Sunday", "\U0001f44d", "\u80a1\u5173\u8282"])
def test_safety_and_out_of_scope_intents_are_left_alone(
    gate: OutOfScopeGate, featurizer: SentenceFeaturizer, intent: str, text: str
) -> None:
    assert judged(gate, featurizer, text, intent) == intent


def test_a_sure_classifier_is_believed(gate: OutOfScopeGate, featurizer: SentenceFeaturizer) -> None:
    assert (
        judged(gate, featurizer, "who won the football match on Sunday", confidence=CONFIG["sure_confidence"])
        == "fitness_protein"
    )


def test_a_reload_judges_the_same(
    gate: OutOfScopeGate,
    storage: LocalModelStorage,
    resource: Resource,
    context: ExecutionContext,
    featurizer: SentenceFeaturizer,
) -> None:
    loaded = OutOfScopeGate.load(CONFIG, storage, resource, context)
    for text in ("grams of protein", "who won the match", "recovery", "\U0001f44d"):
        assert judged(loaded, featurizer, text) == judged(gate, featurizer, text)


@pytest.mark.parametrize("message", [Message({}), Message({TEXT: ""}), Message({TEXT: "hi"})])
def test_a_message_without_text_or_intent_is_left_alone(gate: OutOfScopeGate, message: Message) -> None:
    before = dict(message.data)
    assert gate.process([message])[0].data == before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", GIBBERISH),
        ("112", None),
        ("ok \U0001f44d", None),
        ("caf\u00e9", None),
        ("hip \u043f\u0440\u0438\u0432\u0435\u0442", LANGUAGE),
    ],
)
def test_letters(text: str, expected: str | None) -> None:
    assert outside_by_letters(text) == expected


@pytest.mark.parametrize("key", ["least_similarity", "sure_confidence"])
def test_a_bad_setting_is_named(key: str) -> None:
    with pytest.raises(InvalidConfigException, match=key):
        OutOfScopeGate.validate_config({**CONFIG, key: 1.5})
