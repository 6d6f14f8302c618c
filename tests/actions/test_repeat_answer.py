"""The answer before "say that again", whole and in its order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.repeat_answer import ActionRepeatAnswer, previous_responses

USER = {"event": "user", "text": "x"}


def bot(*names: str) -> list[dict[str, Any]]:
    return [{"event": "bot", "metadata": {"utter_action": name}} for name in names]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], []),
        ([USER], []),
        ([USER, *bot("a"), USER], ["a"]),
        ([USER, *bot("a", "b"), {"event": "slot"}, USER], ["a", "b"]),
        ([USER, *bot("old"), USER, *bot("a"), USER], ["a"]),
        ([USER, *bot("old"), USER, USER], []),
        ([*bot("greeting"), USER], ["greeting"]),
        ([USER, {"event": "bot", "metadata": None}, {"event": "bot"}, *bot("a"), USER], ["a"]),
        ([USER, *bot("a"), USER, *bot("being uttered now")], ["a"]),
    ],
)
def test_previous_responses(events: list[dict[str, Any]], expected: list[str]) -> None:
    assert previous_responses(events) == expected


def test_it_repeats(responses_of: Callable[..., list[str]]) -> None:
    events = [USER, *bot("utter_fitness_protein", "utter_fitness_diet"), USER]
    assert responses_of(ActionRepeatAnswer(), events=events) == ["utter_fitness_protein", "utter_fitness_diet"]


def test_with_nothing_to_repeat_it_says_so(responses_of: Callable[..., list[str]], domain_file: dict[str, Any]) -> None:
    assert responses_of(ActionRepeatAnswer(), events=[USER]) == ["utter_smalltalk_nothing_to_repeat"]
    assert "utter_smalltalk_nothing_to_repeat" in domain_file["responses"]


@given(st.lists(st.sampled_from(["user", "bot", "slot", "action"])))
def test_any_order_of_events_is_read(kinds: list[str]) -> None:
    events = [{"event": kind, "metadata": {"utter_action": str(number)}} for number, kind in enumerate(kinds)]
    names = previous_responses(events)
    assert names == sorted(names, key=int)
