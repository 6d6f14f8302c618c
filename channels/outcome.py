"""The outcome of a turn follows from the responses uttered in it: pure functions over response names."""

from __future__ import annotations

from collections.abc import Iterable

#: In order of precedence (docs/safety.md, section 1): the first that any response of the turn has is the turn's outcome.
OUTCOMES = (
    "emergency", "crisis", "eating_disorder", "safeguard", "urgent", "medical_info", "fitness", "clarify", "smalltalk",
    "handoff", "privacy", "out_of_scope",
)  # fmt: skip


class UnknownOutcomeError(ValueError):
    """A response name does not follow the grammar utter_<outcome>_<topic>."""


def outcome_of(response: str) -> str:
    """Return the outcome of one response: `utter_medical_info_recovery` -> `medical_info`.

    Rasa's form questions, `utter_ask_<form>_<slot>`, belong to the fitness dialogues.
    """
    if response.startswith("utter_ask_"):
        return "fitness"
    for outcome in OUTCOMES:
        if response.startswith(f"utter_{outcome}_"):
            return outcome
    raise UnknownOutcomeError(
        f"{response}: a response is called utter_<outcome>_<topic>, outcome one of {', '.join(OUTCOMES)}."
    )


def outcome_of_turn(responses: Iterable[str]) -> str:
    """Return the outcome that takes precedence among those of `responses`.

    Raises:
        UnknownOutcomeError: there is no response, or one of them does not follow the grammar.
    """
    found = {outcome_of(response) for response in responses}
    if not found:
        raise UnknownOutcomeError("A turn without a response has no outcome.")
    return next(outcome for outcome in OUTCOMES if outcome in found)
