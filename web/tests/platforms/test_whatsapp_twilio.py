from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from platforms.fakes.base import send_once
from platforms.fakes.twilio import ACCOUNT, NUMBER, TOKEN, FakeTwilio
from platforms.malformed import TEXT, assert_sound
from platforms.payloads import twilio as payloads
from pydantic import ValidationError

from gateway.platforms import calling
from gateway.platforms.adapter import (
    Arrival,
    FateUnknownError,
    MalformedError,
    NotSentError,
    Part,
    RefusedError,
    RejectedError,
    Request,
)
from gateway.platforms.limits import LIMITS
from gateway.platforms.whatsapp_twilio import TwilioSettings, WhatsAppTwilio

PERSON = payloads.PERSON


def settings(url: str = "http://127.0.0.1:9", **changed: str | None) -> TwilioSettings:
    keys = {"twilio_account": ACCOUNT, "twilio_token": TOKEN, "twilio_from": NUMBER}
    return TwilioSettings(**{**keys, "twilio_url": url, **changed})


ADAPTER = WhatsAppTwilio(settings())


@pytest.fixture
def fake() -> Iterator[FakeTwilio]:
    with FakeTwilio() as server:
        yield server


def send(url: str, part: Part, token: str = TOKEN, address: str = PERSON) -> None:
    send_once(WhatsAppTwilio(settings(url, twilio_token=token)), address, part)


def parse(form: payloads.Form) -> list[Arrival]:
    request = payloads.request(form)
    ADAPTER.verify(request)
    return ADAPTER.parse(request)


# settings


def test_it_is_off_without_settings_and_names_what_is_missing() -> None:
    assert WhatsAppTwilio.from_settings(TwilioSettings()) is None
    with pytest.raises(ValueError, match=r"^not set: HIP_TWILIO_TOKEN, HIP_TWILIO_FROM$"):
        WhatsAppTwilio.from_settings(settings(twilio_token=None, twilio_from=None))


@pytest.mark.parametrize("number", ["+14155238886", "whatsapp:+14155238886"])
def test_the_number_with_and_without_its_prefix(number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIP_TWILIO_FROM", number)
    assert TwilioSettings().twilio_from == NUMBER


@pytest.mark.parametrize(
    ("name", "value"), [("FROM", "14155238886"), ("FROM", "+1 415"), ("ACCOUNT", "SK123"), ("URL", "api.twilio.com")]
)
def test_wrong_settings(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"HIP_TWILIO_{name}", value)
    with pytest.raises(ValidationError, match=f"twilio_{name.lower()}"):
        TwilioSettings()


# verify


def test_a_signed_call_passes() -> None:
    ADAPTER.verify(payloads.request(payloads.said("hüfte & 😀 = + %")))
    with_query = payloads.request(payloads.said("hip"), url=payloads.URL + "?a=b&c=d")
    ADAPTER.verify(with_query)
    ADAPTER.verify(payloads.request([*payloads.said("hip").items(), ("New", "b"), ("New", "a")]))  # a field twice


def test_the_example_of_the_documentation() -> None:
    """See www.twilio.com/docs/usage/webhooks/webhooks-security, "Explore the algorithm yourself"."""
    body = b"CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212"
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
    }
    adapter = WhatsAppTwilio(settings(twilio_token="12345"))
    adapter.verify(Request("POST", "https://mycompany.com/myapp.php?foo=1&bar=2", headers, {}, body))


