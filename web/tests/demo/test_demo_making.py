"""People of a script talk to a stand-in of the bot, staff work; nothing is doubled, and no other record is written into."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from servers import FakeBridge

from demo.__main__ import main
from demo.bot import bridge_of
from demo.making import ForeignRecordError, Made, make
from demo.people import Person, read
from demo.talking import conversation_of, visitors
from demo.times import DAYS, LAST, beginnings
from gateway.bridge import Bridge
from transcripts.database import Database
from transcripts.record import Record
from transcripts.review import Review
from transcripts.schema import configuration
from transcripts.staff.filtering import Filters
from transcripts.staff.queueing import Reason

END = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
SCRIPT = """
[[people]]
name = "web"
who = "presses a button of the stand-in, and likes it"
region = "GB"
hour = 3
does = ["tell me about squats", { thumb = "up" }, { presses = "The workout" }, { presses = "Not there" }, "my hip is out"]
staff = { by = "leo", tags = ["Seen  Twice"], note = "well done", reviewed = true, correct = { 2 = { intent = "crisis" } } }

[[people]]
name = "phone"
who = "on a platform, where the last answer is refused"
channel = "telegram"
region = "GB"
undelivered = true
does = ["/start", "buttons 3", { presses = "Choice 2" }, { sends = "picture" }, { types = "still here", hours = 20 }]

