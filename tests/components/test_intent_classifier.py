"""The classifier learns, reloads to the same answers, and gives safety intents the say when they are probable enough."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException, RasaException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.intent_classifier import INTENT_RANKING, SAFETY_INTENTS_FOUND, IntentClassifier
from components.sentence_featurizer import SentenceFeaturizer

LINES = {
    "emergency_injury": [
        "my hip popped out",
        "i fell and can't walk",
        "her hip is dislocated",
        "hip out of its socket, help",
    ],
    "fitness_protein": ["how much protein", "protein per day", "is whey any good", "which foods have protein"],
    "smalltalk_greet": ["hello", "hi there", "good morning", "hey you"],
}
QUESTIONS = ["hip popped out of place", "grams of protein", "hello you", "\U0001f44d", "zzz"]


def configured(**changes: Any) -> dict[str, Any]:
    return {**IntentClassifier.get_default_config(), **changes}


@pytest.fixture
def data(featurizer: SentenceFeaturizer) -> TrainingData:
    return featurizer.process_training_data(
        TrainingData([Message.build(line, intent) for intent, lines in LINES.items() for line in lines])
    )


@pytest.fixture
def trained(
    storage: LocalModelStorage, resource: Resource, context: ExecutionContext, data: TrainingData
) -> IntentClassifier:
    classifier = IntentClassifier.create(configured(), storage, resource, context)
    assert classifier.train(data) is resource
    return classifier


def ask(classifier: IntentClassifier, featurizer: SentenceFeaturizer, text: str) -> Message:
    return classifier.process(featurizer.process([Message({TEXT: text})]))[0]


def changed(
    classifier: IntentClassifier,
    storage: LocalModelStorage,
    resource: Resource,
    context: ExecutionContext,
    **changes: Any,
) -> IntentClassifier:
    return IntentClassifier.load(configured(**changes), storage, resource, context)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("hip popped out of place", "emergency_injury"),
        ("grams of protein", "fitness_protein"),
        ("hello you", "smalltalk_greet"),
    ],
)
def test_it_learns(
    storage: LocalModelStorage,
    resource: Resource,
    context: ExecutionContext,
    trained: IntentClassifier,
    featurizer: SentenceFeaturizer,
    text: str,
    intent: str,
) -> None:
    sure = changed(trained, storage, resource, context, thresholds={"emergency": 0.4})
    message = ask(sure, featurizer, text)
    assert message.get(INTENT)["name"] == intent
    assert message.get(INTENT_RANKING)[0]["name"] == intent
    assert {INTENT, INTENT_RANKING, SAFETY_INTENTS_FOUND} <= set(message.as_dict(only_output_properties=True))


def test_a_reload_answers_the_same(
    storage: LocalModelStorage,
    resource: Resource,
    context: ExecutionContext,
    trained: IntentClassifier,
    featurizer: SentenceFeaturizer,
) -> None:
    loaded = changed(trained, storage, resource, context)
    for text in QUESTIONS:
        before, after = (ask(model, featurizer, text).get(INTENT_RANKING) for model in (trained, loaded))
        assert [entry["name"] for entry in after] == [entry["name"] for entry in before]
        # the training lines are stored as half floats
        expected = pytest.approx([entry["confidence"] for entry in before], abs=1e-2)
        assert [entry["confidence"] for entry in after] == expected


def test_a_safety_intent_wins_exactly_from_its_threshold(
    storage: LocalModelStorage,
    resource: Resource,
    context: ExecutionContext,
    trained: IntentClassifier,
    featurizer: SentenceFeaturizer,
) -> None:
    text = "hello, how much protein"
    ranking = ask(trained, featurizer, text).get(INTENT_RANKING)
    probability = next(entry["confidence"] for entry in ranking if entry["name"] == "emergency_injury")
    below = ask(
        changed(trained, storage, resource, context, thresholds={"emergency": probability - 0.01}), featurizer, text
    )
    assert below.get(INTENT)["name"] == "emergency_injury" and below.get(SAFETY_INTENTS_FOUND) == ["emergency_injury"]
    assert below.get(INTENT)["confidence"] == pytest.approx(probability, abs=1e-2)
    above = ask(
        changed(trained, storage, resource, context, thresholds={"emergency": probability + 0.01}), featurizer, text
    )
    assert above.get(INTENT)["name"] != "emergency_injury" and above.get(SAFETY_INTENTS_FOUND) == []


def test_one_window_of_a_long_message_is_enough(
    storage: LocalModelStorage,
    resource: Resource,
    context: ExecutionContext,
    trained: IntentClassifier,
    featurizer: SentenceFeaturizer,
) -> None:
    story = (
        "hello there good morning to you " * 12
        + "my hip popped out of its socket i fell and can't walk help me " * 2
        + "hello there good morning to you " * 12
    )
    classifier = changed(
        trained, storage, resource, context, thresholds={"emergency": 0.99}, window_thresholds={"emergency": 0.5}
    )
    assert ask(classifier, featurizer, story).get(INTENT)["name"] == "emergency_injury"


def test_messages_without_text_are_left_alone(trained: IntentClassifier) -> None:
    (message,) = trained.process([Message({INTENT: {"name": "given"}})])
    assert message.get(INTENT) == {"name": "given"} and message.get(INTENT_RANKING) is None


def test_without_a_featurizer_it_says_what_is_missing(trained: IntentClassifier) -> None:
    with pytest.raises(RasaException, match="SentenceFeaturizer"):
        trained.process([Message({TEXT: "hi"})])


def test_one_intent_is_not_enough(
    storage: LocalModelStorage, resource: Resource, context: ExecutionContext, featurizer: SentenceFeaturizer
) -> None:
    data = featurizer.process_training_data(
        TrainingData([Message.build("hi", "clarify"), Message.build("ho", "clarify")])
    )
    with pytest.raises(RasaException, match="two intents"):
        IntentClassifier.create(configured(), storage, resource, context).train(data)


def test_an_untrained_model_does_not_load(storage: LocalModelStorage, context: ExecutionContext) -> None:
    with pytest.raises(ValueError, match="nothing_there"):
        IntentClassifier.load(configured(), storage, Resource("nothing_there"), context)


@pytest.mark.parametrize("value", [0, -1.0])
def test_a_bad_strength_is_refused(value: float) -> None:
    with pytest.raises(InvalidConfigException, match="`C` must be above 0"):
        IntentClassifier.validate_config(configured(C=value))
