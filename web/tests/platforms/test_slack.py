"""Slack's adapter against a strict stand-in of its API and calls of the documented form."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from platforms.fakes.base import send_once
from platforms.fakes.slack import TOKEN, FakeSlack
from platforms.payloads import slack as payloads
from platforms.payloads.slack import CHANNEL, DIRECT, PERSON, SIGNING_SECRET, US, request, signed
from platforms.strange import bodies, mangled, parsed_or_malformed
from pydantic import ValidationError

from gateway.platforms import calling
from gateway.platforms.adapter import (
    Answer,
    Arrival,
    Button,
    FateUnknownError,
    MalformedError,
    NotSentError,
    Part,
    RefusedError,
    RejectedError,
    Request,
)
from gateway.platforms.limits import slack_units
from gateway.platforms.slack import Slack, SlackSettings
from gateway.platforms.slack_text import chunks, escaped, plain

HURT = "I think my hip popped out"
THREAD = "1355517523.000005"
HERE = f"{DIRECT}/{PERSON}"


def adapter(url: str = "http://127.0.0.1:9") -> Slack:
    return Slack(SlackSettings(slack_token=TOKEN, slack_signing_secret=SIGNING_SECRET, slack_url=url))


@pytest.fixture
def fake() -> Iterator[FakeSlack]:
    with FakeSlack() as server:
        yield server


def send(fake: FakeSlack, text: str = "Hello", *buttons: Button, to: str = HERE) -> None:
    send_once(adapter(fake.url), to, Part(text, buttons))


reader = cache(adapter)


def parse(content: Any) -> list[Arrival]:
    slack = reader()
    call = content if isinstance(content, Request) else request(content)
    slack.verify(call)
    assert slack.answer(call) is None
    return slack.parse(call)


def only(content: Any) -> Arrival:
    (arrival,) = parse(content)
    return arrival


# Settings


def test_off_without_settings_and_named_when_incomplete() -> None:
    assert Slack.from_settings(SlackSettings()) is None
    with pytest.raises(ValueError, match="HIP_SLACK_SIGNING_SECRET"):
        Slack.from_settings(SlackSettings(slack_token=TOKEN))
    with pytest.raises(ValueError, match="HIP_SLACK_TOKEN"):
        Slack.from_settings(SlackSettings(slack_signing_secret=SIGNING_SECRET))
    assert SlackSettings().slack_url == "https://slack.com/api"


@pytest.mark.parametrize(
    "wrong", [{"slack_token": "xoxp-1"}, {"slack_token": ""}, {"slack_signing_secret": " "}, {"slack_url": "slack.com"}]
)
def test_a_wrong_setting(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as caught:
        SlackSettings(**wrong)
    assert caught.value.errors()[0]["loc"] == tuple(wrong)


# Verification


def refuse(call: Request) -> None:
    with pytest.raises(RefusedError) as caught:
        adapter().verify(call)
    assert caught.value.status == 401


def test_a_forged_call() -> None:
    refuse(request(payloads.said("hello"), secret="another"))
    genuine = request(payloads.said("hello"))
    refuse(Request("POST", genuine.url, genuine.headers, {}, genuine.body + b" "))
    refuse(Request("POST", genuine.url, {}, {}, genuine.body))


@pytest.mark.parametrize("age", [301, -400, 10**7])
def test_a_stale_call(age: int) -> None:
    refuse(request(payloads.said("hello"), at=time.time() - age))


def test_a_call_of_some_minutes_ago() -> None:
    adapter().verify(request(payloads.said("hello"), at=time.time() - 250))


@pytest.mark.parametrize("stamp", ["", "x", "1e400", "-1", "nan", "9" * 400, "9" * 5000, "\u0661"])
def test_a_time_that_is_none(stamp: str) -> None:
    call = request(payloads.said("hello"))
    refuse(Request("POST", call.url, {**call.headers, "x-slack-request-timestamp": stamp}, {}, call.body))


def test_an_unreadable_signature() -> None:
    call = request(payloads.said("hello"))
    refuse(Request("POST", call.url, {**call.headers, "x-slack-signature": "v0=ä"}, {}, call.body))
    refuse(signed(b"\xff\xfe", "application/json"))


def test_the_handshake() -> None:
    slack, call = adapter(), request(payloads.CHALLENGE)
    slack.verify(call)
    assert slack.answer(call) == Answer(payloads.CHALLENGE["challenge"])
    refuse(request(payloads.CHALLENGE, secret="another"))


# Parsing


def test_a_direct_message() -> None:
    assert only(payloads.said(HURT, "Ev1")) == Arrival("Ev1", HERE, HURT)


def test_a_direct_message_in_a_thread() -> None:
    assert only(payloads.said(HURT, thread_ts=THREAD)).address == f"{HERE}/{THREAD}"


def test_a_mention_in_a_channel() -> None:
    event = payloads.mention(HURT)
    arrival = only(event)
    assert (arrival.text, arrival.public) == (HURT, True)
    assert arrival.address == f"{CHANNEL}/{PERSON}/{event['event']['ts']}"
    assert only(payloads.mention(HURT, thread_ts=THREAD)).address == f"{CHANNEL}/{PERSON}/{THREAD}"


def test_a_mention_of_us_and_others() -> None:
    assert only(payloads.mention(f"ask <@U5|ann> and <@{US}>")).text == "ask @ann and"
    assert only(payloads.mention("")).text == f"@{US}"
    unknown = payloads.mention(HURT)
    del unknown["authorizations"]
    assert only(unknown).text == HURT


def test_an_edited_message_is_a_new_arrival() -> None:
    event = payloads.edited(HURT)
    assert only(event) == Arrival(event["event_id"], HERE, HURT)
    assert only(payloads.edited(HURT, thread_ts=THREAD)).address == f"{HERE}/{THREAD}"
    without = payloads.edited(HURT)
    del without["event"]["previous_message"]
    assert only(without).text == HURT


def test_the_same_event_again() -> None:
    event = payloads.said(HURT)
    assert parse(payloads.retry(event)) == parse(event)


@pytest.mark.parametrize(
    ("file", "word"),
    [
        (payloads.file("image/jpeg"), "picture"),
        (payloads.file("video/mp4"), "video"),
        (payloads.file("audio/mp4"), "voice message"),
        (payloads.file("video/webm", subtype="slack_audio"), "voice message"),
        (payloads.file("application/pdf"), "document"),
        ({"id": "F1", "mode": "hidden_by_limit"}, "document"),
    ],
)
def test_files(file: dict[str, Any], word: str) -> None:
    assert (only(payloads.files(file)).media, only(payloads.files(file)).text) == (word, "")
    assert (only(payloads.files(file, text=HURT)).media, only(payloads.files(file, text=HURT)).text) == (word, HURT)


def test_a_message_without_words() -> None:
    assert only(payloads.said("", attachments=[{"text": "forwarded"}])).media == "message"


def test_a_pressed_button() -> None:
    press = payloads.pressed("0123abcd.c2-1")
    arrival = only(press)
    assert (arrival.choice, arrival.text, arrival.public, arrival.address) == ("0123abcd.c2-1", "", False, HERE)
    assert only(press).event_id == arrival.event_id != only(payloads.pressed("0123abcd.c2-1")).event_id
    assert only(payloads.pressed("x", thread=THREAD)).address == f"{HERE}/{THREAD}"


def test_a_pressed_button_in_a_channel() -> None:
    arrival = only(payloads.pressed("x", CHANNEL, "U5", THREAD))
    assert (arrival.address, arrival.public) == (f"{CHANNEL}/U5/{THREAD}", True)


@pytest.mark.parametrize("name", payloads.IGNORED)
def test_what_nobody_waits_for(name: str) -> None:
    assert parse(payloads.IGNORED[name]) == []


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("a &lt;b&gt; &amp; c &amp;lt;", "a <b> & c &lt;"),
        ("ask <@U024BE7LH> or <@U5|ann>", "ask @U024BE7LH or @ann"),
        ("in <#C024BE7LR|hips> or <#C024BE7LR>", "in #hips or #C024BE7LR"),
        ("<!here> <!subteam^SAZ94GDB8|@team> <!date^1^{date}|today>", "@here @team today"),
        ("see <http://www.example.com/hip|www.example.com/hip>", "see www.example.com/hip"),
        ("see <https://example.com/?a=1&amp;b=2>", "see https://example.com/?a=1&b=2"),
        ("see <https://example.com/|this>", "see this (https://example.com/)"),
        ("<mailto:a@example.com|a@example.com> <tel:+44999|+44999>", "a@example.com +44999"),
        ("1 &lt; 2 < 3", "1 < 2 < 3"),
        (f"<@{US}> hello", "hello"),
        (f"<@{US}>", f"@{US}"),
        ("  \n ", ""),
    ],
)
def test_text_as_it_was_typed(sent: str, typed: str) -> None:
    assert plain(sent, {US}) == typed


JSON, FORM = "application/json", "application/x-www-form-urlencoded"
MALFORMED: list[tuple[Any, str]] = [
    (b"", JSON),
    (b"{", JSON),
    (b"[]", JSON),
    (b"null", JSON),
    (b"[" * 100_000, JSON),
    (b"", FORM),
    (b"payload=", FORM),
    (b"payload=%7B", FORM),
    (b"payload=%FF", FORM),
    (b"payload={}&payload={}", FORM),
    (b"ssl_check=1", FORM),
    (payloads.said("x", user=None), JSON),
    (payloads.said("x", channel="../etc"), JSON),
    (payloads.mention("x", ts="now"), JSON),
    (payloads.said("x") | {"event_id": 5}, JSON),
    (payloads.pressed("x", user=""), JSON),
    (payloads.pressed("x", action_ts=None), JSON),
]


@pytest.mark.parametrize("number", range(len(MALFORMED)))
def test_malformed(number: int) -> None:
    body, kind = MALFORMED[number]
    call = request(body) if kind == JSON else signed(body, kind)  # signed now: a signature lasts five minutes
    with pytest.raises(MalformedError):
        parse(call)


EXAMPLES = [
    payloads.said(HURT),
    payloads.said(HURT, thread_ts=THREAD),
    payloads.mention(f"ask <@U5|ann> <https://example.com|x> {HURT}"),
    payloads.edited(HURT),
    payloads.files(payloads.file(), payloads.file("application/pdf"), text="words"),
    payloads.pressed("x"),
    payloads.pressed("x", CHANNEL, "U5", THREAD),
    *payloads.IGNORED.values(),
]


@given(mangled(EXAMPLES))
def test_no_call_is_too_strange(content: Any) -> None:
    parsed_or_malformed(parse_anything, request(json.dumps(content).encode()))
    form = signed(f"payload={payloads.quote_plus(json.dumps(content))}".encode(), "application/x-www-form-urlencoded")
    parsed_or_malformed(parse_anything, form)


@given(bodies, st.sampled_from(["application/json", "application/x-www-form-urlencoded"]))
def test_no_body_is_too_strange(body: bytes, kind: str) -> None:
    for content in (body, b"payload=" + body):
        parsed_or_malformed(parse_anything, signed(content, kind))


def parse_anything(call: Request) -> list[Arrival]:
    slack = reader()
    try:
        slack.verify(call)
    except RefusedError:
        with pytest.raises(UnicodeDecodeError):
            call.body.decode()
        return []
    slack.answer(call)
    return slack.parse(call)


@given(st.text(st.sampled_from("<>&|@#!^ aé:😀"), max_size=30))
def test_what_is_sent_is_read_as_it_was(text: str) -> None:
    assert plain(escaped(text)) == text.strip()


# Sending


def test_sending(fake: FakeSlack) -> None:
    buttons = [Button(f"01234567.c{number}", f"Answer <{number}> & more") for number in range(25)]
    text = "1 < 2 & *no* _markup_ <@U1> &amp; :smile:\n" + "😀" * 1000
    send(fake, text, *buttons)
    (message,) = fake.sent
    assert (message.to, message.text) == (DIRECT, text)
    assert message.buttons == tuple((button.id, button.title) for button in buttons)
    assert message.raw["unfurl_links"] is message.raw["unfurl_media"] is False and "thread_ts" not in message.raw
    assert all(block["expand"] for block in message.raw["blocks"] if block["type"] == "section")
    assert fake.complaints == []


def test_sending_into_a_thread(fake: FakeSlack) -> None:
    send(fake, to=f"{CHANNEL}/{PERSON}/{THREAD}")
    assert (fake.sent[0].to, fake.sent[0].raw["thread_ts"]) == (CHANNEL, THREAD)


@pytest.mark.parametrize("text", ["a b " * 974, "&" * 780, "😀" * 1950, "x" * 3000 + " " * 899 + "y"])
def test_the_longest_text(fake: FakeSlack, text: str) -> None:
    assert Slack.limits.text - 5 < Slack.limits.size(text) <= Slack.limits.text
    send(fake, text)
    assert fake.texts == [text] and fake.complaints == []


@given(st.text(max_size=200), st.integers(10, 50))
def test_chunks_lose_nothing(text: str, most: int) -> None:
    pieces = list(chunks(text, most))
    assert "".join(pieces) == text and all(0 < slack_units(piece) <= most for piece in pieces)


@pytest.mark.parametrize(
    ("word", "error", "sent"),
    [
        ("too_many", NotSentError, 0),
        ("error", NotSentError, 0),
        ("proxy", FateUnknownError, 0),
        ("cut", FateUnknownError, 1),
        ("silent", FateUnknownError, 1),
        ("blocked", RejectedError, 0),
        ("absent", RejectedError, 0),
    ],
)
def test_failures(
    fake: FakeSlack, monkeypatch: pytest.MonkeyPatch, word: str, error: type[Exception], sent: int
) -> None:
    monkeypatch.setattr(calling, "ANSWER_SECONDS", 0.3)
    fake.script(word, retry_after=17)
    with pytest.raises(error) as caught:
        send(fake, "secret words")
    assert type(caught.value) is error and "secret" not in str(caught.value)
    assert len(fake.sent) == sent and fake.complaints == []
    if word == "too_many":
        assert caught.value.wait == 17
    send(fake)
    assert fake.texts[-1] == "Hello"


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("fatal_error", 200, FateUnknownError),
        ("internal_error", 500, FateUnknownError),
        ("service_unavailable", 502, FateUnknownError),
        ("Not a code", 200, FateUnknownError),
        ("service_unavailable", 200, NotSentError),
        ("some_new_error", 500, NotSentError),
        ("ratelimited", 200, NotSentError),
        ("token_revoked", 200, NotSentError),
        ("not_in_channel", 200, RejectedError),
        ("msg_too_long", 200, RejectedError),
    ],
)
def test_errors_of_slack(fake: FakeSlack, code: str, status: int, error: type[Exception]) -> None:
    fake.say(code, status)
    with pytest.raises(error):
        send(fake)
    assert fake.sent == []


def test_no_connection(fake: FakeSlack) -> None:
    fake.stop()
    with pytest.raises(NotSentError):
        send(fake)


def test_a_wrong_token_is_tried_again(fake: FakeSlack) -> None:
    fake.token = "xoxb-other"
    with pytest.raises(NotSentError, match="invalid_auth"):
        send(fake)


@pytest.mark.parametrize("address", ["", DIRECT, "5", f"{HERE}/", f"{HERE}/x", f"{HERE}/1.1/2", f"{HERE}\n", "c1/u1"])
def test_no_address(fake: FakeSlack, address: str) -> None:
    with pytest.raises(RejectedError):
        send(fake, to=address)
    assert fake.tries == 0


def section(text: str, kind: str = "plain_text") -> list[dict[str, Any]]:
    return [{"type": "section", "text": {"type": kind, "text": text}}]


def actions(*buttons: dict[str, Any]) -> list[dict[str, Any]]:
    title = {"type": "plain_text", "text": "x"}
    elements = [
        {"type": "button", "text": title, "action_id": f"{n}", "value": "x"} | more for n, more in enumerate(buttons)
    ]
    return [*section("x"), {"type": "actions", "elements": elements}]


@pytest.mark.parametrize(
    "wrong",
    [
        {"channel": None},
        {"channel": "general"},
        {"text": ""},
        {"text": "x" * 4001},
        {"text": "a & b"},
        {"text": "<@U1>"},
        {"thread_ts": "now"},
        {"mood": "good"},
        {"blocks": section("y")},
        {"blocks": section("x", "mrkdwn")},
        {"blocks": section("x" * 3001), "text": "x" * 3001},
        {"blocks": section("")},
        {"blocks": section("x") * 51},
        {"blocks": [{"type": "table"}]},
        {"blocks": actions()},
        {"blocks": actions(*[{}] * 26)},
        {"blocks": actions({}, {"action_id": "0"})},
        {"blocks": actions({"value": "x" * 2001})},
        {"blocks": actions({"text": {"type": "plain_text", "text": "x" * 76}})},
    ],
    ids=lambda wrong: str(wrong)[:60],
)
def test_the_stand_in_is_strict(fake: FakeSlack, wrong: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json; charset=utf-8"}
    body = {"channel": DIRECT, "text": "x", "blocks": actions({})}
    url = f"{fake.url}/chat.postMessage"
    for other in ({**headers, "Content-Type": "text/plain; charset=utf-8"}, {**headers, "Authorization": "Bearer x"}):
        assert not httpx.post(url, content=json.dumps(body), headers=other, trust_env=False).json()["ok"]
    said = httpx.post(url, content=json.dumps(body | wrong), headers=headers, trust_env=False).json()
    assert said["ok"] is False and said["error"] and len(fake.complaints) == 3 and fake.sent == []
    assert httpx.post(url, content=json.dumps(body), headers=headers, trust_env=False).json()["ok"]
    assert httpx.get(url, trust_env=False).status_code == 405


def test_an_arrival_is_told_nothing() -> None:
    asyncio.run(adapter().received(only(payloads.said("hello"))))
