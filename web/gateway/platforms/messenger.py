"""Facebook Messenger: a page's chat, through the Messenger Platform. docs/channels/messenger.md says how to set it up.

Webhook: developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events. Sending: .../
messenger-platform/send-messages, .../quick-replies, .../sender-actions. A person is a page-scoped id (PSID): the address.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, Field, SecretStr

from gateway.platforms.adapter import Arrival, FateUnknownError, Limits, Part, Request
from gateway.platforms.limits import LIMITS
from gateway.platforms.meta import GRAPH, MetaAdapter, entries, identity, objects
from gateway.platforms.platform_settings import PlatformSettings, web_address
from gateway.platforms.reading import mapping, words

logger = logging.getLogger(__name__)

#: What an attachment is called here, by its type; any other, such as a shared post, is a "message".
MEDIA = {
    "image": "picture",
    "audio": "voice message",
    "video": "video",
    "reel": "video",
    "ig_reel": "video",
    "file": "document",
    "sticker": "sticker",
    "location": "location",
}
#: Payloads of the Get Started button, in small letters and without "/".
STARTS = frozenset({"start", "get_started", "get started"})


class MessengerSettings(PlatformSettings):
    """HIP_MESSENGER_TOKEN, _APP_SECRET, _VERIFY_TOKEN, _PAGE, _URL; without the first four Messenger is off."""

    needed: ClassVar[tuple[str, ...]] = (
        "messenger_token",
        "messenger_app_secret",
        "messenger_verify_token",
        "messenger_page",
    )

    #: The page's access token: it sends.
    messenger_token: SecretStr | None = None
    #: The Meta app's secret: it signs the webhook's calls.
    messenger_app_secret: SecretStr | None = None
    #: Chosen by you, and typed into the app's dashboard.
    messenger_verify_token: SecretStr | None = None
    #: The page's id: its messages are answered, and sent in its name.
    messenger_page: str | None = Field(default=None, pattern=r"^[0-9]+$")
    messenger_url: Annotated[str, AfterValidator(web_address)] = GRAPH


class Messenger(MetaAdapter):
    """One page."""

    name: ClassVar[str] = "messenger"
    limits: ClassVar[Limits] = LIMITS["messenger"]

    def __init__(self, settings: MessengerSettings) -> None:
        self._page = settings.given("messenger_page")
        super().__init__(
            settings.messenger_url,
            self._page,
            settings.given("messenger_token"),
            settings.given("messenger_app_secret"),
            settings.given("messenger_verify_token"),
        )

    @classmethod
    def from_settings(cls, settings: MessengerSettings) -> Self | None:
        """Return the adapter, or None where Messenger is off; raises ValueError with the names of what is missing."""
        return cls(settings) if settings.begun else None

    def parse(self, request: Request) -> list[Arrival]:
        """Return what people did, in the order of the batch. Echoes, receipts, reactions and `standby` are left out."""
        if request.method == "GET":
            return []
        ours = [entry for entry in entries(request, "page") if entry.get("id") == self._page]
        found = [self._arrival(event) for entry in ours for event in objects(entry.get("messaging"))]
        return [arrival for arrival in found if arrival]

    def _arrival(self, event: Mapping[str, Any]) -> Arrival | None:
        person = identity(mapping(event.get("sender")).get("id"))
        if person is None or person == self._page:
            return None
        if "message" in event:
            return _message(person, mapping(event["message"]))
        if "postback" in event:
            return _postback(person, mapping(event["postback"]), event.get("timestamp"))
        if "message_edit" in event:
            return _edit(person, mapping(event["message_edit"]))
        return None

    async def send(self, address: str, part: Part) -> None:
        """Send a text, with quick replies for buttons. Raises NotSentError, RejectedError, FateUnknownError."""
        message: dict[str, Any] = {"text": part.text}
        if part.buttons:
            message["quick_replies"] = [
                {"content_type": "text", "title": button.title, "payload": button.id} for button in part.buttons
            ]
        said = await self._post({"recipient": {"id": address}, "messaging_type": "RESPONSE", "message": message})
        if not words(said.get("message_id")):
            raise FateUnknownError("the answer names no message")

    async def received(self, arrival: Arrival) -> None:
        """Show the message as seen, and three dots."""
        person = {"id": arrival.address}
        await self._tell(*({"recipient": person, "sender_action": action} for action in ("mark_seen", "typing_on")))


def _message(person: str, message: Mapping[str, Any]) -> Arrival | None:
    if message.get("is_echo") is True or message.get("is_deleted") is True:
        return None
    event_id = identity(message.get("mid"))
    if event_id is None:
        logger.warning("Messenger: a message without an id was left out.")
        return None
    text, choice = words(message.get("text")), words(mapping(message.get("quick_reply")).get("payload"))
    media = [_medium(attachment) for attachment in objects(message.get("attachments"))]
    if text:  # the preview of a link that was typed says nothing more
        media = [medium for medium in media if medium != "message"]
    if not (text or choice or media):
        media = ["message"]
    return Arrival(event_id, person, text, choice or None, media[0] if media else None)


def _medium(attachment: Mapping[str, Any]) -> str:
    if "sticker_id" in mapping(attachment.get("payload")):  # until August 2026 stickers came as images
        return "sticker"
    return MEDIA.get(words(attachment.get("type")), "message")


def _postback(person: str, postback: Mapping[str, Any], timestamp: object) -> Arrival | None:
    text, choice = words(postback.get("title")), words(postback.get("payload"))
    # the time is a number in some of their examples, a text in others
    event_id = identity(postback.get("mid")) or identity(f"{person}-{timestamp}")
    if event_id is None or not (text or choice):
        logger.warning("Messenger: a postback without content or time was left out.")
        return None
    if choice.strip("/ ").casefold() in STARTS:
        return Arrival(event_id, person, "/start")
    return Arrival(event_id, person, text, choice or None)


def _edit(person: str, edit: Mapping[str, Any]) -> Arrival | None:
    text, message = words(edit.get("text")), identity(edit.get("mid"))
    event_id = identity(f"{message}-edit-{edit.get('num_edit')}")
    return Arrival(event_id, person, text) if text and message and event_id else None
