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
from platforms.fakes.graph import PHONE_ID, TOKEN, FakeWhatsApp
from platforms.malformed import ANY_JSON, assert_sound, mutated
from platforms.payloads import whatsapp as payloads
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
)
from gateway.platforms.limits import LIMITS
from gateway.platforms.whatsapp_cloud import WhatsAppCloud, WhatsAppSettings

PERSON, SCOPED = payloads.PERSON, payloads.SCOPED


def settings(url: str = "http://127.0.0.1:9/v25.0", **changed: str | None) -> WhatsAppSettings:
    keys = {"whatsapp_token": TOKEN, "whatsapp_app_secret": payloads.APP_SECRET}
    keys |= {"whatsapp_verify_token": payloads.VERIFY_TOKEN, "whatsapp_phone_id": PHONE_ID}
    return WhatsAppSettings(**{**keys, "whatsapp_url": url, **changed})


ADAPTER = WhatsAppCloud(settings())


@pytest.fixture
def fake() -> Iterator[FakeWhatsApp]:
    with FakeWhatsApp() as server:
        yield server


def send(url: str, part: Part, token: str = TOKEN, address: str = PERSON) -> None:
    send_once(WhatsAppCloud(settings(url, whatsapp_token=token)), address, part)


def parse(*messages: dict[str, object]) -> list[Arrival]:
    request = payloads.request(payloads.batch(*messages))
    ADAPTER.verify(request)
    return ADAPTER.parse(request)


def buttons(number: int, length: int = 20) -> tuple[Button, ...]:
    return tuple(Button(f"0a1b2c3d.c2-{index}", f"{index} {'x' * (length - 2)}") for index in range(number))


# settings


def test_it_is_off_without_settings_and_names_what_is_missing() -> None:
    assert WhatsAppCloud.from_settings(WhatsAppSettings()) is None
    with pytest.raises(ValueError, match=r"^not set: HIP_WHATSAPP_TOKEN, HIP_WHATSAPP_PHONE_ID$"):
        WhatsAppCloud.from_settings(settings(whatsapp_token=None, whatsapp_phone_id=None))


def test_the_number_itself_is_not_taken_for_its_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIP_WHATSAPP_PHONE_ID", "+447700900000")
    with pytest.raises(ValidationError, match="whatsapp_phone_id"):
        WhatsAppSettings()


# verify


def test_signature_and_handshake() -> None:
    with pytest.raises(RefusedError) as refusal:
        ADAPTER.verify(payloads.request(payloads.batch(payloads.said("hip")), secret="another"))
    assert refusal.value.status == 401
    request = payloads.handshake()
    ADAPTER.verify(request)
    assert ADAPTER.answer(request) == Answer("1158201444")
    assert ADAPTER.parse(request) == []
    with pytest.raises(RefusedError) as refusal:
        ADAPTER.verify(payloads.handshake("wrong"))
    assert refusal.value.status == 403


# parse


def test_a_text() -> None:
    message = payloads.said("hüfte 😀")
    assert parse(message) == [
        Arrival(message["id"], PERSON, "hüfte 😀", region="GB", token=message["id"]),
    ]


@pytest.mark.parametrize(
    ("person", "region"),
    [
        (PERSON, "GB"),
        ("16505551234", "US"),
        ("14165550123", "CA"),
        ("4915112345678", "DE"),
        ("33612345678", "FR"),
        ("18765551234", "JM"),
        ("19995551234", None),  # several countries have the code 1
        ("88299999999", None),  # international networks
        ("99999999999", None),
        ("1", None),
        (SCOPED, "GB"),
        ("US.ENT.11815799212886844830", "US"),
        ("hello", None),
    ],
)
def test_the_country_of_a_person(person: str, region: str | None) -> None:
    (arrival,) = parse(payloads.said("hip", person))
    assert (arrival.address, arrival.region) == (person, region)


def test_messages_of_several_entries_and_changes_in_order() -> None:
    first, second = payloads.batch(payloads.said("one"), payloads.said("two")), payloads.batch(payloads.said("three"))
    entries = [*first["entry"], *second["entry"]]
    entries[0]["changes"].append(payloads.change(payloads.value(messages=[payloads.said("and")])))
    found = ADAPTER.parse(payloads.request({"object": "whatsapp_business_account", "entry": entries}))
    assert [arrival.text for arrival in found] == ["one", "two", "and", "three"]


@pytest.mark.parametrize("kind", ["button_reply", "list_reply"])
def test_a_pressed_button(kind: str) -> None:
    (arrival,) = parse(payloads.pressed("0a1b2c3d.c2-1", "The workout one", kind=kind))
    assert (arrival.choice, arrival.text, arrival.media) == ("0a1b2c3d.c2-1", "The workout one", None)


