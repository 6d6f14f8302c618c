"""One person: found by a conversation or a platform's id, handed out whole, erased everywhere; and retention in sight."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import inspect, text
from staff import Console, MakeConsole, Staff

from console.roles import Role
from transcripts.base import Base
from transcripts.models import conversations, messages
from transcripts.privacy.holdings import STAFF, belonging
from transcripts.record import Record
from transcripts.values import Reply, Said, Understanding

WEB, PHONE = "c" * 32, "447700900123"
HOSTILE = """<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7*7 }}"""


@pytest.fixture
def leads(url: str, make_console: MakeConsole) -> tuple[Console, Staff]:
    console = make_console(record_url=url)
    staff = console.staff("leo", Role.LEAD)
    staff.get("/privacy")
    return console, staff


@pytest.fixture
def console_and_lead(make_console: MakeConsole) -> tuple[Console, Staff]:
    console = make_console()
    staff = console.staff("leo", Role.LEAD)
    staff.get("/privacy")
    return console, staff


def write(console: Console, channel: str, address: str, words: str, public: bool = False, answered: bool = True) -> str:
    """Take a message from a platform, answer it, and return the conversation."""
    record = Record(console.settings.record_url, now=console.clock)
    try:
        arrived = record.arrive(
            channel, secrets.token_hex(8), address, [Said(words)], public=public, region=None, idle=timedelta(days=1)
        )
        assert arrived is not None and arrived.conversation is not None
        if answered:
            of = arrived.messages[0]
            record.add_answer(
                of.conversation_id, of.sequence, [Reply(f"You said: {words}")], Understanding("x", "y", 0.9)
            )
        return arrived.conversation.id
    finally:
        record.close()


def everything(console: Console) -> str:
    """Every row of every table that holds what was said, or where."""
    with console.house.database.reading() as connection:
        names = [name for name in inspect(connection).get_table_names() if not name.startswith("search_")]
        return repr([connection.execute(text(f"SELECT * FROM {name}")).all() for name in names])


def person(staff: Staff, channel: str, address: str) -> Any:
    return staff.post("/privacy/person", channel=channel, address=address)


def test_a_conversation_is_found_by_its_beginning_without_a_word_of_it(leads: tuple[Console, Staff]) -> None:
    console, staff = leads
    console.say("my secret hip", "again")
    for given in (WEB, "c" * 8, f" {'C' * 9} "):
        page = staff.ask("GET", f"/privacy?conversation={given.replace(' ', '%20')}").text
        assert "One person" in page and "<dd>4</dd>" in page and "26 Nov 2026 09:00" in page
        assert "secret" not in page
    assert "Whether other chats are of the same person, nobody can tell." in page


@pytest.mark.parametrize(
    "given", ["ccccccc", "zzzzzzzz", "%25%25%25%25%25%25%25%25", "________", "d" * 8, "c" * 33, "c%00" * 4]
)
def test_what_is_no_conversation_is_said_to_be_none(leads: tuple[Console, Staff], given: str) -> None:
    console, staff = leads
    console.say("hello")
    assert staff.get(f"/privacy?conversation={given}").status_code == 422


def test_a_beginning_of_two_is_refused(leads: tuple[Console, Staff]) -> None:
    console, staff = leads
    console.say("one", conversation="c" * 31 + "1")
    console.say("two", conversation="c" * 31 + "2")
    assert "More than one" in staff.get("/privacy?conversation=cccccccc").text


@pytest.mark.parametrize(
    ("channel", "stored", "typed"),
    [
        ("whatsapp", PHONE, "+44 7700 900123"), ("whatsapp", PHONE, "44(7700)900-123"), ("whatsapp", "GB.a1B2", "GB.a1B2"),
        ("twilio", f"whatsapp:+{PHONE}", "+44 7700 900 123"), ("twilio", f"whatsapp:+{PHONE}", f"whatsapp:+{PHONE}"),
        ("telegram", "12345", "12345"), ("telegram", "-10099/12345", "12345"), ("telegram", "-10099/12345/7", "12345"),
        ("slack", "D1/U456", "U456"), ("slack", "C1/U456/170000.1", "U456"), ("slack", "C1/U456/170000.1", "C1/U456/170000.1"),
        ("messenger", "99887766", "99887766"),
    ],
)  # fmt: skip
def test_a_person_is_found_however_the_platform_writes_them(
    console_and_lead: tuple[Console, Staff], channel: str, stored: str, typed: str
) -> None:
    console, staff = console_and_lead
    found = write(console, channel, stored, "hello")
    assert found[:8] in person(staff, channel, typed).text


@pytest.mark.parametrize(
    ("channel", "stored", "typed"),
    [
        ("telegram", "-10099/12345", "-10099"), ("telegram", "-10099/12345/7", "7"), ("telegram", "-10099/12345", "10099"),
        ("telegram", "123456", "12345"), ("slack", "C1/U456", "C1"), ("whatsapp", PHONE, PHONE[:-1]), ("whatsapp", PHONE, "%"),
        ("telegram", PHONE, ""), ("whatsapp", PHONE, "9" * 300), ("messenger", "a_c", "abc"), ("messenger", "abc", "a_c"),
    ],
)  # fmt: skip
def test_nobody_else_is_found(console_and_lead: tuple[Console, Staff], channel: str, stored: str, typed: str) -> None:
    console, staff = console_and_lead
    found = write(console, channel, stored, "hello")
    answer = person(staff, channel, typed)
    assert answer.status_code == 422 and found[:8] not in answer.text
    staff.post("/privacy/erase", channel=channel, address=typed, confirm="ERASE")
    staff.post("/privacy/export", channel=channel, address=typed)
    assert console.audited("erase", "export_person") == []


def test_all_conversations_of_a_person_go_in_one_go_and_nobody_elses(leads: tuple[Console, Staff]) -> None:
    console, staff = leads
    console.say("a visitor of the website")
    kept = [write(console, "telegram", address, "kept words") for address in ("999", "-10099/999", "123450")]
    kept.append(write(console, "messenger", "12345", "kept words"))
    gone = [write(console, "telegram", "12345", "qqgoneqq", answered=False)]
    gone.append(write(console, "telegram", "-10099/12345", "qqgoneqq", public=True))
    console.clock.forward(days=2)
    gone.append(write(console, "telegram", "12345", "qqgoneqq again"))
    record = Record(console.settings.record_url)
    record.notify("telegram", "12345", "a notice qqgoneqq")
    record.close()
    console.house.review.catch_up()
    staff.login("leo")
    page = staff.get(f"/privacy?conversation={gone[1]}").text  # of the group: it leads to the person
    assert all(one[:8] in page for one in gone) and not any(one[:8] in page for one in kept)
    assert "where others read along" in page and "cannot be erased from here" in page
    sure = staff.post("/privacy/erase", conversation=gone[1])
    assert sure.status_code == 200 and "Type ERASE" in sure.text and "qqgoneqq" in everything(console)
    assert (
        staff.post("/privacy/erase", conversation=gone[1], confirm="ERASE").headers["location"] == "/privacy?erased=3"
    )
    rest = everything(console)
    assert "qqgoneqq" not in rest and rest.count("kept words") >= 8
    with console.house.database.reading() as connection:
        left = connection.execute(
            text("SELECT channel, address FROM deliveries UNION SELECT channel, address FROM conversations")
        )
        assert set(map(tuple, left)) == {
            ("telegram", "999"), ("telegram", "-10099/999"), ("telegram", "123450"), ("messenger", "12345"), ("widget", None),
        }  # fmt: skip
    audit = console.audited("erase", "erase_person")
    assert audit[0] == ("leo", "erase_person", {"channel": "telegram", "conversations": 3})
    assert [entry[:2] for entry in audit[1:]] == [("leo", "erase")] * 3
    assert "Conversation" in staff.get(f"/privacy?conversation={gone[0]}").text
    assert "the bot still has its copy" in staff.get(f"/privacy?conversation={gone[0]}").text


def test_a_notice_alone_is_erased_too(leads: tuple[Console, Staff]) -> None:
    console, staff = leads
    record = Record(console.settings.record_url)
    record.notify("whatsapp", PHONE, "Your data is deleted.")
    assert "<dd>1</dd>" in person(staff, "whatsapp", PHONE).text
    staff.post("/privacy/erase", channel="whatsapp", address=PHONE, confirm="ERASE")
    assert record.waiting_addresses() == []
    record.close()
    assert PHONE not in everything(console)
    assert console.audited("erase_person") == [("leo", "erase_person", {"channel": "whatsapp", "conversations": 0})]


@pytest.mark.parametrize("word", ["ERASE", " ERASE ", "c" * 8, "C" * 8, "c" * 32])
def test_it_is_erased_when_it_is_meant(console_and_lead: tuple[Console, Staff], word: str) -> None:
    console, staff = console_and_lead
    console.say("hello")
    assert staff.post("/privacy/erase", conversation=WEB, confirm=word).status_code == 303
    assert console.audited("erase") == [("leo", "erase", {"messages": 2})]
    assert console.house.review.transcript(WEB) is None
    assert staff.post("/privacy/erase", conversation=WEB, confirm=word).status_code == 422, "once"


@pytest.mark.parametrize("word", ["", "erase", "ERASE!", "c" * 7, "d" * 8, "c" * 33, "%", HOSTILE])
def test_nothing_is_erased_by_another_word(console_and_lead: tuple[Console, Staff], word: str) -> None:
    console, staff = console_and_lead
    console.say("hello")
    answer = staff.post("/privacy/erase", conversation=WEB, confirm=word)
    assert answer.status_code == 422 and "Nothing is erased" in answer.text
    assert console.house.review.transcript(WEB) is not None and console.audited("erase") == []


def worked_on(console: Console, staff: Staff) -> None:
    """A conversation with a row in every table that belongs to one."""
    console.say("My hip hurts", "=1+1", red_flags=[{"name": "E1", "text": "hip hurts"}])
    review = console.house.review
    record = Record(console.settings.record_url, now=console.clock)
    record.set_feedback(WEB, 2, "down")
    record.close()
    review.tag(WEB, "rita.k", "calls often")
    review.add_note(WEB, "rita.k", "She is somebody's sister.", 1)
    review.correct(WEB, 1, "rita.k", intent="fitness_hips")
    review.claim(WEB, "rita.k")
    review.assign(WEB, "leo", "rita.k")
    staff.get(f"/conversations/{WEB}")
    staff.post(f"/conversations/{WEB}/unmasked")
    review.catch_up()


def test_the_file_of_a_person_holds_everything_and_names_no_staff(leads: tuple[Console, Staff]) -> None:
    console, staff = leads
    worked_on(console, staff)
    answer = staff.post("/privacy/export", conversation="c" * 8)
    assert answer.headers["content-disposition"] == 'attachment; filename="person-cccccccc-2026-11-26.json"'
    file = json.loads(answer.content)
    (found,) = file["conversations"]
    assert [message["text"] for message in found["messages"]] == [
        "My hip hurts", "You said: My hip hurts", "=1+1", "You said: =1+1",
    ]  # fmt: skip
    first = found["messages"][0]
    assert first["understandings"][0]["red_flags"] == [{"name": "E1", "text": "hip hurts"}]
    assert first["corrections"][0]["intent"] == "fitness_hips"
    assert first["turns"][0]["reasons"]
    assert found["messages"][1]["feedback"][0]["value"] == "down"
    assert found["notes"][0]["text"] == "She is somebody's sister." and found["tags"][0]["tag"] == "calls often"
    assert {one["action"] for one in found["done_with_it"]} >= {
        "tag",
        "note",
        "correct",
        "assign",
        "view_unmasked",
        "export_person",
    }
    assert "rita.k" not in answer.text and "leo" not in answer.text
    assert console.audited("export_person") == [("leo", "export_person", {"channel": "widget", "conversations": 1})]


def test_a_table_that_belongs_to_somebody_is_in_the_file(leads: tuple[Console, Staff]) -> None:
    """A table added later has a foreign key to what it belongs to, or is named here with why it holds nothing of a person."""
    console, staff = leads
    worked_on(console, staff)
    (found,) = json.loads(staff.post("/privacy/export", conversation=WEB).content)["conversations"]
    mine = {table.name for table, _ in belonging(conversations)}
    said = {table.name for table, _ in belonging(messages)}
    assert mine <= set(found) and said <= set(found["messages"][0])
    nobody = {
        "arrivals", "heartbeat", "rules",  # hashes and times
        "accounts", "sessions", "change_sets", "replays", "throwaways",  # of staff and the console
        "stale", "erasures", "audit",  # ids; of the log comes what was done
    }  # fmt: skip
    assert {table.name for table in Base.metadata.tables.values()} - mine - said - {"conversations"} <= nobody
    columns = {column.name for table, _ in belonging(conversations) for column in table.columns}
    kept = {name for name in columns if name.endswith("_by") or name == "author"}
    assert kept <= STAFF


def test_the_file_of_a_platform_s_user_holds_the_address_and_the_log_never_does(leads: tuple[Console, Staff]) -> None:
    console, staff = leads
    write(console, "whatsapp", PHONE, "hello")
    record = Record(console.settings.record_url)
    record.notify("whatsapp", PHONE, "a notice")
    record.close()
    file = json.loads(staff.post("/privacy/export", channel="whatsapp", address=f"+{PHONE}").content)
    assert file["conversations"][0]["address"] == PHONE
    assert file["conversations"][0]["deliveries"][0]["state"] == "waiting"
    assert file["notices_on_the_way"][0]["text"] == "a notice"
    staff.post("/privacy/erase", channel="whatsapp", address=f"+{PHONE}", confirm="ERASE")
    assert PHONE not in repr(console.audited())


def test_looking_is_not_exporting(leads: tuple[Console, Staff]) -> None:
    console, staff = leads
    console.say("hello")
    before = len(console.audited())
    staff.get(f"/privacy?conversation={WEB}")
    staff.post("/privacy/erase", conversation=WEB)
    looked = ("leo", "find_person", {"channel": "widget", "conversations": 1})
    assert console.audited()[before:] == [looked, looked]


def test_whoever_looks_for_somebody_is_noted_found_or_not(leads: tuple[Console, Staff]) -> None:
    console, staff = leads
    write(console, "whatsapp", PHONE, "hello")
    person(staff, "whatsapp", PHONE)
    person(staff, "whatsapp", "447700900999")
    assert console.audited("find_person") == [
        ("leo", "find_person", {"channel": "whatsapp", "conversations": found}) for found in (1, 0)
    ]


def test_retention_is_shown(leads: tuple[Console, Staff]) -> None:
    console, staff = leads
    assert "It has not run yet." in staff.get("/privacy").text
    record = Record(console.settings.record_url, now=console.clock)
    record.note_retention(timedelta(days=45), 3)
    record.close()
    page = staff.get("/privacy").text
    assert (
        "45 days" in page and "3 conversations" in page and "26 Nov 2026 10:00" in page and 'role="status"' not in page
    )
    console.clock.forward(hours=3)
    staff.login("leo")
    assert "It is late." in staff.get("/privacy").text


@pytest.mark.parametrize("field", ["conversation", "address", "channel", "confirm"])
def test_hostile_text_is_text_only(console_and_lead: tuple[Console, Staff], field: str) -> None:
    console, staff = console_and_lead
    console.say(HOSTILE)
    console.house.review.tag(WEB, "leo", "<b>tag</b>")
    given = {"conversation": WEB} if field == "confirm" else {"channel": "telegram"}
    for path in ("/privacy/person", "/privacy/erase", "/privacy/export"):
        answer = staff.post(path, **{**given, field: HOSTILE})
        page = answer.text if answer.headers["content-type"].startswith("text/html") else ""
        assert "<script>alert" not in page and "<img src=x" not in page
    for query in ("conversation", "erased"):
        page = staff.ask("GET", f"/privacy?{query}=%3Cscript%3Ealert(1)%3C/script%3E").text
        assert "<script>alert" not in page


def test_forms_need_their_token(console_and_lead: tuple[Console, Staff]) -> None:
    console, staff = console_and_lead
    console.say("hello")
    fields = {"conversation": WEB, "confirm": "ERASE", "rows": "turns", "format": "csv", "texts": "masked"}
    for path in ("/privacy/person", "/privacy/erase", "/privacy/export", "/export"):
        assert staff.post(path, token="wrong", **fields).status_code == 403
    assert console.audited("erase", "export_person", "export_list") == []


def test_reviewers_may_not_and_see_no_way_there(console: Console) -> None:
    console.say("hello")
    rita = console.staff("rita")
    assert "/privacy" not in rita.get(f"/conversations/{WEB}").text
    assert rita.get("/privacy").status_code == 403
    assert rita.post("/privacy/erase", conversation=WEB, confirm="ERASE").status_code == 403
    assert console.house.review.transcript(WEB) is not None
    assert f"/privacy?conversation={WEB}" in console.staff("leo", Role.LEAD).get(f"/conversations/{WEB}").text
