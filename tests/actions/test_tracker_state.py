"""What the guided dialogues see of a tracker: typed text, buttons, what was told before, and nothing of a safety turn."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import tracker_state
from coaching.dialogue.replies import Lines, Reply


def user(text: str, intent: str = "inform") -> dict[str, Any]:
    return {"event": "user", "text": text, "parse_data": {"intent": {"name": intent}}}


def tracker(slots: dict[str, Any] | None = None, message: dict[str, Any] | None = None, *events: Any) -> Tracker:
    return Tracker("s" * 16, slots or {}, message or {}, list(events), False, None, {}, "action_listen")


def test_what_is_known_leaves_out_what_is_not_told() -> None:
    assert tracker_state.known(tracker({"age": 34.0, "sex": None, "exercise": "squat"})) == {"age": 34.0}


def test_a_button_is_no_text_and_text_no_button() -> None:
    entities = [{"entity": "sex", "value": "female"}, {"entity": "stress_sources", "value": "work"}]
    pressed = tracker(message={"text": '/inform{"sex": "female"}', "entities": entities})
    assert (tracker_state.text(pressed), tracker_state.chosen(pressed)) == (
        "",
        {"sex": "female", "stress_sources": ["work"]},
    )
    typed = tracker(message={"text": "female", "entities": entities})
    assert (tracker_state.text(typed), tracker_state.chosen(typed)) == ("female", {})


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ([], ()),
        ([user("I'm 34")], ("I'm 34",)),
        ([user("old, I'm 50"), user("start anew", "smalltalk_new_conversation"), user("I'm 34")], ("I'm 34",)),
        ([user("my hip is out, I'm 34", "emergency_injury"), user("I purge, 50 kg", "eating_disorder")], ()),
        ([user("/coaching_sleep", "coaching_sleep"), user("70 kg")], ("70 kg",)),
        ([user(f"line {number}") for number in range(20)], tuple(f"line {number}" for number in range(12, 20))),
    ],
)
def test_earlier_messages(before: list[dict[str, Any]], expected: tuple[str, ...]) -> None:
    assert tracker_state.earlier(tracker(None, None, *before, user("the message itself"))) == expected


def test_lines_are_joined_from_the_domain() -> None:
    domain = {"responses": {"utter_a": [{"text": "one {x}"}], "utter_b": [{"text": "two"}]}}
    dispatcher = CollectingDispatcher()
    lines = Lines((("utter_a", {"x": "1"}), ("utter_b", {})))
    reply = Reply("utter_summary", {"summary": lines, "name": "n"}, (("How", "/how"),), {"kind": "summary"})
    tracker_state.utter(dispatcher, (reply,), domain)
    (said,) = dispatcher.messages
    assert (said["response"], said["summary"], said["name"]) == ("utter_summary", "• one 1\n• two", "n")
    assert (said["buttons"], said["custom"]) == ([{"title": "How", "payload": "/how"}], {"card": {"kind": "summary"}})


def test_reasons_are_added_once_and_none_is_lost() -> None:
    before = tracker({"safeguard_reasons": ["minor"]})
    assert tracker_state.told({}, before, ("minor",)) == []
    (event,) = tracker_state.told({}, before, ("older", "minor"))
    assert (event["name"], event["value"]) == ("safeguard_reasons", ["minor", "older"])
