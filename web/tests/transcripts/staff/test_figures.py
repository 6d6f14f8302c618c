"""The dashboard's figures."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from record_samples import PLAIN, Clock, arrived, begun, new_id
from review_samples import failed, talked, understood

from transcripts.record import Record
from transcripts.review import Review
from transcripts.staff.review_values import Percentiles

DAY = date(2026, 11, 26)


def waited(record: Record, clock: Clock, seconds: float) -> None:
    """A turn that was answered after so long."""
    name = begun(record)
    record.add_message(name, new_id(), "hi")
    clock.tick(seconds=seconds)
    record.add_answer(name, 1, [PLAIN], understood())


def test_all_of_a_day(record: Record, review: Review, clock: Clock) -> None:
    name = talked(record)
    talked(record, "weather?", understood("out_of_scope"), conversation_id=name)
    record.set_feedback(name, 2, "up")
    record.set_feedback(name, 4, "down")
    talked(record, "it is out", understood("emergency"))
    failed(record)
    platform = arrived(record, "event-1", "hi")
    record.add_answer(platform.id, 1, [PLAIN], understood("crisis"))
    clock.tick(days=1)
    talked(record)
    figures = review.figures(DAY, DAY + timedelta(days=2))
    first, second, third = figures.days
    assert (first.name, first.conversations, first.messages, first.unanswered) == ("2026-11-26", 4, 5, 1)
    assert first.outcomes == (("crisis", 1), ("emergency", 1), ("fitness", 1), ("out_of_scope", 1))
    assert (first.emergencies, first.fallbacks, first.fallback_rate) == (2, 1, 0.25)
    assert (first.up, first.down) == (1, 1)
    assert (second.conversations, second.messages, second.fallback_rate) == (1, 1, 0.0)
    assert (third.name, third.conversations, third.messages, third.fallback_rate) == ("2026-11-28", 0, 0, None)
    assert third.waited == Percentiles(0, None, None)
    assert (figures.all.conversations, figures.all.messages, figures.all.fallback_rate) == (5, 6, 0.2)
    assert [(one.name, one.messages) for one in figures.channels] == [("whatsapp_cloud", 1), ("widget", 5)]
    widget = review.figures(DAY, DAY, "widget")
    assert (widget.all.messages, widget.all.emergencies, [one.name for one in widget.channels]) == (4, 1, ["widget"])


def test_a_turn_counts_on_its_own_day_a_conversation_on_its_first(record: Record, review: Review, clock: Clock) -> None:
    name = talked(record)
    clock.tick(days=1)
    talked(record, conversation_id=name)
    days = review.figures(DAY, DAY + timedelta(days=1)).days
    assert [(one.conversations, one.messages) for one in days] == [(1, 1), (0, 1)]


def test_percentiles_are_by_the_nearest_rank(record: Record, review: Review, clock: Clock) -> None:
    for seconds in range(1, 21):
        waited(record, clock, seconds)
    assert review.figures(DAY, DAY).all.waited == Percentiles(20, 10.0, 19.0)
    assert review.figures(DAY, DAY).channels[0].waited == Percentiles(20, 10.0, 19.0)
    assert review.figures(DAY, DAY).days[0].waited == Percentiles(20, 10.0, 19.0)
    waited(record, clock, 100)
    assert review.figures(DAY, DAY).all.waited == Percentiles(21, 11.0, 20.0)


def test_one_is_every_percentile(record: Record, review: Review, clock: Clock) -> None:
    waited(record, clock, 3)
    assert review.figures(DAY, DAY).all.waited == Percentiles(1, 3.0, 3.0)


@pytest.mark.parametrize("days", [-1, 731])
def test_a_range_that_is_none(review: Review, days: int) -> None:
    with pytest.raises(ValueError, match="1 to 731 days"):
        review.figures(DAY, DAY + timedelta(days=days))
