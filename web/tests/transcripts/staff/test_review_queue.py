"""The queue and the lists: what is in them, in which order, page by page, and that they follow what happens."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from record_samples import (
    ADDRESS,
    CHANNEL,
    PLAIN,
    REPLY,
    Clock,
    answered,
    arrived,
    at_once,
    begun,
    execute,
    new_id,
    table,
)
from review_samples import RED_FLAG, failed, found, mark, queued, talked, understood

from transcripts.record import Record
from transcripts.review import Review
from transcripts.staff.filtering import FilterError, Filters
from transcripts.staff.queueing import REASONS, Reason


def one_of_each(record: Record, clock: Clock) -> dict[Reason | None, str]:
    """A conversation for each reason, the least urgent last and newest."""
    made: dict[Reason | None, str] = {}

    def add(reason: Reason | None, name: str) -> None:
        made[reason] = name
        clock.tick(seconds=1)

    add(Reason.UNANSWERED, failed(record))
    add(Reason.EMERGENCY, talked(record, "my hip is out", understood("emergency", ("emergency_injury", 0.9)), REPLY))
    add(Reason.MISSED, talked(record, "hi", understood("fitness", ("fitness_diet", 0.6), ("emergency_injury", 0.2))))
    (delivery,) = answered(record, PLAIN)
    record.sending(delivery.id)
    record.end_delivery(delivery.id, "failed", "blocked")
    add(Reason.DELIVERY, str(delivery.conversation_id))
    add(Reason.THUMBS_DOWN, talked(record))
    record.set_feedback(made[Reason.THUMBS_DOWN], 2, "down")
    add(Reason.NEAR_TIE, talked(record, "hip", understood("clarify", ("medical_signs", 0.4), ("fitness_diet", 0.4))))
    add(Reason.FALLBACK, talked(record, "weather?", understood("out_of_scope")))
    add(None, talked(record))
    return made


def test_the_most_urgent_stands_first(record: Record, review: Review, clock: Clock) -> None:
    made = one_of_each(record, clock)
    page = review.queue()
    assert [(entry.conversation_id, entry.reasons) for entry in page.entries] == [
        (name, (reason,) if reason else ()) for reason, name in made.items()
    ]
    assert (page.total, page.next, page.behind) == (8, None, 0)
    assert review.reason_counts() == dict.fromkeys([*REASONS, None], 1)
    assert list(review.reason_counts()) == [*REASONS, None]
    jumps = {reason: entry.jump for reason, entry in zip(made, page.entries)}
    assert jumps == {**dict.fromkeys(REASONS, 1), Reason.DELIVERY: 2, None: None}


def test_a_planted_missed_emergency_stands_above_all_that_is_harmless(record: Record, review: Review) -> None:
    planted = talked(record, "my hip popped out and I can't walk", understood("fitness"))
    for number in range(30):
        talked(record, f"how many squats for set {number}?", understood("fitness"))
    assert queued(review)[0] == planted
    assert review.queue().entries[0].reasons == (Reason.MISSED,)


def test_within_one_urgency_the_newest_stands_first(record: Record, review: Review, clock: Clock) -> None:
    names = []
    for _ in range(3):
        names.append(talked(record))
        clock.tick(minutes=1)
    assert queued(review) == names[::-1]
    talked(record, conversation_id=names[0])
    assert queued(review) == [names[0], names[2], names[1]]


def test_the_turn_to_look_at_is_the_most_urgent_one(record: Record, review: Review) -> None:
    name = talked(record)
    talked(record, "weather?", understood("out_of_scope"), conversation_id=name)
    talked(record, "it popped out", understood("fitness"), conversation_id=name)
    (entry,) = review.queue().entries
    assert (entry.reasons, entry.jump, entry.turns) == ((Reason.MISSED, Reason.FALLBACK), 5, 3)


def test_an_answer_that_never_comes_becomes_urgent_by_itself(record: Record, review: Review, clock: Clock) -> None:
    name = begun(record)
    record.add_message(name, "client-1", "anybody there?")
    assert review.queue().entries[0].reasons == ()
    clock.tick(seconds=59)
    assert review.queue().entries[0].reasons == ()
    clock.tick(seconds=1)
    assert review.queue().entries[0].reasons == (Reason.UNANSWERED,)
    record.add_answer(name, 1, [PLAIN], understood())
    assert review.queue().entries[0].reasons == ()


def test_where_nothing_was_said_nothing_is_to_be_reviewed(record: Record, review: Review) -> None:
    name = begun(record)
    assert review.queue().entries == ()
    assert review.entry(name) is None
    transcript = review.transcript(name)
    assert transcript is not None
    assert (transcript.entry, transcript.lines) == (None, ())


@pytest.mark.parametrize("order", ["urgency", "newest"])
def test_pages_show_every_conversation_once(record: Record, review: Review, clock: Clock, order: Any) -> None:
    for number in range(23):
        talked(record, "hi", understood("out_of_scope" if number % 3 else "fitness"))
        clock.tick(seconds=number % 2)  # some at the same moment
    seen: list[str] = []
    after, sizes = None, []
    while True:
        page = review.page(Filters(), order, after=after, limit=5)
        assert page.total == 23
        seen += [entry.conversation_id for entry in page.entries]
        sizes.append(len(page.entries))
        after = page.next
        if after is None:
            break
    assert sizes == [5, 5, 5, 5, 3]
    assert len(set(seen)) == 23
    whole = review.page(Filters(), order, limit=200)
    assert seen == [entry.conversation_id for entry in whole.entries]


@pytest.mark.parametrize("cursor", ["x", "1_2", "1_2_3_4", "1_999999999999999999_1", "-1_2_3", "1__2", "١_٢_٣x"])
def test_a_cursor_that_is_none_of_ours(review: Review, cursor: str) -> None:
    with pytest.raises(FilterError, match="cursor"):
        review.queue(after=cursor)


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_pages_have_a_size(review: Review, limit: int) -> None:
    with pytest.raises(ValueError, match="1 to 200"):
        review.queue(limit=limit)


def test_each_filter_leaves_what_it_says(record: Record, review: Review, clock: Clock) -> None:
    first = talked(record, "how much protein?", understood("fitness", ("coaching_protein", 0.7)))
    record.set_feedback(first, 2, "up")
    clock.tick(days=2)
    second = talked(record, "my hip is out", understood("emergency", ("emergency_injury", 0.95)))
    record.set_feedback(second, 2, "down")
    third = failed(record)
    fourth = arrived(record, "event-1", "hi").id
    every = {first, second, third, fourth}
    day = clock().date()
    review.tag(first, "ann", "good")
    review.assign(second, "lee", "ann")
    mark(review, first)
    review.set_follow_up(third, "ann", day)
    for filters, left in (
        ({}, every),
        ({"since": day}, every - {first}),
        ({"until": day - timedelta(days=1)}, {first}),
        ({"since": day, "until": day}, every - {first}),
        ({"channel": CHANNEL}, {fourth}),
        ({"outcome": "emergency"}, {second}),
        ({"intent": "coaching_protein"}, {first}),
        ({"intent": "coaching_protein", "outcome": "emergency"}, set()),
        ({"confidence_from": 0.7}, {first, second}),
        ({"confidence_to": 0.7}, {first}),
        ({"confidence_from": 0.8, "confidence_to": 0.9}, set()),
        ({"escalated": True}, {second}),
        ({"escalated": False}, every - {second}),
        ({"unanswered": True}, {third}),
        ({"unanswered": False}, every - {third}),
        ({"feedback": "up"}, {first}),
        ({"feedback": "down"}, {second}),
        ({"reason": "thumbs_down"}, {second}),
        ({"tag": "good"}, {first}),
        ({"reviewer": "ann"}, {first}),
        ({"assigned": "ann"}, {second}),
        ({"reviewed": True}, {first}),
        ({"reviewed": False}, every - {first}),
        ({"follow_up": day}, {third}),
        ({"follow_up": day - timedelta(days=1)}, set()),
        ({"words": "hip", "escalated": True}, {second}),
        ({"words": "hip", "escalated": False}, {first}),  # the answer about hip dips
    ):
        assert found(review, **filters) == left, filters
        assert review.page(Filters(**filters)).total == len(left)
    assert review.channels() == [CHANNEL, "widget"]
    assert review.tags() == {"good": 1}


def test_outcome_and_confidence_must_hold_of_one_and_the_same_turn(record: Record, review: Review) -> None:
    name = talked(record, "hi", understood("fitness", ("fitness_diet", 0.9)))
    talked(record, "hi", understood("clarify", ("clarify", 0.4)), conversation_id=name)
    assert found(review, outcome="clarify", confidence_to=0.5) == {name}
    assert found(review, outcome="fitness", confidence_to=0.5) == set()


def test_the_queue_can_be_narrowed_and_counted_alike(record: Record, review: Review, clock: Clock) -> None:
    one_of_each(record, clock)
    widget = Filters(channel=CHANNEL)
    assert [entry.reasons for entry in review.queue(widget).entries] == [(Reason.DELIVERY,)]
    assert {reason: count for reason, count in review.reason_counts(widget).items() if count} == {Reason.DELIVERY: 1}
    assert queued(review) == [entry.conversation_id for entry in review.queue(Filters(reviewed=True)).entries]


def test_summaries_follow_every_change(record: Record, review: Review) -> None:
    name = talked(record)
    assert review.entry(name) == replace(review.queue().entries[0])
    record.set_feedback(name, 2, "down")
    assert (review.queue().entries[0].down, review.queue().entries[0].reasons) == (1, (Reason.THUMBS_DOWN,))
    record.set_feedback(name, 2, "up")
    assert (review.queue().entries[0].up, review.queue().entries[0].reasons) == (1, ())
    record.set_feedback(name, 2, None)
    assert (review.queue().entries[0].up, review.queue().entries[0].down) == (0, 0)
    assert table(record, "stale") == []


def test_what_was_changed_by_hand_is_summarised_when_everything_is_judged_anew(record: Record, review: Review) -> None:
    name = talked(record)
    review.queue()
    execute(record, "UPDATE understandings SET outcome = 'out_of_scope'")
    assert review.queue().entries[0].reasons == ()
    assert review.rejudge() == 1
    assert review.catch_up() == 0
    assert review.entry(name).reasons == (Reason.FALLBACK,)  # type: ignore[union-attr]


def test_a_better_rule_reaches_what_was_judged_before(
    record: Record, review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = talked(record, "since the fall my hip goes zwiffel")
    assert review.rejudge_if_new()  # nothing has ever been judged
    assert review.queue().entries[0].reasons == ()
    assert not review.rejudge_if_new()
    monkeypatch.setattr("transcripts.staff.hints._HINTS", frozenset({"zwiffel"}))
    monkeypatch.setattr("transcripts.staff.rules.DIGEST", "another")
    assert review.rejudge_if_new() and not review.rejudge_if_new()
    assert review.catch_up() == 0
    assert review.entry(name).reasons == (Reason.MISSED,)  # type: ignore[union-attr]


def test_a_page_shows_how_far_behind_it_is(record: Record, review: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(12):
        talked(record)
    monkeypatch.setattr("transcripts.staff.finding.BATCH", 4)
    monkeypatch.setattr("transcripts.staff.finding.MOST_BATCHES", 2)
    page = review.queue()
    assert (page.total, page.behind) == (8, 4)
    assert review.catch_up() == 0
    assert review.queue().total == 12


def test_marks_of_what_is_gone_are_forgotten(record: Record, review: Review) -> None:
    record.erase(talked(record), "visitor")
    kept = talked(record)
    assert record.expire(timedelta(days=30)) == []
    assert {row["conversation_id"] for row in table(record, "stale")} == {kept}
    assert queued(review) == [kept]


def test_consoles_and_visitors_at_once_lose_nothing(record: Record, url: str) -> None:
    names = [begun(record) for _ in range(6)]
    reviews = [Review(url), Review(url)]

    def visit(name: str) -> None:
        for number in range(8):
            talked(record, f"turn {number}", understood(), conversation_id=name)
            record.set_feedback(name, number * 2 + 2, "up")

    def watch(review: Review) -> None:
        for _ in range(12):
            for entry in review.queue().entries:
                review.tag(entry.conversation_id, "ann", secrets.token_hex(4))

    def visiting(name: str) -> Any:
        return lambda: visit(name)

    def watching(review: Review) -> Any:
        return lambda: watch(review)

    at_once([*map(visiting, names), *map(watching, reviews)])
    entries = reviews[0].queue().entries
    assert sorted((entry.conversation_id, entry.turns, entry.up, entry.last_sequence) for entry in entries) == sorted(
        (name, 8, 8, 16) for name in names
    )
    assert found(reviews[1], words='"turn 7"') == set(names)
    for review in reviews:
        review.close()


def test_a_transcript_shows_each_turn_with_what_came_of_it(record: Record, review: Review, clock: Clock) -> None:
    name = begun(record)
    record.add_message(name, new_id(), "my hip is out")
    clock.tick(seconds=2)
    understanding = understood("medical_info", ("medical_signs", 0.5), red_flags=(RED_FLAG,), ms=12.0, model="m.tar.gz")
    record.add_answer(name, 1, [PLAIN, REPLY], understanding)
    record.set_feedback(name, 3, "down")
    review.add_note(name, "ann", "Should be an emergency.", sequence=1)
    correction = review.correct(name, 1, "ann", intent="emergency_injury", outcome="emergency")
    transcript = review.transcript(name)
    assert transcript is not None
    asked, first, second = transcript.lines
    assert asked.understanding == understanding
    assert dict(asked.reasons) == {
        Reason.MISSED: "red flag E1_hip_out_of_place",
        Reason.THUMBS_DOWN: "1 of its replies",
    }
    assert (asked.seconds, asked.correction) == (2.0, correction)
    assert [line.message.text for line in (asked, first, second)] == ["my hip is out", PLAIN.text, REPLY.text]
    assert (first.message.feedback, second.message.feedback, first.delivery) == (None, "down", None)
    assert [(note.author, note.sequence, note.text) for note in transcript.notes] == [
        ("ann", 1, "Should be an emergency.")
    ]
    assert transcript.entry == review.entry(name)
    assert review.transcript(new_id()) is None


def test_a_transcript_shows_the_fate_of_each_delivery(record: Record, review: Review) -> None:
    (delivery,) = answered(record, PLAIN)
    record.sending(delivery.id)
    record.end_delivery(delivery.id, "unknown", "stopped")
    transcript = review.transcript(str(delivery.conversation_id))
    assert transcript is not None
    assert [line.delivery for line in transcript.lines] == [None, "unknown"]
    assert transcript.lines[1].reasons == ((Reason.DELIVERY, "unknown"),)
    assert transcript.conversation.address == ADDRESS
