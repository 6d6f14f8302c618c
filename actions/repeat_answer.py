"""Repeats the answer before "say that again" (in its next wording, where it has several)."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher


class ActionRepeatAnswer(Action):
    """Utters the responses of the previous turn once more."""

    def name(self) -> str:
        return "action_repeat_answer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        for response in previous_responses(tracker.events) or ["utter_smalltalk_nothing_to_repeat"]:
            dispatcher.utter_message(response=response)
        return []


def previous_responses(events: list[dict[str, Any]]) -> list[str]:
    """Return the response names uttered between the last two user messages, in their order."""
    names: list[str] = []
    messages = 0
    for event in reversed(events):
        messages += event.get("event") == "user"
        if messages == 2:
            break
        if messages == 1 and event.get("event") == "bot":
            name = (event.get("metadata") or {}).get("utter_action")
            names += [name] if name else []
    return names[::-1]