[[people]]
name = "outage"
who = "while the bot is away"
does = [{ types = "anybody there", away = true }, "and now?"]
staff = { by = "rita", claimed = true, assigned = "leo", follow_up = 2 }
"""


@pytest.fixture
def people(tmp_path: Path) -> tuple[Person, ...]:
    path = tmp_path / "people.toml"
    path.write_text(SCRIPT, encoding="utf-8")
    return read(path)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/demo.db"


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.turns.PATIENCE", 0.6)


def made(url: str, people: tuple[Person, ...], bridge: FakeBridge, **given: Any) -> Made:
    def bot() -> AbstractAsyncContextManager[Bridge]:
        return bridge_of(f"{bridge.url}/webhooks/bridge", None, lambda _line: None)

    return asyncio.run(make(url, people, bot, **{"seed": 2, "end": END, **given}))


def rows(url: str) -> list[tuple[Any, ...]]:
    """Everything that was said, in order."""
    record, review = Record(url), Review(url, now=lambda: END)
    try:
        found = sorted(review.page(Filters()).entries, key=lambda entry: entry.begun_at)
        return [
            (entry.channel, one.sequence, one.sender, one.text, one.payload, one.state, one.feedback, one.created_at)
            for entry in found
            for one in record.messages(entry.conversation_id)
        ]
    finally:
        record.close()
        review.close()


def test_everything_is_said_through_the_bridge_and_forgotten_there(
    url: str, people: tuple[Person, ...], bridge: FakeBridge
) -> None:
    assert made(url, people, bridge) == Made(talked=3, worked=2)
    record, review = Record(url), Review(url, now=lambda: END)
    try:
        web, phone, outage = (conversation_of(record, person) for person in people)
        assert web and phone and outage
        assert [(one.text, one.payload) for one in visitors(record.messages(web.id))] == [
            ("tell me about squats", None),
            ("The workout one", "/clarify_choose_fitness"),
            ("Not there", None),
            ("my hip is out", None),
        ]
        assert [one.feedback for one in record.messages(web.id)] == [None, "up", *[None] * 6]
        assert web.region == "GB" and web.created_at.hour == 3
        said = visitors(record.messages(phone.id))
        assert [(one.text, one.payload) for one in said] == [
            ("/start", None), ("buttons 3", None), ("Choice 2", "/choice_2"), ("[picture]", None), ("still here", None),
        ]  # fmt: skip
        assert said[4].created_at - said[3].created_at > timedelta(hours=20)
        assert phone.address == "demo:phone" and record.waiting_addresses() == [], "nothing is left to be sent"
        assert [one.state for one in visitors(record.messages(outage.id))] == ["unanswered", "answered"]

        asked = [call.get("text") or call["choice"] for call in bridge.calls]
        assert asked.count("still here") == 1 and "[picture]" not in asked and "anybody there" not in asked
        assert {call["channel"] for call in bridge.calls} == {"widget", "telegram"}
        assert sorted(bridge.erased) == sorted([web.id, phone.id, outage.id])

        entry = review.entry(web.id)
        assert entry and entry.reviewed_by == "leo" and entry.tags == ("seen twice",)
        (correction,) = review.corrections()
        assert (correction.sequence, correction.intent) == (3, "crisis")
        transcript = review.transcript(web.id)
        assert transcript and [note.text for note in transcript.notes] == ["well done"]
        waiting = {one.conversation_id: one for one in review.queue().entries}
        assert Reason.DELIVERY in waiting[phone.id].reasons and Reason.UNANSWERED in waiting[outage.id].reasons
        assert waiting[outage.id].claim and waiting[outage.id].assigned_to == "leo"
        assert waiting[outage.id].follow_up == (END + timedelta(days=2)).date()
    finally:
        record.close()
        review.close()


def test_a_second_run_doubles_nothing_and_asks_for_no_bot(
    url: str, people: tuple[Person, ...], bridge: FakeBridge
) -> None:
    made(url, people, bridge)
    before, calls = rows(url), len(bridge.calls)

    @asynccontextmanager
    async def none() -> AsyncIterator[Bridge]:
        raise AssertionError("a bot was asked for")
        yield

    assert asyncio.run(make(url, people, none, seed=3, end=END + timedelta(days=3))) == Made(0, 0)
    assert rows(url) == before and len(bridge.calls) == calls


def test_who_was_erased_does_not_come_back(url: str, people: tuple[Person, ...], bridge: FakeBridge) -> None:
    made(url, people, bridge)
    record = Record(url)
    assert record.erase(people[0].conversation, "leo")
    assert record.erase_address("telegram", people[1].address, "leo")
    record.close()
    calls = len(bridge.calls)
    assert made(url, people, bridge) == Made(0, 0)
    assert len(bridge.calls) == calls and {row[3] for row in rows(url) if row[2] == "visitor"} == {
        "anybody there",
        "and now?",
    }


def test_a_talk_that_fails_leaves_nothing_at_the_bot(
    url: str, people: tuple[Person, ...], bridge: FakeBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object) -> bool:
        raise OSError("no space is left")

    monkeypatch.setattr(Record, "set_feedback", full)
    with pytest.raises(OSError, match="no space"):
        made(url, people[:1], bridge)
    assert bridge.erased == [people[0].conversation]


def test_an_interrupted_run_goes_on(url: str, people: tuple[Person, ...], bridge: FakeBridge) -> None:
    person = people[0]
    record = Record(url, now=lambda: END - timedelta(days=2))
    record.begin(person.conversation, region="GB")
    record.add_message(person.conversation, "left by an earlier run", "tell me about squats")  # and nobody has answered
    record.close()
    assert made(url, (person,), bridge) == Made(talked=1, worked=1)
    texts = [row[3] for row in rows(url) if row[2] == "visitor"]
    assert texts == ["tell me about squats", "The workout one", "Not there", "my hip is out"]
    assert all(row[5] == "answered" for row in rows(url) if row[2] == "visitor")


def test_a_record_of_other_people_is_left_alone(url: str, people: tuple[Person, ...], bridge: FakeBridge) -> None:
    record = Record(url)
    record.begin("f" * 32)
    record.arrive("telegram", "1", "tg:77", (), public=False, region=None, idle=timedelta(hours=1))
    record.close()
    with pytest.raises(ForeignRecordError, match="1 conversation of other people"):
        made(url, people, bridge)
    assert rows(url) == [] and bridge.calls == []
    assert made(url, people[:1], bridge, force=True).talked == 1
    with pytest.raises(ForeignRecordError):
        made(url, people[:1], bridge)


@pytest.mark.parametrize("revision", ["0001", "0002"])
def test_a_record_of_other_people_keeps_its_schema(
    empty_url: str, people: tuple[Person, ...], bridge: FakeBridge, revision: str
) -> None:
    """It may be in use by an older version, which a newer schema would end."""
    database, config = Database(empty_url), configuration()
    try:
        with database.writing() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            connection.exec_driver_sql(
                "INSERT INTO conversations (id, channel, locale, created_at, last_at, last_sequence) "
                f"VALUES ('{'f' * 32}', 'widget', 'en', '2026-11-26 10:00:00', '2026-11-26 10:00:00', 0)"
            )
            connection.commit()
        with pytest.raises(ForeignRecordError, match="1 conversation of other people"):
            made(empty_url, people, bridge)
        with database.reading() as connection:
            assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one() == revision
    finally:
        database.close()


def test_a_database_without_any_table_is_nobodys(
    empty_url: str, people: tuple[Person, ...], bridge: FakeBridge
) -> None:
    assert made(empty_url, people[2:], bridge).talked == 1


@pytest.mark.parametrize("given", ["2026-11-26T12:00", "2026-11-26T14:00+02:00", "2026-11-26T12:00Z"])
def test_an_end_with_an_offset_means_that_moment(
    given: str, people: tuple[Person, ...], bridge: FakeBridge, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HIP_BRIDGE_URL", bridge.url)
    monkeypatch.setattr("demo.__main__.read", lambda: people[:1])
    ends: list[datetime] = []

    async def note(*_given: object, end: datetime, **_more: object) -> Made:
        ends.append(end)
        return Made(0, 0)

    monkeypatch.setattr("demo.__main__.make", note)
    assert main(["--record", url, "--until", given]) == 0
    assert ends == [END] and ends[0].tzinfo is UTC


def test_times_come_from_the_seed(people: tuple[Person, ...]) -> None:
    many = read()
    once = beginnings(many, 4, END)
    assert once == beginnings(many, 4, END) != beginnings(many, 5, END)
    fewer = beginnings(many[:-1], 4, END)
    assert [each for each in once if each[1] in many[:-1]] == fewer, "one more person moves nobody else"
    assert all(END - timedelta(days=DAYS + 2) < at <= END - LAST for at, _ in once)
    assert len({at.date() for at, _ in once}) > 20


def test_a_run_repeats_what_it_can(
    tmp_path: Path, people: tuple[Person, ...], bridge: FakeBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All but how long the bot takes, which is measured."""
    monkeypatch.setattr("demo.times.Clock.__call__", lambda clock: clock._at)
    urls = [f"sqlite:///{tmp_path}/{name}.db" for name in ("one", "two")]
    for url in urls:
        made(url, people, bridge)
    assert rows(urls[0]) == rows(urls[1])


def test_the_command_refuses_what_it_cannot_do(
    bridge: FakeBridge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HIP_BRIDGE_URL", bridge.url)
    assert main(["--record", "mysql://somewhere/else"]) == 2
    assert "cannot use mysql" in capsys.readouterr().err
    record = Record(f"sqlite:///{tmp_path}/theirs.db")
    record.begin("f" * 32)
    record.close()
    assert main(["--record", f"sqlite:///{tmp_path}/theirs.db"]) == 1
    assert "name another one with --record" in capsys.readouterr().err and bridge.calls == []


def test_the_command_says_how_to_look_at_it(
    people: tuple[Person, ...],
    bridge: FakeBridge,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HIP_BRIDGE_URL", bridge.url)
    monkeypatch.setattr("demo.__main__.read", lambda: people)
    assert main(["--record", url, "--until", "2026-11-26T12:00"]) == 0
    said = capsys.readouterr().out
    assert f"HIP_RECORD_URL={url}" in said and "console.user add" in said and "-m console" in said
    assert "3 of 3 people talked" in said and "  phone (telegram)\n" in said
