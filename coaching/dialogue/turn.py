"""One message inside a guided dialogue: what it fills, what is answered, what is asked next. A pure function.

Emergencies, crises, eating-disorder disclosures and safeguards that the message itself tells never come here: the safety
policy has answered them. Here are those that follow from an answer ("yes", "50 kg"), in the same turn.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from coaching import body
from coaching.dialogue import display, intake, results, safeguards
from coaching.dialogue.amounts import ACCEPTED
from coaching.dialogue.answers import closed_slots
from coaching.dialogue.forms import DECLINED, DIALOGUES, blocking, lacks_needed, next_question, questions, readable
from coaching.dialogue.reading import BODY_SLOTS, UNITS, Answers, read
from coaching.dialogue.replies import Reply
from coaching.numerals import plain

#: An answer that is not understood is asked again so often, then there is a way out.
MOST_ATTEMPTS = 2
#: A topic's intent below this is no side question, but an answer that was not understood.
SIDE_QUESTION_CONFIDENCE = 0.4
#: The same where the message is worded as a question.
UNSURE_QUESTION_CONFIDENCE = 0.2

SKIP, BACK, RESTART, RESUME = "coaching_skip", "coaching_back", "coaching_restart", "coaching_resume"
KNOWN, STOP, WHY, INFORM = "coaching_known", "smalltalk_stop", "followup_why", "inform"
GOODBYE = "smalltalk_goodbye"
#: What may be an answer, whatever else it looks like.
_ANSWERING = frozenset(
    {
        INFORM,
        RESUME,
        "smalltalk_affirm",
        "smalltalk_deny",
        "smalltalk_confused",
        "smalltalk_mood",
        "out_of_scope_gibberish",
        "out_of_scope_general",
        "clarify_neither",
        "medical_denied",
    }
)
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
#: A sentence that begins with an age: "Training plan please. 45, man".
_AGE_FIRST = re.compile(r"(?:^|[.!?:;] )([1-9][0-9])(?=,)")
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


@dataclass(frozen=True)
class State:
    """A dialogue and the message that has come.

    Attributes:
        dialogue: a key of DIALOGUES.
        asked: the slot last asked for; None when the dialogue starts or is taken up again.
        known: slot -> value.
        reasons: of safeguards, told before.
        text, intent, confidence: the message.
        chosen: slot -> value of a button.
        attempts: how often the question was asked again.
        which: the readings that the visitor was asked to choose from: {slot, values, units}.
        earlier: messages before the dialogue, which may have told something.
    """

    dialogue: str
    asked: str | None
    known: Mapping[str, Any]
    reasons: tuple[str, ...] = ()
    text: str = ""
    intent: str | None = None
    confidence: float = 1.0
    chosen: Mapping[str, Any] = field(default_factory=dict)
    attempts: int = 0
    which: Mapping[str, Any] | None = None
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """What a message leads to.

    Attributes:
        slots: what is to be remembered (None: forgotten).
        replies: in this order, before the next question.
        ask: the slot to ask for next; None: the dialogue has ended.
        reasons: safeguards found in this turn.
        eating_disorder: somebody disclosed one; the conversation is locked.
        attempts, which: for the next State.
        side_question: the message is for others to answer, and then the same question comes again.
        done: the dialogue has come to its result.
    """

    slots: dict[str, Any] = field(default_factory=dict)
    replies: tuple[Reply, ...] = ()
    ask: str | None = None
    reasons: tuple[str, ...] = ()
    eating_disorder: bool = False
    attempts: int = 0
    which: dict[str, Any] | None = None
    side_question: bool = False
    done: bool = False


def take_turn(state: State) -> Step:
    """Return what the message of `state` leads to. Never raises, whatever the message."""
    if blocked := blocking(state.dialogue, state.reasons):
        return Step(replies=(Reply(f"utter_safeguard_{blocked}"),))
    if state.asked is None:
        return _start(state)
    if _wants_too_little(state, state.known):
        told = read(state.text, state.asked, readable(state.dialogue), state.known).slots
        return _go_on(state, {slot: told[slot] for slot in told if _may_change(slot, told[slot], state.asked, state)})
    steered = _steered(state)
    return steered if steered else _answered(state, state.asked)


def resume(state: State) -> Step:
    """Return the same question again, after a side question; or the safeguard that its answer has brought up."""
    if blocked := blocking(state.dialogue, state.reasons):
        return Step(replies=(Reply(f"utter_safeguard_{blocked}"),))
    return Step(ask=state.asked, attempts=state.attempts, which=dict(state.which) if state.which else None)


def _start(state: State) -> Step:
    if state.intent == RESTART:
        forgotten = dict.fromkeys(DIALOGUES[state.dialogue].slots)
        return _go_on(state, forgotten, (Reply("utter_fitness_dialogue_restart"),))
    slots: dict[str, Any] = {}
    wanted = readable(state.dialogue)
    for text in state.earlier:
        told = safeguards.kept(read(text, None, wanted, {**state.known, **slots}).slots)
        told.pop("eating", None)  # what disclosed something was answered by the safety policy, in its own turn
        slots |= {slot: value for slot, value in told.items() if state.known.get(slot) is None}
    known = {**state.known, **slots}
    answered = {**safeguards.implied(state.reasons), **known}
    expected = next_question(state.dialogue, answered) if state.intent in _ANSWERING else None
    answers = read(state.text, expected, wanted, known)
    if known.get("age") is None and (first := _AGE_FIRST.search(plain(state.text))):
        answers.slots.update(read(first[1], "age", (), known).slots)
    slots |= answers.slots | {slot: value for slot, value in state.chosen.items() if slot in wanted}
    step = _go_on(state, slots, (), answers)
    if step.ask and state.intent == f"coaching_{state.dialogue}":
        begins = "measuring_how" if state.dialogue == "measuring" else f"begin_{state.dialogue}"
        return replace(step, replies=(Reply(f"utter_fitness_{begins}"), *step.replies))
    return step


def _steered(state: State) -> Step | None:
    """Return what a message leads to that steers the dialogue instead of answering, or None."""
    same = resume(state)
    if state.intent == STOP:
        return Step(replies=(Reply("utter_fitness_dialogue_stopped"),))
    if state.intent == GOODBYE:
        return Step(replies=(Reply("utter_smalltalk_goodbye"),))
    if state.intent == SKIP:
        return _go_on(state, {str(state.asked): DECLINED}, (Reply("utter_fitness_dialogue_skipped"),))
    if state.intent == RESTART:
        return _go_on(state, dict.fromkeys(DIALOGUES[state.dialogue].slots), (Reply("utter_fitness_dialogue_restart"),))
    if state.intent == BACK:
        return _back(state)
    if state.intent == KNOWN:
        return replace(same, replies=(known_reply(state.known),))
    if state.intent == WHY:
        return replace(same, replies=(Reply(f"utter_fitness_why_{state.asked}"),))
    if (
        state.intent == f"coaching_{state.dialogue}"
        and not read(state.text, state.asked, readable(state.dialogue), state.known).slots
    ):
        return same
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


def _answered(state: State, asked: str) -> Step:
    if state.which and (picked := _picked(state)):
        return _go_on(state, picked)
    if state.chosen:
        chosen = {slot: value for slot, value in state.chosen.items() if slot in DIALOGUES[state.dialogue].slots}
        return _go_on(state, chosen) if chosen else resume(state)
    asks = _QUESTION.search(plain(state.text)) is not None
    unsure = state.confidence < (UNSURE_QUESTION_CONFIDENCE if asks else SIDE_QUESTION_CONFIDENCE)
    answering = state.intent in _ANSWERING or unsure
    if asks and not answering:
        return Step(side_question=True, ask=asked)
    if str(state.intent).startswith("urgent_"):
        return Step(side_question=True, ask=asked)
    answers = read(state.text, asked, readable(state.dialogue), state.known)
    if asked == "goal" and "goal" in answers.slots and _SLIP.search(plain(state.text)):
        answers.slots["weight"] = answers.slots.pop("goal")  # "sorry, I meant 68 kg": the answer before, not this one
    slots = {slot: value for slot, value in answers.slots.items() if _may_change(slot, value, asked, state)}
    if asked == "eating" and slots.get("eating") == "yes":
        return Step(replies=(Reply("utter_eating_disorder_support"),), eating_disorder=True)
    if answers.slots or answers.ambiguous or answers.out_of_range or answers.readings_apart:
        step = _go_on(state, slots, (), answers)
        if step.ask != asked or step.replies or set(step.reasons) - set(state.reasons):
            return step  # else it tells nothing new
    if not answering:
        return Step(side_question=True, ask=asked)
    return _not_understood(state, asked)


def _may_change(slot: str, value: Any, asked: str, state: State) -> bool:
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


def _go_on(
    state: State, slots: Mapping[str, Any], replies: tuple[Reply, ...] = (), answers: Answers | None = None
) -> Step:
    """Return the next question or the result, once what was answered is known; or why there is none."""
    known = {slot: value for slot, value in {**state.known, **slots}.items() if value is not None}
    found = safeguards.reasons(known)
    kept = safeguards.kept(slots)
    reasons = tuple(dict.fromkeys((*state.reasons, *found)))
    if known.get("eating") == "yes":
        kept.pop("eating", None)
        return Step(kept, (Reply("utter_eating_disorder_support"),), reasons=found, eating_disorder=True)
    if blocked := blocking(state.dialogue, reasons):
        return Step(kept, (Reply(f"utter_safeguard_{blocked}"),), reasons=found)
    if _wants_too_little(state, known):
        return Step(kept, (Reply("utter_safeguard_low_intake"),), reasons=(*found, "low_intake"))
    if slip := _bmi_slip(known):
        kept |= dict.fromkeys(slip)
        known = {slot: value for slot, value in known.items() if slot not in slip}
    if slip and slip[-1] in DIALOGUES[state.dialogue].slots:
        again = (*replies, Reply(f"utter_fitness_dialogue_again_{slip[-1]}"))
        return _again(state, kept, again, slip[-1], found)
    if answers and answers.ambiguous and len(answers.ambiguous.readings) == 2:
        return _which(state, kept, replies, answers, found)
    asked = state.asked
    noted = _noted(state, kept, known)
    if answers and (answers.readings_apart or answers.out_of_range or answers.ambiguous):
        unclear = answers.ambiguous.slot if answers.ambiguous else asked
        slot = answers.readings_apart or answers.out_of_range or str(unclear)
        name = "readings_apart" if answers.readings_apart else f"again_{slot}"
        reply = Reply(f"utter_fitness_dialogue_{name}")
        return _again(state, kept, (*replies, *noted, reply), slot, found)
    if lacks_needed(state.dialogue, known):
        return Step(kept, (*replies, Reply(f"utter_fitness_general_{state.dialogue}")), reasons=found, done=True)
    if refused := results.refusal(state.dialogue, known):
        return Step(kept, (*replies, *refused), reasons=(*found, "low_intake"), done=True)
    ask = next_question(state.dialogue, {**safeguards.implied(reasons), **known})
    if ask is None:
        shown = results.result(state.dialogue, known, reasons)
        return Step(kept, (*replies, *noted, *shown), reasons=found, done=True)
    attempts = state.attempts if ask == asked else 0
    return Step(kept, (*replies, *noted), ask, found, attempts=attempts)


def _again(state: State, kept: dict[str, Any], replies: tuple[Reply, ...], slot: str, found: tuple[str, ...]) -> Step:
    if state.asked == slot and state.attempts >= MOST_ATTEMPTS:
        return Step(kept, (Reply("utter_fitness_dialogue_way_out"),), reasons=found)
    attempts = state.attempts + 1 if state.asked == slot else 1
    return Step(kept, replies, slot, found, attempts=attempts)


def _which(
    state: State, kept: dict[str, Any], replies: tuple[Reply, ...], answers: Answers, found: tuple[str, ...]
) -> Step:
    assert answers.ambiguous is not None
    first, second = answers.ambiguous.readings
    reply = Reply("utter_fitness_dialogue_which", {"first": display.reading(first), "second": display.reading(second)})
    which = {
        "slot": answers.ambiguous.slot,
        "values": [first.value, second.value],
        "units": [first.parts[-1][1], second.parts[-1][1]],
    }
    step = _again(state, kept, (*replies, reply), answers.ambiguous.slot, found)
    return replace(step, which=which) if step.ask else step


def _noted(state: State, slots: Mapping[str, Any], known: Mapping[str, Any]) -> tuple[Reply, ...]:
    """Return an acknowledgement of what was corrected or told besides the answer asked for."""
    if state.asked is None:
        return ()
    changed = tuple(
        slot
        for slot, value in slots.items()
        if slot != state.asked
        and slot in (*BODY_SLOTS, *closed_slots(), *ACCEPTED)
        and value is not None
        and state.known.get(slot) != value
        and (state.known.get(slot) is not None or state.asked not in slots)
    )
    return (Reply("utter_fitness_dialogue_noted", {"noted": display.facts(known, changed)}),) if changed else ()


def _wants_too_little(state: State, known: Mapping[str, Any]) -> bool:
    """Tell whether the message asks for an intake under the floor where intakes are what it is about."""
    return state.dialogue == "calorie_deficit" and intake.is_too_low(state.text, known.get("sex"))


def _bmi_slip(known: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the measures that cannot both be right: a BMI outside 12-70 means that units were mixed up."""
    height, weight = known.get("height"), known.get("weight")
    if not isinstance(height, float) or not isinstance(weight, float):
        return ()
    return () if body.bmi(weight, height) in body.ACCEPTED["bmi"] else ("height", "weight")
