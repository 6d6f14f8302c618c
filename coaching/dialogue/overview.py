"""Everything that was worked out in a conversation, as one summary that can be kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coaching.dialogue import display, results, safeguards
from coaching.dialogue.forms import DECLINED, DIALOGUES, blocking, lacks_needed, next_question
from coaching.dialogue.replies import Lines, Reply


def overview(known: Mapping[str, Any], reasons: tuple[str, ...]) -> list[Reply]:
    """Return the summary of every dialogue that has come to its result, or what to begin with when none has.

    A dialogue that a safeguard rules out is left out; when nothing else was worked out, the safeguard's answer is given.
    """
    answered = {**safeguards.implied(reasons), **known}
    finished = [
        dialogue
        for dialogue in DIALOGUES
        if not lacks_needed(dialogue, known)
        and next_question(dialogue, answered) is None
        and not blocking(dialogue, reasons)
        and not results.refusal(dialogue, known)
    ]
    lines = [line for dialogue in finished for line in _line(dialogue, known, reasons)]
    if lines:
        return [Reply("utter_fitness_result_overview", {"summary": Lines(tuple(lines))}, card=_card(lines))]
    if blocked := next(filter(None, (blocking(dialogue, reasons) for dialogue in DIALOGUES)), None):
        return [Reply(f"utter_safeguard_{blocked}")]
    return [Reply("utter_fitness_result_overview_empty")]


def _line(dialogue: str, known: Mapping[str, Any], reasons: tuple[str, ...]) -> list[tuple[str, dict[str, str]]]:
    """Return the line of one dialogue's result; none when it has no figure to show."""
    values: dict[str, Any] = {}
    for reply in results.result(dialogue, known, reasons):
        values = {**reply.values, **values}
    if dialogue == "calorie_deficit":
        tdee = values.get("tdee") or f"{values['tdee_women']}–{values['tdee_men']}"
        intake = values.get("intake") or f"{values['intake_women']} / {values['intake_men']}"
        return [("utter_fitness_line_calorie_deficit", {"intake": intake, "tdee": tdee})]
    if dialogue == "training_plan":
        plan = results.training_plan(known)
        entries = [
            f"{display.exercise(entry.exercise.key)} {display.plain_range(entry.sets)} × {display.plain_range(entry.reps)}"
            for session in plan.sessions
            for entry in session.entries
        ]
        return [("utter_fitness_line_training_plan", {"days": str(plan.days), "exercises": ", ".join(entries)})]
    if dialogue == "measuring":
        measured = display.facts(known, tuple(slot for slot in ("waist", "hip") if known.get(slot) != DECLINED))
        return [("utter_fitness_line_measuring", {"measured": measured})] if measured else []
    names = {"protein": "day", "hydration": "drinks", "cardio": "week", "sleep": "tips", "stress": "tips"}
    return [(f"utter_fitness_line_{dialogue}", {names[dialogue]: values[names[dialogue]]})]


def _card(lines: list[tuple[str, dict[str, str]]]) -> dict[str, Any]:
    return {"kind": "summary", "topics": [name.removeprefix("utter_fitness_line_") for name, _ in lines]}
