"""Graph component: the red flags of a message win over the classifier's answer.

It reads the raw text, independently of the classifier: either of the two is enough for an escalation. The top intent is
rewritten (the classifier's answer stays in the ranking), and `red_flags` and `safety_intents` travel in the parse data to
the safety policy and to the record. They are no entities, or every story would have to name them.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from coaching import body
from coaching import facts as body_facts
from coaching.dialogue.contradictions import contradicted
from components.intent_classifier import INTENT_RANKING, SAFETY_INTENTS_FOUND
from components.red_flags import RedFlagMatcher
from components.regions import find_country
from components.safety_net import SAFETY_INTENTS, is_safety_intent, top_intent

RED_FLAGS = "red_flags"
COUNTRY = "country"
#: Reasons of safeguards told in passing, e.g. ["minor"]; the message may ask about anything.
SAFEGUARD_FACTS = "safeguard_facts"
#: From this confidence a disclosure is believed against what reads as a denial of it.
SURE = 0.7
_FACTS_FOLDER = Path(__file__).parent / "safeguard_facts"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class RedFlagDetector(GraphComponent):
    """Sets `red_flags` ({name, kind, evidence} each), `safety_intents`, `safeguard_facts`, `country`; may rewrite `intent`."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> RedFlagDetector:
        return cls(RedFlagMatcher(), RedFlagMatcher(_FACTS_FOLDER))

    def __init__(self, matcher: RedFlagMatcher, facts: RedFlagMatcher) -> None:
        self._matcher = matcher
        self._facts = facts

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT)
            if text:
                self._detect(message, text)
        return messages

    def _detect(self, message: Message, text: str) -> None:
        flags = self._matcher.find(text)
        message.set(RED_FLAGS, [asdict(flag) for flag in flags], add_to_output=True)
        facts = [fact.kind.removeprefix("safeguard_") for fact in self._facts.find(text)]
        if "underweight" not in facts and tells_underweight(text):
            facts.append("underweight")
        message.set(SAFEGUARD_FACTS, facts, add_to_output=True)
        message.set(COUNTRY, find_country(text), add_to_output=True)
        intent = message.get(INTENT) or {INTENT_NAME_KEY: None, PREDICTED_CONFIDENCE_KEY: 0.0}
        denied = frozenset[str]() if flags else self._denied(message, text)
        if intent[INTENT_NAME_KEY] in denied:
            intent = _next_best(message, denied) or intent
            message.set(INTENT, dict(intent), add_to_output=True)
        found = (set(message.get(SAFETY_INTENTS_FOUND) or ()) - denied) | {flag.kind for flag in flags}
        winner = top_intent(intent[INTENT_NAME_KEY], [flag.kind for flag in flags])
        if winner != intent[INTENT_NAME_KEY]:
            message.set(INTENT, {INTENT_NAME_KEY: winner, PREDICTED_CONFIDENCE_KEY: 1.0}, add_to_output=True)
        safety = {name for names in SAFETY_INTENTS.values() for name in names}
        message.set(SAFETY_INTENTS_FOUND, sorted((found | {str(winner)}) & safety), add_to_output=True)

    def _denied(self, message: Message, text: str) -> frozenset[str]:
        """Return the intents that the message denies outright, unless the classifier is sure of them all the same."""
        ranking = message.get(INTENT_RANKING) or ()
        sure = {entry[INTENT_NAME_KEY] for entry in ranking if entry[PREDICTED_CONFIDENCE_KEY] >= SURE}
        return contradicted(None, text, {}) - sure


def _next_best(message: Message, denied: frozenset[str]) -> dict[str, Any] | None:
    """Return the likeliest intent of the ranking that is neither denied nor a safety intent."""
    ranking = message.get(INTENT_RANKING) or ()
    return next(
        (
            entry
            for entry in ranking
            if entry[INTENT_NAME_KEY] not in denied and not is_safety_intent(entry[INTENT_NAME_KEY])
        ),
        None,
    )


def tells_underweight(text: str) -> bool:
    """Tell whether the weight or the goal in a text is below BMI 18.5 at the height in it: a safeguard before any form."""
    told = body_facts.find(text)
    if len(told.height) != 1:
        return False
    height = told.height[0].value
    masses = [readings[0].value for readings in (told.weight, told.goal) if len(readings) == 1]
    return any(body.bmi(mass, height) in body.ACCEPTED["bmi"] and body.is_underweight(mass, height) for mass in masses)
