from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from platforms.fakes.base import send_once
from platforms.fakes.graph import PAGE, TOKEN, FakeMessenger
from platforms.malformed import ANY_JSON, assert_sound, mutated
from platforms.payloads import messenger as payloads
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
from gateway.platforms.limits import LIMITS
from gateway.platforms.messenger import Messenger, MessengerSettings

PERSON = payloads.PERSON
THIRTEEN = tuple(Button(f"0a1b2c3d.c2-{number}", f"Choice {number}") for number in range(13))


def settings(url: str = "http://127.0.0.1:9/v25.0", **changed: str | None) -> MessengerSettings:
    keys = {"messenger_token": TOKEN, "messenger_app_secret": payloads.APP_SECRET}
    keys |= {"messenger_verify_token": payloads.VERIFY_TOKEN, "messenger_page": PAGE}
    return MessengerSettings(**{**keys, "messenger_url": url, **changed})


ADAPTER = Messenger(settings())


@pytest.fixture
def fake() -> Iterator[FakeMessenger]:
    with FakeMessenger() as server:
        yield server


def send(url: str, part: Part, token: str = TOKEN, address: str = PERSON) -> None:
    send_once(Messenger(settings(url, messenger_token=token)), address, part)


def parse(*events: dict[str, object]) -> list[Arrival]:
    request = payloads.request(payloads.batch(*events))
    ADAPTER.verify(request)
    return ADAPTER.parse(request)


# settings


def test_it_is_off_without_settings_and_names_what_is_missing() -> None:
    assert Messenger.from_settings(MessengerSettings()) is None
    with pytest.raises(ValueError, match=r"^not set: HIP_MESSENGER_APP_SECRET, HIP_MESSENGER_PAGE$"):
        Messenger.from_settings(settings(messenger_app_secret=None, messenger_page=None))


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TOKEN", "APP_SECRET", "VERIFY_TOKEN"):
        monkeypatch.setenv(f"HIP_MESSENGER_{name}", "x")
    monkeypatch.setenv("HIP_MESSENGER_PAGE", "")  # set and empty is not set
    assert MessengerSettings().missing == ("HIP_MESSENGER_PAGE",)
    monkeypatch.setenv("HIP_MESSENGER_PAGE", "my page")
    with pytest.raises(ValidationError, match="messenger_page"):
        MessengerSettings()
    monkeypatch.setenv("HIP_MESSENGER_PAGE", "123")
    monkeypatch.setenv("HIP_MESSENGER_URL", "ftp://x")
    with pytest.raises(ValidationError, match="messenger_url"):
        MessengerSettings()


def test_no_key_is_shown() -> None:
    assert TOKEN not in repr(settings())
    assert payloads.APP_SECRET not in repr(settings())


# verify


def test_a_signed_call_passes_with_words_of_every_script() -> None:
    request = payloads.request(payloads.batch(payloads.said("hüfte 😀 </a> ह")))
    assert b"\\ud83d" in request.body and b"<\\/a>" in request.body  # as Meta writes it
    ADAPTER.verify(request)
    assert ADAPTER.parse(request)[0].text == "hüfte 😀 </a> ह"
    assert ADAPTER.answer(request) is None


@pytest.mark.parametrize(
    "given_signature",
    [None, "", "sha256=", "sha256=é", "sha1=" + "0" * 40, payloads.signature(b"another"), "of another secret"],
)
def test_any_other_call_is_refused(given_signature: str | None) -> None:
    body = payloads.wire(payloads.batch(payloads.said("hip")))
    if given_signature == "of another secret":
        given_signature = payloads.signature(body, "another secret")
    headers = {} if given_signature is None else {"x-hub-signature-256": given_signature}
    with pytest.raises(RefusedError) as refusal:
        ADAPTER.verify(Request("POST", payloads.URL, headers, {}, body))
    assert refusal.value.status == 401


