"""The five platforms as the contract suite drives them: their settings, their people, their webhook calls, what they lack."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from platforms.fakes import graph, slack, telegram, twilio
from platforms.fakes.base import FakePlatform
from platforms.payloads import messenger as messenger_calls
from platforms.payloads import slack as slack_calls
from platforms.payloads import telegram as telegram_calls
from platforms.payloads import twilio as twilio_calls
from platforms.payloads import whatsapp as whatsapp_calls

from gateway.platforms.adapter import Request


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes, or a place where others read along.

    Attributes:
        id: in webhook calls.
        to: where the platform's API is told to send, as `Sent.to`.
        address: in the record.
    """

    id: Any
    to: str
    address: str


class Platform(ABC):
    """How one platform is set up and called.

    Attributes:
        most_buttons: more than these are numbers to type.
        lacks: function of a case -> why there is no such thing on this platform.
        remarks: function of a case -> what is different here.
        junk: what a field of a payload is replaced by.
    """

    name: ClassVar[str]
    fake: ClassVar[type[FakePlatform]]
    most_buttons: ClassVar[int]
    lacks: ClassVar[Mapping[str, str]]
    remarks: ClassVar[Mapping[str, str]] = {}
    junk: ClassVar[tuple[Any, ...]] = (None, [], "x", 7)

    @abstractmethod
    def settings(self, url: str) -> dict[str, str]:
        """Return the environment that turns it on, its API at `url`."""

    @abstractmethod
    def person(self, number: int) -> Person:
        """Return one of a hundred people."""

    @abstractmethod
    def payload(self, text: str, person: Person, event: str | None = None) -> Any:
        """Return the payload of a text message; `event`: told from others, the same each time it is delivered."""

    @abstractmethod
    def press(self, button: str, title: str, person: Person) -> Any:
        """Return the payload of a pressed button; where there are none, of one of a template."""

    @abstractmethod
    def signed(self, payload: Any) -> Request:
        """Return the call of a payload, or of bytes in its place."""

    @abstractmethod
    def forged(self, payload: Any) -> list[Request]:
        """Return calls of somebody who does not know the secret: unsigned, and signed with another."""

    @abstractmethod
    def media(self, person: Person) -> list[Any]:
        """Return the payload of a message of each kind that is no text."""

    @abstractmethod
    def ignored(self) -> list[Any]:
        """Return payloads that nobody waits for an answer to, unknown types among them."""

    def batch(self, said: Sequence[tuple[Person, str]]) -> list[Any]:
        """Return the payloads that bring these messages: one, where the platform puts several messages into a call."""
        return [self.payload(text, person) for person, text in said]

    def place(self, number: int) -> Person:
        """Return a group or channel."""
        raise NotImplementedError

    def public(self, text: str, place: Person) -> Any:
        """Return the payload of a message that is meant for the bot where others read along."""
        raise NotImplementedError

    def stale(self, payload: Any) -> list[Request]:
        """Return calls that were signed too long ago, or are from the future."""
        raise NotImplementedError

    def handshakes(self) -> list[tuple[Request, int, str]]:
        """Return calls by which the platform tests the webhook, with status and body of the answer."""
        raise NotImplementedError


NO_PLACES = "no groups or channels here"
NO_TIME = "nothing signed says when; a replay is a duplicate"
NO_HANDSHAKE = "no handshake"
ONE_A_CALL = "one message a call"
NUMBERS = "numbers to type"


