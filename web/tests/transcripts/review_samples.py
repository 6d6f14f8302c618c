"""What the tests of the console's half share."""

from __future__ import annotations

from typing import Any

from record_samples import PLAIN, begun, new_id

from transcripts.record import Record
from transcripts.review import Review
from transcripts.staff.filtering import Filters
from transcripts.teaching.correcting import stamp
from transcripts.values import Reply, Understanding


def understood(outcome: str = "fitness", *ranking: tuple[str, float], **given: Any) -> Understanding:
    """What the bot understood, from its ranking of intents."""
    intents = ranking or ((f"{outcome}_overview", 0.9),)
    alternatives = tuple({"intent": name, "confidence": value} for name, value in intents)
    return Understanding(outcome, intents[0][0], intents[0][1], alternatives, **given)


FAILURE = Reply("We could not answer. In an emergency call 112.", kind="failure")
RED_FLAG = {"name": "E1_hip_out_of_place", "kind": "emergency_injury", "evidence": ["popped out"]}


def talked(
    record: Record,
    text: str = "how do I get smaller hips?",
    understanding: Understanding | None = None,
    *replies: Reply,
    conversation_id: str | None = None,
    **given: Any,
) -> str:
    """Say one thing and have it answered; return the conversation."""
    name = conversation_id or begun(record)
    message = record.add_message(name, new_id(), text).message
    record.add_answer(name, message.sequence, replies or (PLAIN,), understanding or understood(), **given)
    return name


def failed(record: Record, text: str = "hello?") -> str:
    """Say one thing that gets the fixed text."""
    name = begun(record)
    record.add_message(name, new_id(), text)
    record.add_answer(name, 1, [FAILURE], None, state="unanswered", reason="no answer in time")
    return name


def queued(review: Review) -> list[str]:
    """The conversations of the queue, in order."""
    return [entry.conversation_id for entry in review.queue().entries]


def found(review: Review, **given: Any) -> set[str]:
    """The conversations that these filters leave."""
    return {entry.conversation_id for entry in review.page(Filters(**given)).entries}


def close(review: Review, who: str = "lee") -> int | None:
    """Look at the open change set and close it, as the page does."""
    return review.close_change_set(who, stamp(review.corrections()))


def mark(review: Review, conversation_id: str, who: str = "ann") -> None:
    """Look at the conversation and mark it as reviewed, as the page does."""
    page = review.transcript(conversation_id)
    assert page is not None
    review.mark_reviewed(conversation_id, who, page.lines[-1].message.sequence, page.stamp)