def test_a_changed_byte_is_refused() -> None:
    request = payloads.request(payloads.batch(payloads.said("hip")))
    with pytest.raises(RefusedError):
        ADAPTER.verify(Request("POST", request.url, request.headers, {}, request.body + b" "))


def test_the_handshake() -> None:
    request = payloads.handshake()
    ADAPTER.verify(request)
    assert ADAPTER.answer(request) == Answer("1158201444")
    assert ADAPTER.parse(request) == []


@pytest.mark.parametrize(
    "request_",
    [
        payloads.handshake("wrong"),
        payloads.handshake(""),
        payloads.handshake(mode="unsubscribe"),
        Request("GET", payloads.URL, {}, {}, b""),
    ],
)
def test_a_wrong_handshake_is_refused(request_: Request) -> None:
    with pytest.raises(RefusedError) as refusal:
        ADAPTER.verify(request_)
    assert refusal.value.status == 403


# parse


def test_every_event_of_every_entry_in_order() -> None:
    one, two, three = (payloads.said(text) for text in ("one", "two", "three"))
    other = payloads.said("four", person="9999999")
    payload = {"object": "page", "entry": [payloads.entry(one, two), payloads.entry(other, three)]}
    found = ADAPTER.parse(payloads.request(payload))
    assert [(arrival.text, arrival.address) for arrival in found] == [
        ("one", PERSON),
        ("two", PERSON),
        ("four", "9999999"),
        ("three", PERSON),
    ]
    assert [arrival.event_id for arrival in found[:2]] == [one["message"]["mid"], two["message"]["mid"]]
    assert not any(arrival.public or arrival.region for arrival in found)


def test_a_quick_reply() -> None:
    (arrival,) = parse(payloads.pressed("0a1b2c3d.c2-1", "The workout one"))
    assert (arrival.choice, arrival.text, arrival.media) == ("0a1b2c3d.c2-1", "The workout one", None)


@pytest.mark.parametrize("payload", ["GET_STARTED", "/start", "start", "Get Started", "get_started"])
def test_get_started(payload: str) -> None:
    (arrival,) = parse(payloads.postback(payload, mid="m_1"))
    assert (arrival.text, arrival.choice, arrival.event_id) == ("/start", None, "m_1")


def test_a_postback_of_a_menu() -> None:
    (arrival,) = parse(payloads.postback("0a1b2c3d.c2-1", "Help"))
    assert (arrival.text, arrival.choice) == ("Help", "0a1b2c3d.c2-1")
    assert arrival.event_id == f"{PERSON}-1458692752478"  # older versions give no mid
    (arrival,) = parse(payloads.postback(None, "Help"))  # the payload goes to the app alone whose button it was
    assert (arrival.text, arrival.choice) == ("Help", None)
    assert parse(payloads.event(postback={})) == []


@pytest.mark.parametrize("kind", payloads.ATTACHMENTS)
def test_attachments(kind: str) -> None:
    (arrival,) = parse(payloads.attached(kind))
    assert (arrival.text, arrival.choice, arrival.media) == ("", None, payloads.ATTACHMENTS[kind][1])
    (arrival,) = parse(payloads.attached(kind, text="my hip"))
    word = payloads.ATTACHMENTS[kind][1]
    assert (arrival.text, arrival.media) == ("my hip", None if word == "message" else word)  # a link's preview


def test_a_message_without_anything_we_know_is_not_passed_over() -> None:
    (arrival,) = parse(payloads.event(message={"mid": "m_1", "commands": [{"name": "x"}]}))
    assert (arrival.text, arrival.media) == ("", "message")


def test_an_edit_is_read_anew() -> None:
    found = parse(
        payloads.said("hip", message_id="m_1"),
        payloads.edited("my hip is out", "m_1"),
        payloads.edited("my hip is out, help", "m_1", 2),
    )
    assert [arrival.text for arrival in found] == ["hip", "my hip is out", "my hip is out, help"]
    assert len({arrival.event_id for arrival in found}) == 3


