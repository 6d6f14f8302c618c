"""Notifies staff of an emergency. The visitor has the emergency text before this runs, and keeps it if this fails."""

from __future__ import annotations

import logging
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

logger = logging.getLogger(__name__)


class ActionEscalateEmergency(Action):
    """Writes one warning to the log of the action server: conversation and red flags, never the visitor's words."""

    def name(self) -> str:
        return "action_escalate_emergency"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Return no events: the hold is the safety policy's."""
        message = tracker.latest_message
        if not (message.get("metadata") or {}).get("dry_run"):
            # rasa-sdk's get_intent_of_latest_message reads the ranking, where the classifier's own answer stays
            intent = (message.get("intent") or {}).get("name")
            flags = [flag["name"] for flag in message.get("red_flags") or []]
            logger.warning("EMERGENCY conversation=%s intent=%s flags=%s", tracker.sender_id, intent, flags)
        return []
