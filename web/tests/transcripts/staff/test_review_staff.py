"""What staff do with a conversation, alone and at the same time."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from record_samples import PLAIN, Clock, answered, at_once, begun, new_id, table
from review_samples import close, failed, mark, queued, talked, understood

from transcripts.record import Record, UnknownConversationError
from transcripts.review import Review
from transcripts.staff.queueing import Reason
from transcripts.staff.review_values import (
    ChangedMeanwhileError,
    ChangedSetError,
    Claim,
    ClaimedByOtherError,
    FullSetError,
)
from transcripts.teaching import correcting
from transcripts.teaching.correcting import stamp


def test_a_claim_keeps_others_away_until_it_expires(record: Record, review: Review, clock: Clock) -> None:
    name = talked(record)
    claim = review.claim(name, "ann")
    assert review.queue().entries[0].claim == claim == Claim("ann", claim.until)
    with pytest.raises(ClaimedByOtherError, match="ann is reviewing") as caught:
        review.claim(name, "ben")
    assert (caught.value.by, caught.value.until) == ("ann", claim.until)
    clock.tick(minutes=10)
    assert review.claim(name, "ann").until > claim.until  # renewed
    clock.tick(minutes=14)
    with pytest.raises(ClaimedByOtherError):
        review.claim(name, "ben")
    clock.tick(minutes=1)
    assert review.queue().entries[0].claim is None
    assert review.claim(name, "ben").by == "ben"
    assert not review.release(name, "ann")
    assert review.release(name, "ben")
    assert review.queue().entries[0].claim is None
    assert table(record, "audit") == []


def test_taking_a_claim_over_is_audited(record: Record, review: Review) -> None:
    name = talked(record)
    review.claim(name, "ann")
    assert review.claim(name, "lee", take=True).by == "lee"
    (row,) = table(record, "audit")
    assert (row["actor"], row["action"], row["conversation_id"]) == ("lee", "take_over", name)
    with pytest.raises(ClaimedByOtherError):
        mark(review, name)


def test_two_people_who_claim_at_once(record: Record, review: Review) -> None:
    for _ in range(10):
        name = talked(record)

        def claim(who: str, name: str = name) -> str | None:
            try:
                return review.claim(name, who).by
            except ClaimedByOtherError:
                return None

        got = at_once([lambda: claim("ann"), lambda: claim("ben"), lambda: claim("cat")])
        assert len([who for who in got if who]) == 1


def test_the_next_one_goes_to_each_of_those_who_ask_at_once(record: Record, review: Review, clock: Clock) -> None:
    names = []
    for _ in range(6):
        names.append(talked(record))
        clock.tick(seconds=1)
    urgent = failed(record)
    people = [f"person-{number}" for number in range(7)]
    got = at_once([lambda who=who: review.claim_next(who) for who in people])  # type: ignore[misc]
    assert sorted(map(str, got)) == sorted([*names, urgent])
    assert review.claim_next("somebody else") is None
    assert review.claim_next("person-3") == got[3]  # their own first


def test_reviewed_leaves_the_queue_and_a_new_message_brings_it_back(
    record: Record, review: Review, clock: Clock
) -> None:
    name = failed(record)
    review.claim(name, "ann")
    mark(review, name)
    assert queued(review) == []
    entry = review.entry(name)
    assert entry is not None
    assert (entry.reviewed_by, entry.reviewed_at, entry.claim) == ("ann", clock(), None)
    assert entry.reasons == (Reason.UNANSWERED,)
    clock.tick(minutes=1)
    talked(record, "hello again", understood(), conversation_id=name)
    (entry,) = review.queue().entries
    assert (entry.reviewed_at, entry.reviewed_by, entry.reasons) == (
        None,
        "ann",
        (),
    )  # what was seen is not urgent again
    talked(record, "weather?", understood("out_of_scope"), conversation_id=name)
    (entry,) = review.queue().entries
    assert (entry.reasons, entry.jump) == ((Reason.FALLBACK,), 5)


def test_a_thumb_down_and_a_lost_delivery_bring_it_back_too(record: Record, review: Review) -> None:
    name = talked(record)
    mark(review, name)
    record.set_feedback(name, 2, "up")
    assert queued(review) == []
    record.set_feedback(name, 2, "down")
    assert review.queue().entries[0].reasons == (Reason.THUMBS_DOWN,)
    mark(review, name)
    (delivery,) = answered(record, PLAIN)
    mark(review, str(delivery.conversation_id))
    assert queued(review) == []
    record.sending(delivery.id)
    record.end_delivery(delivery.id, "failed", "blocked")
    assert review.queue().entries[0].reasons == (Reason.DELIVERY,)


def test_what_came_meanwhile_must_be_seen_first(record: Record, review: Review) -> None:
    name = talked(record)
    page = review.transcript(name)
    assert page is not None
    talked(record, "wait, it popped out", conversation_id=name)
    with pytest.raises(ChangedMeanwhileError, match="went on") as caught:
        review.mark_reviewed(name, "ann", 2, page.stamp)
    assert caught.value.last_sequence == 4
    assert queued(review) == [name]
    mark(review, name)
    assert queued(review) == []


def test_opened_by_hand_it_has_all_its_reasons_again(record: Record, review: Review) -> None:
    name = failed(record)
    mark(review, name)
    review.reopen(name, "lee")
    (entry,) = review.queue().entries
    assert (entry.reasons, entry.reviewed_by, entry.jump) == ((Reason.UNANSWERED,), None, 1)


def test_assigned_tagged_noted_and_followed_up(record: Record, review: Review) -> None:
    name = talked(record)
    review.assign(name, "lee", "ann")
    review.tag(name, "ann", "  To  Train ")
    review.tag(name, "ben", "to train")
    review.set_follow_up(name, "ann", date(2026, 12, 1))
    note = review.add_note(name, "ann", "A ‘quoted’ <b>word</b>\x00", sequence=1)
    entry = review.entry(name)
    assert entry is not None
    assert (entry.assigned_to, entry.tags, entry.follow_up) == ("ann", ("to train",), date(2026, 12, 1))
    assert note.text == "A ‘quoted’ <b>word</b>\N{REPLACEMENT CHARACTER}"
    assert not review.delete_note(name, note.id, "ben")
    assert review.delete_note(name, note.id, "ann")
    assert review.untag(name, "ann", "To train")
    assert not review.untag(name, "ann", "to train")
    review.assign(name, "lee", None)
    review.set_follow_up(name, "ann", None)
    entry = review.entry(name)
    assert entry is not None
    assert (entry.assigned_to, entry.tags, entry.follow_up) == (None, (), None)
    actions = ["assign", "tag", "follow_up", "note", "delete_note", "untag", "assign", "follow_up"]
    assert [row["action"] for row in table(record, "audit")] == actions
    assert "quoted" not in repr(table(record, "audit"))
    assert "train" not in repr(table(record, "audit"))


@pytest.mark.parametrize("tag", ["", "  ", "x" * 61])
def test_a_tag_that_is_none(record: Record, review: Review, tag: str) -> None:
    with pytest.raises(ValueError, match="1 to 60"):
        review.tag(talked(record), "ann", tag)


@pytest.mark.parametrize("text", ["", " \n", "x" * 10_001])
def test_a_note_that_is_none(record: Record, review: Review, text: str) -> None:
    with pytest.raises(ValueError, match="1 to 10000"):
        review.add_note(talked(record), "ann", text)


def test_a_form_may_send_each_end_of_a_line_as_two_characters(record: Record, review: Review) -> None:
    text = "one\r\n" * 2500  # 10,000 characters for a browser
    assert review.add_note(talked(record), "ann", text).text == "one\n" * 2500


def test_what_somebody_else_is_reviewing_is_not_corrected_or_reopened(
    record: Record, review: Review, clock: Clock
) -> None:
    name = talked(record)
    review.claim(name, "ann")
    for use in (lambda: review.correct(name, 1, "ben", intent="crisis"), lambda: review.reopen(name, "ben")):
        with pytest.raises(ClaimedByOtherError, match="ann is reviewing"):
            use()
    assert review.corrections() == []
    assert review.correct(name, 1, "ann", intent="crisis").author == "ann"
    clock.tick(minutes=16)
    assert review.correct(name, 1, "ben", intent="emergency_injury").author == "ben"


def test_nothing_can_be_done_with_what_is_not_there(record: Record, review: Review) -> None:
    for name in (new_id(), begun(record)):
        for use in (
            lambda name: review.claim(name, "ann"),
            lambda name: review.assign(name, "ann", "ben"),
            lambda name: review.mark_reviewed(name, "ann", 2, "stamp"),
            lambda name: review.reopen(name, "ann"),
            lambda name: review.set_follow_up(name, "ann", None),
            lambda name: review.tag(name, "ann", "x"),
            lambda name: review.add_note(name, "ann", "x"),
            lambda name: review.correct(name, 1, "ann", intent="crisis"),
        ):
            with pytest.raises(UnknownConversationError):
                use(name)
    assert not review.release(new_id(), "ann")
    assert table(record, "audit") == []


def test_corrections_collect_in_the_open_change_set(record: Record, review: Review, clock: Clock) -> None:
    name = talked(record, "my hip popped out", understood("fitness", ("fitness_diet", 0.8)))
    other = talked(record, "protein?", understood("fitness", ("fitness_diet", 0.5)))
    first = review.correct(name, 1, "ann", intent="crisis")
    second = review.correct(name, 1, "ben", intent="emergency_injury", outcome="emergency")
    assert second.id == first.id  # one of a turn replaces the other
    assert (second.was_intent, second.was_outcome, second.text) == ("fitness_diet", "fitness", "my hip popped out")
    assert review.corrections() == [second]
    third = review.correct(other, 1, "ann", outcome="clarify")
    assert review.withdraw(third.id, "ann")
    assert not review.withdraw(third.id, "ann")
    clock.tick(minutes=5)
    closed = close(review)
    assert closed == second.change_set
    assert close(review) is None
    assert not review.withdraw(second.id, "ann")
    assert review.corrections() == []
    assert review.corrections(closed) == [second]
    later = review.correct(name, 1, "ann", intent="emergency_general")
    assert later.change_set != closed
    assert [(one.id, one.state, one.closed_by, one.corrections) for one in review.change_sets()] == [
        (later.change_set, "open", None, 1),
        (closed, "closed", "lee", 1),
    ]
    assert review.transcript(name).lines[0].correction == later  # type: ignore[union-attr]


def test_what_goes_out_is_changed_until_the_set_is_closed(record: Record, review: Review) -> None:
    name = talked(record, "I am Ann and my hip popped out")
    made = review.correct(name, 1, "ann", intent="emergency_injury")
    assert (made.words, made.use) == (None, None)
    assert review.revise(made.id, "lee", words="my hip popped out", use="training")
    (kept,) = review.corrections()
    assert (kept.words, kept.use, kept.text) == ("my hip popped out", "training", "I am Ann and my hip popped out")
    again = review.correct(name, 1, "ben", intent="emergency_general", outcome="emergency")
    assert (again.words, again.use) == ("my hip popped out", "training")  # it is of the words, which are the same
    for words in ("", "  ", "x" * 1001):
        with pytest.raises(ValueError, match="1 to 1000 characters"):
            review.revise(made.id, "lee", words=words, use="training")
    assert review.revise(made.id, "lee", words="bad \x00 \ud800", use="evaluation")
    assert review.corrections()[0].words == "bad \ufffd \ufffd"
    assert review.revise(made.id, "lee", words=None, use=None)
    assert review.corrections() == [replace(again, words=None, use=None)]
    closed = close(review)
    assert not review.revise(made.id, "lee", words="late", use="training")
    assert review.corrections(closed)[0].words is None
    assert not review.revise(made.id + 1, "lee", words="none", use="training")
    rows = [row["details"] for row in table(record, "audit") if row["action"] == "revise_correction"]
    noted = [json.loads(row) if isinstance(row, str) else row for row in rows]
    assert noted == [{"sequence": 1, "use": use} for use in ("training", "evaluation", None)]


def test_a_change_set_is_closed_only_as_it_was_shown(record: Record, review: Review, clock: Clock) -> None:
    name, other = talked(record, "my hip popped out"), talked(record, "protein?")
    made = review.correct(name, 1, "ann", intent="crisis")
    changes: list[Callable[[], object]] = [
        lambda: review.correct(other, 1, "ben", outcome="clarify"),
        lambda: review.correct(name, 1, "ben", intent="emergency_injury"),
        lambda: review.correct(name, 1, "ben", intent="emergency_injury", outcome="emergency"),
        lambda: review.revise(made.id, "lee", words="my hip is out", use=None),
        lambda: review.revise(made.id, "lee", words="my hip is out", use="evaluation"),
        lambda: review.correct(name, 1, "ben", intent="emergency_injury", outcome="emergency"),  # said once more
        lambda: record.erase(other, "visitor"),
    ]
    for change in changes:
        shown = stamp(review.corrections())
        clock.tick(seconds=1)
        change()
        with pytest.raises(ChangedSetError, match="look again"):
            review.close_change_set("lee", shown)
    assert [one.state for one in review.change_sets()] == ["open"]
    assert close(review) == made.change_set


def test_corrections_that_are_none(record: Record, review: Review) -> None:
    name = talked(record)
    with pytest.raises(ValueError, match="right intent"):
        review.correct(name, 1, "ann")
    with pytest.raises(UnknownConversationError):
        review.correct(name, 2, "ann", intent="crisis")  # the bot's own words


def test_a_change_set_that_is_full_takes_no_more(
    record: Record, review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(correcting, "MOST_OPEN", 2)
    names = [talked(record) for _ in range(3)]
    for name in names[:2]:
        review.correct(name, 1, "ann", intent="crisis")
    with pytest.raises(FullSetError, match="closes it first"):
        review.correct(names[2], 1, "ann", intent="crisis")
    again = review.correct(names[0], 1, "ann", intent="emergency_injury")  # takes the place of another
    assert [one.intent for one in review.corrections()] == ["emergency_injury", "crisis"]
    assert [row["action"] for row in table(record, "audit")] == ["correct"] * 3
    assert close(review) == again.change_set
    assert review.correct(names[2], 1, "ann", intent="crisis").change_set != again.change_set


def test_one_correction_is_read_while_its_set_is_open(record: Record, review: Review) -> None:
    made = review.correct(talked(record), 1, "ann", intent="crisis")
    assert review.correction(made.id) == made
    assert review.correction(made.id + 1) is None
    close(review)
    assert review.correction(made.id) is None


def test_people_who_correct_at_once_share_one_change_set(record: Record, review: Review) -> None:
    names = [talked(record) for _ in range(6)]
    made = at_once([lambda name=name: review.correct(name, 1, "ann", intent="crisis") for name in names])  # type: ignore[misc]
    assert len({one.change_set for one in made}) == 1
    assert len(review.corrections()) == 6


def test_the_callers_own_audit_rows(record: Record, review: Review) -> None:
    review.note_audit("ann", "login", address="127.0.0.1")
    (row,) = table(record, "audit")
    assert (row["actor"], row["action"], row["conversation_id"]) == ("ann", "login", None)
