"""WhatsApp through Twilio. docs/channels/whatsapp-twilio.md says how to set it up.

Webhook: www.twilio.com/docs/messaging/guides/webhook-request, signed: www.twilio.com/docs/usage/webhooks/webhooks-security.
Sending: www.twilio.com/docs/messaging/api/message-resource. The address is Twilio's own: "whatsapp:+447700900123", or
"whatsapp:GB.1234" (a business-scoped user id) for those who hide their number behind a username.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, ClassVar, Self
from urllib.parse import parse_qsl

import httpx
from pydantic import AfterValidator, Field, SecretStr, field_validator
from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from gateway.platforms.adapter import (
    Adapter,
    Answer,
    Arrival,
    FateUnknownError,
    Limits,
    MalformedError,
    NotSentError,
    Part,
    RefusedError,
    RejectedError,
    Request,
)
from gateway.platforms.calling import IN_BETWEEN, call, client, json_of, wait_of
from gateway.platforms.limits import LIMITS
from gateway.platforms.platform_settings import PlatformSettings, web_address
from gateway.platforms.regions import region_of
from transcripts.cleaning import clean

logger = logging.getLogger(__name__)

PREFIX = "whatsapp:"
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
#: What is called what here, by the beginning of its content type; any other is a "document".
MEDIA = {
    "image/webp": "sticker",
    "image/": "picture",
    "audio/": "voice message",
    "video/": "video",
    "text/vcard": "contact",
    "text/x-vcard": "contact",
}
#: Fields that a call may have: some dozens in truth.
MOST_FIELDS = 1000

Form = ImmutableMultiDict[str, str]
_PERSON = re.compile(r"whatsapp:(\+[0-9]{5,20}|[A-Za-z]{2}\.[A-Za-z0-9.]{1,140})\Z")
_NUMBER = re.compile(r"\+[0-9]{5,20}\Z")


class TwilioSettings(PlatformSettings):
    """HIP_TWILIO_ACCOUNT, _TOKEN, _FROM, _URL; without the first three it is off."""

    needed: ClassVar[tuple[str, ...]] = ("twilio_account", "twilio_token", "twilio_from")

    #: The account's SID, "AC" and 32 hexadecimal digits.
    twilio_account: str | None = Field(default=None, pattern=r"^AC[0-9a-fA-F]{32}$")
    #: The account's auth token: it sends, and it signs the webhook's calls.
    twilio_token: SecretStr | None = None
    #: Our number, "+447700900000", with or without "whatsapp:" before it.
    twilio_from: str | None = None
    twilio_url: Annotated[str, AfterValidator(web_address)] = "https://api.twilio.com"

    @field_validator("twilio_from")
    @classmethod
    def _number(cls, value: str | None) -> str | None:
        if value and not _NUMBER.match(value.removeprefix(PREFIX)):
            raise ValueError("must be a number such as +447700900000")
        return PREFIX + value.removeprefix(PREFIX) if value else None


class WhatsAppTwilio(Adapter):
    """One number."""

    name: ClassVar[str] = "twilio"
    limits: ClassVar[Limits] = LIMITS["twilio"]

    def __init__(self, settings: TwilioSettings) -> None:
        account, token = settings.given("twilio_account"), settings.given("twilio_token")
        self._sender = settings.given("twilio_from")
        self._validator = RequestValidator(token)
        self._messages = f"{settings.twilio_url}/2010-04-01/Accounts/{account}/Messages.json"
        self._client = client(auth=(account, token))

    @classmethod
    def from_settings(cls, settings: TwilioSettings) -> Self | None:
        """Return the adapter, or None where it is off; raises ValueError with the names of what is missing."""
        return cls(settings) if settings.begun else None

    def verify(self, request: Request) -> None:
        """Raise RefusedError, 403, unless Twilio signed the address and every field of the form."""
        signature = request.headers.get("x-twilio-signature")
        if not signature:
            raise RefusedError("X-Twilio-Signature is missing", 403)
        try:
            form = _form(request)
        except MalformedError as error:  # Twilio sends no such thing, and nobody can have signed it
            raise RefusedError(str(error), 403) from error
        if not self._validator.validate(request.url, form, signature):
            raise RefusedError("X-Twilio-Signature is wrong", 403)

    def parse(self, request: Request) -> list[Arrival]:
        """Return the message, or nothing for a status of one of ours. Raises MalformedError."""
        form = _form(request)
        status = form.get("MessageStatus")
        if status is not None and "Body" not in form:
            if status in ("failed", "undelivered"):
                logger.warning("Twilio: a message was not delivered: error %s.", _digits(form.get("ErrorCode", "")))
            return []
        event_id = form.get("MessageSid") or form.get("SmsMessageSid") or ""
        address = form.get("From", "")
        if not re.fullmatch(r"[A-Z]{2}[0-9a-fA-F]{32}", event_id) or not address:
            raise MalformedError("MessageSid or From is missing")
        if not _PERSON.match(address) or form.get("To") != self._sender:
            logger.warning("Twilio: a message that is no WhatsApp message to HIP_TWILIO_FROM was left out.")
            return []
        pressed = form.get("ButtonPayload") or form.get("ListId")
        typed = form.get("ButtonText") or form.get("ListTitle") or form.get("Body", "")
        media = _media(form) or (None if typed or pressed else "message")
        region = region_of(address.removeprefix(PREFIX))
        return [Arrival(event_id, address, clean(typed), clean(pressed) if pressed else None, media, region=region)]

    def answer(self, request: Request) -> Answer | None:
        """Return the empty instructions that Twilio expects; the message itself is answered by its API."""
        return Answer(EMPTY_TWIML, content_type="text/xml")

    async def send(self, address: str, part: Part) -> None:
        """Send a text. Raises NotSentError, RejectedError, FateUnknownError."""
        fields = {"From": self._sender, "To": address, "Body": part.text}
        said = answered(await call(self._client, "POST", self._messages, data=fields))
        if not isinstance(said.get("sid"), str):
            raise FateUnknownError("the answer names no message")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def answered(response: httpx.Response) -> dict[str, object]:
    """Return the message as Twilio took it. Errors as www.twilio.com/docs/usage/twilios-response describes them.

    Raises:
        NotSentError: out of order on their side, or a token that is no longer good.
        RejectedError: any other error of theirs: opted out, outside the window, no such number.
        FateUnknownError: this is no answer of Twilio's API, or a proxy's.
    """
    said, status = json_of(response), response.status_code
    if response.is_success:
        return said
    code = said.get("code")
    if not isinstance(code, int) or not isinstance(said.get("message"), str) or status in IN_BETWEEN:
        raise FateUnknownError(f"HTTP {status}")
    reason = f"error {code} (HTTP {status})"
    if status == HTTPStatus.UNAUTHORIZED or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise NotSentError(reason, wait_of(response))
    raise RejectedError(reason)


def _form(request: Request) -> Form:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise MalformedError("the body is no form")
    try:
        fields = parse_qsl(request.body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise MalformedError("the form cannot be read") from error
    return Form(fields)


def _media(form: Mapping[str, str]) -> str | None:
    if "Latitude" in form and "Longitude" in form:
        return "location"
    if form.get("NumMedia", "0") in ("", "0"):
        return None
    kind = form.get("MediaContentType0", "").lower()
    return next((word for beginning, word in MEDIA.items() if kind.startswith(beginning)), "document")


def _digits(code: str) -> str:
    return code if re.fullmatch(r"[0-9]{1,6}", code) else "without a code"
