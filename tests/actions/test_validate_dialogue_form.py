"""The validation of a form: a message in, slots, replies and the next question out."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.validate_dialogue_form import ValidateCalorieDeficitForm, ValidateDialogueForm, ValidateSleepForm
from coaching.dialogue.forms import DIALOGUES


def run(
    text: str,
    intent: str = "inform",
    slots: dict[str, Any] | None = None,
    action: ValidateDialogueForm | None = None,
    active: bool = True,
    after: tuple[str, ...] = (),
) -> tuple[list[str], dict[str, Any]]:
    """Return the responses and the slots of one turn in the calorie dialogue, by default asked for the age."""
    action = action or ValidateCalorieDeficitForm()
    message = {"text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": []}
    events = [{"event": "user", "text": text, "parse_data": message}]
    events += [{"event": "action", "name": name} for name in after]
    values = {"requested_slot": "age", "dialogue": "calorie_deficit", **(slots or {})}
    loop = {"name": f"{action.dialogue}_form"} if active else {}
    tracker = Tracker("s" * 16, values, message, events, False, None, loop, "action_listen")
    dispatcher = CollectingDispatcher()
    found = action.run(dispatcher, tracker, {"responses": {}})
    return [said["response"] for said in dispatcher.messages], {event["name"]: event["value"] for event in found}


def test_an_answer_fills_its_slot_and_leads_to_the_next_question() -> None:
    said, slots = run("I'm 34")
    assert said == []
    assert (slots["age"], slots["requested_slot"], slots["dialogue_state"]) == (34.0, "pregnancy", "open")


def test_a_side_question_is_left_to_the_rules() -> None:
    assert run("what does a glute bridge train?", "fitness_glute_bridge") == ([], {})


def test_after_a_side_question_the_same_question_comes_again() -> None:
    said, slots = run("what does a glute bridge train?", "fitness_glute_bridge", after=("utter_fitness_glute_bridge",))
    assert (said, slots["requested_slot"]) == ([], "age")


def test_a_form_that_takes_over_begins_with_its_own_question() -> None:
    said, slots = run("help me sleep", "coaching_sleep", action=ValidateSleepForm())
    assert (said, slots["requested_slot"], slots["dialogue"]) == (["utter_fitness_begin_sleep"], "sleep_hours", "sleep")


@pytest.mark.parametrize(
    ("text", "intent", "slots", "said", "kept"),
    [
        ("I'm 15", "inform", {}, ["utter_safeguard_minor"], {"safeguard_reasons": ["minor"]}),
        ("stop", "smalltalk_stop", {}, ["utter_fitness_dialogue_stopped"], {"dialogue_state": "stopped"}),
        ("yes", "smalltalk_affirm", {"requested_slot": "eating", "age": 30.0, "pregnancy": "no"},
         ["utter_eating_disorder_support"], {"lock": "eating_disorder"}),
    ],
)  # fmt: skip
def test_what_ends_it(text: str, intent: str, slots: dict[str, Any], said: list[str], kept: dict[str, Any]) -> None:
    uttered, found = run(text, intent, slots)
    assert uttered == said
    assert found["requested_slot"] is None
    assert kept.items() <= found.items()
    assert "eating" not in found


def test_every_dialogue_has_its_action() -> None:
    assert {action().dialogue for action in ValidateDialogueForm.__subclasses__()} == set(DIALOGUES)
