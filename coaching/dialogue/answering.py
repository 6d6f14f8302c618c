"""Messages that answer the question asked in a guided dialogue, or fail to. Pure functions."""

from __future__ import annotations

import re
from typing import Any

from coaching.dialogue import safeguards
from coaching.dialogue.answers import closed_slots
from coaching.dialogue.forms import DIALOGUES, readable
from coaching.dialogue.intents import ANSWERING
from coaching.dialogue.progress import MOST_ATTEMPTS, go_on, resume
from coaching.dialogue.reading import UNITS, read
from coaching.dialogue.replies import Reply
from coaching.dialogue.state import State, Step
from coaching.numerals import plain

#: A topic's intent below this is no side question, but an answer that was not understood.
SIDE_QUESTION_CONFIDENCE = 0.4
#: The same where the message is worded as a question.
UNSURE_QUESTION_CONFIDENCE = 0.2

_QUESTION = re.compile(
    r"\?\s*$|^\s*(?:so |and |but |ok(?:ay)? |hm+ |um+ )*"
    r"(?:how|what|why|when|where|who|which|is|are|can|could|do|does|did|should|would|will)\b"
)
_CORRECTION = re.compile(
    r"\b(?:actually|sorry|mea[nt]+|correct\w*|wrong|mistake|typo|oops|change|make (?:that|it)|instead|update|scrap|in fact"
    r"|i said|rather|no longer|any ?more|now)\b"
)
#: What was said before was wrong.
_SLIP = re.compile(r"\b(?:sorry|mea[nt]+|typo|oops|wrong|mistake|mistyped|correction)\b")
_OPTIONS = (re.compile(r"\b(?:1st|first|former|1)\b"), re.compile(r"\b(?:2nd|second|latter|2)\b"))
_UNIT_WORDS = {
    "kg": r"\b(?:kgs?|kilos?)\b",
    "lb": r"\b(?:lbs?|pounds?)\b",
    "st": r"\b(?:st|stones?)\b",
    "cm": r"\bcms?\b|\bcentimet\w+",
    "in": r"\b(?:ins?|inch(?:es)?)\b",
    "ft": r"\b(?:ft|foot|feet)\b",
    "m": r"\b(?:m|met(?:er|re)s?)\b",
}


def answer(state: State, asked: str) -> Step:
    """Return what a message leads to that came after the question for the slot `asked`."""
    if state.which and (picked := _picked(state)):
        return go_on(state, picked)
    if state.chosen:
        chosen = {slot: value for slot, value in state.chosen.items() if slot in DIALOGUES[state.dialogue].slots}
        return go_on(state, chosen) if chosen else resume(state)
    answers = read(state.text, asked, readable(state.dialogue), state.known)
    if state.intent == f"coaching_{state.dialogue}" and not answers.slots:
        return resume(state)
    asks = _QUESTION.search(plain(state.text)) is not None
    unsure = state.confidence < (UNSURE_QUESTION_CONFIDENCE if asks else SIDE_QUESTION_CONFIDENCE)
    answering = state.intent in ANSWERING or unsure
    if asks and not answering:
        return Step(side_question=True, ask=asked)
    if str(state.intent).startswith("urgent_"):
        return Step(side_question=True, ask=asked)
    if asked == "goal" and "goal" in answers.slots and _SLIP.search(plain(state.text)):
        answers.slots["weight"] = answers.slots.pop("goal")  # "sorry, I meant 68 kg": the answer before, not this one
    slots = {slot: value for slot, value in answers.slots.items() if may_change(slot, value, asked, state)}
    if asked == "eating" and slots.get("eating") == "yes":
        return Step(replies=(Reply("utter_eating_disorder_support"),), eating_disorder=True)
    if answers.slots or answers.ambiguous or answers.out_of_range or answers.readings_apart:
        step = go_on(state, slots, (), answers)
        if step.ask != asked or step.replies or set(step.reasons) - set(state.reasons):
            return step  # else it tells nothing new
    if not answering:
        return Step(side_question=True, ask=asked)
    return _not_understood(state, asked)


def may_change(slot: str, value: Any, asked: str, state: State) -> bool:
    """Tell whether a message may overwrite what is known: the slot asked for, a measure, or a closed slot when corrected.

    What discloses something may always: "no" may have been said too soon.
    """
    if slot == asked or state.known.get(slot) is None or slot not in closed_slots():
        return True
    if (slot, value) == ("eating", "yes") or not safeguards.kept({slot: value}):
        return True
    return _CORRECTION.search(plain(state.text)) is not None


def _picked(state: State) -> dict[str, Any] | None:
    """Return the reading that the visitor chose of two, or None when the message chooses none."""
    which = dict(state.which or {})
    words = plain(state.text)
    words = re.sub(r"(?<=[a-z])(?<!number)(?<!option) 1$", "", words)  # "the kg one", "the second one"
    digits = re.findall(r"[0-9]+", words)
    index = {"1": 0, "2": 1}.get(str(state.chosen.get("option")))
    if index is None and not digits:
        named = [i for i, unit in enumerate(which["units"]) if re.search(_UNIT_WORDS[unit], words)]
        index = named[0] if len(named) == 1 else None
    if index is None and len(words.split()) <= 5 and len(digits) <= 1:
        ordinal = [i for i, pattern in enumerate(_OPTIONS) if pattern.search(words)]
        index = ordinal[0] if len(ordinal) == 1 else None
    if index is None:
        return None
    picked = {which["slot"]: which["values"][index]}
    if which["slot"] in ("height", "weight", "goal"):
        unit = which["units"][index]
        picked["units"] = "st" if unit != "kg" and "st" in which["units"] else UNITS[unit]
    return picked


def _not_understood(state: State, asked: str) -> Step:
    if state.attempts >= MOST_ATTEMPTS:
        return Step(replies=(Reply("utter_fitness_dialogue_way_out"),))
    return Step(replies=(Reply(f"utter_fitness_dialogue_again_{asked}"),), ask=asked, attempts=state.attempts + 1)
