"""Replays in the record: what is chosen, what was and is and is right, one at a time, erasure, on both databases."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from record_samples import PLAIN, UNDERSTANDING, Clock, arrived, at_once, begun, new_id, table
from review_samples import close, failed, talked, understood
from sqlalchemy import inspect

from transcripts.record import Record
from transcripts.review import Review
from transcripts.staff.filtering import Filters
from transcripts.teaching import replaying
from transcripts.teaching.replay_values import AlreadyRunningError, Label, NothingToReplayError, Reading
from transcripts.values import Reply

NOW = Reading("emergency", "emergency_injury", 0.95, "new.tar.gz")
DIGEST = "d" * 64


def asked_of(review: Review, number: int) -> list[tuple[str, list[str]]]:
    """Answer everything with NOW, as whoever runs a replay does; return what was asked."""
    asked = []
    while (plan := review.next_plan(number)) is not None:
        asked.append((plan.conversation_id, [step.payload or step.text for step in plan.steps]))
        for step in plan.steps:
            if step.replayed is not None:
                review.store_replayed(step.replayed, NOW)
    return asked


def test_a_conversation_is_asked_from_its_start_with_its_choices(record: Record, review: Review) -> None:
    name = begun(record)
    for text, payload in (("hip reduction", None), ("The workout one", "/clarify_choose_fitness"), ("thanks", None)):
        message = record.add_message(name, new_id(), text, payload=payload).message
        record.add_answer(name, message.sequence, [PLAIN], understood())
    number = review.replay_filtered(Filters(), "leo")
    assert asked_of(review, number) == [(name, ["hip reduction", "/clarify_choose_fitness", "thanks"])]
    assert review.end_replay(number, "done")
    found = review.replay(number)
    assert found is not None
    assert (found.state, found.total, found.answered, found.left, found.author) == ("done", 3, 3, 3, "leo")
    assert [turn.sequence for turn in review.replayed(number)] == [5, 3, 1]
    assert {turn.now for turn in review.replayed(number)} == {NOW}


def test_only_what_waits_is_stored_and_only_what_is_needed_is_asked(
    record: Record, review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = talked(record, "one")
    talked(record, "two", conversation_id=name)
    other = talked(record, "three")
    monkeypatch.setattr(replaying, "MOST_TURNS", 2)  # the newest: "three" and "two"
    number = review.replay_filtered(Filters(), "leo")
    assert asked_of(review, number) == [(other, ["three"]), (name, ["one", "two"])]
    assert [turn.sequence for turn in review.replayed(number)] == [1, 3]


def test_what_the_bot_was_not_asked_is_left_out(record: Record, review: Review) -> None:
    lost = failed(record, "hello?")
    waits = begun(record)
    record.add_message(waits, new_id(), "just now")
    own = begun(record)
    message = record.add_message(own, new_id(), "/delete").message
    record.add_answer(own, message.sequence, [Reply("Deleted.", kind="notice")], None)
    number = review.replay_filtered(Filters(), "leo")
    assert [(turn.conversation_id, turn.was, turn.before) for turn in review.replayed(number)] == [
        (lost, None, "unanswered")
    ]
    assert asked_of(review, number) == [(lost, ["hello?"])]
    (turn,) = review.replayed(number)
    assert turn.gained and turn.other_outcome and not turn.lost


def test_a_replay_of_the_filters_keeps_no_word_that_was_typed(record: Record, review: Review) -> None:
    name = talked(record, "my name is qqgoneqq", understood("fitness", ("qqgoneqq", 0.9)))
    talked(record, "something else")
    review.tag(name, "leo", "qqgoneqq")
    number = review.replay_filtered(
        Filters(words="qqgoneqq", said_by="visitor", intent="qqgoneqq", tag="qqgoneqq", reviewed=False), "leo"
    )
    assert [turn.conversation_id for turn in review.replayed(number)] == [name]
    found = review.replay(number)
    assert found is not None and found.query == "reviewed=no"
    assert review.replayed_texts([turn.id for turn in review.replayed(number)]) == {1: "my name is qqgoneqq"}
    assert record.erase(name, "visitor")
    with record._database.reading() as connection:
        names = [name for name in inspect(connection).get_table_names() if not name.startswith("search")]
    assert "qqgoneqq" not in repr([table(record, name) for name in names])
    left = review.replay(number)
    assert left is not None and (left.total, left.left, review.replayed(number)) == (1, 0, [])
    assert review.next_plan(number) is None


def test_a_conversation_erased_in_the_middle_takes_its_answers_with_it(record: Record, review: Review) -> None:
    name, kept = talked(record, "one"), talked(record, "kept")
    number = review.replay_filtered(Filters(), "leo")
    first = review.next_plan(number)
    assert first is not None and first.conversation_id == kept
    assert first.steps[0].replayed is not None
    review.store_replayed(first.steps[0].replayed, NOW)
    plan = review.next_plan(number)
    assert plan is not None and plan.conversation_id == name
    assert record.erase(name, "visitor")
    assert plan.steps[0].replayed is not None
    review.store_replayed(plan.steps[0].replayed, NOW)
    assert review.next_plan(number) is None
    assert [turn.conversation_id for turn in review.replayed(number)] == [kept]


def test_a_change_set_says_what_is_right(record: Record, review: Review) -> None:
    name = talked(record, "my hip is out", understood("fitness", ("fitness_hips", 0.6)))
    talked(record, "not corrected")
    review.correct(name, 1, "ann", intent="emergency_injury", outcome="emergency")
    open_set = review.change_sets()[0].id
    number = review.replay_change_set(open_set, "leo")
    (turn,) = review.replayed(number)
    assert (turn.right_outcomes, turn.right_intent) == (("emergency",), "emergency_injury")
    assert (turn.right_before, turn.right_now, turn.missed) == (False, None, False)
    asked_of(review, number)
    (turn,) = review.replayed(number)
    assert (turn.right_before, turn.right_now, turn.gained) == (False, True, True)
    assert turn.was == Reading("fitness", "fitness_hips", 0.6, None)
    review.end_replay(number, "done")
    assert close(review, "leo") == open_set
    assert review.replay_change_set(open_set, "leo") == number + 1
    with pytest.raises(AlreadyRunningError):
        review.replay_change_set(open_set, "leo")


def test_a_change_set_is_judged_by_its_own_corrections(record: Record, review: Review) -> None:
    name = talked(record, "my hip is out", understood("fitness", ("fitness_hips", 0.6)))
    review.correct(name, 1, "ann", intent="emergency_injury", outcome="emergency")
    assert close(review) == 1
    review.correct(name, 1, "ben", outcome="medical_info")
    for change_set, right in ((1, (("emergency",), "emergency_injury")), (2, (("medical_info",), None))):
        number = review.replay_change_set(change_set, "leo")
        (turn,) = review.replayed(number)
        assert (turn.right_outcomes, turn.right_intent) == right
        review.end_replay(number, "done")
    (turn,) = review.replayed(review.replay_filtered(Filters(), "leo"))
    assert turn.right_outcomes == ("medical_info",), "of past messages the newest one counts"


@pytest.mark.parametrize(
    ("right", "comes_to", "missed"),
    [
        ({"intent": "emergency_injury"}, "fitness", True),
        ({"intent": "emergency_injury"}, "urgent", True),
        ({"intent": "emergency_injury"}, "emergency", False),
        ({"intent": "crisis"}, "emergency", False),  # both texts are shown
        ({"intent": "emergency_release"}, "fitness", False),
        ({"intent": "fitness_hips"}, "medical_info", False),
        ({"intent": "crisis", "outcome": "crisis"}, "fitness", True),
    ],
)
def test_what_only_the_intent_says_is_missed_too(
    record: Record, review: Review, right: dict[str, str], comes_to: str, missed: bool
) -> None:
    name = talked(record, "my hip is out", understood("fitness", ("fitness_hips", 0.6)))
    review.correct(name, 1, "ann", **right)
    number = review.replay_change_set(1, "leo")
    (turn,) = review.replayed(number)
    assert not turn.missed, "it waits"
    review.store_replayed(turn.id, Reading(comes_to, "anything", 0.9, None))
    (turn,) = review.replayed(number)
    assert turn.missed is missed


def test_a_change_set_is_asked_up_to_what_it_corrects_without_what_the_bot_was_not_asked(
    record: Record, review: Review
) -> None:
    name = talked(record, "one")
    own = record.add_message(name, new_id(), "/delete").message
    record.add_answer(name, own.sequence, [Reply("Deleted.", kind="notice")], None)
    talked(record, "two", conversation_id=name)
    talked(record, "later", conversation_id=name)
    review.correct(name, own.sequence, "ann", outcome="privacy")
    review.correct(name, 5, "ann", outcome="emergency")
    number = review.replay_change_set(1, "leo")
    assert [turn.sequence for turn in review.replayed(number)] == [5]
    assert asked_of(review, number) == [(name, ["one", "two"])]


@pytest.mark.parametrize(
    "begin",
    [
        lambda review: review.replay_filtered(Filters(), "leo"),
        lambda review: review.replay_change_set(4711, "leo"),
        lambda review: review.replay_file("a.tsv", DIGEST, [], "leo"),
    ],
)
def test_nothing_begins_without_turns(review: Review, begin: Callable[[Review], int]) -> None:
    with pytest.raises(NothingToReplayError):
        begin(review)
    assert review.replays() == []
    assert review.running_replay() is None


def test_a_file_is_compared_with_its_last_replay(record: Record, review: Review) -> None:
    labels = [Label(2, ("emergency",)), Label(4, ("fitness", "clarify"))]
    number = review.replay_file("a.tsv", DIGEST, labels, "leo")
    assert review.next_plan(number) is None
    first, second = review.waiting_lines(number)
    assert (first[1], second[1]) == (2, 4)
    review.store_replayed(first[0], NOW)
    review.store_replayed(second[0], None)
    assert review.waiting_lines(number) == []
    turns = review.replayed(number)
    assert [(turn.line, turn.state, turn.before, turn.right_now) for turn in turns] == [
        (2, "done", None, True),
        (4, "refused", None, None),
    ]
    review.end_replay(number, "done")
    again = review.replay_file("a.tsv", DIGEST, labels, "leo")
    assert [turn.was for turn in review.replayed(again)] == [NOW, None]
    review.store_replayed(review.waiting_lines(again)[0][0], Reading("clarify", "clarify", 0.5, "newer.tar.gz"))
    turn = review.replayed(again)[0]
    assert (turn.lost, turn.missed, turn.right_before, turn.right_now) == (True, True, True, False)
    review.end_replay(again, "done")
    for file, digest in (("a.tsv", "e" * 64), ("b.tsv", DIGEST)):
        other = review.replay_file(file, digest, labels, "leo")
        assert [turn.was for turn in review.replayed(other)] == [None, None]
        review.end_replay(other, "done")


def test_one_runs_at_a_time_whoever_begins_it(record: Record, review: Review, url: str, clock: Clock) -> None:
    talked(record)
    reviews = [Review(url, now=clock) for _ in range(4)]

    def begin(opened: Review) -> int | None:
        try:
            return opened.replay_filtered(Filters(), "leo")
        except AlreadyRunningError:
            return None

    begun = at_once([lambda opened=opened: begin(opened) for opened in reviews])  # type: ignore[misc]
    assert sorted(number is None for number in begun) == [False, True, True, True]
    assert len(table(record, "replays")) == 1
    for opened in reviews:
        opened.close()


def test_stopping_and_going_on(record: Record, review: Review, clock: Clock) -> None:
    talked(record, "one")
    number = review.replay_filtered(Filters(), "leo")
    assert review.stop_replay(number, "leo")
    assert not review.stop_replay(number, "leo")
    assert not review.go_on_with_replay(number + 1, "leo")
    assert not review.end_replay(number, "done"), "somebody has stopped it"
    ended = review.replay(number)
    assert ended is not None and (ended.state, ended.ended_at) == ("stopped", clock())
    assert review.go_on_with_replay(number, "mia")
    with pytest.raises(AlreadyRunningError):
        review.go_on_with_replay(number, "mia")
    asked_of(review, number)
    assert review.end_replay(number, "done")
    assert not review.go_on_with_replay(number, "leo")
    trail = [(row["actor"], row["action"]) for row in table(record, "audit")]
    assert trail == [("leo", "replay"), ("leo", "replay_stop"), ("mia", "replay_go_on")]


def test_only_the_newest_are_kept(record: Record, review: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "KEPT", 2)
    talked(record)
    numbers = []
    for _ in range(4):
        numbers.append(review.replay_filtered(Filters(), "leo"))
        review.end_replay(numbers[-1], "done")
    assert [one.id for one in review.replays()] == numbers[:1:-1]
    assert len(table(record, "replayed")) == 2
    assert review.replay(numbers[0]) is None


def test_conversations_of_platforms_are_asked_as_theirs(record: Record, review: Review) -> None:
    conversation = arrived(record, "event-1", "my hip is out", region="GB")
    record.add_answer(conversation.id, 1, [PLAIN], UNDERSTANDING)
    number = review.replay_filtered(Filters(), "leo")
    plan = review.next_plan(number)
    assert plan is not None and (plan.channel, plan.region) == (conversation.channel, "GB")
    assert [turn.was for turn in review.replayed(number)] == [
        Reading("emergency", "emergency_injury", 0.97, "assistant.tar.gz")
    ]


def test_what_the_bot_has_still_to_erase_is_kept(review: Review, clock: Clock) -> None:
    review.keep_throwaway("replay-b")
    clock.tick(seconds=1)
    review.keep_throwaway("replay-a")
    assert review.throwaways() == ["replay-b", "replay-a"]
    review.forget_throwaway("replay-b")
    review.forget_throwaway("replay-b")
    assert review.throwaways() == ["replay-a"]