class Telegram(Platform):
    name = "telegram"
    fake = telegram.FakeTelegram
    most_buttons = 20
    lacks: ClassVar = {"test_stale_signature": NO_TIME, "test_handshake": NO_HANDSHAKE}
    remarks: ClassVar = {"test_batch_in": ONE_A_CALL}

    def settings(self, url: str) -> dict[str, str]:
        return {
            "HIP_TELEGRAM_TOKEN": telegram.TOKEN,
            "HIP_TELEGRAM_SECRET": telegram_calls.SECRET,
            "HIP_TELEGRAM_URL": url,
        }

    def person(self, number: int) -> Person:
        id = 5_000_000 + number
        return Person(id, str(id), str(id))

    def payload(self, text: str, person: Person, event: str | None = None) -> Any:
        number = None if event is None else 1_000_000_000 + int(event)
        return telegram_calls.said(text, person.id, update_id=number)

    def press(self, button: str, title: str, person: Person) -> Any:
        return telegram_calls.pressed(button, person.id, person.id)

    def signed(self, payload: Any) -> Request:
        return telegram_calls.request(payload)

    def forged(self, payload: Any) -> list[Request]:
        return [telegram_calls.request(payload, secret) for secret in (None, "another", telegram_calls.SECRET[:-1])]

    def media(self, person: Person) -> list[Any]:
        return [telegram_calls.media(kind, place=person.id) for kind in telegram_calls.MEDIA]

    def ignored(self) -> list[Any]:
        return list(telegram_calls.IGNORED.values())

    def place(self, number: int) -> Person:
        id = -5_000_000 - number
        return Person(id, str(id), f"{id}/{telegram_calls.PERSON}")

    def public(self, text: str, place: Person) -> Any:
        return telegram_calls.said(
            text, place.id, reply_to_message=telegram_calls.message(place.id) | {"from": telegram_calls.BOT}
        )


class Slack(Platform):
    name = "slack"
    fake = slack.FakeSlack
    most_buttons = 25
    lacks: ClassVar[Mapping[str, str]] = {}
    remarks: ClassVar = {"test_batch_in": ONE_A_CALL}

    def settings(self, url: str) -> dict[str, str]:
        return {
            "HIP_SLACK_TOKEN": slack.TOKEN,
            "HIP_SLACK_SIGNING_SECRET": slack_calls.SIGNING_SECRET,
            "HIP_SLACK_URL": url,
        }

    def person(self, number: int) -> Person:
        user, channel = f"U{number:08}", f"D{number:08}"
        return Person((user, channel), channel, f"{channel}/{user}")

    def payload(self, text: str, person: Person, event: str | None = None) -> Any:
        name = None if event is None else f"Ev9LAN{event}"
        return slack_calls.said(_slack(text), name, user=person.id[0], channel=person.id[1])

    def press(self, button: str, title: str, person: Person) -> Any:
        return slack_calls.pressed(button, person.id[1], person.id[0])

    def signed(self, payload: Any) -> Request:
        return slack_calls.request(payload)

    def forged(self, payload: Any) -> list[Request]:
        right = slack_calls.request(payload)
        bare = {name: value for name, value in right.headers.items() if not name.startswith("x-slack")}
        return [replace(right, headers=bare), slack_calls.request(payload, secret="another secret of the tests")]

    def stale(self, payload: Any) -> list[Request]:
        now = slack_calls.time.time()
        return [slack_calls.request(payload, at=now + seconds) for seconds in (-301, -86400, 400)]

    def handshakes(self) -> list[tuple[Request, int, str]]:
        return [(slack_calls.request(slack_calls.CHALLENGE), 200, slack_calls.CHALLENGE["challenge"])]

    def media(self, person: Person) -> list[Any]:
        where = {"user": person.id[0], "channel": person.id[1]}
        kinds = ("image/png", "audio/mpeg", "video/mp4", "application/pdf")
        files = [[slack_calls.file(kind)] for kind in kinds]
        files.append([slack_calls.file("video/webm", subtype="slack_audio")])
        sent = [slack_calls.said("", subtype="file_share", files=some, upload=False, **where) for some in files]
        return [*sent, slack_calls.said("", blocks=[{"type": "divider"}], **where)]

    def ignored(self) -> list[Any]:
        return list(slack_calls.IGNORED.values())

    def place(self, number: int) -> Person:
        channel = f"C{number:08}"
        thread = f"1400000000.{number:06}"
        return Person((channel, thread), channel, f"{channel}/{slack_calls.PERSON}/{thread}")

    def public(self, text: str, place: Person) -> Any:
        return slack_calls.mention(_slack(text), channel=place.id[0], thread_ts=place.id[1])


