"""Webhook calls of Twilio for WhatsApp.

They follow www.twilio.com/docs/messaging/guides/webhook-request (fields of a message, with those of WhatsApp), www.twilio.com/docs/
messaging/guides/track-outbound-message-status (status callbacks), and are signed as www.twilio.com/docs/usage/webhooks/
webhooks-security says.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from platforms.fakes.twilio import ACCOUNT, NUMBER, TOKEN
from twilio.request_validator import RequestValidator

from gateway.platforms.adapter import Request

URL = "https://chat.example.org/webhooks/twilio"
#: A British number of those that are nobody's; a BSUID.
PERSON, SCOPED = "whatsapp:+447700900123", "whatsapp:GB.13491208655302741918"

_numbers = itertools.count(1)

Form = dict[str, str]


def request(
    form: Form | Sequence[tuple[str, str]] | bytes, token: str | None = TOKEN, url: str = URL, **headers: str
) -> Request:
    """Return the call that brings a form; `token` None: unsigned. A body in bytes is signed as an empty form."""
    body = form if isinstance(form, bytes) else urlencode(form).encode()
    common = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8", "user-agent": "TwilioProxy/1.1"}
    if token is not None:
        pairs = {} if isinstance(form, bytes) else _Pairs(form)
        common["x-twilio-signature"] = RequestValidator(token).compute_signature(url, pairs)
    return Request("POST", url, common | headers, {}, body)


class _Pairs(dict[str, Any]):
    """Fields of which one may come twice, as Twilio's validator reads them."""

    def __init__(self, form: Form | Sequence[tuple[str, str]]) -> None:
        pairs = list(form.items()) if isinstance(form, dict) else list(form)
        super().__init__(pairs)
        self._pairs = pairs

    def getlist(self, name: str) -> list[str]:
        return [value for field, value in self._pairs if field == name]


def sid() -> str:
    return f"SM{next(_numbers):032x}"


def message(person: str = PERSON, message_id: str | None = None, **content: str) -> Form:
    """Return the fields of a message to our number."""
    name = message_id or sid()
    return {
        "SmsMessageSid": name,
        "NumMedia": "0",
        "ProfileName": "Test Testersson",
        "MessageType": "text",
        "SmsSid": name,
        "WaId": person.rpartition("+")[2],
        "SmsStatus": "received",
        "Body": "",
        "To": NUMBER,
        "NumSegments": "1",
        "ReferralNumMedia": "0",
        "MessageSid": name,
        "AccountSid": ACCOUNT,
        "From": person,
        "ApiVersion": "2010-04-01",
        **content,
    }


def said(text: str, person: str = PERSON, message_id: str | None = None) -> Form:
    return message(person, message_id, Body=text)


def pressed(payload: str, title: str = "A button", person: str = PERSON) -> Form:
    """Return a pressed quick reply of a template."""
    content = {"ButtonPayload": payload, "ButtonText": title, "Body": title, "MessageType": "button"}
    return message(person, **content)


#: Content type of a file -> the word for it.
MEDIA = {
    "image/jpeg": "picture",
    "image/webp": "sticker",
    "audio/ogg": "voice message",
    "video/mp4": "video",
    "application/pdf": "document",
    "text/vcard": "contact",
    "": "document",
}


def media(kind: str, caption: str = "", person: str = PERSON) -> Form:
    address = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1/Media/ME1"
    return message(person, Body=caption, NumMedia="1", MediaContentType0=kind, MediaUrl0=address)


def location(person: str = PERSON) -> Form:
    return message(person, Latitude="51.5", Longitude="-0.12", Label="Clinic", MessageType="location")


def status(what: str, code: str | None = None) -> Form:
    """Return what became of a message of ours."""
    name = sid()
    common = {"SmsSid": name, "SmsStatus": what, "MessageStatus": what, "To": PERSON, "From": NUMBER}
    ours = {"MessageSid": name, "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", "ChannelPrefix": "whatsapp"}
    return {**common, **ours, **({"ErrorCode": code} if code else {})}
