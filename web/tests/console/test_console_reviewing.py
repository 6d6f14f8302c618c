"""Queue and conversation: what is shown, what is masked, what two reviewers at once are told."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from sqlalchemy import insert
from staff import Console, MakeConsole

from console.roles import Role
from transcripts.record import Record
from transcripts.staff.filtering import Filters
from transcripts.staff.review_models import tags

HOSTILE = """<script>alert(1)</script>"><img src=x onerror=alert(1)> {{ 7*7 }} \u202egnp"""
PRIVATE = "I am Ann, ann@example.org, call 07700 900123. I weigh 82 kg"
EMERGENCY = {"outcome": "emergency", "intent": "emergency_injury"}


@pytest.fixture
def both(make_console: MakeConsole, url: str) -> Console:
    return make_console(record_url=url)


def test_the_most_urgent_stands_first_and_leads_to_its_turn(both: Console) -> None:
    both.say("how to lose weight at the hips", conversation="a" * 32)
    both.say("hello", "my hip popped out", conversation="b" * 32, **EMERGENCY)
    both.say("I can't walk", conversation="c" * 32)
    page = both.staff("rita").get("/queue").text
    links = re.findall(r'href="/conversations/([0-9a-f]{32})(?:#turn-(\d+))?"', page)
    assert [(name[0], turn) for name, turn in links] == [("b", "1"), ("c", "1"), ("a", "")]
    assert 'href="/queue?reason=emergency">Emergency <b>1</b>' in page
    assert "3 conversations to review" in page


def test_the_queue_is_filtered_in_the_address(both: Console) -> None:
    both.say("my hip popped out", conversation="b" * 32, **EMERGENCY)
    both.say("how to lose weight", conversation="a" * 32)
    rita = both.staff("rita")
    page = rita.get("/queue?reason=emergency").text
    assert "b" * 32 in page and "a" * 32 not in page
    assert "show all" not in page  # the chips say so
    assert "show all" in rita.get("/queue?channel=slack").text
    for wrong in ("reason=nothing", "colour=red", "after=x"):
        assert rita.get(f"/queue?{wrong}").status_code == 400, wrong


def test_the_next_one_is_nobody_elses(both: Console) -> None:
    both.say("my hip popped out", conversation="b" * 32, **EMERGENCY)
    both.say("I can't walk", conversation="c" * 32)
    rita, leo = both.staff("rita"), both.staff("leo", Role.LEAD)
    assert rita.post("/queue/next").headers["location"] == f"/conversations/{'b' * 32}#turn-1"
    assert leo.post("/queue/next").headers["location"].startswith(f"/conversations/{'c' * 32}")
    assert "You are reviewing it" in rita.get("/queue").text and "rita is reviewing it" in leo.get("/queue").text
    bert = both.staff("bert")
    sent = bert.post("/queue/next").headers["location"]
    assert "empty=yes" in sent and "nobody else is reviewing" in bert.get(sent).text


def test_what_was_given_to_somebody_who_left_is_offered_again(both: Console) -> None:
    at = f"/conversations/{both.say('my hip popped out', **EMERGENCY)}"
    rita, leo = both.staff("rita"), both.staff("leo", Role.LEAD)
    rita.get(at)
    rita.post(f"{at}/assign", to="leo")
    leo.get(at)
    leo.post(f"{at}/claim")
    both.house.accounts.set_disabled("leo", True, "anna")
    assert rita.post("/queue/next").headers["location"].startswith(at)
    assert both.audited("account_disabled") == [
        ("anna", "account_disabled", {"account": "leo", "assigned": 1, "claimed": 1})
    ]