@pytest.mark.parametrize("kind", payloads.IGNORED)
def test_what_nobody_waits_for(kind: str) -> None:
    assert [arrival.text for arrival in parse(payloads.IGNORED[kind], payloads.said("hip"))] == ["hip"]


@pytest.mark.parametrize("kind", payloads.IGNORED_PAYLOADS)
def test_payloads_that_hold_nothing(kind: str) -> None:
    assert ADAPTER.parse(payloads.request(payloads.IGNORED_PAYLOADS[kind])) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"[]",
        b'"page"',
        b"{}",
        b'{"object":"page","entry":{}}',
        b"[" * 100_000,
        b"1" * 9999,
    ],
)
def test_what_is_no_payload(body: bytes) -> None:
    with pytest.raises(MalformedError):
        ADAPTER.parse(payloads.request(body))


def test_one_broken_event_does_not_lose_the_others(caplog: pytest.LogCaptureFixture) -> None:
    broken = payloads.event(message={"text": "secret words"})
    assert [arrival.text for arrival in parse(broken, payloads.said("hip"))] == ["hip"]
    assert "without an id" in caplog.text and "secret" not in caplog.text and PERSON not in caplog.text


EXAMPLES = [
    payloads.batch(payloads.said("hip"), payloads.pressed("0a1b2c3d.c2-1")),
    payloads.batch(payloads.postback("GET_STARTED"), payloads.edited("hip", "m_1")),
    payloads.batch(*(payloads.attached(kind) for kind in payloads.ATTACHMENTS)),
    payloads.batch(*payloads.IGNORED.values()),
]


@given(ANY_JSON | mutated(EXAMPLES))
def test_no_payload_breaks_it(payload: object) -> None:
    with contextlib.suppress(MalformedError):
        assert_sound(ADAPTER.parse(payloads.request(json.dumps(payload).encode())))


@given(st.binary())
def test_no_bytes_break_it(body: bytes) -> None:
    with pytest.raises(MalformedError):
        ADAPTER.parse(payloads.request(body))
    with pytest.raises(RefusedError):
        ADAPTER.verify(payloads.request(body, secret=None))


# send


def test_a_text_of_the_full_length(fake: FakeMessenger) -> None:
    text = "é" * 2000
    send(fake.url, Part(text))
    assert fake.texts == [text] and fake.complaints == []
    assert fake.sent[0].to == PERSON
    assert fake.sent[0].raw["messaging_type"] == "RESPONSE"


@pytest.mark.parametrize("number", [1, 3, 4, 10, 13])
def test_quick_replies(fake: FakeMessenger, number: int) -> None:
    send(fake.url, Part("Which one?", THIRTEEN[:number]))
    assert fake.sent[0].buttons == tuple((button.id, button.title) for button in THIRTEEN[:number])
    assert fake.complaints == []


@pytest.mark.parametrize(
    "part",
    [
        Part("x" * 2001),
        Part(" "),
        Part("😀" * 1001),
        Part("x", (*THIRTEEN, Button("i", "t"))),
        Part("x", (Button("i", "x" * 21),)),
        Part("x", (Button("é" * 501, "t"),)),
    ],
)
def test_the_stand_in_refuses_what_is_too_much(fake: FakeMessenger, part: Part) -> None:
    with pytest.raises(RejectedError, match=r"error 100 \(HTTP 400\)"):
        send(fake.url, part)
    assert fake.complaints and not fake.sent


def test_a_wrong_token_lets_messages_wait(fake: FakeMessenger) -> None:
    with pytest.raises(NotSentError, match=r"error 190 \(HTTP 401\)"):
        send(fake.url, Part("x"), token="EAAwrong")


def test_too_many(fake: FakeMessenger) -> None:
    fake.script("too_many", retry_after=7)
    with pytest.raises(NotSentError) as failure:
        send(fake.url, Part("x"))
    assert failure.value.wait == 7


