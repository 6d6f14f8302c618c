"""The fast search finds the rules that Rasa's own search finds, for every rule and in conversations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.constants import SHOULD_NOT_BE_SET

from channels.turn import Assistant, TurnRequest
from components.rule_search import _all_possible_keys, possible_keys

#: A topic, a dialogue with a side question in it, its end, an emergency, the release, the dialogue again.
CONVERSATION = [
    "hip reduction",
    "the workout one",
    "does walking help?",
    "set up a protein target for me",
    "what is protein?",
    "34",
    "stop",
    "i fell and my hip is out, cannot move the leg",
    "nobody is hurt",
    "carry on",
]

Call = tuple[RulePolicy, dict[str, str], list[dict[str, Any]], set[str]]


@pytest.fixture
def calls(assistant: Assistant, new_id: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """Every search of the conversation: policy, rules, states, what was found."""
    noted: list[Call] = []

    def noting(policy: RulePolicy, lookup: dict[str, str], states: list[dict[str, Any]]) -> set[str]:
        noted.append((policy, lookup, states, possible_keys(policy, lookup, states)))
        return noted[-1][3]

    assert RulePolicy._get_possible_keys is possible_keys  # the loaded assistant searches fast
    monkeypatch.setattr(RulePolicy, "_get_possible_keys", noting)
    conversation = new_id()

    async def talk() -> None:
        for text in CONVERSATION:
            await assistant.answer(TurnRequest(conversation, new_id(), text))

    asyncio.run(talk())
    return noted


def test_finds_in_a_conversation_what_rasa_finds(calls: list[Call]) -> None:
    assert len(calls) > len(CONVERSATION)
    assert sum(len(found) for *_, found in calls) > len(CONVERSATION)
    for policy, lookup, states, found in calls:
        assert found == _all_possible_keys(policy, lookup, states)


def test_finds_for_the_states_of_every_rule_what_rasa_finds(calls: list[Call]) -> None:
    lookups = {id(lookup): (policy, lookup) for policy, lookup, *_ in calls}
    assert len(lookups) == 2  # rules, and those for what interrupts a form
    for policy, lookup in lookups.values():
        for key in lookup:
            states = [_as_in_conversation(state) for state in policy._rule_key_to_state(key)]
            found = possible_keys(policy, lookup, states)
            assert key in found
            assert found == _all_possible_keys(policy, lookup, states)


def _as_in_conversation(state: dict[str, Any]) -> dict[str, Any]:
    """Return a rule's state as a conversation that fits it has it: slot values are tuples, and none is "should not be set"."""
    return {
        part: {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
            if value != SHOULD_NOT_BE_SET
        }
        for part, values in state.items()
    }


def test_leaves_a_conversation_without_an_action_to_rasa(calls: list[Call]) -> None:
    policy, lookup, *_ = calls[0]
    for states in ([], [{}]):
        assert possible_keys(policy, lookup, states) == _all_possible_keys(policy, lookup, states)