def test_two_reviewers_do_not_review_one_conversation_unknowingly(both: Console) -> None:
    at = f"/conversations/{both.say('my hip popped out', **EMERGENCY)}"
    rita, leo = both.staff("rita"), both.staff("leo", Role.LEAD)
    assert rita.post(f"{at}/claim", take="no").status_code == 303
    assert "rita is reviewing this conversation just now" in leo.get(at).text
    refused = leo.post(f"{at}/claim", take="no")
    assert refused.status_code == 409 and "rita is reviewing this conversation until" in refused.text
    assert leo.review(at).status_code == 409
    assert leo.post(f"{at}/claim", take="yes").status_code == 303
    assert rita.review(at).status_code == 409
    assert leo.review(at).headers["location"] == "/queue"
    assert "Nothing waits here" in leo.get("/queue").text
    assert "reviewed by leo" in rita.get(at).text


def test_what_was_not_seen_is_not_reviewed(both: Console) -> None:
    conversation = both.say("my hip popped out", **EMERGENCY)
    rita = both.staff("rita")
    rita.get(f"/conversations/{conversation}")
    both.say("I feel faint")
    answer = rita.post(f"/conversations/{conversation}/reviewed", **rita.seen)
    assert answer.status_code == 409 and "went on meanwhile" in answer.text and "I feel faint" in answer.text
    assert rita.review(f"/conversations/{conversation}").status_code == 303


def test_private_data_is_masked_and_a_lead_who_looks_is_noted(both: Console) -> None:
    at = f"/conversations/{both.say(PRIVATE)}"
    rita, leo = both.staff("rita"), both.staff("leo", Role.LEAD)
    rita.post(f"{at}/note", text="Asked by ann@example.org")
    for staff in (rita, leo):
        page = staff.get(at).text
        assert "ann@example.org" not in page and "900123" not in page and "82 kg" in page
        assert "[e-mail address]" in page
    assert "Show what is masked" not in rita.get(at).text
    assert rita.post(f"{at}/unmasked").status_code == 403
    page = leo.post(f"{at}/unmasked").text
    assert page.count("ann@example.org") == 3 and "07700 900123" in page and "noted in the audit log" in page
    assert both.audited("view_unmasked") == [("leo", "view_unmasked", {})]


def test_a_hostile_conversation_is_text_only(both: Console) -> None:
    flag = {"name": HOSTILE, "evidence": [HOSTILE]}
    choice = {"intent": HOSTILE, "confidence": 0.1}
    at = both.say(HOSTILE, intent=HOSTILE, model=HOSTILE, red_flags=[flag], alternatives=[choice])
    leo = both.staff("leo", Role.LEAD)
    leo.post(f"/conversations/{at}/note", text=HOSTILE)
    leo.post(f"/conversations/{at}/tag", tag="<b>bold</b>")
    pages = [
        leo.get(f"/conversations/{at}").text,
        leo.post(f"/conversations/{at}/unmasked").text,
        leo.get("/queue").text,
    ]
    for page in pages:
        assert "<script>alert" not in page and "<img src=x" not in page and "<b>bold" not in page
    assert pages[0].count("&lt;script&gt;") >= 6 and "{{ 7*7 }}" in pages[0]


def test_notes_tags_assignment_and_follow_up(both: Console) -> None:
    at = f"/conversations/{both.say('hip reduction')}"
    rita, leo = both.staff("rita"), both.staff("leo", Role.LEAD)
    assert rita.post(f"{at}/note", text="Look at the second answer").status_code == 303
    assert rita.post(f"{at}/tag", tag="  Wrong  Meaning ").status_code == 303
    assert rita.post(f"{at}/assign", to="leo").status_code == 303
    assert rita.post(f"{at}/follow-up", day="2026-12-01").status_code == 303
    page = leo.get(at).text
    for shown in ("Look at the second answer", "wrong meaning", "<dt>For</dt><dd>leo", "2026-12-01"):
        assert shown in page
    note = re.search(r'name="note" value="(\d+)"', rita.get(at).text)
    assert note and "/note/delete" not in page, "only its author deletes a note"
    leo.post(f"{at}/note/delete", note=note[1])
    assert "Look at the second answer" in leo.get(at).text
    rita.post(f"{at}/note/delete", note=note[1])
    rita.post(f"{at}/untag", tag="wrong meaning")
    rita.post(f"{at}/assign", to="")
    rita.post(f"{at}/follow-up", day="")
    page = leo.get(at).text
    for gone in ("Look at the second answer", "wrong meaning", "<dt>For</dt>", "2026-12-01"):
        assert gone not in page


