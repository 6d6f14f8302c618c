"""What a guided dialogue knows when a message comes, and what the message leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from coaching.dialogue.replies import Reply


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
