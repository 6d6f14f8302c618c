"""Messages that steer a guided dialogue instead of answering: stop, skip, back, start again, why, what do you know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from coaching.dialogue import display
from coaching.dialogue.amounts import ACCEPTED
from coaching.dialogue.answers import closed_slots
from coaching.dialogue.forms import DECLINED, DIALOGUES, questions
from coaching.dialogue.intents import BACK, GOODBYE, KNOWN, RESTART, SKIP, STOP, WHY
from coaching.dialogue.progress import go_on, resume
from coaching.dialogue.reading import BODY_SLOTS
from coaching.dialogue.replies import Reply
from coaching.dialogue.state import State, Step


def steer(state: State) -> Step | None:
    """Return what a message leads to that steers the dialogue instead of answering, or None."""
    if state.intent == STOP:
        return Step(replies=(Reply("utter_fitness_dialogue_stopped"),))
    if state.intent == GOODBYE:
        return Step(replies=(Reply("utter_smalltalk_goodbye"),))
    if state.intent == SKIP:
        return go_on(state, {str(state.asked): DECLINED}, (Reply("utter_fitness_dialogue_skipped"),))
    if state.intent == RESTART:
        return go_on(state, dict.fromkeys(DIALOGUES[state.dialogue].slots), (Reply("utter_fitness_dialogue_restart"),))
    if state.intent == BACK:
        return _back(state)
    if state.intent == KNOWN:
        return replace(resume(state), replies=(known_reply(state.known),))
    if state.intent == WHY:
        return replace(resume(state), replies=(Reply(f"utter_fitness_why_{state.asked}"),))
    return None


def known_reply(known: Mapping[str, Any]) -> Reply:
    """Return the reply that shows what the visitor has told."""
    shown = display.facts(known, (*BODY_SLOTS, *closed_slots(), *ACCEPTED))
    return (
        Reply("utter_fitness_dialogue_known", {"known": shown})
        if shown
        else Reply("utter_fitness_dialogue_nothing_known")
    )


def _back(state: State) -> Step:
    asked = questions(state.dialogue, state.known)
    place = asked.index(str(state.asked)) if state.asked in asked else 0
    before = [slot for slot in asked[:place] if state.known.get(slot) is not None]
    if not before:
        return Step(replies=(Reply("utter_fitness_dialogue_first"),), ask=state.asked)
    return Step({before[-1]: None}, (Reply("utter_fitness_dialogue_back"),), before[-1])
