"""Filters travel in URLs: whatever comes in becomes filters or an error with words, never anything else."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcripts.staff.filtering import FilterError, Filters

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40).filter(
    lambda text: text == text.strip()
)
FILTERS = st.builds(
    Filters,
    words=st.just("") | TEXTS,
    said_by=st.sampled_from([None, "visitor", "assistant"]),
    since=st.none() | st.dates(),
    until=st.none() | st.dates(),
    channel=st.none() | TEXTS,
    outcome=st.none() | TEXTS,
    intent=st.none() | TEXTS,
    confidence_from=st.none() | st.floats(0, 1),
    confidence_to=st.none() | st.floats(0, 1),
    escalated=st.none() | st.booleans(),
    unanswered=st.none() | st.booleans(),
    feedback=st.sampled_from([None, "up", "down"]),
    reason=st.sampled_from([None, "missed", "near_tie"]),
    tag=st.none() | TEXTS,
    reviewer=st.none() | TEXTS,
    assigned=st.none() | TEXTS,
    reviewed=st.none() | st.booleans(),
    follow_up=st.none() | st.dates(),
)


@given(FILTERS)
def test_there_and_back(filters: Filters) -> None:
    assert Filters.from_query(filters.to_query()) == filters


def test_a_query_string_is_as_short_as_what_is_asked() -> None:
    assert Filters().to_query() == ""
    filters = Filters(words="my hip", since=date(2026, 11, 1), reviewed=False, confidence_to=0.5)
    assert filters.to_query() == "words=my+hip&since=2026-11-01&confidence_to=0.5&reviewed=no"


def test_empty_fields_of_a_form_ask_for_nothing() -> None:
    assert Filters.from_query("words=&said_by=&since=&escalated=+&tag=x&after=1_2_3", besides=["after"]) == Filters(
        tag="x"
    )


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("colour=red", "no filter 'colour'; there are: assigned, channel"),
        ("tag=a&tag=b", "tag is given twice"),
        ("since=yesterday", "since is a day, such as"),
        ("until=2026-02-30", "until is a day"),
        ("confidence_from=2", "number from 0 to 1"),
        ("confidence_to=nan", "number from 0 to 1"),
        ("confidence_to=x", "number from 0 to 1"),
        ("said_by=bot", "said_by is one of: visitor, assistant"),
        ("escalated=true", "escalated is one of: yes, no"),
        ("reason=boredom", "reason is one of: fallback, near_tie"),
        ("feedback=sideways", "feedback is one of: up, down"),
        ("words=" + "x" * 501, "more than 500"),
    ],
)
def test_what_means_nothing_is_said_in_words(query: str, message: str) -> None:
    with pytest.raises(FilterError, match=message):
        Filters.from_query(query)


@given(
    st.lists(st.tuples(st.sampled_from(["words", "since", "confidence_to", "reason", "tag", "x"]), st.text(max_size=9)))
)
def test_any_query_string_is_filters_or_an_error_with_words(pairs: list[tuple[str, str]]) -> None:
    try:
        filters = Filters.from_query(pairs)
    except FilterError as error:
        assert str(error)
    else:
        assert Filters.from_query(filters.to_query()) == filters