def test_a_button_of_a_template() -> None:
    (arrival,) = parse(payloads.message("button", button={"payload": "a-payload", "text": "Help"}))
    assert (arrival.choice, arrival.text, arrival.media) == ("a-payload", "Help", None)
    (arrival,) = parse(payloads.message("button", button={}))
    assert arrival.media == "message"


def test_another_interactive_reply() -> None:
    reply = {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": "{}"}}
    (arrival,) = parse(payloads.message("interactive", interactive=reply))
    assert (arrival.text, arrival.choice, arrival.media) == ("", None, "message")


@pytest.mark.parametrize("kind", payloads.MEDIA)
def test_media(kind: str) -> None:
    (arrival,) = parse(payloads.media(kind))
    assert (arrival.text, arrival.choice, arrival.media) == ("", None, payloads.MEDIA[kind][1])


@pytest.mark.parametrize("kind", ["image", "video", "document"])
def test_captions(kind: str) -> None:
    (arrival,) = parse(payloads.media(kind, caption="my hip"))
    assert (arrival.text, arrival.media) == ("my hip", payloads.MEDIA[kind][1])


def test_an_edit_is_read_anew() -> None:
    first = payloads.said("hip")
    found = parse(first, payloads.edited("my hip is out"), payloads.edited("my X-ray", caption_of="image"))
    assert [(arrival.text, arrival.media) for arrival in found] == [
        ("hip", None),
        ("my hip is out", None),
        ("my X-ray", "picture"),
    ]
    assert len({arrival.event_id for arrival in found}) == 3


@pytest.mark.parametrize("kind", payloads.IGNORED)
def test_what_nobody_waits_for(kind: str) -> None:
    assert [arrival.text for arrival in parse(payloads.IGNORED[kind], payloads.said("hip"))] == ["hip"]


@pytest.mark.parametrize("kind", payloads.IGNORED_PAYLOADS)
def test_payloads_that_hold_nothing(kind: str) -> None:
    assert ADAPTER.parse(payloads.request(payloads.IGNORED_PAYLOADS[kind])) == []


def test_failures_are_logged_with_their_code_alone(caplog: pytest.LogCaptureFixture) -> None:
    statuses = [payloads.status("failed", 131047), payloads.status("failed", 131026, 130472), payloads.status("sent")]
    content = payloads.value(statuses=statuses, errors=[{"code": 130429, "title": "Rate limit hit"}])
    assert ADAPTER.parse(payloads.request(payloads.payload(payloads.change(content)))) == []
    assert [record.getMessage().rpartition(" ")[2] for record in caplog.records] == [
        "130429",
        "131047",
        "131026",
        "130472",
    ]
    assert PERSON not in caplog.text


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"object":"whatsapp_business_account","entry":"x"}', b"\xff"])
def test_what_is_no_payload(body: bytes) -> None:
    with pytest.raises(MalformedError):
        ADAPTER.parse(payloads.request(body))


def test_one_broken_message_does_not_lose_the_others(caplog: pytest.LogCaptureFixture) -> None:
    broken = {"id": payloads.wamid(), "type": "text", "text": {"body": "secret words"}}
    assert [arrival.text for arrival in parse(broken, payloads.said("hip"))] == ["hip"]
    assert "was left out" in caplog.text and "secret" not in caplog.text


EXAMPLES = [
    payloads.batch(payloads.said("hip"), payloads.pressed("0a1b2c3d.c2-1"), payloads.said("hip", SCOPED)),
    payloads.batch(*(payloads.media(kind) for kind in payloads.MEDIA)),
    payloads.batch(payloads.edited("hip"), payloads.edited("hip", caption_of="image"), *payloads.IGNORED.values()),
    payloads.payload(payloads.change(payloads.value(statuses=[payloads.status("failed", 131047)]))),
]


@given(ANY_JSON | mutated(EXAMPLES))
def test_no_payload_breaks_it(payload: object) -> None:
    with contextlib.suppress(MalformedError):
        assert_sound(ADAPTER.parse(payloads.request(json.dumps(payload).encode())))


@given(st.binary())
def test_no_bytes_break_it(body: bytes) -> None:
    with pytest.raises(MalformedError):
        ADAPTER.parse(payloads.request(body))


# send


def test_a_text_of_the_full_length(fake: FakeWhatsApp) -> None:
    text = "é" * 4096
    send(fake.url, Part(text))
    assert fake.texts == [text] and fake.complaints == []
    assert fake.sent[0].raw["to"] == PERSON


