"""What a replay is and what it found: frozen values, without a word of anybody's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from transcripts.staff.queueing import ESCALATED, SAFETY_INTENTS

Source = Literal["filter", "change_set", "evaluation"]
#: "cut_off": the console ended meanwhile; "no_answer": the bot was away; "failed": a fault of ours, the log says which;
#: "file_changed": the labelled file is not the one that was begun with. All but "running" and "done" can go on.
ReplayState = Literal["running", "done", "stopped", "cut_off", "no_answer", "failed", "file_changed"]
EndState = Literal["done", "stopped", "cut_off", "no_answer", "failed", "file_changed"]
#: "refused": the bot is there, and gives no answer to this turn (a button that it does not offer any more).
ReplayedState = Literal["waiting", "done", "refused"]


class AlreadyRunningError(RuntimeError):
    """One replay runs at a time, so that visitors are not slowed."""

    def __init__(self) -> None:
        super().__init__("A comparison is running already: wait for its end, or stop it.")


class NothingToReplayError(ValueError):
    """Nothing that was chosen can be replayed."""

    def __init__(self) -> None:
        super().__init__("There is no visitor's message in it that the bot was asked.")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the bot made of a turn."""

    outcome: str
    intent: str | None
    confidence: float | None
    model: str | None


@dataclass(frozen=True, slots=True)
class Label:
    """A line of a labelled file: its number (from 1) and the outcomes that are right for it."""

    line: int
    outcomes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """One replay. `answered` counts the turns that are through, `left` those that are there at all: erased ones are not."""

    id: int
    state: ReplayState
    source: Source
    query: str | None
    change_set: int | None
    file: str | None
    digest: str | None
    total: int
    answered: int
    left: int
    author: str
    begun_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Step:
    """One message of a conversation on its way to the bot; `replayed` names the turn that its answer belongs to, if any."""

    replayed: int | None
    text: str
    payload: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """A conversation from its start up to the last turn that waits."""

    conversation_id: str
    channel: str
    region: str | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """One turn of a replay.

    It is the message `sequence` of a conversation, or a `line` of a file. `was` is None where the bot had not answered it, or
    (a line) no earlier replay of the same file is known; `now` while it waits, or was refused.
    """

    id: int
    conversation_id: str | None
    sequence: int | None
    line: int | None
    state: ReplayedState
    was: Reading | None
    now: Reading | None
    right_outcomes: tuple[str, ...]
    right_intent: str | None

    @property
    def before(self) -> str | None:
        """The outcome before, "unanswered" where a visitor got none; None: nothing is known."""
        if self.was is not None:
            return self.was.outcome
        return None if self.conversation_id is None else "unanswered"

    @property
    def other_outcome(self) -> bool:
        """Whether it comes to another outcome than before."""
        return self.now is not None and self.before is not None and self.now.outcome != self.before

    @property
    def other_intent(self) -> bool:
        """Whether it comes to the same outcome, by another intent."""
        both = self.now is not None and self.was is not None and not self.other_outcome
        return both and self.now.intent != self.was.intent  # type: ignore[union-attr]

    @property
    def lost(self) -> bool:
        """Whether an emergency, a crisis or an eating disorder was recognised before, and is not what it comes to now."""
        return self.other_outcome and self.before in ESCALATED

    @property
    def gained(self) -> bool:
        """Whether one is recognised now that was not before."""
        return self.other_outcome and not self.lost and self.now is not None and self.now.outcome in ESCALATED

    @property
    def missed(self) -> bool:
        """Whether only such an outcome, or an intent that comes to one, is right, and it comes to another outcome."""
        if self.now is None:
            return False
        if self.right_intent in SAFETY_INTENTS and self.now.outcome not in ESCALATED:
            return True
        only = bool(self.right_outcomes) and ESCALATED.issuperset(self.right_outcomes)
        return only and self.now.outcome not in self.right_outcomes

    @property
    def right_before(self) -> bool | None:
        """Whether it was right before; None: what is right, or what was, is not known."""
        if not self._is_labelled or self.before is None:
            return None
        return self.was is not None and self._is_right(self.was)

    @property
    def right_now(self) -> bool | None:
        """Whether it is right now; None: what is right is not known, or there is no answer."""
        return self._is_right(self.now) if self._is_labelled and self.now is not None else None

    @property
    def _is_labelled(self) -> bool:
        return bool(self.right_outcomes) or self.right_intent is not None

    def _is_right(self, reading: Reading) -> bool:
        outcome = not self.right_outcomes or reading.outcome in self.right_outcomes
        return outcome and (self.right_intent is None or reading.intent == self.right_intent)