@pytest.mark.parametrize(
    ("status", "code", "subcode", "transient"),
    [
        (400, 4, None, None),
        (400, 613, 1893016, None),
        (403, 613, None, None),
        (400, 80006, None, None),
        (400, 32, None, None),
        (400, 368, None, None),
        (500, 1, None, None),
        (500, 2, None, True),
        (400, 2, None, None),
        (400, 1200, None, None),
        (400, 99999, None, True),
        (503, 99999, None, None),
    ],
)
def test_errors_that_pass(
    fake: FakeMessenger, status: int, code: int, subcode: int | None, transient: bool | None
) -> None:
    fake.fail(status, code, subcode, transient=transient)
    with pytest.raises(NotSentError, match=f"error {code}"):
        send(fake.url, Part("x"))
    send(fake.url, Part("again"))
    assert fake.texts == ["again"]


@pytest.mark.parametrize(
    ("status", "code", "subcode"), [(400, 551, 1545041), (403, 10, 2018278), (403, 200, None), (400, 100, 2018001)]
)
def test_errors_that_stay(fake: FakeMessenger, status: int, code: int, subcode: int | None) -> None:
    fake.fail(status, code, subcode)
    with pytest.raises(RejectedError, match=f"error {code}"):
        send(fake.url, Part("x"))


@pytest.mark.parametrize("word", ["blocked", "absent"])
def test_nobody_there(fake: FakeMessenger, word: str) -> None:
    fake.script(word)
    with pytest.raises(RejectedError):
        send(fake.url, Part("x"))


@pytest.mark.parametrize(("status", "code", "subcode"), [(500, 1, 1357046), (502, 2, None), (504, 1, None)])
def test_errors_that_come_although_the_message_was_perhaps_sent(
    fake: FakeMessenger, status: int, code: int, subcode: int | None
) -> None:
    fake.fail(status, code, subcode)
    with pytest.raises(FateUnknownError, match=f"error {code}"):
        send(fake.url, Part("x"))


@pytest.mark.parametrize("word", ["proxy", "silent", "cut"])
def test_fates_that_nobody_knows(fake: FakeMessenger, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "ANSWER_SECONDS", 0.3)
    fake.script(word)
    with pytest.raises(FateUnknownError):
        send(fake.url, Part("x"))
    assert len(fake.sent) == (word != "proxy")


def test_no_connection(fake: FakeMessenger) -> None:
    fake.stop()
    with pytest.raises(NotSentError):
        send(fake.url, Part("x"))


def test_no_reason_holds_words_of_the_message(fake: FakeMessenger, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "gateway")
    fake.fail(400, 551)
    with pytest.raises(RejectedError) as failure:
        send(fake.url, Part("secret words"))
    assert "secret" not in str(failure.value) + caplog.text and TOKEN not in str(failure.value) + caplog.text


# received


def receive(url: str, token: str = TOKEN) -> None:
    async def receiving() -> None:
        adapter = Messenger(settings(url, messenger_token=token))
        try:
            await adapter.received(Arrival("m_1", PERSON, "hip"))
        finally:
            await adapter.close()

    asyncio.run(receiving())


def test_a_message_is_marked_as_seen_and_an_answer_announced(fake: FakeMessenger) -> None:
    receive(fake.url)
    assert [body["sender_action"] for _method, body in fake.calls] == ["mark_seen", "typing_on"]
    assert fake.complaints == [] and not fake.sent


def test_a_failure_of_that_is_of_no_account(fake: FakeMessenger, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    receive(fake.url, token="EAAwrong")
    fake.stop()
    receive(fake.url)
    assert "error 190" in caplog.text and "ConnectError" in caplog.text


def test_its_name_and_limits() -> None:
    assert (ADAPTER.name, ADAPTER.limits) == ("messenger", LIMITS["messenger"])