def test_somebody_whose_number_is_hidden(fake: FakeWhatsApp) -> None:
    send(fake.url, Part("hello"), address=SCOPED)
    assert fake.complaints == [] and fake.sent[0].to == SCOPED
    assert fake.sent[0].raw["recipient"] == SCOPED and "to" not in fake.sent[0].raw


@pytest.mark.parametrize(
    ("number", "length", "kind"),
    [(1, 20, "button"), (3, 20, "button"), (3, 21, "list"), (1, 24, "list"), (4, 20, "list"), (10, 24, "list")],
)
def test_buttons_or_a_list(fake: FakeWhatsApp, number: int, length: int, kind: str) -> None:
    given_buttons = buttons(number, length)
    send(fake.url, Part("é" * 1024, given_buttons))
    assert fake.complaints == []
    assert fake.sent[0].raw["interactive"]["type"] == kind
    assert fake.sent[0].buttons == tuple((button.id, button.title) for button in given_buttons)
    assert fake.texts == ["é" * 1024]


@pytest.mark.parametrize(
    "part",
    [
        Part("x" * 4097),
        Part(" "),
        Part("😀" * 2049),
        Part("x" * 1025, buttons(1)),
        Part("x", buttons(11)),
        Part("x", buttons(4, 25)),
        Part("x", (Button("i", "t"), Button("i", "u"))),
        Part("x", (Button("i" * 257, "t"),)),
    ],
)
def test_the_stand_in_refuses_what_is_too_much(fake: FakeWhatsApp, part: Part) -> None:
    with pytest.raises(RejectedError, match=r"error 100 \(HTTP 400\)"):
        send(fake.url, part)
    assert fake.complaints and not fake.sent


def test_a_wrong_token_lets_messages_wait(fake: FakeWhatsApp) -> None:
    with pytest.raises(NotSentError, match=r"error 190 \(HTTP 401\)"):
        send(fake.url, Part("x"), token="EAAwrong")


def test_too_many(fake: FakeWhatsApp) -> None:
    fake.script("too_many", retry_after=7)
    with pytest.raises(NotSentError) as failure:
        send(fake.url, Part("x"))
    assert failure.value.wait == 7


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, 4),
        (400, 80007),
        (400, 130429),
        (400, 131048),
        (400, 131056),
        (429, 131056),
        (401, 0),
        (500, 1),
        (500, 131000),
        (500, 131016),
        (400, 131057),
        (503, 133004),
        (503, 2),
    ],
)
def test_errors_that_pass(fake: FakeWhatsApp, status: int, code: int) -> None:
    fake.fail(status, code)
    with pytest.raises(NotSentError):
        send(fake.url, Part("x"))
    send(fake.url, Part("again"))
    assert fake.texts == ["again"]


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, 131047), (400, 131026), (400, 131030), (403, 10), (403, 131031), (400, 100), (404, 131009)],
)
def test_errors_that_stay(fake: FakeWhatsApp, status: int, code: int) -> None:
    fake.fail(status, code)
    with pytest.raises(RejectedError, match=f"error {code}"):
        send(fake.url, Part("x"))


@pytest.mark.parametrize(
    ("word", "fate"), [("blocked", RejectedError), ("absent", RejectedError), ("error", NotSentError)]
)
def test_words_of_the_script(fake: FakeWhatsApp, word: str, fate: type[Exception]) -> None:
    fake.script(word)
    with pytest.raises(fate):
        send(fake.url, Part("x"))


@pytest.mark.parametrize("word", ["proxy", "silent", "cut"])
def test_fates_that_nobody_knows(fake: FakeWhatsApp, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "ANSWER_SECONDS", 0.3)
    fake.script(word)
    with pytest.raises(FateUnknownError):
        send(fake.url, Part("x"))
    assert len(fake.sent) == (word != "proxy")


# received


def test_a_message_is_marked_as_read_and_an_answer_announced(
    fake: FakeWhatsApp, caplog: pytest.LogCaptureFixture
) -> None:
    async def receiving(token: str) -> None:
        adapter = WhatsAppCloud(settings(fake.url, whatsapp_token=token))
        try:
            await adapter.received(parse(payloads.said("hip", message_id="wamid.1"))[0])
        finally:
            await adapter.close()

    asyncio.run(receiving(TOKEN))
    assert [body["message_id"] for _method, body in fake.calls] == ["wamid.1"]
    assert fake.complaints == [] and not fake.sent
    caplog.set_level(logging.INFO)
    asyncio.run(receiving("EAAwrong"))
    assert "error 190" in caplog.text


def test_its_name_and_limits() -> None:
    assert (ADAPTER.name, ADAPTER.limits) == ("whatsapp", LIMITS["whatsapp"])
