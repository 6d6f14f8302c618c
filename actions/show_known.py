"""Shows what the visitor has told in the guided dialogues."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import tracker_state
from coaching.dialogue.steering import known_reply


class ActionShowKnown(Action):
    """Utters the facts that are remembered, or that there are none."""

    def name(self) -> str:
        return "action_show_known"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        tracker_state.utter(dispatcher, (known_reply(tracker_state.known(tracker)),), domain)
        return []
