"""WhatsApp through Meta's own Cloud API. docs/channels/whatsapp-cloud.md says how to set it up.

Webhook: developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages. Sending: .../whatsapp/
messages. A person is a telephone number or, for those who hide it behind a username, a business-scoped user id (BSUID, "GB."
and up to 128 letters and digits: .../whatsapp/business-scoped-user-ids): the address. Both name the country.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, Field, SecretStr

from gateway.platforms.adapter import Arrival, Button, FateUnknownError, Limits, Part, Request
from gateway.platforms.limits import LIMITS, utf16_units
from gateway.platforms.meta import GRAPH, MetaAdapter, entries, identity, objects
from gateway.platforms.platform_settings import PlatformSettings, web_address
from gateway.platforms.reading import mapping, words
from gateway.platforms.regions import region_of

logger = logging.getLogger(__name__)

#: What a message is called here, by its type; these carry a caption at most.
MEDIA = {
    "image": "picture",
    "audio": "voice message",
    "voice": "voice message",
    "video": "video",
    "document": "document",
    "sticker": "sticker",
    "location": "location",
    "contacts": "contact",
}
#: Types that nobody needs to answer: an emoji on a message, a changed number, a message taken back, a chat only opened.
IGNORED = frozenset({"reaction", "system", "revoke", "request_welcome"})
#: Most reply buttons, and most characters on one; what is more becomes a list, opened with LIST_TITLE.
REPLY_BUTTONS, REPLY_TITLE = 3, 20
LIST_TITLE = "Choose"

_PHONE = re.compile(r"[0-9]{5,20}\Z")


class WhatsAppSettings(PlatformSettings):
    """HIP_WHATSAPP_TOKEN, _APP_SECRET, _VERIFY_TOKEN, _PHONE_ID, _URL; without the first four it is off."""

    needed: ClassVar[tuple[str, ...]] = (
        "whatsapp_token",
        "whatsapp_app_secret",
        "whatsapp_verify_token",
        "whatsapp_phone_id",
    )

    #: A system user's access token: it sends.
    whatsapp_token: SecretStr | None = None
    #: The Meta app's secret: it signs the webhook's calls.
    whatsapp_app_secret: SecretStr | None = None
    #: Chosen by you, and typed into the app's dashboard.
    whatsapp_verify_token: SecretStr | None = None
    #: The id of the business's telephone number (not the number).
    whatsapp_phone_id: str | None = Field(default=None, pattern=r"^[0-9]+$")
    whatsapp_url: Annotated[str, AfterValidator(web_address)] = GRAPH


class WhatsAppCloud(MetaAdapter):
    """One telephone number."""

    name: ClassVar[str] = "whatsapp"
    limits: ClassVar[Limits] = LIMITS["whatsapp"]

    def __init__(self, settings: WhatsAppSettings) -> None:
        self._phone_id = settings.given("whatsapp_phone_id")
        super().__init__(
            settings.whatsapp_url,
            self._phone_id,
            settings.given("whatsapp_token"),
            settings.given("whatsapp_app_secret"),
            settings.given("whatsapp_verify_token"),
        )

    @classmethod
    def from_settings(cls, settings: WhatsAppSettings) -> Self | None:
        """Return the adapter, or None where it is off; raises ValueError with the names of what is missing."""
        return cls(settings) if settings.begun else None

    def parse(self, request: Request) -> list[Arrival]:
        """Return the messages to our number, in order. What became of our own messages is left out; failures are logged."""
        if request.method == "GET":
            return []
        found = []
        for value in self._values(request):
            failed = [status for status in objects(value.get("statuses")) if status.get("status") == "failed"]
            _log_failures([value, *failed])
            found += [_arrival(message) for message in objects(value.get("messages"))]
        return [arrival for arrival in found if arrival]

    def _values(self, request: Request) -> Iterator[dict[str, Any]]:
        for entry in entries(request, "whatsapp_business_account"):
            for change in objects(entry.get("changes")):
                value = mapping(change.get("value"))
                number = mapping(value.get("metadata")).get("phone_number_id")
                if change.get("field") == "messages" and number == self._phone_id:
                    yield value

    async def send(self, address: str, part: Part) -> None:
        """Send a text, reply buttons or a list. Raises NotSentError, RejectedError, FateUnknownError."""
        if part.buttons:
            content: dict[str, Any] = {"type": "interactive", "interactive": _interactive(part)}
        else:
            content = {"type": "text", "text": {"body": part.text, "preview_url": False}}
        # a BSUID in `to` is answered with 200 and delivered to nobody
        person = {"to": address} if _PHONE.match(address) else {"recipient": address}
        said = await self._post({"messaging_product": "whatsapp", "recipient_type": "individual", **person, **content})
        if not any(words(message.get("id")) for message in objects(said.get("messages"))):
            raise FateUnknownError("the answer names no message")

    async def received(self, arrival: Arrival) -> None:
        """Show the message as read, and that an answer is being written."""
        read = {"messaging_product": "whatsapp", "status": "read", "message_id": arrival.token}
        await self._tell({**read, "typing_indicator": {"type": "text"}})


def _interactive(part: Part) -> dict[str, Any]:
    body, buttons = {"text": part.text}, part.buttons
    if _fit_buttons(buttons):
        replies = [{"type": "reply", "reply": {"id": button.id, "title": button.title}} for button in buttons]
        return {"type": "button", "body": body, "action": {"buttons": replies}}
    rows = [{"id": button.id, "title": button.title} for button in buttons]
    sections = [{"title": LIST_TITLE, "rows": rows}]
    return {"type": "list", "body": body, "action": {"button": LIST_TITLE, "sections": sections}}


def _fit_buttons(buttons: tuple[Button, ...]) -> bool:
    return len(buttons) <= REPLY_BUTTONS and all(utf16_units(button.title) <= REPLY_TITLE for button in buttons)


def _arrival(message: Mapping[str, Any]) -> Arrival | None:
    if words(message.get("type")) in IGNORED or "group_id" in message:
        return None
    event_id = identity(message.get("id"))
    address = identity(message.get("from")) or identity(message.get("from_user_id"))
    if event_id is None or address is None:
        logger.warning("WhatsApp: a message without an id or a sender was left out.")
        return None
    inner = mapping(mapping(message.get("edit")).get("message"))
    text, choice, media = _content(inner if message.get("type") == "edit" else message)
    return Arrival(event_id, address, text, choice, media, region=region_of(address), token=event_id)


def _content(message: Mapping[str, Any]) -> tuple[str, str | None, str | None]:
    """Return text, choice and media of a message; of an unknown kind it is a "message"."""
    kind = words(message.get("type"))
    content = mapping(message.get(kind))
    if kind == "text" and (text := words(content.get("body"))):
        return text, None, None
    if kind == "button":  # of a template
        text, choice = words(content.get("text")), words(content.get("payload"))
        return text, choice or None, None if text or choice else "message"
    if kind == "interactive":
        pressed = mapping(content.get("button_reply")) or mapping(content.get("list_reply"))
        if choice := words(pressed.get("id")):
            return words(pressed.get("title")), choice, None
    return words(content.get("caption")), None, MEDIA.get(kind, "message")


def _log_failures(holders: list[dict[str, Any]]) -> None:
    """Log error codes: no number, and no words of the message."""
    for error in [error for holder in holders for error in objects(holder.get("errors"))]:
        code = error.get("code")
        logger.warning("WhatsApp: not delivered: error %s", code if isinstance(code, int) else "without a code")