@pytest.mark.parametrize("words", ["ring 07700 900123", "ann@example.org", "ＡＮＮ＠example.org"])
def test_a_tag_is_no_place_for_numbers_and_addresses(both: Console, words: str) -> None:
    at = f"/conversations/{both.say('hip reduction')}"
    rita, leo = both.staff("rita"), both.staff("leo", Role.LEAD)
    for staff in (rita, leo):
        answer = staff.post(f"{at}/tag", tag=words)
        assert answer.status_code == 422 and "in a note they are masked" in answer.text
    assert both.house.review.tags() == {}
    assert rita.post(f"{at}/tag", tag="week 2 of 2026").status_code == 303


def test_a_tag_from_before_is_masked_and_a_lead_can_take_it_off(both: Console) -> None:
    conversation, word = both.say("hip reduction"), "ann 07700 900123"
    at = f"/conversations/{conversation}"
    with both.house.database.writing() as connection:
        connection.execute(insert(tags).values(conversation_id=conversation, tag=word, author="leo", at=both.clock()))
        connection.commit()
    rita, leo = both.staff("rita"), both.staff("leo", Role.LEAD)
    rita.post(f"{at}/tag", tag="plain")
    for staff in (rita, leo):
        for path in (at, "/queue", "/conversations"):
            page = staff.get(path).text
            assert "900123" not in page and "ann [phone number]" in page and "plain" in page
    assert rita.get(at).text.count(f"{at}/untag") == 1
    assert word in (page := leo.post(f"{at}/unmasked").text) and page.count(f"{at}/untag") == 2
    leo.post(f"{at}/untag", tag=word)
    assert both.house.review.tags() == {"plain": 1}


@pytest.mark.parametrize(
    ("what", "fields", "status"),
    [
        ("note", {"text": " "}, 422),
        ("note", {"text": "x" * 10_001}, 422),
        ("tag", {"tag": ""}, 422),
        ("assign", {"to": "nobody"}, 422),
        ("assign", {"to": "away"}, 422),
        ("follow-up", {"day": "soon"}, 422),
        ("reviewed", {"seen": "all", "shown": "x"}, 400),
        ("reviewed", {"seen": "2"}, 400),
        ("reviewed", {"seen": "2", "shown": "x"}, 409),
        ("reviewed", {"seen": "99999999999"}, 400),
        ("reviewed", {"seen": "9" * 5000}, 400),
        ("note/delete", {"note": ""}, 400),
    ],
)
def test_what_cannot_be_is_refused(console: Console, what: str, fields: dict[str, str], status: int) -> None:
    at = f"/conversations/{console.say('hip reduction')}"
    console.house.accounts.set_disabled(console.add("away"), True, "test")
    assert console.staff("rita").post(f"{at}/{what}", **fields).status_code == status


def test_a_conversation_is_assigned_to_the_account_as_it_is_named(both: Console) -> None:
    conversation = both.say("hip reduction")
    rita = both.staff("rita")
    assert rita.post(f"/conversations/{conversation}/assign", to=" RITA ").status_code == 303
    assert conversation in rita.get("/conversations?assigned=rita").text


@pytest.mark.parametrize(
    "words", ["077*", "07700", '"call 07700 900123"', "-077*", "０７７*", "²", "Ⅷ", "ann@example.org", "ann＠x"]
)
def test_a_reviewer_cannot_search_for_what_is_masked(both: Console, words: str) -> None:
    conversation = both.say(PRIVATE)
    rita, leo = both.staff("rita"), both.staff("leo", Role.LEAD)
    for path in ("/conversations", "/queue"):
        answer = rita.ask("GET", path, params={"words": words})
        assert answer.status_code == 400 and "by leads only" in answer.text, path
        assert leo.ask("GET", path, params={"words": words}).status_code == 200, path
    taken = rita.post("/queue/next?" + urlencode({"words": words}))
    assert taken.status_code == 400
    assert conversation in leo.get("/conversations?words=077*").text
    assert conversation in rita.get("/conversations?words=weigh").text


