"""What the staff of the demo did with the conversations: through the console's half of the record, audited as ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from demo.people import Person, Work
from demo.talking import conversation_of, visitors
from demo.times import Clock
from transcripts.record import Record
from transcripts.review import Review
from transcripts.staff.review_values import Transcript

#: After so long they look at a conversation, so long each of them takes.
AFTER, TAKES = timedelta(hours=15), timedelta(minutes=4)
#: Conversations without work in the script that are older than this have been reviewed, by one of these in turn.
OLD, ROUTINE = timedelta(days=17), (Work("rita", reviewed=True), Work("leo", reviewed=True))


def work(record: Record, review: Review, people: Sequence[Person], clock: Clock, end: datetime) -> int:
    """Do all of it, the oldest conversation first; what was done in an earlier run is not done again.

    `clock` is the time of `review`. Returns with how many conversations something was done.
    """
    found = []
    for person in people:
        conversation = conversation_of(record, person)
        routine = (
            ROUTINE[len(person.name) % len(ROUTINE)] if conversation and conversation.last_at < end - OLD else None
        )
        given = person.work or routine
        transcript = review.transcript(conversation.id) if conversation and given else None
        if transcript and given:
            found.append((transcript.conversation.last_at, given, transcript))
    done = 0
    for last_at, given, transcript in sorted(found, key=lambda each: each[0]):
        clock.set(min(last_at + AFTER, end) if not given.claimed else end)
        done += _one(review, given, transcript, clock, end)
    return done


def _one(review: Review, given: Work, found: Transcript, clock: Clock, end: datetime) -> bool:
    name, by, entry = found.conversation.id, given.by, found.entry
    if entry is None or entry.reviewed_at or entry.tags or entry.assigned_to or entry.claim or found.notes:
        return False  # it was worked on, by us or by somebody who tries the console
    for tag in given.tags:
        review.tag(name, by, tag)
    if given.note:
        review.add_note(name, by, given.note)
    said = visitors([line.message for line in found.lines])
    for number, right in given.correct:
        review.correct(name, said[number - 1].sequence, by, intent=right.get("intent"), outcome=right.get("outcome"))
    if given.assigned:
        review.assign(name, by, given.assigned)
    if given.follow_up is not None:
        review.set_follow_up(name, by, (end + timedelta(days=given.follow_up)).date())
    clock.set(min(clock() + TAKES, end))
    if given.claimed:
        review.claim(name, by)
    if given.reviewed:
        _mark(review, name, by)
    return True


def _mark(review: Review, name: str, by: str) -> None:
    found = review.transcript(name)
    assert found
    review.mark_reviewed(name, by, found.lines[-1].message.sequence, found.stamp)
