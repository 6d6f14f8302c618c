"""Lists as files: whole, in batches, masked; a spreadsheet calculates nothing of them; who took one is noted."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import event
from staff import Console, MakeConsole, Staff

from console import exporting
from console.roles import Role
from transcripts.privacy.persons import Asked
from transcripts.staff import batches
from transcripts.staff.filtering import Filters

PHONE = "07700 900123"
FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\u00a0=1", "\u200b=1", "\ufeff=1", '"=1', "＝1", "＋1",
    "－1", "＠x", "﹦1", "−1", "=cmd|' /C calc'!A0", "hello\n=1", "hello;=1", 'hello;"=1', "hello\t+1", "x;\u2060 @y", "\t",
]  # fmt: skip
PLAIN = ["", "hello", "1-2", "a=b", "'=1", "no, -1 is fine", "it's 5 + 5", "me@example.org", "hüfte; schmal", "0.5"]
SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫", "−")
UNSEEN = "".join(map(chr, range(33))) + '\u00a0\u200b\ufeff\u2060\u3000\u00ad"'


def written(*texts: str) -> bytes:
    return b"".join(
        exporting.as_csv(["id", "text", "score"], [[{"id": "abc", "text": one, "score": 0.5}] for one in texts])
    )


def cells(file: bytes, delimiter: str = ",") -> list[list[str]]:
    text = file.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def starts_a_formula(cell: str) -> bool:
    return cell.lstrip(UNSEEN).startswith(SIGNS)


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_become_text(text: str) -> None:
    assert "'" in exporting.neutral(text)
    for delimiter in ",;\t":
        found = [cell for row in cells(written(text), delimiter) for cell in row]
        assert not any(map(starts_a_formula, found)), found


@pytest.mark.parametrize("text", PLAIN)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert exporting.neutral(text) == text
    assert cells(written(text))[1] == ["abc", text, "0.5"]


ANYTHING = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
TEXTS = st.one_of(ANYTHING, st.text(st.sampled_from("=+-@＝;,\"'\t\r\n x\u200b")))


@given(st.lists(TEXTS, min_size=1, max_size=4))
@example(['a;"', "=1"])
@example(['";', '=1";\n"+1'])
@example(["a;", "-1"])
def test_any_text_survives_up_to_the_apostrophe_and_no_cell_starts_a_formula(texts: list[str]) -> None:
    file = written(*texts)
    rows = cells(file)
    assert rows[0] == ["id", "text", "score"]
    assert [row[1].replace("'", "") for row in rows[1:]] == [text.replace("'", "") for text in texts]
    assert all(row[0] == "abc" and row[2] == "0.5" for row in rows[1:])
    assert not any(row[1].startswith(("\t", "\r", "\n")) for row in rows)
    for delimiter in ",;\t":
        assert not any(starts_a_formula(cell) for row in cells(file, delimiter) for cell in row)


def test_the_file_is_what_excel_and_the_rfc_want() -> None:
    file = written('say "hi",\nplease')
    assert file == b'\xef\xbb\xbfid,text,score\r\nabc,"say ""hi"",\nplease",0.5\r\n'


def test_numbers_and_nothing_stay_what_they_are() -> None:
    row: dict[str, Any] = {"a": -1, "b": None, "c": True, "d": ["=x", "y"], "e": 0.25}
    assert cells(b"".join(exporting.as_csv(list(row), [[row]])))[1] == ["-1", "", "yes", "'=x, y", "0.25"]
    assert json.loads(b"".join(exporting.as_json(list(row), [[row]]))) == [row]
    assert json.loads(b"".join(exporting.as_json([], []))) == []
    with pytest.raises(TypeError, match="bytes"):
        exporting.written(b"x")


@pytest.fixture
def leads(url: str, make_console: MakeConsole) -> tuple[Console, Staff]:
    console = make_console(record_url=url)
    return console, console.staff("leo", Role.LEAD)


def take(staff: Staff, query: str = "", **fields: str) -> Any:
    staff.get(f"/export{query}")
    return staff.post(f"/export{query}", **{"rows": "turns", "format": "csv", "texts": "masked", **fields})


def table(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_a_row_for_each_turn(leads: tuple[Console, Staff]) -> None:
    console, staff = leads
    console.say("how do I get slimmer hips", f"=HYPERLINK(1) call me: {PHONE}", outcome="fitness")
    answer = take(staff)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="turns-2026-11-26.csv"'
    assert answer.headers["cache-control"] == "no-store"
    first, second = table(answer)
    assert tuple(first) == batches.TURN
    assert (first["conversation"], first["sequence"], first["text"]) == ("c" * 32, "1", "how do I get slimmer hips")
    assert (first["answer"], first["confidence"], first["outcome"]) == (
        "You said: how do I get slimmer hips",
        "0.9",
        "fitness",
    )
    assert second["text"] == "'=HYPERLINK(1) call me: [phone number]"
    assert PHONE not in answer.text


def test_a_row_for_each_conversation(leads: tuple[Console, Staff]) -> None:
    console, staff = leads
    console.say("one", "two")
    console.say("three", conversation="d" * 32)
    console.house.review.tag("c" * 32, "leo", "=tag")
    console.house.review.tag("c" * 32, "leo", "zoo")
    found = json.loads(take(staff, rows="conversations", format="json").content)
    assert [(row["conversation"], row["turns"], row["messages"], row["tags"]) for row in found] == [
        ("c" * 32, 2, 4, ["=tag", "zoo"]), ("d" * 32, 1, 2, []),
    ]  # fmt: skip
    assert tuple(found[0]) == batches.CONVERSATION
    assert found[0]["begun_at"] == "2026-11-26T09:00:00Z"
    assert [row["tags"] for row in table(take(staff, rows="conversations"))] == ["'=tag, zoo", ""]


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("?words=three", ["d"]), ("?outcome=emergency", ["d"]), ("?outcome=fitness&intent=fitness_waist", ["c"]),
        ("?reviewed=no", ["c", "d"]), ("?reviewed=yes", []), ("?words=-three&channel=widget", ["c"]), ("?reason=emergency", ["d"]),
    ],
)  # fmt: skip
def test_the_list_is_the_one_of_the_page(leads: tuple[Console, Staff], query: str, left: list[str]) -> None:
    console, staff = leads
    console.say("one")
    console.say("three", conversation="d" * 32, outcome="emergency", intent="emergency_injury")
    assert f"/export{query.replace('&', '&amp;')}" in (page := staff.get(f"/conversations{query}").text) or not left
    assert f"{len(left)} conversation" in page
    for rows in ("turns", "conversations"):
        assert [row["conversation"][0] for row in table(take(staff, query, rows=rows))] == left


def test_unmasked_is_asked_for_and_noted_and_no_search_word_is(leads: tuple[Console, Staff]) -> None:
    console, staff = leads
    console.say(f"call me: {PHONE}")
    query = "?words=call&outcome=fitness"
    assert PHONE in take(staff, query, texts="unmasked", format="json").text
    take(staff, query, rows="conversations")
    (actor, _, first), (_, _, second) = console.audited("export_list")
    assert actor == "leo"
    assert first == {
        "rows": "turns", "format": "json", "texts": "unmasked", "conversations": 1, "turns": 1,
        "filters": {"outcome": "fitness", "words": "(not noted)"},
    }  # fmt: skip
    assert (second["rows"], second["texts"]) == ("conversations", "masked")


def test_the_form_promises_no_more_than_masking_does(leads: tuple[Console, Staff]) -> None:
    console, staff = leads
    console.say(f"Ann Smith, {PHONE}, ann@example.org")
    assert [row["text"] for row in table(take(staff))] == ["Ann Smith, [phone number], [e-mail address]"]
    page = staff.get("/export").text
    assert "masked: phone numbers, e-mail addresses…" in page and "Names of people are not found" in page


def test_the_log_keeps_of_a_filter_only_what_nobody_typed(leads: tuple[Console, Staff]) -> None:
    console, staff = leads
    console.say("hello")
    typed = "ann smith 07700 900123"
    console.house.review.tag("c" * 32, "leo", "ann smith")
    names = ("words", "channel", "outcome", "intent", "tag", "reviewer", "assigned")
    take(staff, "?" + urlencode(dict.fromkeys(names, typed)))
    take(staff, "?tag=ann+smith")
    known = {
        "said_by": "visitor", "since": "2026-11-01", "channel": "widget", "outcome": "fitness", "confidence_from": "0.5",
        "unanswered": "no", "reason": "missed", "reviewer": "leo", "assigned": "leo",
    }  # fmt: skip
    take(staff, "?" + urlencode(known))
    first, second, third = (details["filters"] for _, _, details in console.audited("export_list"))
    assert first == dict.fromkeys(names, "(not noted)")
    assert second == {"tag": "(not noted)"}
    assert third == {**known, "unanswered": "False"}


def test_batches_hold_every_row_once_and_never_all_at_once(
    leads: tuple[Console, Staff], monkeypatch: pytest.MonkeyPatch
) -> None:
    console, staff = leads
    monkeypatch.setattr(batches, "BATCH", 3)
    for number in range(4):
        console.say(*(f"text {number} {turn}" for turn in range(4)), conversation=str(number) * 32)
    console.house.review.catch_up()
    found = list(batches.of_turns(console.house.database, Filters(), str))
    rows = [row for batch in found for row in batch]
    assert [row["text"] for row in rows] == [f"text {number} {turn}" for number in range(4) for turn in range(4)]
    assert [row["answer"] for row in rows] == [f"You said: {row['text']}" for row in rows]
    assert [len(batch) for batch in found] == [12, 4]
    assert len(table(take(staff))) == 16
    assert len(table(take(staff, rows="conversations"))) == 4


def test_rows_come_in_the_order_in_which_conversations_began(
    leads: tuple[Console, Staff], monkeypatch: pytest.MonkeyPatch
) -> None:
    console, staff = leads
    monkeypatch.setattr(batches, "BATCH", 2)
    began = "dbeac"  # the record numbers those that it sorts in at once by their ids
    for name in began:
        console.say(f"first of {name}", f"second of {name}", conversation=name * 32)
        console.clock.forward(minutes=1)
    console.say("third of d", conversation="d" * 32)
    rows = table(take(staff))
    assert [row["conversation"][0] for row in rows] == list("dddbbeeaacc")
    assert [row["text"].split()[0] for row in rows[:3]] == ["first", "second", "third"]
    assert [row["conversation"][0] for row in table(take(staff, rows="conversations"))] == list(began)


@pytest.mark.parametrize("read", [batches.conversations, batches.of_turns])
def test_a_batch_that_is_erased_leaves_the_file_whole(
    leads: tuple[Console, Staff], monkeypatch: pytest.MonkeyPatch, read: Callable[..., Any]
) -> None:
    console, _ = leads
    monkeypatch.setattr(batches, "BATCH", 1)
    for name in "abc":
        console.say("hello", conversation=name * 32)
    console.house.review.catch_up()
    file = exporting.as_json((), read(console.house.database, Filters(), str))
    parts = [next(file), next(file)]
    console.house.persons.erase(Asked(conversation="b" * 32), "leo")
    left = json.loads(b"".join([*parts, *file]))
    assert [row["conversation"][0] for row in left] == ["a", "c"]


def test_what_is_erased_or_comes_while_a_file_is_written(
    leads: tuple[Console, Staff], monkeypatch: pytest.MonkeyPatch
) -> None:
    console, _ = leads
    monkeypatch.setattr(batches, "BATCH", 1)
    for name in "abd":
        console.say("hello", conversation=name * 32)
    console.house.review.catch_up()
    stream = batches.conversations(console.house.database, Filters(), str)
    found = [next(stream)[0]["conversation"][0]]
    console.say("again", conversation="b" * 32)  # jumps to the front of the page
    console.house.persons.erase(Asked(conversation="d" * 32), "leo")
    console.say("hello", conversation="e" * 32)  # has the number that was left, on SQLite
    console.house.review.catch_up()
    found += [batch[0]["conversation"][0] for batch in stream]
    assert found == ["a", "b"]


def test_the_file_begins_before_all_of_it_is_read(leads: tuple[Console, Staff]) -> None:
    console, _ = leads
    console.say("hello")
    seen: list[str] = []
    event.listen(console.house.database._engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    file = exporting.as_csv(batches.TURN, batches.of_turns(console.house.database, Filters(), str))
    assert next(file).decode("utf-8-sig").startswith("conversation,sequence")
    assert seen == []


def test_half_a_form_and_wrong_filters_are_refused(leads: tuple[Console, Staff]) -> None:
    console, staff = leads
    assert take(staff, rows="people").status_code == 422
    assert take(staff, format="xlsx").status_code == 422
    assert take(staff, texts="").status_code == 422
    assert take(staff, "?nothing=1").status_code == 400
    assert staff.get("/export?reason=x").status_code == 400
    assert console.audited("export_list") == []


def test_reviewers_get_neither_file_nor_link(console: Console) -> None:
    console.say("hello")
    rita = console.staff("rita")
    assert "/export" not in rita.get("/conversations").text
    assert take(rita).status_code == 403
    assert "/export" in console.staff("leo", Role.LEAD).get("/conversations").text