def test_a_conversation_that_is_not_there(console: Console) -> None:
    rita = console.staff("rita")
    for name in ("f" * 32, "x", "%00", "..%2f"):
        assert rita.get(f"/conversations/{name}").status_code == 404
    assert rita.post(f"/conversations/{'f' * 32}/claim").status_code == 404


def test_a_reviewed_conversation_can_go_back(console: Console) -> None:
    at = f"/conversations/{console.say('my hip popped out', **EMERGENCY)}"
    rita = console.staff("rita")
    rita.review(at)
    assert "Back into the queue" in rita.get(at).text
    assert rita.post(f"{at}/reopen").status_code == 303
    assert "1 conversation to review" in rita.get("/queue").text


def test_conversations_are_searched_and_filtered_in_the_address(both: Console) -> None:
    both.say("how to lose weight at the hips", conversation="a" * 32)
    both.say("my hip popped out, ann@example.org", conversation="b" * 32, **EMERGENCY)
    rita = both.staff("rita")

    def found(query: str) -> str:
        answer = rita.get(f"/conversations?{query}")
        assert answer.status_code == 200
        return "".join(name[0] for name in re.findall(r'href="/conversations/([0-9a-f]{32})', answer.text))

    assert sorted(found("")) == ["a", "b"]
    assert found("words=popped") == "b"
    page = rita.get("/conversations?words=popped").text
    assert "<mark>popped</mark>" in page and "ann@example.org" not in page and 'value="popped"' in page
    assert found("outcome=emergency&confidence_from=0.8") == "b" and found("channel=telegram") == ""
    assert '<details class="more" open>' in rita.get("/conversations?escalated=yes").text
    rita.review(f"/conversations/{'b' * 32}")
    assert found("reviewed=yes&reviewer=rita") == "b" and found("reviewed=no") == "a"
    for wrong in (
        "colour=red",
        "since=soon",
        "confidence_from=2",
        "reviewed=perhaps",
        "since=2026-11-01&since=2026-11-02",
    ):
        assert rita.get(f"/conversations?{wrong}").status_code == 400, wrong


def test_a_list_goes_on_where_its_page_ended(both: Console) -> None:
    for number in range(30):
        both.say("hip reduction", conversation=f"{number:032x}")
    rita = both.staff("rita")
    for path in ("/queue", "/conversations?words=hip"):
        first = rita.get(path).text
        more = re.search(r'href="([^"]+)">More<', first)
        assert more
        second = rita.get(more[1].replace("&amp;", "&")).text
        rows = [re.findall(r'href="/conversations/([0-9a-f]{32})', page) for page in (first, second)]
        assert (len(rows[0]), len(rows[1]), len({*rows[0], *rows[1]})) == (25, 5, 30), path


def test_a_note_that_is_refused_is_given_back(console: Console) -> None:
    at = f"/conversations/{console.say('hello')}"
    rita = console.staff("rita")
    rita.get(at)
    refused = rita.post(f"{at}/note", text="kept <word> " * 1000)
    assert refused.status_code == 422 and refused.text.count("kept &lt;word&gt;") == 1000


def test_whoever_reviewed_is_found_while_it_stays_reviewed(both: Console) -> None:
    name = both.say("hello")
    both.house.review.mark_reviewed(name, "rita", 2, both.house.review.transcript(name).stamp)  # type: ignore[union-attr]
    assert both.house.review.page(Filters(reviewer="rita")).total == 1
    both.clock.forward(minutes=1)
    record = Record(both.settings.record_url, now=both.clock)
    record.add_message(name, "one-more", "and then")
    record.close()
    assert both.house.review.page(Filters(reviewer="rita")).total == 0
