"""Telegram's adapter against a strict stand-in of its API and updates of the documented form."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import httpx
import pytest
from hypothesis import given
from platforms.fakes.base import send_once
from platforms.fakes.telegram import NAME, TOKEN, FakeTelegram
from platforms.payloads import telegram as payloads
from platforms.payloads.telegram import GROUP, PERSON, SECRET, SUPERGROUP, request
from platforms.strange import bodies, mangled, parsed_or_malformed
from pydantic import ValidationError

from gateway.platforms import calling
from gateway.platforms.adapter import (
    Arrival,
    Button,
    FateUnknownError,
    MalformedError,
    NotSentError,
    Part,
    RefusedError,
    RejectedError,
)
from gateway.platforms.telegram import Telegram, TelegramSettings
from gateway.platforms.telegram_updates import CONTENT, Bot

HURT = "I think my hip popped out"


def adapter(url: str = "http://127.0.0.1:9") -> Telegram:
    return Telegram(TelegramSettings(telegram_token=TOKEN, telegram_secret=SECRET, telegram_url=url))


@pytest.fixture
def fake() -> Iterator[FakeTelegram]:
    with FakeTelegram() as server:
        yield server


def using(url: str, *steps: Callable[[Telegram], Any]) -> None:
    """Do the steps one after the other with one adapter."""

    async def run() -> None:
        telegram = adapter(url)
        try:
            for step in steps:
                await step(telegram)
        finally:
            await telegram.close()

    asyncio.run(run())


def send(fake: FakeTelegram, text: str = "Hello", *buttons: Button, to: str = str(PERSON)) -> None:
    send_once(adapter(fake.url), to, Part(text, buttons))


@cache
def reader(named: bool) -> Telegram:
    telegram = adapter()
    if named:
        telegram._bot = Bot(telegram._bot.id, NAME)
    return telegram


def parse(update: Any, *, named: bool = True) -> list[Arrival]:
    telegram = reader(named)
    telegram.verify(request(update))
    return telegram.parse(request(update))


def only(update: Any) -> Arrival:
    (arrival,) = parse(update)
    return arrival


# Settings


def test_off_without_settings_and_named_when_incomplete() -> None:
    assert Telegram.from_settings(TelegramSettings()) is None
    assert TelegramSettings().missing == ("HIP_TELEGRAM_TOKEN", "HIP_TELEGRAM_SECRET")
    with pytest.raises(ValueError, match="HIP_TELEGRAM_SECRET"):
        Telegram.from_settings(TelegramSettings(telegram_token=TOKEN))
    with pytest.raises(ValueError, match="HIP_TELEGRAM_TOKEN"):
        Telegram.from_settings(TelegramSettings(telegram_secret=SECRET))


@pytest.mark.parametrize(
    "wrong",
    [
        {"telegram_token": "abc"},
        {"telegram_token": ""},
        {"telegram_secret": "a space"},
        {"telegram_secret": "x" * 257},
        {"telegram_url": "ftp://x"},
    ],
)
def test_a_wrong_setting(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as caught:
        TelegramSettings(**wrong)
    assert caught.value.errors()[0]["loc"] == tuple(wrong)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIP_TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv("HIP_TELEGRAM_SECRET", SECRET)
    assert Telegram.from_settings(TelegramSettings()) is not None
    assert TelegramSettings().telegram_url == "https://api.telegram.org"


# Verification


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET[:-1], SECRET + "x", SECRET.upper(), "ä\udcff"])
def test_a_forged_call(secret: str | None) -> None:
    with pytest.raises(RefusedError) as caught:
        adapter().verify(request(payloads.said("hello"), secret))
    assert caught.value.status == 401


# Parsing


def test_a_message() -> None:
    assert only(payloads.said(HURT, update_id=77)) == Arrival("77", str(PERSON), HURT)


def test_an_edited_message_is_a_new_arrival() -> None:
    update = payloads.edited(HURT)
    assert only(update) == Arrival(str(update["update_id"]), str(PERSON), HURT)


def test_a_pressed_button() -> None:
    arrival = only(payloads.pressed("0123abcd.c2-1"))
    assert (arrival.choice, arrival.text, arrival.media, arrival.public) == ("0123abcd.c2-1", "", None, False)
    assert arrival.address == str(PERSON) and arrival.token == "4382bfdwdsb323b2d9"


def test_a_button_under_an_old_message() -> None:
    inaccessible = {"chat": payloads.chat(), "message_id": 5, "date": 0}
    assert only(payloads.pressed("x", message=inaccessible)).address == str(PERSON)


@pytest.mark.parametrize("text", ["/start", "/start ", "/start abc-DEF_1", f"/start@{NAME}", f"/start@{NAME} link"])
def test_start(text: str) -> None:
    assert only(payloads.command(text)).text == "/start"


def test_words_after_start_are_not_lost() -> None:
    assert HURT in only(payloads.command(f"/start {HURT}")).text


@pytest.mark.parametrize("kind", payloads.MEDIA)
def test_media(kind: str) -> None:
    word = CONTENT.get(kind, "message")
    arrival = only(payloads.media(kind))
    assert (arrival.media, arrival.text) == (word, "")
    with_words = only(payloads.media(kind, HURT))
    assert (with_words.media, with_words.text) == (word, HURT)


def test_content_of_a_kind_that_is_not_known_yet() -> None:
    assert only(payloads.update(message=payloads.message(hologram={"file_id": "x"}))).media == "message"


def test_an_edited_caption() -> None:
    update = payloads.update(edited_message=payloads.media("photo", HURT)["message"])
    assert (only(update).media, only(update).text) == ("picture", HURT)


@pytest.mark.parametrize("name", payloads.IGNORED)
def test_what_nobody_waits_for(name: str) -> None:
    assert parse(payloads.IGNORED[name]) == []


@pytest.mark.parametrize("place", [GROUP, SUPERGROUP])
@pytest.mark.parametrize(
    ("text", "bare"),
    [
        (f"@{NAME} {HURT}", HURT),
        (f"@{NAME.upper()} {HURT}", HURT),
        (f"{HURT} @{NAME}", HURT),
        (f"@{NAME}", f"@{NAME}"),
        (f"/start@{NAME}", "/start"),
        (f"/new@{NAME}", "/new"),
        ("/delete", "/delete"),
    ],
)
def test_what_is_addressed_to_the_bot_in_a_group(place: int, text: str, bare: str) -> None:
    arrival = only(payloads.said(text, place))
    assert (arrival.text, arrival.public, arrival.address) == (bare, True, f"{place}/{PERSON}")


def test_a_reply_to_the_bot_in_a_group() -> None:
    ours = payloads.message(GROUP, text="Hello") | {"from": payloads.BOT}
    assert only(payloads.said(HURT, GROUP, reply_to_message=ours)).public
    assert only(payloads.media("photo", place=GROUP, reply_to_message=ours)).media == "picture"
    theirs = payloads.message(GROUP, person=5, text="Hello")
    assert parse(payloads.said(HURT, GROUP, reply_to_message=theirs)) == []


@pytest.mark.parametrize("text", [f"mail me@{NAME}.com", f"@{NAME}2 hi", "@other_bot hi", "hello", f"@@{NAME}"])
def test_what_is_not_addressed_to_the_bot(text: str) -> None:
    assert parse(payloads.said(text, GROUP)) == []


def test_a_mention_counts_before_our_name_is_known() -> None:
    assert parse(payloads.said(f"@{NAME} {HURT}", GROUP), named=False)[0].text == f"@{NAME} {HURT}"
    assert parse(payloads.said("@somebody hello", GROUP), named=False) == []


def test_people_of_a_group_have_addresses_of_their_own() -> None:
    one, two = (only(payloads.pressed("x", GROUP, person)) for person in (5, 6))
    assert (one.address, two.address, one.public) == (f"{GROUP}/5", f"{GROUP}/6", True)


def test_an_administrator_who_writes_as_the_group() -> None:
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    update = payloads.said(f"@{NAME} {HURT}", SUPERGROUP)
    update["message"] |= {"from": anonymous, "sender_chat": payloads.chat(SUPERGROUP)}
    assert only(update).address == f"{SUPERGROUP}/{SUPERGROUP}"


def test_a_topic_of_a_forum() -> None:
    arrival = only(payloads.said(f"@{NAME} hi", SUPERGROUP, message_thread_id=7, is_topic_message=True))
    assert arrival.address == f"{SUPERGROUP}/{PERSON}/7"


def test_text_that_cannot_be_stored() -> None:
    arrival = parse(
        b'{"update_id": 1, "message": {"chat": {"id": 5, "type": "private"}, "from": {"id": 5}, "text": "a\\u0000\\ud83d b"}}'
    )
    assert arrival[0].text == "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER} b"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"{",
        b"[]",
        b"null",
        b'{"update_id": NaN}',
        b"[" * 100_000,
        b'{"update_id": ' + b"9" * 5000 + b"}",
        json.dumps({"message": payloads.message(text="x")}).encode(),
        json.dumps(payloads.update(True, message=payloads.message(text="x"))).encode(),
        json.dumps(payloads.update(message="x")).encode(),
        json.dumps(payloads.update(message={"text": "x"})).encode(),
        json.dumps(
            payloads.update(message=payloads.message(text="x") | {"chat": {"id": "5", "type": "private"}})
        ).encode(),
        json.dumps(payloads.update(message=payloads.message(GROUP, text="x") | {"from": {"id": 1 << 70}})).encode(),
    ],
)
def test_malformed(body: bytes) -> None:
    with pytest.raises(MalformedError):
        parse(body)


EXAMPLES = [
    payloads.said(HURT),
    payloads.said(f"@{NAME} hi", SUPERGROUP, message_thread_id=7, is_topic_message=True),
    payloads.said("hi", GROUP, reply_to_message=payloads.message(GROUP) | {"from": payloads.BOT}),
    payloads.edited(HURT),
    payloads.pressed("x", GROUP),
    *(payloads.media(kind, "words") for kind in payloads.MEDIA),
    *payloads.IGNORED.values(),
    payloads.update(message=payloads.message(GROUP, migrate_to_chat_id=SUPERGROUP)),
]


@given(mangled(EXAMPLES))
def test_no_update_is_too_strange(update: Any) -> None:
    parsed_or_malformed(parse, json.dumps(update).encode())


@given(bodies)
def test_no_body_is_too_strange(body: bytes) -> None:
    parsed_or_malformed(parse, body)


# Sending


def test_sending(fake: FakeTelegram) -> None:
    buttons = [Button(f"01234567.c{number}", f"Answer <{number}> & more") for number in range(13)]
    text = "1 < 2 & *no* _markup_ [here](x) <b>\n" + "😀" * 2000
    send(fake, text, *buttons)
    (message,) = fake.sent
    assert (message.to, message.text) == (str(PERSON), text)
    assert message.buttons == tuple((button.id, button.title) for button in buttons)
    assert message.raw["link_preview_options"] == {"is_disabled": True} and "parse_mode" not in message.raw
    assert all(len(row) == 1 for row in message.raw["reply_markup"]["inline_keyboard"])
    assert fake.complaints == []


def test_sending_to_groups_and_topics(fake: FakeTelegram) -> None:
    send(fake, to=f"{GROUP}/{PERSON}")
    send(fake, to=f"{SUPERGROUP}/{PERSON}/7")
    assert [message.to for message in fake.sent] == [str(GROUP), str(SUPERGROUP)]
    assert "message_thread_id" not in fake.sent[0].raw and fake.sent[1].raw["message_thread_id"] == 7


@pytest.mark.parametrize("size", [4096, 4097])
def test_the_limit_of_a_text(fake: FakeTelegram, size: int) -> None:
    text = "😀" * (4096 // 2) + "x" * (size - 4096)
    assert Telegram.limits.size(text) == size
    if size <= Telegram.limits.text:
        send(fake, text)
        assert fake.texts == [text]
    else:
        with pytest.raises(RejectedError, match="too long"):
            send(fake, text)


def test_a_group_that_has_become_a_supergroup(fake: FakeTelegram) -> None:
    fake.migrate(GROUP, SUPERGROUP)
    part = Part("Hello")
    using(fake.url, *[lambda telegram: telegram.send(f"{GROUP}/{PERSON}", part)] * 2)
    assert [message.to for message in fake.sent] == [str(SUPERGROUP)] * 2
    assert fake.tries == 2


def test_a_group_whose_change_was_announced(fake: FakeTelegram) -> None:
    async def announced(telegram: Telegram) -> None:
        assert (
            telegram.parse(request(payloads.update(message=payloads.message(GROUP, migrate_to_chat_id=SUPERGROUP))))
            == []
        )
        await telegram.send(f"{GROUP}/{PERSON}", Part("Hello"))

    using(fake.url, announced)
    assert [message.to for message in fake.sent] == [str(SUPERGROUP)]


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
    fake: FakeTelegram, monkeypatch: pytest.MonkeyPatch, word: str, error: type[Exception], sent: int
) -> None:
    monkeypatch.setattr(calling, "ANSWER_SECONDS", 0.3)
    fake.script(word, retry_after=17)
    with pytest.raises(error) as caught:
        send(fake, "secret words")
    assert type(caught.value) is error and "secret" not in str(caught.value) and TOKEN not in str(caught.value)
    assert len(fake.sent) == sent and fake.complaints == []
    if word == "too_many":
        assert caught.value.wait == 17
    send(fake)
    assert fake.texts[-1] == "Hello"


@pytest.mark.parametrize(
    ("status", "description", "error"),
    [
        (500, "Internal Server Error", NotSentError),
        (503, "Service Unavailable", NotSentError),
        (502, "Bad Gateway", FateUnknownError),
        (504, "Gateway Timeout", FateUnknownError),
        (403, "Forbidden: bot was kicked from the supergroup chat", RejectedError),
        (400, "Bad Request: message thread not found", RejectedError),
    ],
)
def test_errors_of_telegram(fake: FakeTelegram, status: int, description: str, error: type[Exception]) -> None:
    fake.say(status, description)
    with pytest.raises(error):
        send(fake)
    assert fake.sent == []


def test_no_connection(fake: FakeTelegram) -> None:
    fake.stop()
    with pytest.raises(NotSentError):
        send(fake)


def test_a_wrong_token_is_tried_again(fake: FakeTelegram) -> None:
    for token in ("987654321:" + "x" * 35, "1:x"):
        fake.token = token
        with pytest.raises(NotSentError):
            send(fake)


@pytest.mark.parametrize("address", ["", "x", "1/x", "C1/U2", "1/2/3.4"])
def test_no_address(fake: FakeTelegram, address: str) -> None:
    with pytest.raises(RejectedError):
        send(fake, to=address)


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("sendMessage", {"text": "x"}),
        ("sendMessage", {"chat_id": "5", "text": "x"}),
        ("sendMessage", {"chat_id": 5, "text": " "}),
        ("sendMessage", {"chat_id": 5, "text": "x", "parse_mode": "HTML"}),
        ("sendMessage", {"chat_id": 5, "text": "x", "reply_markup": {"inline_keyboard": []}}),
        ("sendMessage", {"chat_id": 5, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "x"}]]}}),
        (
            "sendMessage",
            {
                "chat_id": 5,
                "text": "x",
                "reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": "é" * 33}]]},
            },
        ),
        (
            "sendMessage",
            {"chat_id": 5, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "", "callback_data": "x"}]]}},
        ),
        (
            "sendMessage",
            {
                "chat_id": 5,
                "text": "x",
                "reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": "x"}]] * 101},
            },
        ),
        ("sendChatAction", {"chat_id": 5, "action": "thinking"}),
        ("answerCallbackQuery", {}),
        ("sendPhoto", {"chat_id": 5}),
    ],
)
def test_the_stand_in_is_strict(fake: FakeTelegram, method: str, body: dict[str, Any]) -> None:
    url = f"{fake.url}/bot{TOKEN}/{method}"
    for call in ({"json": body}, {"content": json.dumps(body)}, {"content": b"{"}):
        said = httpx.post(url, trust_env=False, **call).json()
        assert said["ok"] is False and said["error_code"] in (400, 404) and said["description"]
    assert len(fake.complaints) == 3 and fake.sent == fake.calls == []
    assert httpx.get(url, trust_env=False).status_code == 405


# What an arrival is told


def test_received(fake: FakeTelegram) -> None:
    press = only(
        payloads.pressed(
            "x", SUPERGROUP, message=payloads.message(SUPERGROUP, message_thread_id=7, is_topic_message=True)
        )
    )
    plain = only(payloads.said("hello"))
    using(fake.url, lambda telegram: telegram.received(press), lambda telegram: telegram.received(plain))
    assert fake.calls == [
        ("answerCallbackQuery", {"callback_query_id": "4382bfdwdsb323b2d9"}),
        ("sendChatAction", {"chat_id": SUPERGROUP, "message_thread_id": 7, "action": "typing"}),
        ("getMe", {}),
        ("sendChatAction", {"chat_id": PERSON, "action": "typing"}),
    ]
    assert fake.complaints == []


def test_our_name_is_learnt(fake: FakeTelegram) -> None:
    async def steps(telegram: Telegram) -> None:
        await telegram.received(Arrival("1", str(PERSON), "hello"))
        assert telegram.parse(request(payloads.said("@other_bot hi", GROUP))) == []
        assert telegram.parse(request(payloads.said(f"@{NAME} hi", GROUP)))[0].text == "hi"

    using(fake.url, steps)


def test_a_failure_to_tell_is_of_no_account(fake: FakeTelegram) -> None:
    fake.stop()
    using(fake.url, lambda telegram: telegram.received(Arrival("1", "5", "hello", token="1")))
    using(fake.url, lambda telegram: telegram.received(Arrival("1", "no address", "hello")))


def test_the_token_is_in_no_log(fake: FakeTelegram, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        send(fake)
        fake.stop()
        using(fake.url, lambda telegram: telegram.received(Arrival("1", "5", "hello")))
    assert TOKEN not in caplog.text and "AAtests" not in caplog.text
