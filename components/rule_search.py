"""RulePolicy's search for the rules that apply, made fast: it looks only at rules of the same last action and intent.

Rasa's own compares every rule with the conversation at each prediction, which with some 330 rules took a quarter of a turn.
"""

from __future__ import annotations

from collections import defaultdict

from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.constants import PREVIOUS_ACTION, USER
from rasa.shared.core.domain import State
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

#: A rule's last action and intent; None where it names none.
Place = tuple[str | None, str | None]

_all_possible_keys = RulePolicy._get_possible_keys


def search_rules_fast() -> None:
    """Make every RulePolicy of this process search by last action and intent; what it finds stays the same."""
    RulePolicy._get_possible_keys = possible_keys


def possible_keys(policy: RulePolicy, lookup: dict[str, str], states: list[State]) -> set[str]:
    """Return the keys of `lookup`, a map of rules to actions, that apply to a conversation's `states`."""
    action, intent = _place(states[-1]) if states else (None, None)
    if action is None:
        return _all_possible_keys(policy, lookup, states)
    rules = _rules_by_place(policy, lookup)
    places = {(action, intent), (action, None), (None, intent), (None, None)}
    return _all_possible_keys(policy, {key: lookup[key] for place in places for key in rules.get(place, ())}, states)


def _place(state: State) -> Place:
    return state.get(PREVIOUS_ACTION, {}).get(ACTION_NAME), state.get(USER, {}).get(INTENT)


def _rules_by_place(policy: RulePolicy, lookup: dict[str, str]) -> dict[Place, list[str]]:
    """Return the rules of `lookup` by their last place, made once (and kept with `lookup`, so that its id stays its own)."""
    known = policy.__dict__.setdefault("_rules_by_place", {})
    found = known.get(id(lookup))
    if found is None or found[1] != len(lookup):
        rules: dict[Place, list[str]] = defaultdict(list)
        for key in lookup:
            rules[_place(policy._rule_key_to_state(key)[-1])].append(key)
        found = known[id(lookup)] = (lookup, len(lookup), rules)
    return found[2]
