"""Puts together what was worked out in this conversation."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import tracker_state
from coaching.dialogue.overview import overview


class ActionShowOverview(Action):
    """Utters one summary of every dialogue that has come to its result."""

    def name(self) -> str:
        return "action_show_overview"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        replies = overview(tracker_state.known(tracker), tracker_state.reasons(tracker))
        tracker_state.utter(dispatcher, tuple(replies), domain)
        return []