def test_any_other_call_is_refused() -> None:
    good = payloads.request(payloads.said("hip"))
    signed = dict(good.headers)
    for request in (
        payloads.request(payloads.said("hip"), token=None),
        payloads.request(payloads.said("hip"), token="another token"),
        Request("POST", "https://evil.example.org/webhooks/twilio", signed, {}, good.body),
        Request("POST", good.url, signed, {}, good.body + b"&Body=more"),
        Request("POST", good.url, signed, {}, good.body.replace(b"Body=hip", b"Body=hop")),
        Request("POST", good.url, {**signed, "x-twilio-signature": "é"}, {}, good.body),
        Request("POST", good.url, {**signed, "content-type": "application/json"}, {}, b"{}"),
        Request("POST", good.url, signed, {}, b"a=%ff"),
        Request("POST", good.url, signed, {}, b"\xff"),
        Request("POST", good.url, signed, {}, b"a=1&" * 2000),
        Request("GET", good.url, {}, {}, b""),
    ):
        with pytest.raises(RefusedError) as refusal:
            ADAPTER.verify(request)
        assert refusal.value.status == 403


# parse


def test_a_text() -> None:
    form = payloads.said("hüfte 😀\nand more")
    assert parse(form) == [Arrival(form["MessageSid"], PERSON, "hüfte 😀\nand more", region="GB")]


def test_somebody_whose_number_is_hidden() -> None:
    (arrival,) = parse(payloads.said("hip", payloads.SCOPED))
    assert (arrival.address, arrival.region) == (payloads.SCOPED, "GB")


@pytest.mark.parametrize("kind", payloads.MEDIA)
def test_media(kind: str) -> None:
    (arrival,) = parse(payloads.media(kind))
    assert (arrival.text, arrival.media) == ("", payloads.MEDIA[kind])
    (arrival,) = parse(payloads.media(kind, caption="my hip"))
    assert (arrival.text, arrival.media) == ("my hip", payloads.MEDIA[kind])


def test_location_and_what_has_no_name() -> None:
    assert parse(payloads.location())[0].media == "location"
    assert parse(payloads.message())[0].media == "message"


def test_a_button_of_a_template() -> None:
    (arrival,) = parse(payloads.pressed("a-payload", "Help"))
    assert (arrival.text, arrival.choice, arrival.media) == ("Help", "a-payload", None)
    (arrival,) = parse(payloads.message(ListId="an-id", ListTitle="Help", Body="Help"))
    assert (arrival.text, arrival.choice) == ("Help", "an-id")


@pytest.mark.parametrize("what", ["queued", "sent", "delivered", "read", "failed", "undelivered"])
def test_what_became_of_ours(what: str, caplog: pytest.LogCaptureFixture) -> None:
    assert parse(payloads.status(what, "63016" if "ed" not in what or "fail" in what else None)) == []
    assert ("63016" in caplog.text) == (what == "failed")
    assert ("without a code" in caplog.text) == (what == "undelivered")
    assert PERSON not in caplog.text


@pytest.mark.parametrize(
    "form",
    [
        payloads.said("hip", "+447700900123"),  # an SMS
        payloads.said("hip", "messenger:123456"),
        payloads.said("hip") | {"To": "whatsapp:+447700900999"},  # another number of the account
    ],
)
def test_what_is_not_for_us(form: payloads.Form, caplog: pytest.LogCaptureFixture) -> None:
    assert parse(form) == []
    assert "was left out" in caplog.text and "7700900123" not in caplog.text


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"Body": "hip", "From": PERSON, "To": NUMBER},
        payloads.said("hip") | {"MessageSid": "", "SmsMessageSid": ""},
        payloads.said("hip", message_id="x" * 34),
        payloads.said("hip", ""),
    ],
)
def test_what_is_no_message(form: payloads.Form) -> None:
    with pytest.raises(MalformedError):
        parse(form)


NAMES = st.sampled_from([*payloads.message(), *payloads.status("failed", "1"), "ButtonPayload", "ListId", "Latitude"])
VALUES = TEXT.filter(lambda text: not any("\ud800" <= character <= "\udfff" for character in text))


