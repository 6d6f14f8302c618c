"""One conversation as staff see it: each message with what the bot understood, why it deserves a look, and what came of it."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from transcripts import delivering, rows
from transcripts.models import conversations, feedback, messages, understandings
from transcripts.staff import listing, reviewing
from transcripts.staff.queueing import Reason, judge, mask_of
from transcripts.staff.review_values import Correction, Line, Transcript
from transcripts.staff.summaries import seconds_of, stamp, turn_of
from transcripts.staff.summarising import UNDELIVERED
from transcripts.teaching import correcting


def transcript(connection: Connection, conversation_id: str, now: datetime) -> Transcript | None:
    """Return the conversation with all of its messages, or None."""
    found = connection.execute(select(conversations).where(conversations.c.id == conversation_id)).one_or_none()
    if found is None:
        return None
    query = (
        select(
            messages,
            understandings.c.message_id.label("understood"),
            understandings.c.outcome.label("turn_outcome"),
            *(
                understandings.c[name]
                for name in ("intent", "confidence", "alternatives", "red_flags", "region", "model")
            ),
            *(understandings.c[name] for name in ("ms", "degraded")),
            feedback.c.value.label("thumb"),
        )
        .outerjoin_from(messages, understandings, understandings.c.message_id == messages.c.id)
        .outerjoin(feedback, feedback.c.message_id == messages.c.id)
        .where(messages.c.conversation_id == conversation_id)
        .order_by(messages.c.sequence)
    )
    said = connection.execute(query).all()
    replies: defaultdict[int | None, list[Row[Any]]] = defaultdict(list)
    for row in said:
        replies[row.reply_to].append(row)
    corrected = correcting.newest(connection, [row.id for row in said if row.sender == "visitor"])
    fates = delivering.states(connection, conversation_id)
    lines = [
        _asked(row, replies[row.sequence], corrected.get(row.id), now)
        if row.sender == "visitor"
        else _answered(row, fates.get(row.sequence))
        for row in said
    ]
    flagged = [
        (
            asked.sequence,
            int(mask_of(dict(line.reasons))),
            sum(reply.thumb == "down" for reply in replies[asked.sequence]),
        )
        for asked, line in zip(said, lines)
        if asked.sender == "visitor"
    ]
    return Transcript(
        conversation=rows.conversation(found),
        entry=listing.entry(connection, conversation_id, now),
        lines=tuple(lines),
        notes=tuple(reviewing.notes_of(connection, conversation_id)),
        stamp=stamp(flagged, [sequence for sequence, fate in fates.items() if fate in UNDELIVERED]),
    )


def _asked(row: Row[Any], replies: list[Row[Any]], correction: Correction | None, now: datetime) -> Line:
    return Line(
        message=rows.message(row),
        understanding=None if row.understood is None else rows.understanding(row, outcome=row.turn_outcome),
        reasons=tuple(judge(turn_of(row, replies, outcome=row.turn_outcome), now).items()),
        seconds=seconds_of(row, replies),
        reason=row.reason,
        correction=correction,
    )


def _answered(row: Row[Any], fate: str | None) -> Line:
    lost = ((Reason.DELIVERY, fate),) if fate in UNDELIVERED else ()
    return Line(message=rows.message(row, row.thumb), delivery=fate, reasons=lost)
