"""What a conversation comes to: its turns and its summary, as rows. Pure functions over what was read."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from transcripts.staff.queueing import ESCALATED, Reason, Turn, judge, mask_of, urgency


@dataclass(slots=True)
class Summarised:
    """One turn, with the values of its row of `turns`; `last` is the sequence of its last reply, or its own without one."""

    sequence: int
    last: int
    reasons: Reason
    values: dict[str, Any]


def blank(row: Row[Any]) -> dict[str, Any]:
    """Return a row of `reviews` before anything has been summarised."""
    zeros = ("last_sequence", "indexed", "turns", "unanswered", "up", "down", "urgency", "reasons")
    return {
        **dict.fromkeys((*zeros, "reviewed_sequence"), 0),
        "reviewed_undelivered": [],
        "conversation_id": row.id,
        "channel": row.channel,
        "begun_at": row.created_at,
        "day": row.created_at.date(),
        "last_at": row.last_at,
        "escalated": False,
    }


def turn_of(asked: Row[Any], replies: Sequence[Row[Any]], outcome: str | None) -> Turn:
    """Return what is known of a visitor's message with this outcome: from its row with its understanding, and its replies'."""
    return Turn(
        text=asked.text,
        typed=asked.payload is None,
        state=asked.state,
        at=asked.created_at,
        outcome=outcome,
        alternatives=asked.alternatives or (),
        red_flags=asked.red_flags or (),
        degraded=bool(asked.degraded),
        failed=any(reply.kind == "failure" for reply in replies),
        down=sum(reply.thumb == "down" for reply in replies),
    )


def seconds_of(asked: Row[Any], replies: Sequence[Row[Any]]) -> float | None:
    """Return how long the visitor waited for the first reply that is not a notice; None: there is none."""
    times = [reply.created_at for reply in replies if reply.kind != "notice"]
    return max(0.0, (min(times) - asked.created_at).total_seconds()) if times else None


def turns_of(channel: str, number: int, rows: Sequence[Row[Any]], now: datetime) -> Iterable[Summarised]:
    """Yield the turns of a conversation, in order, from all of its messages with understandings and thumbs."""
    replies: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for line in rows:
        if line.reply_to is not None:
            replies[line.reply_to].append(line)
    for asked in rows:
        if asked.sender != "visitor":
            continue
        own = replies[asked.sequence]
        turn = turn_of(asked, own, asked.outcome)
        reasons = mask_of(judge(turn, now))
        values = {
            "message_id": asked.id,
            "number": number,
            "sequence": asked.sequence,
            "day": asked.created_at.date(),
            "channel": channel,
            "state": asked.state,
            "outcome": asked.outcome,
            "intent": asked.intent,
            "confidence": asked.confidence,
            "ms": asked.ms,
            "seconds": seconds_of(asked, own),
            "reasons": int(reasons),
            "up": sum(reply.thumb == "up" for reply in own),
            "down": turn.down,
            "reviewed_reasons": 0,
            "reviewed_down": 0,
        }
        yield Summarised(asked.sequence, max([asked.sequence, *(reply.sequence for reply in own)]), reasons, values)


def stamp(turns: Iterable[tuple[int, int, int]], undelivered: Iterable[int]) -> str:
    """Return what stands for all that staff should look at in a conversation: it changes when anything comes or goes.

    Args:
        turns: sequence, reasons, and how many of its replies have a thumb down, of each turn.
        undelivered: sequences of replies that did not arrive.
    """
    flagged = [sorted(tuple(turn) for turn in turns if turn[1]), sorted(set(undelivered))]
    return hashlib.sha256(json.dumps(flagged).encode()).hexdigest()[:32]


def summary_of(
    row: Row[Any],
    review: Row[Any],
    judged: Sequence[Summarised],
    undelivered: Sequence[int],
    seen: Mapping[int, tuple[int, int]],
) -> dict[str, Any]:
    """Return the new values of a row of `reviews`. A new message, or a new reason in an old one, opens a review anew.

    `seen` holds, by sequence, the reasons and the number of thumbs down that the last review had seen.
    """
    every = [(one.sequence, one.reasons) for one in judged] + [(number, Reason.DELIVERY) for number in undelivered]
    known = review.reviewed_undelivered
    news = [(one.sequence, _new(one, review.reviewed_sequence, *seen.get(one.sequence, (0, 0)))) for one in judged]
    news += [(number, Reason.DELIVERY) for number in undelivered if number not in known]
    reviewed = (
        review.reviewed_at is not None
        and row.last_sequence <= review.reviewed_sequence
        and not any(reasons for _, reasons in news)
    )
    shown = sorted(every if reviewed else news)
    reasons = Reason(0)
    for _, some in shown:
        reasons |= some
    first = Reason(1 << urgency(reasons) - 1) if reasons else Reason(0)
    values = {
        "channel": row.channel,
        "begun_at": row.created_at,
        "day": row.created_at.date(),
        "last_at": row.last_at,
        "last_sequence": row.last_sequence,
        "indexed": row.last_sequence,
        "turns": len(judged),
        "unanswered": sum(one.values["state"] == "unanswered" for one in judged),
        "escalated": any(one.values["outcome"] in ESCALATED for one in judged),
        "up": sum(one.values["up"] for one in judged),
        "down": sum(one.values["down"] for one in judged),
        "lowest": min(
            (one.values["confidence"] for one in judged if one.values["confidence"] is not None), default=None
        ),
        "urgency": urgency(reasons),
        "reasons": int(reasons),
        "jump": next((sequence for sequence, some in shown if some & first), None),
        "reviewed_at": review.reviewed_at if reviewed else None,
    }
    return {"of_number": review.number, **{f"new_{name}": value for name, value in values.items()}}


def _new(one: Summarised, up_to: int, reasons: int, down: int) -> Reason:
    """Return the reasons of a turn that a review up to the sequence `up_to`, with these reasons and thumbs, had not seen."""
    if one.last > up_to:
        return one.reasons
    thumbs = one.reasons & Reason.THUMBS_DOWN if one.values["down"] > down else Reason(0)
    return one.reasons & ~Reason(reasons) | thumbs
