"""The summary of a conversation, from its slots."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.show_overview import ActionShowOverview

SLEEP = {"sleep_hours": 6.0, "sleep_trouble": "none", "caffeine": "no", "screens": "yes"}


def said(slots: dict[str, Any], domain: dict[str, Any]) -> list[dict[str, Any]]:
    tracker = Tracker("s" * 16, slots, {}, [], False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    assert ActionShowOverview().run(dispatcher, tracker, domain) == []
    return list(dispatcher.messages)


@pytest.mark.parametrize(
    ("slots", "response"),
    [
        ({}, "utter_fitness_result_overview_empty"),
        ({"sleep_hours": 6.0}, "utter_fitness_result_overview_empty"),
        (SLEEP, "utter_fitness_result_overview"),
        ({"safeguard_reasons": ["minor"]}, "utter_safeguard_minor"),
    ],
)
def test_what_is_shown(slots: dict[str, Any], response: str, domain_file: dict[str, Any]) -> None:
    (message,) = said(slots, domain_file)
    assert message["response"] == response
    if response == "utter_fitness_result_overview":
        assert message["summary"].startswith("• Sleep: ")
        assert message["custom"]["card"] == {"kind": "summary", "topics": ["sleep"]}
        assert "{" not in yaml.safe_dump(message["summary"])
