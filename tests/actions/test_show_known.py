"""What the visitor has told is shown in words."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.show_known import ActionShowKnown


@pytest.mark.parametrize(
    ("slots", "response", "known"),
    [
        ({}, "utter_fitness_dialogue_nothing_known", None),
        ({"age": 48.0, "sex": "female", "height": 167.0, "weight": 76.0, "units": "metric"},
         "utter_fitness_dialogue_known", "48 years, 167 cm, 76 kg, female"),
        ({"pregnancy": "declined"}, "utter_fitness_dialogue_known", "pregnancy question skipped"),
    ],
)  # fmt: skip
def test_what_is_shown(slots: dict[str, Any], response: str, known: str | None) -> None:
    tracker = Tracker("s" * 16, slots, {}, [], False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    assert ActionShowKnown().run(dispatcher, tracker, {}) == []
    (message,) = dispatcher.messages
    assert (message["response"], message.get("known")) == (response, known)