@given(st.dictionaries(NAMES | VALUES, VALUES | st.sampled_from([PERSON, NUMBER, "1", payloads.sid()]), max_size=6))
def test_no_form_breaks_it(changed: dict[str, str]) -> None:
    for form in (changed, payloads.said("hip") | changed, payloads.status("failed") | changed):
        request = payloads.request(form)
        ADAPTER.verify(request)
        with contextlib.suppress(MalformedError):
            assert_sound(ADAPTER.parse(request))


@given(st.binary())
def test_no_bytes_break_it(body: bytes) -> None:
    with pytest.raises(MalformedError):
        ADAPTER.parse(payloads.request(body))
    with contextlib.suppress(RefusedError):
        ADAPTER.verify(payloads.request(body))


def test_the_answer_is_empty_twiml() -> None:
    answer = ADAPTER.answer(payloads.request(payloads.said("hip")))
    assert answer is not None and answer.status == 200
    assert (answer.content_type, answer.body) == ("text/xml", '<?xml version="1.0" encoding="UTF-8"?><Response/>')


# send


@pytest.mark.parametrize(("status", "code"), [(502, 20502), (504, 20504)])
def test_errors_in_between(fake: FakeTwilio, status: int, code: int) -> None:
    fake.fail(status, code)
    with pytest.raises(FateUnknownError):
        send(fake.url, Part("x"))


def test_a_text_of_the_full_length(fake: FakeTwilio) -> None:
    text = "é&=+" * 400
    send(fake.url, Part(text))
    assert fake.texts == [text] and fake.complaints == []
    assert fake.sent[0].raw == {"From": NUMBER, "To": PERSON, "Body": text}


@pytest.mark.parametrize("part", [Part("x" * 1601), Part(" "), Part("😀" * 801)])
def test_the_stand_in_refuses_what_is_too_much(fake: FakeTwilio, part: Part) -> None:
    with pytest.raises(RejectedError, match=r"error 21602 \(HTTP 400\)"):
        send(fake.url, part)
    assert fake.complaints and not fake.sent


def test_a_wrong_token_lets_messages_wait(fake: FakeTwilio) -> None:
    with pytest.raises(NotSentError, match=r"error 20003 \(HTTP 401\)"):
        send(fake.url, Part("x"), token="wrong")


def test_too_many(fake: FakeTwilio) -> None:
    fake.script("too_many", retry_after=7)
    with pytest.raises(NotSentError) as failure:
        send(fake.url, Part("x"))
    assert failure.value.wait == 7


@pytest.mark.parametrize(("status", "code"), [(500, 20500), (503, 20503)])
def test_errors_that_pass(fake: FakeTwilio, status: int, code: int) -> None:
    fake.fail(status, code)
    with pytest.raises(NotSentError, match=f"error {code}"):
        send(fake.url, Part("x"))
    send(fake.url, Part("again"))
    assert fake.texts == ["again"]


@pytest.mark.parametrize(("status", "code"), [(400, 21610), (400, 63016), (400, 21211), (403, 20403), (404, 20404)])
def test_errors_that_stay(fake: FakeTwilio, status: int, code: int) -> None:
    fake.fail(status, code)
    with pytest.raises(RejectedError, match=f"error {code}"):
        send(fake.url, Part("x"))


@pytest.mark.parametrize(
    ("word", "fate"), [("blocked", RejectedError), ("absent", RejectedError), ("error", NotSentError)]
)
def test_words_of_the_script(fake: FakeTwilio, word: str, fate: type[Exception]) -> None:
    fake.script(word)
    with pytest.raises(fate):
        send(fake.url, Part("x"))


@pytest.mark.parametrize("word", ["proxy", "silent", "cut"])
def test_fates_that_nobody_knows(fake: FakeTwilio, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "ANSWER_SECONDS", 0.3)
    fake.script(word)
    with pytest.raises(FateUnknownError):
        send(fake.url, Part("x"))
    assert len(fake.sent) == (word != "proxy")


def test_its_name_and_limits() -> None:
    assert (ADAPTER.name, ADAPTER.limits) == ("twilio", LIMITS["twilio"])
