"""Which conversations a list shows: one value, to and from the query string of a URL, and as conditions of a query."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, get_args
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import ColumnElement, and_, select, true

from transcripts.cleaning import clean
from transcripts.staff import searching
from transcripts.staff.queueing import Reason
from transcripts.staff.review_models import reviews, tags, turns
from transcripts.values import Feedback, Sender

#: Conversations by urgency, or by the time of their last message; the newest first within both.
Order = Literal["urgency", "newest"]
LONGEST = 500
#: A search that finds a number tells that it was said, digit by digit.
HIDDEN = (
    "Words with a digit or an @ are searched for by leads only: numbers and addresses of people are masked for you."
)
#: Stands in the audit log for a value that somebody typed.
NOT_NOTED = "(not noted)"

_FLAGS = {"yes": True, "no": False}


class FilterError(ValueError):
    """A filter or a cursor in a URL means nothing; the message says which, and what is accepted."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a conversation must fulfil, all of it; None and "" ask for nothing.

    `words` are searched for (searching.parse) in what `said_by` said. `since` and `until`, both included, are days (UTC) of the
    last message. `outcome`, `intent`, both ends of the confidence and `unanswered` must hold of one and the same turn.
    `reason` is a name of queueing.Reason in small letters; `assigned` and `reviewer` are names of accounts;
    `follow_up` is a day: the conversations to be followed up by then.
    """

    words: str = ""
    said_by: Sender | None = None
    since: date | None = None
    until: date | None = None
    channel: str | None = None
    outcome: str | None = None
    intent: str | None = None
    confidence_from: float | None = None
    confidence_to: float | None = None
    escalated: bool | None = None
    unanswered: bool | None = None
    feedback: Feedback | None = None
    reason: str | None = None
    tag: str | None = None
    reviewer: str | None = None
    assigned: str | None = None
    reviewed: bool | None = None
    follow_up: date | None = None

    def to_query(self) -> str:
        """Return the query string of a URL, without what is not asked for; `from_query` reads it back."""
        return urlencode([(name, _written(value)) for name, value in self.items()])

    def items(self) -> list[tuple[str, Any]]:
        """Return name and value of what is asked for."""
        given = [(one.name, getattr(self, one.name)) for one in fields(self)]
        return [(name, value) for name, value in given if value is not None and value != ""]

    def noted(self, known: Mapping[str, Container[str]]) -> dict[str, str]:
        """Return what is asked for as the audit log may keep it for ever: of what could be a visitor's words, only that it is.

        Args:
            known: of filters that anything can be typed into, the values that are ours.
        """

        def is_ours(name: str, value: Any) -> bool:
            return not isinstance(value, str) or name in _CHOICES or value in known.get(name, ())

        return {name: str(value) if is_ours(name, value) else NOT_NOTED for name, value in self.items()}

    @classmethod
    def from_query(
        cls, query: str | Iterable[tuple[str, str]], *, besides: Iterable[str] = (), masked: bool = False
    ) -> Filters:
        """Read a query string, or its pairs. Empty values ask for nothing; the names `besides` are somebody else's.

        Args:
            masked: whoever asks sees numbers and addresses masked, so they may not search for them either.

        Raises:
            FilterError: a name does not exist, is given twice, its value means nothing, or `masked` forbids it.
        """
        pairs = parse_qsl(query, keep_blank_values=True) if isinstance(query, str) else query
        known, others, found = {one.name for one in fields(cls)}, set(besides), {}
        for name, value in pairs:
            if name in others:
                continue
            if name not in known:
                raise FilterError(f"There is no filter {name[:40]!r}; there are: {', '.join(sorted(known))}.")
            if name in found:
                raise FilterError(f"The filter {name} is given twice.")
            if text := clean(value).strip():
                found[name] = _read(name, text)
        if masked and searching.could_reveal(found.get("words", "")):
            raise FilterError(HIDDEN)
        return cls(**found)


def conditions(filters: Filters, *, sqlite: bool) -> list[ColumnElement[bool]]:
    """Return the conditions on a row of `reviews`."""
    c = reviews.c
    found: list[ColumnElement[bool]] = []
    if query := searching.parse(filters.words):
        found.append(searching.condition(query, c.number, filters.said_by, sqlite=sqlite))
    if filters.since:
        found.append(c.last_at >= _midnight(filters.since))
    if filters.until and filters.until < date.max:
        found.append(c.last_at < _midnight(filters.until + timedelta(days=1)))
    if filters.channel:
        found.append(c.channel == filters.channel)
    if filters.escalated is not None:
        found.append(c.escalated == filters.escalated)
    if filters.feedback:
        found.append((c.up if filters.feedback == "up" else c.down) > 0)
    if filters.reason:
        found.append(c.reasons.op("&")(int(Reason[filters.reason.upper()])) != 0)
    if filters.tag:
        found.append(c.conversation_id.in_(select(tags.c.conversation_id).where(tags.c.tag == filters.tag)))
    if filters.reviewer:
        found.append(and_(c.reviewed_by == filters.reviewer, c.reviewed_at.is_not(None)))
    if filters.assigned:
        found.append(c.assigned_to == filters.assigned)
    if filters.reviewed is not None:
        found.append(c.reviewed_at.is_not(None) if filters.reviewed else c.reviewed_at.is_(None))
    if filters.follow_up:
        found.append(c.follow_up <= filters.follow_up)
    return found + _of_turns(filters)


def _of_turns(filters: Filters) -> list[ColumnElement[bool]]:
    t, found = turns.c, []
    if filters.outcome:
        found.append(t.outcome == filters.outcome)
    if filters.intent:
        found.append(t.intent == filters.intent)
    if filters.confidence_from is not None:
        found.append(t.confidence >= filters.confidence_from)
    if filters.confidence_to is not None:
        found.append(t.confidence <= filters.confidence_to)
    if not found:
        return [] if filters.unanswered is None else [(reviews.c.unanswered > 0) == filters.unanswered]
    if filters.unanswered is not None:
        found.append((t.state == "unanswered") == filters.unanswered)
    return [reviews.c.number.in_(select(t.number).where(true(), *found))]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)


def _read(name: str, value: str) -> Any:
    if name in ("since", "until", "follow_up"):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise FilterError(f"{name} is a day, such as 2026-11-26.") from None
    if name in ("confidence_from", "confidence_to"):
        return _probability(name, value)
    if name in _CHOICES:
        if value not in _CHOICES[name]:
            raise FilterError(f"{name} is one of: {', '.join(_CHOICES[name])}.")
        return _FLAGS.get(value, value) if name in ("escalated", "unanswered", "reviewed") else value
    if len(value) > LONGEST:
        raise FilterError(f"{name} has more than {LONGEST} characters.")
    return value


def _probability(name: str, value: str) -> float:
    try:
        found = float(value)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise FilterError(f"{name} is a number from 0 to 1.")
    return found


_CHOICES: Mapping[str, tuple[str, ...]] = {
    "said_by": get_args(Sender),
    "feedback": get_args(Feedback),
    "reason": tuple(str(reason.name).lower() for reason in Reason),
    **dict.fromkeys(("escalated", "unanswered", "reviewed"), tuple(_FLAGS)),
}
