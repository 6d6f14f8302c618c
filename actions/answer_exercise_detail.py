"""Answers "common mistakes?", "an easier one?", "what do I need?", "what does it work?" for the exercise last asked about."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

#: Follow-up intent -> last part of the response name.
DETAILS = {
    "followup_mistakes": "mistakes",
    "followup_easier": "easier",
    "followup_equipment": "equipment",
    "followup_muscles": "muscles",
}
#: Last part of the response name -> what answers the question when no exercise was named but fitness is meant.
GENERAL = {"mistakes": "utter_fitness_form", "equipment": "utter_fitness_equipment"}


class ActionAnswerExerciseDetail(Action):
    """Utters `utter_fitness_<exercise>_<detail>`, a general answer where there is one, or asks which exercise is meant."""

    def name(self) -> str:
        return "action_answer_exercise_detail"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        exercise = tracker.get_slot("exercise")
        # rasa-sdk's get_intent_of_latest_message reads the ranking, where the classifier's own answer stays
        detail = DETAILS.get((tracker.latest_message.get("intent") or {}).get("name") or "")
        if exercise and detail:
            response = f"utter_fitness_{exercise}_{detail}"
        elif tracker.get_slot("meaning") == "fitness" and detail in GENERAL:
            response = GENERAL[detail]
        else:
            response = "utter_clarify_exercise"
        dispatcher.utter_message(response=response)
        return []