class Messenger(Platform):
    name = "messenger"
    fake = graph.FakeMessenger
    most_buttons = 13
    lacks: ClassVar = {"test_public_chat": NO_PLACES, "test_stale_signature": NO_TIME}

    def settings(self, url: str) -> dict[str, str]:
        return {
            "HIP_MESSENGER_TOKEN": graph.TOKEN,
            "HIP_MESSENGER_APP_SECRET": messenger_calls.APP_SECRET,
            "HIP_MESSENGER_VERIFY_TOKEN": messenger_calls.VERIFY_TOKEN,
            "HIP_MESSENGER_PAGE": graph.PAGE,
            "HIP_MESSENGER_URL": url,
        }

    def person(self, number: int) -> Person:
        id = f"65042900000{number:05}"
        return Person(id, id, id)

    def payload(self, text: str, person: Person, event: str | None = None) -> Any:
        return messenger_calls.batch(messenger_calls.said(text, person.id, event and f"m_event-{event}"))

    def press(self, button: str, title: str, person: Person) -> Any:
        return messenger_calls.batch(messenger_calls.pressed(button, title, person.id))

    def signed(self, payload: Any) -> Request:
        return messenger_calls.request(payload)

    def forged(self, payload: Any) -> list[Request]:
        return _forged_meta(payload)

    def media(self, person: Person) -> list[Any]:
        kinds = messenger_calls.ATTACHMENTS
        return [messenger_calls.batch(messenger_calls.attached(kind, person.id)) for kind in kinds]

    def ignored(self) -> list[Any]:
        events = [messenger_calls.batch(event) for event in messenger_calls.IGNORED.values()]
        return [*events, *messenger_calls.IGNORED_PAYLOADS.values()]

    def batch(self, said: Sequence[tuple[Person, str]]) -> list[Any]:
        events = [messenger_calls.said(text, person.id) for person, text in said]
        return [{"object": "page", "entry": [messenger_calls.entry(*events[:-2]), messenger_calls.entry(*events[-2:])]}]

    def handshakes(self) -> list[tuple[Request, int, str]]:
        return _meta_handshakes(messenger_calls.URL)


class WhatsApp(Platform):
    name = "whatsapp"
    fake = graph.FakeWhatsApp
    most_buttons = 10
    lacks: ClassVar = {"test_public_chat": NO_PLACES, "test_stale_signature": NO_TIME}

    def settings(self, url: str) -> dict[str, str]:
        return {
            "HIP_WHATSAPP_TOKEN": graph.TOKEN,
            "HIP_WHATSAPP_APP_SECRET": whatsapp_calls.APP_SECRET,
            "HIP_WHATSAPP_VERIFY_TOKEN": whatsapp_calls.VERIFY_TOKEN,
            "HIP_WHATSAPP_PHONE_ID": graph.PHONE_ID,
            "HIP_WHATSAPP_URL": url,
        }

    def person(self, number: int) -> Person:
        id = f"447700900{number:03}"
        return Person(id, id, id)

    def payload(self, text: str, person: Person, event: str | None = None) -> Any:
        return whatsapp_calls.batch(whatsapp_calls.said(text, person.id, event and f"wamid.EVENT{event}"))

    def press(self, button: str, title: str, person: Person) -> Any:
        return whatsapp_calls.batch(whatsapp_calls.pressed(button, title, person.id))

    def signed(self, payload: Any) -> Request:
        return whatsapp_calls.request(payload)

    def forged(self, payload: Any) -> list[Request]:
        return _forged_meta(payload, whatsapp_calls.URL)

    def media(self, person: Person) -> list[Any]:
        return [whatsapp_calls.batch(whatsapp_calls.media(kind, person.id)) for kind in whatsapp_calls.MEDIA]

    def ignored(self) -> list[Any]:
        messages = [whatsapp_calls.batch(message) for message in whatsapp_calls.IGNORED.values()]
        return [*messages, *whatsapp_calls.IGNORED_PAYLOADS.values()]

    def batch(self, said: Sequence[tuple[Person, str]]) -> list[Any]:
        messages = [whatsapp_calls.said(text, person.id) for person, text in said]
        halves = (whatsapp_calls.value(messages=half) for half in (messages[:-2], messages[-2:]))
        return [whatsapp_calls.payload(*map(whatsapp_calls.change, halves))]

    def handshakes(self) -> list[tuple[Request, int, str]]:
        return _meta_handshakes(whatsapp_calls.URL)


