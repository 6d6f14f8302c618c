"""Inside the guided dialogues: reads each message, answers it, says what to ask next. The thinking is in coaching/dialogue."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import tracker_state
from coaching.dialogue.intents import STOP
from coaching.dialogue.progress import resume
from coaching.dialogue.state import State, Step
from coaching.dialogue.turn import take_turn

#: Where a dialogue stands when it is not active: it can be carried on, was stopped, or has come to its result.
OPEN, STOPPED, DONE = "open", "stopped", "done"


class ValidateDialogueForm(Action, ABC):
    """Validation of one form. It fills slots itself: their mappings are `custom`, so nothing typed lands in one unread."""

    @property
    @abstractmethod
    def dialogue(self) -> str:
        """The key of DIALOGUES."""

    def name(self) -> str:
        return f"validate_{self.dialogue}_form"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        state = self._state(tracker)
        step = resume(state) if state.asked and self._comes_back(tracker) else take_turn(state)
        if step.side_question:
            return []  # the form is rejected, a rule answers, and the form comes back with the same question
        tracker_state.utter(dispatcher, step.replies, domain)
        return [*tracker_state.told(step.slots, tracker, step.reasons), *self._progress(state, step, tracker)]

    def _state(self, tracker: Tracker) -> State:
        # when one form takes over from another, the loop is already this one's, and the question still the other's
        active = (tracker.active_loop or {}).get("name") == f"{self.dialogue}_form"
        active = active and tracker.get_slot("dialogue") == self.dialogue
        intent, confidence = tracker_state.intent(tracker)
        return State(
            self.dialogue,
            tracker.get_slot("requested_slot") if active else None,
            tracker_state.known(tracker),
            tracker_state.reasons(tracker),
            tracker_state.text(tracker),
            intent,
            confidence,
            tracker_state.chosen(tracker),
            int(tracker.get_slot("dialogue_attempts") or 0) if active else 0,
            tracker.get_slot("dialogue_which") if active else None,
            tracker_state.earlier(tracker),
        )

    def _comes_back(self, tracker: Tracker) -> bool:
        """Tell whether the message has been answered as a side question: another action has run since it came in."""
        form = f"{self.dialogue}_form"
        for event in reversed(tracker.events):
            if event.get("event") == "user":
                return False
            if event.get("event") == "action" and event.get("name") not in (
                form,
                "action_listen",
                "action_extract_slots",
            ):
                return True
        return False

    def _progress(self, state: State, step: Step, tracker: Tracker) -> list[dict[str, Any]]:
        place = DONE if step.done else STOPPED if state.intent == STOP and step.ask is None else OPEN
        events: list[dict[str, Any]] = [
            SlotSet("dialogue", self.dialogue),
            SlotSet("dialogue_state", place),
            SlotSet("dialogue_attempts", step.attempts),
            SlotSet("dialogue_which", step.which),
        ]
        if step.eating_disorder and not tracker.get_slot("lock"):
            events.append(SlotSet("lock", "eating_disorder"))
        return [*events, SlotSet("requested_slot", step.ask)]


class ValidateCalorieDeficitForm(ValidateDialogueForm):
    """Help me work out a calorie deficit."""

    dialogue = "calorie_deficit"


class ValidateTrainingPlanForm(ValidateDialogueForm):
    """Make me a training plan."""

    dialogue = "training_plan"


class ValidateProteinForm(ValidateDialogueForm):
    """How much protein do I need?"""

    dialogue = "protein"


class ValidateSleepForm(ValidateDialogueForm):
    """Help me sleep better."""

    dialogue = "sleep"


class ValidateStressForm(ValidateDialogueForm):
    """Help me with my stress."""

    dialogue = "stress"


class ValidateHydrationForm(ValidateDialogueForm):
    """Work out how much I should drink."""

    dialogue = "hydration"


class ValidateCardioForm(ValidateDialogueForm):
    """Make me a cardio plan."""

    dialogue = "cardio"


class ValidateMeasuringForm(ValidateDialogueForm):
    """Guide me through measuring."""

    dialogue = "measuring"
