"""What the console reads of the record: frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple

from transcripts.staff.queueing import Reason
from transcripts.values import Conversation, Message, Understanding

ChangeSetState = Literal["open", "closed"]
#: What a corrected line is for: the assistant learns from it, or is measured on it, never both.
Use = Literal["training", "evaluation"]


class ClaimedByOtherError(RuntimeError):
    """Somebody else is reviewing the conversation; `by` and `until` say who, and how long the claim holds."""

    def __init__(self, by: str, until: datetime) -> None:
        super().__init__(f"{by} is reviewing this conversation until {until:%H:%M} UTC.")
        self.by, self.until = by, until


class ChangedMeanwhileError(RuntimeError):
    """The page that somebody looked at is not up to date. `last_sequence` is the newest message; `seen` the page's."""

    def __init__(self, last_sequence: int, seen: int) -> None:
        went_on = "The conversation went on meanwhile: look at the new messages, then mark it again."
        super().__init__(
            "Something to look at came up meanwhile, or was answered: look again, then mark it."
            if seen == last_sequence
            else went_on
        )
        self.last_sequence = last_sequence


class ChangedSetError(RuntimeError):
    """The change set is not what the page showed that somebody looked at."""

    def __init__(self) -> None:
        super().__init__("A line came in, changed or went meanwhile: look again, then close the set.")


class FullSetError(RuntimeError):
    """The open change set takes no more corrections."""

    def __init__(self, most: int) -> None:
        super().__init__(f"The open change set holds {most} corrections: a lead looks through it and closes it first.")


class ReviewedByOtherError(RuntimeError):
    """Somebody else has marked the conversation as reviewed; `by` says who."""

    def __init__(self, by: str) -> None:
        super().__init__(f"{by} has reviewed it.")
        self.by = by


class Part(NamedTuple):
    """A piece of a passage, and whether it is a hit."""

    text: str
    hit: bool


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The passage of a message that a search found."""

    sequence: int
    sender: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """Who is reviewing a conversation, and until when the claim holds unless it is renewed."""

    by: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the queue or of a list.

    `reasons` (the most urgent first) are of what has not been reviewed, `jump` is the turn to look at first; `turns` counts
    the visitor's messages, `lowest` is the lowest confidence among them. `claim` is None when nobody's holds just now.
    """

    conversation_id: str
    channel: str
    begun_at: datetime
    last_at: datetime
    last_sequence: int
    turns: int
    unanswered: int
    escalated: bool
    up: int
    down: int
    lowest: float | None
    reasons: tuple[Reason, ...]
    jump: int | None
    reviewed_at: datetime | None
    reviewed_by: str | None
    assigned_to: str | None
    claim: Claim | None
    follow_up: date | None
    tags: tuple[str, ...]
    excerpt: Excerpt | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, the `next` page's cursor (None: this is the last one), and how many rows all pages have.

    `behind`: so many changed conversations are not sorted in yet (0 but after a long time without the console).
    """

    entries: tuple[Entry, ...]
    next: str | None
    total: int
    behind: int


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody of the staff wrote about a conversation, or about its message `sequence`."""

    id: int
    sequence: int | None
    text: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Correction:
    """What a turn should have been understood as (`intent`), or have come to (`outcome`); None: not said.

    `was_intent`, `was_outcome` and `text` are the turn's own. `words` are what shall go out instead of the text, and `use`
    is what for; None: nobody has changed or chosen anything.
    """

    id: int
    change_set: int
    conversation_id: str
    sequence: int
    text: str
    was_intent: str | None
    was_outcome: str | None
    intent: str | None
    outcome: str | None
    words: str | None
    use: Use | None
    author: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Corrections that go out together. One is open and takes new corrections."""

    id: int
    state: ChangeSetState
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    corrections: int


@dataclass(frozen=True, slots=True)
class Line:
    """One message as staff see it. A visitor's has `understanding`, `reasons` with their details, and `seconds` waited.

    `delivery` is the state of a reply to a platform; `correction` the newest one of the turn.
    """

    message: Message
    understanding: Understanding | None = None
    reasons: tuple[tuple[Reason, str], ...] = ()
    seconds: float | None = None
    delivery: str | None = None
    reason: str | None = None
    correction: Correction | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """A whole conversation, its summary, notes and tags. `entry` is None where nothing was said yet.

    `stamp` stands for all there is to look at in it (summaries.stamp): whoever marks it as reviewed gives it back.
    """

    conversation: Conversation
    entry: Entry | None
    lines: tuple[Line, ...]
    notes: tuple[Note, ...]
    stamp: str


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Of a time in seconds; `n` counts what was measured."""

    n: int
    p50: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Count:
    """Figures of a day, a channel, or all. `messages` are visitors' messages, each of which is a turn.

    `outcomes` holds (outcome, turns), the most frequent first; `fallback_rate` is None without answered turns.
    """

    name: str
    conversations: int
    messages: int
    outcomes: tuple[tuple[str, int], ...]
    emergencies: int
    unanswered: int
    fallbacks: int
    fallback_rate: float | None
    up: int
    down: int
    waited: Percentiles


@dataclass(frozen=True, slots=True)
class Figures:
    """What the dashboard shows of the days from `since` to `until`, both included (UTC)."""

    since: date
    until: date
    channel: str | None
    all: Count
    days: tuple[Count, ...]
    channels: tuple[Count, ...]
