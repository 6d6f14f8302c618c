"""Webhook calls of the WhatsApp Cloud API.

They follow the examples under developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages (text,
interactive, button, image, audio, video, document, sticker, location, contacts, reaction, system, unsupported, edit, revoke,
group, status) and, for people with a username, .../whatsapp/business-scoped-user-ids. Meta signs them as Messenger's.
"""

from __future__ import annotations

import itertools
from typing import Any

from platforms.fakes.graph import PHONE_ID
from platforms.payloads import messenger
from platforms.payloads.messenger import APP_SECRET, VERIFY_TOKEN, signature, wire

from gateway.platforms.adapter import Request

__all__ = ["APP_SECRET", "VERIFY_TOKEN", "signature", "wire"]

URL = "https://chat.example.org/webhooks/whatsapp"
#: A British and an American number of those that are nobody's; a BSUID.
PERSON, AMERICAN, SCOPED = "447700900123", "16505551234", "GB.13491208655302741918"

_numbers = itertools.count(1)


def request(payload: Any, secret: str | None = APP_SECRET, url: str = URL) -> Request:
    """Return the call that brings a payload; `secret` None: unsigned."""
    return messenger.request(payload, secret, url)


def handshake(token: str = VERIFY_TOKEN, url: str = URL, mode: str = "subscribe") -> Request:
    return messenger.handshake(token, url, mode)


def wamid() -> str:
    return f"wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0Rg{next(_numbers):04}"


def value(phone_id: str = PHONE_ID, **content: Any) -> dict[str, Any]:
    metadata = {"display_phone_number": "15550783881", "phone_number_id": phone_id}
    return {"messaging_product": "whatsapp", "metadata": metadata, **content}


def change(content: dict[str, Any], field: str = "messages") -> dict[str, Any]:
    return {"value": content, "field": field}


def payload(*changes: dict[str, Any]) -> dict[str, Any]:
    """Return the payload of one entry with these changes."""
    entry = {"id": "102290129340398", "changes": list(changes)}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def batch(*messages: dict[str, Any], phone_id: str = PHONE_ID) -> dict[str, Any]:
    """Return the payload of these messages."""
    contacts = [{"profile": {"name": "Test Testersson"}, "wa_id": PERSON, "user_id": SCOPED}]
    return payload(change(value(phone_id, contacts=contacts, messages=list(messages))))


def message(kind: str, person: str = PERSON, message_id: str | None = None, **content: Any) -> dict[str, Any]:
    """Return a message; a person with a dot is a BSUID, whose number is hidden."""
    sender = {"from_user_id": person} if "." in person else {"from": person, "from_user_id": SCOPED}
    return {**sender, "id": message_id or wamid(), "timestamp": "1749416383", "type": kind, **content}


def said(text: str, person: str = PERSON, message_id: str | None = None, **more: Any) -> dict[str, Any]:
    return message("text", person, message_id, text={"body": text}, **more)


def pressed(button: str, title: str = "A button", person: str = PERSON, kind: str = "button_reply") -> dict[str, Any]:
    """Return a pressed reply button, or with "list_reply" a row of a list."""
    context = {"from": "15550783881", "id": "wamid.HBgLMTY0NjcwNDM1OTUVAgARGBI1RjQyNUE3NEYxMzAzMzQ5MkEA"}
    content = {"type": kind, kind: {"id": button, "title": title}}
    return message("interactive", person, context=context, interactive=content)


_FILE = {"id": "1003383421387256", "sha256": "SfInY0gGKTsJlUWbwxC1k+FAD0FZHvzwfpvO0zX0GUI="}
_PERSON_CARD = {"name": {"first_name": "Ann", "formatted_name": "Ann"}, "phones": [{"phone": "+1 650 555 1234"}]}
#: Type of a message -> its content as documented, and the word for it.
MEDIA: dict[str, tuple[Any, str]] = {
    "image": ({**_FILE, "mime_type": "image/jpeg"}, "picture"),
    "audio": ({**_FILE, "mime_type": "audio/ogg; codecs=opus", "voice": True}, "voice message"),
    "video": ({**_FILE, "mime_type": "video/mp4"}, "video"),
    "document": ({**_FILE, "mime_type": "application/pdf", "filename": "X-ray.pdf"}, "document"),
    "sticker": ({**_FILE, "mime_type": "image/webp", "animated": False}, "sticker"),
    "location": ({"latitude": 51.5, "longitude": -0.12, "name": "Clinic", "address": "1 Main Street"}, "location"),
    "contacts": ([_PERSON_CARD], "contact"),
    "unsupported": ({"type": "unknown"}, "message"),
    "order": ({"catalog_id": "194836987003835", "product_items": []}, "message"),
    "ephemeral": ({}, "message"),
    "something_new": ({"a": 1}, "message"),
}


def media(kind: str, person: str = PERSON, caption: str | None = None) -> dict[str, Any]:
    """Return a message of a type of MEDIA."""
    content = MEDIA[kind][0]
    errors = [{"code": 131051, "title": "Message type unknown"}] if kind == "unsupported" else []
    more = {"errors": errors} if errors else {}
    return message(kind, person, **{kind: {**content, "caption": caption} if caption else content}, **more)


def edited(text: str, person: str = PERSON, caption_of: str | None = None) -> dict[str, Any]:
    inner = {"type": "text", "text": {"body": text}}
    if caption_of:
        inner = {"type": caption_of, caption_of: {**MEDIA[caption_of][0], "caption": text}}
    return message("edit", person, edit={"original_message_id": wamid(), "message": inner})


def status(what: str, *codes: int) -> dict[str, Any]:
    """Return what became of a message of ours."""
    errors = [{"code": code, "title": "An error", "message": "An error of the tests"} for code in codes]
    about = {"id": wamid(), "status": what, "timestamp": "1750263773", "recipient_id": PERSON}
    return {**about, **({"errors": errors} if errors else {})}


#: Messages that nobody waits for an answer to.
IGNORED: dict[str, dict[str, Any]] = {
    "reaction": message("reaction", reaction={"message_id": wamid(), "emoji": "👍"}),
    "number changed": message(
        "system", system={"body": "changed", "wa_id": "12195555358", "type": "user_changed_number"}
    ),
    "revoked": message("revoke", revoke={"original_message_id": wamid()}),
    "group": said("hip", group_id="Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD"),
    "chat opened": message("request_welcome"),
}
#: Payloads that hold nothing for us.
IGNORED_PAYLOADS: dict[str, dict[str, Any]] = {
    "statuses": payload(change(value(statuses=[status("sent"), status("delivered"), status("read")]))),
    "another number": batch(said("hip"), phone_id="1"),
    "another field": payload(change({"event": "APPROVED"}, "message_template_status_update")),
    "our own, from the app": payload(change(value(message_echoes=[said("hip")]), "smb_message_echoes")),
    "a page": {"object": "page", "entry": []},
    "nothing": {"object": "whatsapp_business_account", "entry": []},
}
