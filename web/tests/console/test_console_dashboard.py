"""The dashboard: what the address asks for, what its numbers are and lead to, and what it says when there is nothing to show."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from xml.etree.ElementTree import fromstring

import pytest
from staff import Console, MakeConsole, Staff

from console.roles import Role
from transcripts.record import Record
from transcripts.values import Reply

EMERGENCY = {"outcome": "emergency", "intent": "emergency_injury"}
SPAN = "since=2026-10-28&until=2026-11-26"


@pytest.fixture
def both(make_console: MakeConsole, url: str) -> Console:
    return make_console(record_url=url)


def filled(console: Console) -> Staff:
    """Three conversations on two days, and rita, who looks at them."""
    console.clock.time = datetime(2026, 11, 24, 9, tzinfo=UTC)
    console.say("how to lose weight", "what is the capital of France", conversation="a" * 32)
    console.say("capital of Spain?", conversation="b" * 32, outcome="out_of_scope")
    console.clock.forward(days=1)
    console.say("my hip popped out", conversation="c" * 32, **EMERGENCY)
    record = Record(console.settings.record_url, now=console.clock)
    try:
        record.add_message("c" * 32, "m" * 16, "hello?")
        record.add_answer(
            "c" * 32, 3, [Reply("We could not answer.", kind="failure")], None, state="unanswered", reason="slow"
        )
        record.set_feedback("a" * 32, 2, "up")
        record.set_feedback("c" * 32, 2, "down")
    finally:
        record.close()
    console.clock.forward(days=1)
    return console.staff("rita")


def facts(page: str) -> dict[str, tuple[str, str]]:
    """Value and address of each number at the top."""
    top = page.partition('class="key-figures"')[2].partition("</dl>")[0]
    found = re.findall(r'<dt>(.+?)</dt><dd>(?:<a href="(.+?)">)?(.+?)(?:</a>)?</dd>', top)
    return {name: (unescape(value), unescape(href)) for name, href, value in found}


def table(page: str, caption: str) -> list[list[str]]:
    """The texts of a table, head first."""
    whole = re.search(rf"<caption[^>]*>{caption}</caption>(.*?)</table>", page, re.DOTALL)
    assert whole, caption
    rows = re.findall(r"<tr>(.*?)</tr>", whole[1], re.DOTALL)
    return [[re.sub("<.*?>", "", cell) for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row)] for row in rows]


def test_the_numbers_of_the_last_30_days(both: Console) -> None:
    page = filled(both).get("/dashboard").text
    assert "28 Oct 2026 to 26 Nov 2026 (UTC), 30 days; all channels." in page
    assert facts(page) == {
        "Conversations": ("3", f"/conversations?{SPAN}"),
        "Messages": ("5", ""),
        "Emergencies": ("1", f"/conversations?{SPAN}&escalated=yes"),
        "Unanswered": ("1", f"/conversations?{SPAN}&unanswered=yes"),
        "Fallback rate": ("25%", f"/conversations?{SPAN}&outcome=out_of_scope"),
        "Thumbs up": ("1", f"/conversations?{SPAN}&feedback=up"),
        "Thumbs down": ("1", f"/conversations?{SPAN}&feedback=down"),
        "Response time": ("0 ms", ""),
    }
    assert "1 of 4 answered" in page


def test_each_number_leads_to_the_list_of_what_it_counts(both: Console) -> None:
    rita = filled(both)
    page = rita.get("/dashboard").text
    wanted = {
        "Conversations": "abc", "Emergencies": "c", "Unanswered": "c", "Fallback rate": "b", "Thumbs up": "a", "Thumbs down": "c",
    }  # fmt: skip
    for name, found in wanted.items():
        listed = rita.get(facts(page)[name][1]).text
        assert {row[0] for row in re.findall(r'href="/conversations/([a-z0-9]{32})', listed)} == set(found), name
    for href in set(re.findall(r'href="(/(?:conversations|dashboard)\?[^"]+)"', page)):
        assert rita.get(unescape(href)).status_code == 200, href


def test_the_tables_say_what_the_charts_show(both: Console) -> None:
    page = filled(both).get("/dashboard?since=2026-11-24&until=2026-11-26").text
    assert table(page, "Conversations and messages") == [
        ["Day", "Conversations", "Messages"],
        ["26 Nov 2026", "0", "0"],
        ["25 Nov 2026", "1", "2"],
        ["24 Nov 2026", "2", "3"],
    ]
    assert table(page, "Outcomes")[1:] == [
        ["fitness", "2", "50%"],
        ["emergency", "1", "25%"],
        ["out of scope", "1", "25%"],
    ]
    assert table(page, "Outcomes by day")[2] == ["25 Nov 2026", "0", "1", "0"]
    assert table(page, "Emergencies and unanswered")[2] == ["25 Nov 2026", "1", "1"]
    assert table(page, "Fallback rate")[1:] == [
        ["26 Nov 2026", "0", "–"],
        ["25 Nov 2026", "0", "0%"],
        ["24 Nov 2026", "1", "33%"],
    ]
    assert table(page, "Feedback")[2:] == [["25 Nov 2026", "0", "1"], ["24 Nov 2026", "1", "0"]]
    assert table(page, "Response times")[1:3] == [
        ["26 Nov 2026", "–", "–", "0"],
        ["25 Nov 2026", "0 ms", "0 ms", "2"],
    ]
    assert table(page, "Figures by channel")[1:] == [["widget", "3", "5", "1", "1", "25%", "1", "1", "0 ms", "0 ms"]]


def test_every_chart_is_well_formed_and_no_id_is_there_twice(console: Console) -> None:
    page = filled(console).get("/dashboard").text
    charts = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(charts) == 14
    for chart in charts:
        assert fromstring(chart).findtext("title")
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_days_and_channel_stand_in_the_address(both: Console) -> None:
    rita = filled(both)
    page = rita.get("/dashboard?since=2026-11-25&until=2026-11-25&channel=widget").text
    assert "25 Nov 2026 (UTC); widget." in page and facts(page)["Conversations"][0] == "1"
    assert 'name="since" type="date" value="2026-11-25"' in page and '<option value="widget" selected>' in page
    assert (
        facts(page)["Emergencies"][1] == "/conversations?since=2026-11-25&until=2026-11-25&channel=widget&escalated=yes"
    )
    assert "/dashboard?since=2026-11-20&amp;until=2026-11-26&amp;channel=widget" in page, (
        "the links to days keep the channel"
    )


@pytest.mark.parametrize(("days", "since"), [(7, "2026-11-20"), (30, "2026-10-28"), (90, "2026-08-29")])
def test_the_links_to_days(console: Console, days: int, since: str) -> None:
    rita = filled(console)
    href = f"/dashboard?since={since}&amp;until=2026-11-26"
    assert f'<a href="{href}"' in rita.get("/dashboard").text
    page = rita.get(unescape(href)).text
    assert f'aria-current="page">{days} days</a>' in page and f"{days} days; all channels" in page


def test_only_the_last_day_is_asked_for(console: Console) -> None:
    assert "12 Oct 2026 to 10 Nov 2026 (UTC), 30 days" in filled(console).get("/dashboard?until=2026-11-10").text
    assert "1 Jan 1 to 10 Jan 1 (UTC), 10 days" in console.staff("leo").get("/dashboard?until=0001-01-10").text


@pytest.mark.parametrize(
    "query",
    [
        "since=2020-01-01&until=2020-01-07",
        "channel=telegram",
        "since=2026-12-01&until=2026-12-03",
        "since=9999-12-31&until=9999-12-31",
    ],
)
def test_nothing_in_these_days(both: Console, query: str) -> None:
    answer = filled(both).get(f"/dashboard?{query}")
    assert answer.status_code == 200 and "Nothing in these days." in answer.text
    assert "<svg" not in answer.text and not facts(answer.text)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("since=yesterday", "since is a day, such as 2026-11-26."),
        ("until=2026-02-30", "until is a day, such as 2026-11-26."),
        ("since=2026-11-26&until=2026-11-20", "The first day, 2026-11-26, is after the last one, 2026-11-20."),
        ("since=2026-12-24", "The first day, 2026-12-24, is after the last one, 2026-11-26."),
        ("since=2020-01-01&until=2026-11-26", "These are 2,522 days, and at most 731 can be shown."),
        ("since=2026-11-01&since=2026-11-02", "The filter since is given twice."),
        ("colour=red", "There is no filter 'colour'"),
        ("words=hip", "The dashboard has no filter words; it has: channel, since, until."),
        ("channel=" + "x" * 501, "channel has more than 500 characters."),
    ],
)
def test_what_means_nothing_is_said_above_a_form_to_mend_it(console: Console, query: str, message: str) -> None:
    answer = filled(console).get(f"/dashboard?{query}")
    assert answer.status_code == 400 and message in unescape(answer.text)
    assert 'role="alert"' in answer.text and 'action="/dashboard"' in answer.text and "<svg" not in answer.text


@pytest.mark.parametrize("name", ["since", "until", "channel"])
def test_what_stands_in_the_address_is_text_only(console: Console, name: str) -> None:
    page = filled(console).get(f"/dashboard?{name}=%3Cscript%3Ealert(1)%3C/script%3E%22%3E").text
    assert "<script>alert" not in page


def test_names_from_the_record_are_text_only(console: Console) -> None:
    hostile = "<script>alert(1)</script>"
    console.say("hello", outcome=hostile)
    page = console.staff("rita").get("/dashboard").text
    assert hostile not in page and page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 3


def test_nothing_that_was_said_stands_there_and_erasure_empties_it(both: Console) -> None:
    both.say("call me, ann@example.org")
    rita = both.staff("rita")
    page = rita.get("/dashboard").text
    assert facts(page)["Messages"][0] == "1" and "ann@example.org" not in page and "call me" not in page
    record = Record(both.settings.record_url, now=both.clock)
    try:
        record.erase("c" * 32, "test")
    finally:
        record.close()
    assert "Nothing in these days." in rita.get("/dashboard").text


@pytest.mark.parametrize("role", list(Role))
def test_everybody_finds_it_in_the_bar(console: Console, role: Role) -> None:
    staff = console.staff("somebody", role)
    assert '<a href="/dashboard" aria-current="page">Dashboard</a>' in staff.get("/dashboard").text
