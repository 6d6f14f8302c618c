"""Takes up the last guided dialogue: on "carry on", on "from the beginning", or when a fact is told that belongs to it."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions import tracker_state
from actions.validate_dialogue_form import DONE, STOPPED
from coaching.dialogue.forms import DIALOGUES, readable
from coaching.dialogue.intents import INFORM
from coaching.dialogue.reading import read


class ActionResumeDialogue(Action):
    """Hands over to the form, which reads the message; without a dialogue says what can be begun."""

    def name(self) -> str:
        return "action_resume_dialogue"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        dialogue = tracker.get_slot("dialogue") or _asked_about(tracker)
        told = tracker_state.intent(tracker)[0] == INFORM
        if dialogue and (not told or self._belongs(dialogue, tracker)):
            return [FollowupAction(f"{dialogue}_form")]
        before = _intent_before(tracker)
        if not told:
            response = "utter_fitness_dialogue_nothing_to_resume"
        elif before.startswith("safeguard_"):
            response = f"utter_{before}"
        elif dialogue and tracker.get_slot("dialogue_state") == DONE:
            response = "utter_smalltalk_noted"
        else:
            response = "utter_clarify_facts"
        dispatcher.utter_message(response=response)
        return []

    def _belongs(self, dialogue: str, tracker: Tracker) -> bool:
        state = tracker.get_slot("dialogue_state")
        if state == STOPPED:
            return False
        if state != DONE:
            return True
        known = tracker_state.known(tracker)
        slots = (
            tracker_state.chosen(tracker) or read(tracker_state.text(tracker), None, readable(dialogue), known).slots
        )
        return any(known.get(slot) != value for slot, value in slots.items())


def _asked_about(tracker: Tracker) -> str | None:
    """Return the dialogue of the topic asked about just before: who then tells their age wants it for themselves."""
    intent = _intent_before(tracker)
    topic = intent.removeprefix("fitness_")
    return topic if intent.startswith("fitness_") and topic in DIALOGUES else None


def _intent_before(tracker: Tracker) -> str:
    """Return the intent of the message before this one, or an empty text."""
    messages = [event for event in tracker.events if event.get("event") == "user"]
    parsed = messages[-2].get("parse_data") or {} if len(messages) > 1 else {}
    return str((parsed.get("intent") or {}).get("name") or "")
