"""One message inside a guided dialogue: what it fills, what is answered, what is asked next. A pure function.

Emergencies, crises, eating-disorder disclosures and safeguards that the message itself tells never come here: the safety
policy has answered them. Here are those that follow from an answer ("yes", "50 kg"), in the same turn.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from coaching.dialogue import safeguards
from coaching.dialogue.answering import answer, may_change
from coaching.dialogue.forms import DIALOGUES, blocking, next_question, readable
from coaching.dialogue.intents import ANSWERING, RESTART
from coaching.dialogue.progress import go_on, wants_too_little
from coaching.dialogue.reading import read
from coaching.dialogue.replies import Reply
from coaching.dialogue.state import State, Step
from coaching.dialogue.steering import steer
from coaching.numerals import plain

#: A sentence that begins with an age: "Training plan please. 45, man".
_AGE_FIRST = re.compile(r"(?:^|[.!?:;] )([1-9][0-9])(?=,)")


def take_turn(state: State) -> Step:
    """Return what the message of `state` leads to. Never raises, whatever the message."""
    if blocked := blocking(state.dialogue, state.reasons):
        return Step(replies=(Reply(f"utter_safeguard_{blocked}"),))
    if state.asked is None:
        return _start(state)
    if wants_too_little(state, state.known):
        told = read(state.text, state.asked, readable(state.dialogue), state.known).slots
        return go_on(state, {slot: told[slot] for slot in told if may_change(slot, told[slot], state.asked, state)})
    return steer(state) or answer(state, state.asked)


def _start(state: State) -> Step:
    if state.intent == RESTART:
        forgotten = dict.fromkeys(DIALOGUES[state.dialogue].slots)
        return go_on(state, forgotten, (Reply("utter_fitness_dialogue_restart"),))
    slots: dict[str, Any] = {}
    wanted = readable(state.dialogue)
    for text in state.earlier:
        told = safeguards.kept(read(text, None, wanted, {**state.known, **slots}).slots)
        told.pop("eating", None)  # what disclosed something was answered by the safety policy, in its own turn
        slots |= {slot: value for slot, value in told.items() if state.known.get(slot) is None}
    known = {**state.known, **slots}
    answered = {**safeguards.implied(state.reasons), **known}
    expected = next_question(state.dialogue, answered) if state.intent in ANSWERING else None
    answers = read(state.text, expected, wanted, known)
    if known.get("age") is None and (first := _AGE_FIRST.search(plain(state.text))):
        answers.slots.update(read(first[1], "age", (), known).slots)
    slots |= answers.slots | {slot: value for slot, value in state.chosen.items() if slot in wanted}
    step = go_on(state, slots, (), answers)
    if step.ask and state.intent == f"coaching_{state.dialogue}":
        begins = "measuring_how" if state.dialogue == "measuring" else f"begin_{state.dialogue}"
        return replace(step, replies=(Reply(f"utter_fitness_{begins}"), *step.replies))
    return step
