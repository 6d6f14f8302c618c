"""The detector acts on the raw text whatever the classifier said, and otherwise changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from components.intent_classifier import INTENT_RANKING, SAFETY_INTENTS_FOUND
from components.red_flag_detector import COUNTRY, RED_FLAGS, SAFEGUARD_FACTS, RedFlagDetector

EMERGENCY = "I fell and my hip popped out, I can't move my leg"


@pytest.fixture(scope="module")
def detector(context: ExecutionContext, tmp_path_factory: pytest.TempPathFactory) -> RedFlagDetector:
    storage = LocalModelStorage.create(tmp_path_factory.mktemp("storage"))
    return RedFlagDetector.create(RedFlagDetector.get_default_config(), storage, Resource("detector"), context)


def seen(
    detector: RedFlagDetector, text: str, intent: str | None = "fitness_squat", found: list[str] | None = None
) -> Message:
    given: dict[str, Any] = {TEXT: text, INTENT_RANKING: [{"name": intent, "confidence": 0.9}]}
    if intent:
        given[INTENT] = {"name": intent, "confidence": 0.9}
    if found:
        given[SAFETY_INTENTS_FOUND] = found
    return detector.process([Message(given)])[0]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        (EMERGENCY, "emergency_injury"),
        ("chest pain and I can't breathe", "emergency_general"),
        ("I want to kill myself", "crisis"),
        ("I make myself throw up after meals", "eating_disorder"),
    ],
)
def test_a_flag_rewrites_the_intent_and_keeps_the_ranking(detector: RedFlagDetector, text: str, intent: str) -> None:
    message = seen(detector, text)
    assert message.get(INTENT) == {"name": intent, "confidence": 1.0}
    assert message.get(INTENT_RANKING) == [{"name": "fitness_squat", "confidence": 0.9}]
    assert intent in message.get(SAFETY_INTENTS_FOUND)
    assert message.get(RED_FLAGS) and all(set(flag) == {"name", "kind", "evidence"} for flag in message.get(RED_FLAGS))
    assert not message.get("entities")
    assert {RED_FLAGS, SAFETY_INTENTS_FOUND, SAFEGUARD_FACTS, INTENT} <= set(
        message.as_dict(only_output_properties=True)
    )


@pytest.mark.parametrize(
    "text",
    ["how much protein do I need", "suicide sprints today", "squats are killing me", "hips don't lie", "\U0001f44d"],
)
def test_near_misses_do_nothing(detector: RedFlagDetector, text: str) -> None:
    message = seen(detector, text)
    assert message.get(INTENT) == {"name": "fitness_squat", "confidence": 0.9}
    assert message.get(RED_FLAGS) == [] and message.get(SAFETY_INTENTS_FOUND) == []


def test_the_classifiers_own_net_is_kept(detector: RedFlagDetector) -> None:
    message = seen(detector, "something is wrong", "crisis", ["crisis", "eating_disorder"])
    assert message.get(INTENT)["name"] == "crisis"
    assert message.get(SAFETY_INTENTS_FOUND) == ["crisis", "eating_disorder"]


def test_a_safety_intent_that_ranks_first_is_always_among_those_found(detector: RedFlagDetector) -> None:
    assert seen(detector, "hm", "emergency_general").get(SAFETY_INTENTS_FOUND) == ["emergency_general"]


def test_it_works_without_a_classifier(detector: RedFlagDetector) -> None:
    assert seen(detector, EMERGENCY, None).get(INTENT)["name"] == "emergency_injury"
    assert seen(detector, "protein", None).get(INTENT) is None


@pytest.mark.parametrize("message", [Message({}), Message({TEXT: ""}), Message({INTENT: {"name": "x"}})])
def test_a_message_without_text_is_left_alone(detector: RedFlagDetector, message: Message) -> None:
    before = dict(message.data)
    assert detector.process([message])[0].data == before


def test_the_country_travels(detector: RedFlagDetector) -> None:
    assert seen(detector, f"{EMERGENCY}. I'm in Ireland").get(COUNTRY) == "IE"
    assert seen(detector, "protein").get(COUNTRY) is None


def test_facts_told_in_passing_travel_without_changing_the_intent(detector: RedFlagDetector) -> None:
    message = seen(detector, "I'm 15, how many calories should I eat?")
    assert message.get(SAFEGUARD_FACTS) == ["minor"]
    assert message.get(INTENT)["name"] == "fitness_squat"
    assert seen(detector, "how many calories should I eat?").get(SAFEGUARD_FACTS) == []