class Twilio(Platform):
    name = "twilio"
    fake = twilio.FakeTwilio
    most_buttons = 0
    lacks: ClassVar = {
        "test_public_chat": NO_PLACES,
        "test_stale_signature": NO_TIME,
        "test_handshake": NO_HANDSHAKE,
    }
    remarks: ClassVar = {"test_batch_in": ONE_A_CALL, "test_old_button": NUMBERS}
    junk: ClassVar = ("", " ", "x", "7")

    def settings(self, url: str) -> dict[str, str]:
        return {
            "HIP_TWILIO_ACCOUNT": twilio.ACCOUNT,
            "HIP_TWILIO_TOKEN": twilio.TOKEN,
            "HIP_TWILIO_FROM": twilio.NUMBER,
            "HIP_TWILIO_URL": url,
        }

    def person(self, number: int) -> Person:
        id = f"whatsapp:+447700900{number:03}"
        return Person(id, id, id)

    def payload(self, text: str, person: Person, event: str | None = None) -> Any:
        return twilio_calls.said(text, person.id, None if event is None else f"SM{int(event) + (1 << 64):032x}")

    def press(self, button: str, title: str, person: Person) -> Any:
        return twilio_calls.pressed(button, title, person.id)

    def signed(self, payload: Any) -> Request:
        return twilio_calls.request(payload)

    def forged(self, payload: Any) -> list[Request]:
        return [
            *(twilio_calls.request(payload, token) for token in (None, "another token of the tests")),
            replace(
                twilio_calls.request(payload, url="https://evil.example.org/webhooks/twilio"), url=twilio_calls.URL
            ),
        ]

    def media(self, person: Person) -> list[Any]:
        kinds = [twilio_calls.media(kind, person=person.id) for kind in twilio_calls.MEDIA]
        return [*kinds, twilio_calls.location(person.id)]

    def ignored(self) -> list[Any]:
        other = twilio_calls.said("hip") | {"To": "whatsapp:+14155550100"}
        sms = twilio_calls.said("hip", "+447700900123")
        return [
            *(twilio_calls.status(what) for what in ("sent", "read")),
            twilio_calls.status("failed", "63016"),
            other,
            sms,
        ]


PLATFORMS: tuple[Platform, ...] = (Telegram(), Slack(), Messenger(), WhatsApp(), Twilio())


def _slack(text: str) -> str:
    """Return a text as Slack delivers it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _forged_meta(payload: Any, url: str = messenger_calls.URL) -> list[Request]:
    right = messenger_calls.request(payload, url=url)
    return [
        messenger_calls.request(payload, None, url),
        messenger_calls.request(payload, "another secret of the tests", url),
        replace(right, body=right.body + b" "),
    ]


def _meta_handshakes(url: str) -> list[tuple[Request, int, str]]:
    return [
        (messenger_calls.handshake(url=url), 200, "1158201444"),
        (messenger_calls.handshake("another token", url=url), 403, ""),
        (messenger_calls.handshake(mode="unsubscribe", url=url), 403, ""),
    ]
