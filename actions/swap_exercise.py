"""Changes a training plan: "I hate lunges", "there is no cable machine"."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions import tracker_state
from coaching.dialogue.forms import blocking, lacks_needed, next_question
from coaching.dialogue.swap import swapped


class ActionSwapExercise(Action):
    """Shows the plan with swaps; without a plan hands over to the dialogue that makes one."""

    def name(self) -> str:
        return "action_swap_exercise"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        known, reasons = tracker_state.known(tracker), tracker_state.reasons(tracker)
        unfinished = lacks_needed("training_plan", known) or next_question("training_plan", known)
        if unfinished or blocking("training_plan", reasons):
            return [FollowupAction("training_plan_form")]
        slots, replies = swapped(known, tracker_state.text(tracker))
        tracker_state.utter(dispatcher, tuple(replies), domain)
        return tracker_state.told(slots, tracker, ())
