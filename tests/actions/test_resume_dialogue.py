"""Carrying on: the form of the last dialogue, or of the topic just asked about; else what can be begun."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.resume_dialogue import ActionResumeDialogue


def outcome(slots: dict[str, Any], intent: str, text: str = "34", before: str | None = None) -> str:
    """Return the response uttered, or the action handed over to."""
    message = {"text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": []}
    asked = [{"event": "user", "text": "?", "parse_data": {"intent": {"name": before}}}] if before else []
    events = [*asked, {"event": "user", "text": text, "parse_data": message}]
    tracker = Tracker("s" * 16, slots, message, events, False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    found = ActionResumeDialogue().run(dispatcher, tracker, {})
    return str(found[0]["name"]) if found else str(dispatcher.messages[0]["response"])


@pytest.mark.parametrize(
    ("slots", "intent", "text", "before", "expected"),
    [
        ({}, "coaching_resume", "carry on", None, "utter_fitness_dialogue_nothing_to_resume"),
        ({}, "inform", "168 cm", None, "utter_clarify_facts"),
        ({}, "inform", "I'm 30", "fitness_calorie_deficit", "calorie_deficit_form"),
        ({}, "inform", "I'm 30", "fitness_squat", "utter_clarify_facts"),
        ({}, "inform", "I'm 30", "safeguard_pregnancy", "utter_safeguard_pregnancy"),
        (
            {"dialogue": "protein", "dialogue_state": "done"},
            "inform",
            "lost 6 kilos since May",
            None,
            "utter_smalltalk_noted",
        ),
        ({"dialogue": "sleep", "dialogue_state": "open"}, "coaching_resume", "carry on", None, "sleep_form"),
        ({"dialogue": "sleep", "dialogue_state": "stopped"}, "coaching_resume", "carry on", None, "sleep_form"),
        ({"dialogue": "sleep", "dialogue_state": "stopped"}, "inform", "6 hours", None, "utter_clarify_facts"),
        ({"dialogue": "sleep", "dialogue_state": "open"}, "inform", "6 hours", None, "sleep_form"),
        (
            {"dialogue": "protein", "dialogue_state": "done", "diet": "vegetarian"},
            "inform",
            "I'm vegan",
            None,
            "protein_form",
        ),
        (
            {"dialogue": "protein", "dialogue_state": "done", "diet": "vegan"},
            "inform",
            "I'm vegan",
            None,
            "utter_smalltalk_noted",
        ),
        (
            {"dialogue": "sleep", "dialogue_state": "done"},
            "coaching_restart",
            "again from the start",
            None,
            "sleep_form",
        ),
    ],
)
def test_where_it_goes(slots: dict[str, Any], intent: str, text: str, before: str | None, expected: str) -> None:
    assert outcome(slots, intent, text, before) == expected
