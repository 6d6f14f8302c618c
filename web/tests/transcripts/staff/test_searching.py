"""Full-text search: the same on both databases, whatever is typed."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from record_samples import PLAIN, begun
from review_samples import found, talked, understood

from transcripts.privacy.redaction import mask
from transcripts.record import Record
from transcripts.review import Review
from transcripts.staff.filtering import Filters
from transcripts.staff.searching import SHORTEST_BEGINNING, Query, Term, could_reveal, parse, words_of
from transcripts.values import Reply

WORDS = (
    "My hip popped out, I can't walk",
    "Café au lait: does it make HIPS smaller?",
    "Ⅸ squats — 3.5 kg — plié_squat",
)


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("", Query()),
        ('  "" - * "?!"', Query()),
        ("Hip pain", Query((Term(("hip",)), Term(("pain",))))),
        ('"my hip" out', Query((Term(("my", "hip")), Term(("out",))))),
        ('"my hip', Query((Term(("my", "hip")),))),
        ("hip -knee", Query((Term(("hip",)),), (Term(("knee",)),))),
        ('-"bad knee"', Query((), (Term(("bad", "knee")),))),
        ("disloc*", Query((Term(("disloc",), prefix=True),))),
        ("di*", Query((Term(("di",)),))),
        ("can't", Query((Term(("can", "t")),))),
        ("CAFÉ", Query((Term(("cafe",)),))),
        ("half-dislocated", Query((Term(("half", "dislocated")),))),
        ("AND OR NOT NEAR(", Query(tuple(Term((word,)) for word in ("and", "or", "not", "near")))),
    ],
)
def test_how_a_search_is_read(typed: str, query: Query) -> None:
    assert parse(typed) == query
    assert bool(query) == bool(query.wanted or query.unwanted)


@pytest.mark.parametrize(
    ("typed", "which"),
    [
        ("hip", {0, 1}),  # and hips
        ("HIP", {0, 1}),
        ("walking", {0}),
        ("can't walk", {0}),
        ("cannot", set()),
        ("not", set()),
        ('"hip popped"', {0}),
        ('"popped hip"', set()),
        ("popped hip", {0}),
        ("cafe", {1}),
        ("café", {1}),
        ("small*", {1}),
        ("pli*", {2}),
        ("3.5", {2}),
        ('"squat"', {2}),
        ("hip -walk", {1}),
        ("-hip", {2}),
        ('-"hip popped"', {1, 2}),
        ("xylophone", set()),
    ],
)
def test_what_is_found(record: Record, review: Review, typed: str, which: set[int]) -> None:
    names = [talked(record, words, understood(), Reply("Noted.")) for words in WORDS]
    assert found(review, words=typed) == {names[number] for number in which}


def test_all_words_must_stand_in_one_message_but_what_is_unwanted_in_none(record: Record, review: Review) -> None:
    name = talked(record, "apples", understood(), Reply("pears"))
    assert found(review, words="apples") == found(review, words="pears") == {name}
    assert found(review, words="apples pears") == set()
    assert found(review, words="apples -pears") == set()


def test_whose_words(record: Record, review: Review) -> None:
    name = talked(record, "apples", understood(), Reply("pears"))
    assert found(review, words="apples", said_by="visitor") == {name}
    assert found(review, words="apples", said_by="assistant") == set()
    assert found(review, words="pears", said_by="assistant") == {name}
    assert found(review, words='"pears"', said_by="visitor") == set()


def test_the_passage_that_was_found_is_shown_with_its_hits(record: Record, review: Review) -> None:
    long = " ".join(f"word{number}" for number in range(100)) + " my hips <b>hurt</b> " + "end " * 60
    name = talked(record, "hello", understood(), PLAIN)
    talked(record, long, understood(), Reply("and hip again"), conversation_id=name)
    (entry,) = review.page(Filters(words="hips hurting")).entries
    assert entry.excerpt is not None
    assert (entry.excerpt.sequence, entry.excerpt.sender) == (3, "visitor")
    assert [part.text for part in entry.excerpt.parts if part.hit] == ["hips", "hurt"]
    shown = "".join(part.text for part in entry.excerpt.parts)
    assert "my hips <b>hurt</b>" in shown
    assert len(shown.split()) < 40
    assert review.page(Filters(channel="widget")).entries[0].excerpt is None


def test_private_words_are_masked_before_a_passage_is_cut_out(record: Record, review: Review) -> None:
    number = "+1 555 010 4711"
    text = "word " * 30 + f"call me on {number} about my xylophone, or {number}"
    talked(record, text)
    assert number not in mask(text)
    (masked,) = review.page(Filters(words="xylophone")).entries
    (plain,) = review.page(Filters(words="xylophone"), show=str).entries
    assert masked.excerpt and plain.excerpt
    assert "4711" in "".join(part.text for part in plain.excerpt.parts)
    assert "4711" not in "".join(part.text for part in masked.excerpt.parts)


def test_markers_and_odd_signs_in_a_message_do_no_harm(record: Record, review: Review) -> None:
    talked(record, "a \x02hip\x03 \x02 and \ud800 \x00 nul")
    (entry,) = review.page(Filters(words="hip nul")).entries
    assert entry.excerpt is not None
    assert [part.text for part in entry.excerpt.parts if part.hit] == ["hip", "nul"]


def test_a_very_long_reply_is_found_too(record: Record, review: Review) -> None:
    name = talked(record, "hello", understood(), Reply("x" * 5000 + " needle " + "many different words " * 2000))
    assert found(review, words="needle") == {name}


def test_later_messages_are_found_and_each_once(record: Record, review: Review) -> None:
    name = talked(record, "apples")
    assert found(review, words="pears") == set()
    talked(record, "pears", conversation_id=name)
    assert found(review, words="pears") == {name}
    review.rejudge()
    assert found(review, words="apples") == {name}
    assert review.page(Filters(words="apples")).total == 1


def test_erased_words_are_found_no_more_and_numbers_can_come_again(record: Record, review: Review) -> None:
    for _ in range(5):
        name = talked(record, "apples")
        assert found(review, words="apples") == {name}
        record.add_message(name, "client-9", "pears")  # not in the index when it is erased
        record.erase(name, "visitor")
        assert found(review, words="apples") == set()
    name = talked(record, "plums")
    assert found(review, words="apples") == found(review, words="pears") == set()
    assert found(review, words="plums") == {name}


def test_a_beginning_may_be_longer_than_the_stem(record: Record, review: Review) -> None:
    name = talked(record, "emergency dislocation or running")
    for begun_so in ("emerg", "emergenc", "emergency", "dislocat", "runn", "running"):
        assert found(review, words=f"{begun_so}*") == {name}, begun_so
        assert found(review, words=f"{begun_so}* run") == {name}, "with a word by its stem"
        assert found(review, words=f"-{begun_so}*") == set()
        assert found(review, words=f"{begun_so}*", said_by="assistant") == set()
    assert found(review, words="runt*") == found(review, words="emergencies*") == set()
    (entry,) = review.page(Filters(words="emergenc* runn*")).entries
    assert entry.excerpt is not None
    assert [part.text for part in entry.excerpt.parts if part.hit] == ["emergency", "running"]


WORD = st.text("abcdeilnorstyzéüßñжλ0159", min_size=3, max_size=14) | st.sampled_from(
    ["emergency", "dislocation", "running", "happily", "universities", "relational", "hoping", "Ärzte", "skies", "1e10"]
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(said=st.lists(WORD, min_size=1, max_size=3))
def test_every_beginning_of_a_word_finds_it(record: Record, review: Review, said: list[str]) -> None:
    name = talked(record, ", ".join(said))
    for word in words_of(" ".join(said)):
        for length in range(SHORTEST_BEGINNING, len(word) + 1):
            assert name in found(review, words=f"{word[:length]}*"), word[:length]


@pytest.mark.parametrize(
    ("typed", "reveals"),
    [("hip pain", False), ("café -knee", False), ("07*", True), ("a@b", True), ("０", True), ("٣", True), ("½", True)],
)
def test_which_searches_could_reveal_what_is_masked(typed: str, reveals: bool) -> None:
    assert could_reveal(typed) == reveals


TYPED = st.lists(
    st.sampled_from(
        ['"', "-", "*", "hip", "out", "(", ")", ":", "NEAR", "AND", "'", "\\", "^", "{visitor}", "é", "\x00", "\ud800"]
    )
    | st.text(max_size=6),
    max_size=6,
).map(" ".join) | st.text(max_size=30)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(typed=TYPED, said_by=st.sampled_from([None, "visitor", "assistant"]))
def test_nothing_that_is_typed_is_an_error(record: Record, review: Review, typed: str, said_by: str | None) -> None:
    if review.page(Filters()).total == 0:
        talked(record, "My hip popped out")
        begun(record)
    page = review.page(Filters(words=typed, said_by=said_by))
    assert page.total in (0, 1)
    if not parse(typed):
        assert page.total == 1
