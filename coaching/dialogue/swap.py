"""What somebody wants changed in a training plan: exercises that they dislike, equipment that is missing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from coaching import plans
from coaching.dialogue import display, results
from coaching.dialogue.replies import Reply
from coaching.numerals import plain

_EQUIPMENT = {
    "band": r"\b(?:resistance |mini |loop )?bands?\b",
    "dumbbell": r"\b(?:dumb ?bells?|kettle ?bells?)\b",
    "barbell": r"\b(?:bar ?bells?|rack|smith machine|bar)\b",
    "cable": r"\b(?:cables?|pulleys?)\b",
    "abduction_machine": r"\b(?:hip )?abduct(?:ion|or)\b.{0,12}\bmachines?\b|\bmachines?\b.{0,20}\babduct|\babductor\b",
    "adduction_machine": r"\b(?:hip )?adduct(?:ion|or)\b.{0,12}\bmachines?\b|\bmachines?\b.{0,20}\badduct|\badductor\b",
}
#: Words that make a name of equipment something missing, and not an exercise to avoid.
_MISSING = re.compile(
    r"\b(?:no|not|without|hasn.?t|haven.?t|don.?t|doesn.?t|isn.?t|lack\w*|missing|broken|broke|taken|busy|lost|n.?t got"
    r"|removed|sold)\b"
)
_PATTERNS = {
    "squat": r"\bsquat\w*",
    "lunge": r"\b(?:lunge\w*|split squats?)",
    "hinge": r"\b(?:dead ?lifts?|rdls?|romanians?|hinges?|good mornings?)\b",
    "thrust": r"\b(?:thrusts?|thrusters?|bridges?|bridging)\b",
    "kickback": r"\bkick ?backs?\b",
    "abduction": r"\b(?:abduct\w*|clams?|side (?:leg )?raises?|side lying)\b",
    "adduction": r"\b(?:adduct\w*|inner thighs?)\b",
}


def wishes(text: str, plan: plans.Plan) -> tuple[frozenset[str], frozenset[str]]:
    """Return the exercises of the plan to avoid, and the equipment that is missing, by what a message says."""
    words = plain(text)
    missing = frozenset(
        kit for kit, pattern in _EQUIPMENT.items() if re.search(pattern, words) and _MISSING.search(words)
    )
    in_plan = [entry.exercise for session in plan.sessions for entry in session.entries]
    named = {exercise.key for exercise in in_plan if re.search(rf"\b{exercise.key.replace('_', ' ')}s?\b", words)}
    if not named:
        patterns = {pattern for pattern, cue in _PATTERNS.items() if re.search(cue, words)}
        if "lunge" in patterns and "split squat" in words:
            patterns.discard("squat")
        named = {exercise.key for exercise in in_plan if exercise.pattern in patterns}
    return frozenset(named if not missing else named - {"cable_kickback"}), missing


def swapped(known: Mapping[str, Any], text: str) -> tuple[dict[str, Any], list[Reply]]:
    """Return the slots and messages that answer a wish for swaps; `known` holds all that a plan needs."""
    before = results.training_plan(known)
    named, missing = wishes(text, before)
    disliked = sorted({*(known.get("disliked") or ()), *_family(named)})
    slots = {"disliked": disliked, "missing": sorted({*(known.get("missing") or ()), *missing})}
    after = results.training_plan({**known, **slots})
    kept = {entry.exercise.key for session in after.sessions for entry in session.entries}
    swaps = [
        f"{display.exercise(new.exercise.key)} instead of {display.exercise(old.exercise.key)}"
        for old, new in zip(_entries(before), _entries(after))
        if old.exercise.key != new.exercise.key
    ]
    if after.key != before.key or swaps:
        shown = ", ".join(swaps) or after.key.replace("_", " ")
        return slots, [
            Reply("utter_fitness_result_swapped", {"swaps": shown}),
            results.result("training_plan", {**known, **slots, "injuries": "none"})[0],
        ]
    if named & kept or not (named or missing):
        return {}, [Reply("utter_fitness_result_no_swap")]
    return slots, [results.result("training_plan", {**known, **slots, "injuries": "none"})[0]]


def _family(keys: frozenset[str]) -> set[str]:
    """Return the exercises that go with disliked ones: whoever hates lunges hates every lunge."""
    patterns = {plans.exercises()[key].pattern for key in keys} & {"lunge", "kickback"}
    return {*keys, *(key for key, exercise in plans.exercises().items() if exercise.pattern in patterns)}


def _entries(plan: plans.Plan) -> list[plans.Entry]:
    return [entry for session in plan.sessions for entry in session.entries]
