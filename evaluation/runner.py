"""Running cases on an assistant. The assistant and its request class are handed in, so nothing here imports Rasa."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from evaluation.cases import Case
from evaluation.scoring import ERROR, Observed

logger = logging.getLogger(__name__)

SEED = 20240229
#: Cases between two calls of the progress function.
PROGRESS_EVERY = 100


class Answers(Protocol):
    """What the runner needs of an assistant: `channels.turn.Assistant`, or a stub in tests."""

    async def answer(self, request: Any) -> dict[str, Any]:
        """Return the bridge's answer to one turn."""


class MissingChoiceError(LookupError):
    """The previous turn offered no button of the wanted title; the message names those it did offer."""


async def run(
    cases: Sequence[Case],
    assistant: Answers,
    request: Callable[..., Any],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[list[Observed]]:
    """Return what was observed, one row a case and one entry a turn.

    Args:
        request: makes a request from keywords (`channels.turn.TurnRequest`).
        progress: called with the number of cases done and in all, every PROGRESS_EVERY cases and at the end.
    """
    observed = []
    for index, case in enumerate(cases):
        # Seeded for each case, so that a line scores the same whatever is evaluated before it.
        random.seed(SEED)
        np.random.seed(SEED)
        observed.append(await _conversation(case, f"evaluation-{index:06d}", assistant, request))
        if (index + 1) % PROGRESS_EVERY == 0 or index + 1 == len(cases):
            progress(index + 1, len(cases))
    return observed


async def _conversation(case: Case, identifier: str, assistant: Answers, request: Callable[..., Any]) -> list[Observed]:
    observed = []
    choices: list[dict[str, str]] = []
    for number, turn in enumerate(case.turns, start=1):
        try:
            payload = None if turn.choice is None else choice_payload(turn.choice, choices)
            choices = []  # whatever becomes of this turn, the buttons of the one before are gone
            answer = await assistant.answer(
                request(
                    conversation_id=identifier,
                    message_id=f"{identifier}-{number:03d}",
                    text=turn.text,
                    choice=payload,
                    channel="evaluation",
                    region=None,
                    dry_run=False,
                )
            )
            observed.append(_observed(answer))
            choices = [choice for reply in answer["replies"] for choice in reply.get("choices") or []]
        except Exception as error:  # it is this line's result; the other lines are still worth knowing
            # The place, not the text: logs of an evaluation must not spread lines that nobody may train on.
            logger.warning("%s, line %s: %s", case.set_name, turn.line, type(error).__name__)
            observed.append(Observed(outcome=ERROR, replies=(f"{type(error).__name__}: {error}",)))
    return observed


def choice_payload(title: str, choices: Sequence[dict[str, str]]) -> str:
    """Return the payload of the choice of this title; raises MissingChoiceError when none of `choices` has it."""
    for choice in choices:
        if choice["title"].strip().casefold() == title.strip().casefold():
            return choice["payload"]
    offered = ", ".join(repr(choice["title"]) for choice in choices) or "none"
    raise MissingChoiceError(f"no choice {title!r}; the turn before offered: {offered}")


def _observed(answer: dict[str, Any]) -> Observed:
    confidence = answer.get("confidence")
    return Observed(
        outcome=str(answer["outcome"]),
        replies=tuple(reply["text"] for reply in answer["replies"]),
        intent=answer.get("intent"),
        confidence=None if confidence is None else float(confidence),
        red_flags=tuple(_flag_name(flag) for flag in answer.get("red_flags") or []),
    )


def _flag_name(flag: Any) -> str:
    """Return a red flag, `{name, kind, evidence}`, as one short text."""
    if not isinstance(flag, dict) or "name" not in flag:
        return str(flag)
    return f"{flag['name']} ({flag['evidence']})" if flag.get("evidence") else str(flag["name"])
