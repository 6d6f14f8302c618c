"""The next step of a guided dialogue: a safeguard, the next question or the result. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from coaching import body
from coaching.dialogue import display, intake, results, safeguards
from coaching.dialogue.amounts import ACCEPTED
from coaching.dialogue.answers import closed_slots
from coaching.dialogue.forms import DIALOGUES, blocking, lacks_needed, next_question
from coaching.dialogue.reading import BODY_SLOTS, Answers
from coaching.dialogue.replies import Reply
from coaching.dialogue.state import State, Step

#: An answer that is not understood is asked again so often, then there is a way out.
MOST_ATTEMPTS = 2


def go_on(
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
    if wants_too_little(state, known):
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


def resume(state: State) -> Step:
    """Return the same question again, after a side question; or the safeguard that its answer has brought up."""
    if blocked := blocking(state.dialogue, state.reasons):
        return Step(replies=(Reply(f"utter_safeguard_{blocked}"),))
    return Step(ask=state.asked, attempts=state.attempts, which=dict(state.which) if state.which else None)


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


def wants_too_little(state: State, known: Mapping[str, Any]) -> bool:
    """Tell whether the message asks for an intake under the floor where intakes are what it is about."""
    return state.dialogue == "calorie_deficit" and intake.is_too_low(state.text, known.get("sex"))


def _bmi_slip(known: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the measures that cannot both be right: a BMI outside 12-70 means that units were mixed up."""
    height, weight = known.get("height"), known.get("weight")
    if not isinstance(height, float) or not isinstance(weight, float):
        return ()
    return () if body.bmi(weight, height) in body.ACCEPTED["bmi"] else ("height", "weight")
