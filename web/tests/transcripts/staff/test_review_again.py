"""What a review has seen, and what opens it anew: every new thing with its own reason, nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from record_samples import PLAIN, REPLY, Clock, answered, arrive, begun, new_id, table
from review_samples import FAILURE, failed, mark, queued, talked, understood

from transcripts.record import Record
from transcripts.review import Review
from transcripts.staff.queueing import Reason
from transcripts.staff.review_values import ChangedMeanwhileError, Claim, ReviewedByOtherError
from transcripts.values import Delivery


def fail(record: Record, delivery: Delivery) -> None:
    record.sending(delivery.id)
    record.end_delivery(delivery.id, "failed", "blocked")


def reopened(review: Review, name: str) -> tuple[tuple[Reason, ...], int | None]:
    """The reasons for which the conversation is in the queue, and where to look."""
    (entry,) = [entry for entry in review.queue().entries if entry.conversation_id == name]
    return entry.reasons, entry.jump


@pytest.mark.parametrize("is_sorted_in", [False, True])
def test_a_thumb_that_the_page_did_not_show_is_not_taken_for_seen(
    record: Record, review: Review, is_sorted_in: bool
) -> None:
    name = talked(record)
    page = review.transcript(name)
    assert page is not None
    record.set_feedback(name, 2, "down")
    if is_sorted_in:
        review.queue()
    with pytest.raises(ChangedMeanwhileError, match="look again") as caught:
        review.mark_reviewed(name, "ann", 2, page.stamp)
    assert caught.value.last_sequence == 2
    assert reopened(review, name) == ((Reason.THUMBS_DOWN,), 1)
    mark(review, name)
    assert queued(review) == []


@pytest.mark.parametrize("is_sorted_in", [False, True])
def test_an_emergency_text_that_fails_after_the_page_was_shown_is_not_taken_for_seen(
    record: Record, review: Review, is_sorted_in: bool
) -> None:
    (delivery,) = answered(record, REPLY)
    name = str(delivery.conversation_id)
    page = review.transcript(name)
    assert page is not None
    fail(record, delivery)
    if is_sorted_in:
        review.queue()
    with pytest.raises(ChangedMeanwhileError, match="look again"):
        review.mark_reviewed(name, "ann", 2, page.stamp)
    assert Reason.DELIVERY in reopened(review, name)[0]


def test_a_message_that_waits_too_long_since_the_page_is_not_taken_for_seen(
    record: Record, review: Review, clock: Clock
) -> None:
    name = begun(record)
    record.add_message(name, new_id(), "anybody there?")
    page = review.transcript(name)
    assert page is not None
    clock.tick(minutes=1)
    with pytest.raises(ChangedMeanwhileError):
        review.mark_reviewed(name, "ann", 1, page.stamp)
    assert reopened(review, name) == ((Reason.UNANSWERED,), 1)


def test_what_only_became_longer_ago_may_be_marked(record: Record, review: Review, clock: Clock) -> None:
    name = failed(record)
    page = review.transcript(name)
    assert page is not None
    clock.tick(hours=5)
    record.set_feedback(name, 2, "up")
    review.mark_reviewed(name, "ann", 2, page.stamp)
    assert queued(review) == []


def test_each_turn_has_its_own_thumbs(record: Record, review: Review) -> None:
    name = talked(record, "one", None, PLAIN, PLAIN)
    talked(record, "two", conversation_id=name)
    record.set_feedback(name, 2, "down")
    mark(review, name)
    assert queued(review) == []
    record.set_feedback(name, 5, "down")
    assert reopened(review, name) == ((Reason.THUMBS_DOWN,), 4)
    mark(review, name)
    record.set_feedback(name, 3, "down")  # the other reply of the first turn
    assert reopened(review, name) == ((Reason.THUMBS_DOWN,), 1)
    mark(review, name)
    record.set_feedback(name, 3, None)
    assert queued(review) == []


def test_each_delivery_that_fails_later_opens_it_anew(record: Record, review: Review) -> None:
    first, second = answered(record, PLAIN, PLAIN)
    name = str(first.conversation_id)
    fail(record, first)
    mark(review, name)
    assert queued(review) == []
    fail(record, second)
    assert reopened(review, name) == ((Reason.DELIVERY,), 3)
    mark(review, name)
    assert queued(review) == []


def test_one_reviewed_reason_does_not_silence_the_next_of_its_kind(record: Record, review: Review) -> None:
    name = talked(record, "weather?", understood("out_of_scope"))
    mark(review, name)
    for place in (3, 5):
        talked(record, "and football?", understood("out_of_scope"), conversation_id=name)
        assert reopened(review, name) == ((Reason.FALLBACK,), place)
        mark(review, name)
    assert queued(review) == []
    entry = review.entry(name)
    assert entry is not None
    assert (entry.reasons, entry.jump, entry.reviewed_by) == ((Reason.FALLBACK,), 1, "ann")


def test_an_emergency_that_is_answered_after_the_review_comes_back_as_one(record: Record, review: Review) -> None:
    name = talked(record, "my hip is out", understood("emergency", ("emergency_injury", 0.9)), REPLY)
    record.add_message(name, new_id(), "now the other one too")
    mark(review, name)
    assert queued(review) == []
    record.add_answer(name, 3, [REPLY], understood("emergency", ("emergency_injury", 0.9)))
    assert reopened(review, name) == ((Reason.EMERGENCY,), 3)


def test_a_failure_after_a_reviewed_wait_is_new(record: Record, review: Review, clock: Clock) -> None:
    name = begun(record)
    record.add_message(name, new_id(), "anybody there?")
    clock.tick(minutes=2)
    mark(review, name)
    assert queued(review) == []
    record.add_answer(name, 1, [FAILURE], None, state="unanswered", reason="no answer in time")
    assert reopened(review, name) == ((Reason.UNANSWERED,), 1)


def test_opened_by_hand_all_of_it_is_new_again(record: Record, review: Review) -> None:
    (delivery,) = answered(record, PLAIN)
    name = str(delivery.conversation_id)
    fail(record, delivery)
    record.set_feedback(name, 2, "down")
    mark(review, name)
    review.reopen(name, "lee")
    assert reopened(review, name) == ((Reason.DELIVERY, Reason.THUMBS_DOWN), 2)
    talked(record, conversation_id=name)
    assert reopened(review, name) == ((Reason.DELIVERY, Reason.THUMBS_DOWN), 2)


def test_what_somebody_else_has_reviewed_is_not_marked_again(record: Record, review: Review) -> None:
    name = talked(record)
    page = review.transcript(name)
    assert page is not None
    mark(review, name, "ann")
    with pytest.raises(ReviewedByOtherError, match="ann has reviewed it") as caught:
        review.mark_reviewed(name, "ben", 2, page.stamp)
    assert caught.value.by == "ann"
    mark(review, name, "ann")  # sent twice: nothing to tell
    record.set_feedback(name, 2, "down")
    mark(review, name, "ben")
    entry = review.entry(name)
    assert entry is not None
    assert entry.reviewed_by == "ben"


def test_ones_own_claim_is_renewed_and_no_others(record: Record, review: Review, clock: Clock) -> None:
    name = talked(record)
    assert review.renew(name, "ann") is None
    first = review.claim(name, "ann")
    clock.tick(minutes=10)
    assert review.renew(name, "ben") is None
    assert review.renew(name, "ann") == Claim("ann", first.until + timedelta(minutes=10))
    clock.tick(minutes=14)
    assert review.queue().entries[0].claim is not None
    clock.tick(minutes=1)
    assert review.renew(name, "ann") is None, "it has ended: others may have seen it free"
    assert review.renew(new_id(), "ann") is None
    assert table(record, "audit") == []


def test_the_next_one_is_not_what_somebody_else_was_given(record: Record, review: Review, clock: Clock) -> None:
    ordinary = talked(record)
    urgent = failed(record)
    review.assign(urgent, "lee", "ben")
    assert review.claim_next("ann") == ordinary
    assert review.claim_next("ben") == urgent
    assert review.claim_next("cat") is None


def test_the_next_one_is_found_behind_many_that_are_others(
    record: Record, review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transcripts.review.CANDIDATES", 3)
    last = talked(record)
    for _ in range(5):
        review.claim(failed(record), "ben")
        review.assign(failed(record), "ben", "ben")
    assert review.claim_next("ann") == last


def test_what_is_to_be_looked_at_again_is_counted_on_its_day(record: Record, review: Review) -> None:
    first, second, third = talked(record), talked(record), talked(record)
    mark(review, first)
    day = date(2026, 12, 1)
    review.set_follow_up(first, "ann", day)
    review.set_follow_up(second, "ann", day + timedelta(days=1))
    assert [review.due(day + timedelta(days=days)) for days in (-1, 0, 1)] == [0, 1, 2]
    review.set_follow_up(first, "ann", None)
    assert review.due(day) == 0
    assert third in queued(review)


@pytest.mark.parametrize("many", [0, 1, 4])
def test_channels_are_all_and_each_once(record: Record, review: Review, many: int) -> None:
    for number in range(many):
        for _ in range(2):
            arrive(record, new_id(), "hi", channel=f"channel-{number}", address=new_id())
    review.catch_up()
    assert review.channels() == [f"channel-{number}" for number in range(many)]


def test_a_review_on_an_open_database_leaves_it_open(review: Review) -> None:
    second = Review(database=review._database)
    second.close()
    assert review.queue().entries == ()


def test_the_stamp_is_of_what_there_is_to_look_at(record: Record, review: Review) -> None:
    name = talked(record)

    def stamp() -> str:
        page = review.transcript(name)
        assert page is not None
        return page.stamp

    def changes(change: Callable[[], object]) -> bool:
        before = stamp()
        change()
        return stamp() != before

    assert not changes(lambda: record.set_feedback(name, 2, "up"))
    assert changes(lambda: record.set_feedback(name, 2, "down"))
    assert not changes(lambda: review.tag(name, "ann", "x"))
    assert changes(lambda: talked(record, "weather?", understood("out_of_scope"), conversation_id=name))
    assert not changes(lambda: mark(review, name))
