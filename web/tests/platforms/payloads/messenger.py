"""Webhook calls of the Messenger Platform.

They follow the examples under developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events:
messages, messaging_postbacks, message_edits, message_echoes, message-reads, message-deliveries, message-reactions; the
signature: developers.facebook.com/docs/graph-api/webhooks/getting-started#validating-payloads.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from typing import Any

from platforms.fakes.graph import PAGE

from gateway.platforms.adapter import Request

APP_SECRET, VERIFY_TOKEN = "0123456789abcdef0123456789abcdef", "meatyhamhock"
URL = "https://chat.example.org/webhooks/messenger"
#: The page-scoped id of the person who writes.
PERSON = "6504291234567890"

_numbers = itertools.count(1)


def wire(payload: Any) -> bytes:
    """Return the bytes that Meta sends and signs: everything beyond ASCII escaped, and slashes too."""
    return json.dumps(payload, separators=(",", ":")).replace("/", "\\/").encode()


def signature(body: bytes, secret: str = APP_SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def request(payload: Any, secret: str | None = APP_SECRET, url: str = URL) -> Request:
    """Return the call that brings a payload; `secret` None: unsigned."""
    body = payload if isinstance(payload, bytes) else wire(payload)
    headers = {"content-type": "application/json", "user-agent": "facebookexternalua"}
    if secret is not None:
        headers["x-hub-signature-256"] = signature(body, secret)
    return Request("POST", url, headers, {}, body)


def handshake(token: str = VERIFY_TOKEN, url: str = URL, mode: str = "subscribe") -> Request:
    query = {"hub.mode": mode, "hub.challenge": "1158201444", "hub.verify_token": token}
    return Request("GET", url, {}, query, b"")


def batch(*events: dict[str, Any], page: str = PAGE) -> dict[str, Any]:
    """Return the payload of one entry with these events."""
    return {"object": "page", "entry": [entry(*events, page=page)]}


def entry(*events: dict[str, Any], page: str = PAGE, field: str = "messaging") -> dict[str, Any]:
    return {"id": page, "time": 1458692752478, field: list(events)}


def event(person: str = PERSON, page: str = PAGE, **content: Any) -> dict[str, Any]:
    return {"sender": {"id": person}, "recipient": {"id": page}, "timestamp": 1458692752478, **content}


def mid() -> str:
    return f"m_1457764197618:41d102a3e1ae206a38-{next(_numbers)}"


def said(text: str, person: str = PERSON, message_id: str | None = None, **more: Any) -> dict[str, Any]:
    """Return the event of a text message."""
    return event(person, message={"mid": message_id or mid(), "text": text, **more})


def pressed(payload: str, title: str = "A quick reply", person: str = PERSON) -> dict[str, Any]:
    """Return the event of a pressed quick reply."""
    return said(title, person, quick_reply={"payload": payload})


def postback(payload: str | None, title: str = "Get Started", person: str = PERSON, **more: Any) -> dict[str, Any]:
    content = {"title": title, **({"payload": payload} if payload is not None else {}), **more}
    return event(person, postback=content)


def edited(text: str, message_id: str, number: int = 1, person: str = PERSON) -> dict[str, Any]:
    return event(person, message_edit={"mid": message_id, "text": text, "num_edit": number})


_FILE = {"url": "https://scontent.xx.fbcdn.net/v/t1.15752-9/example"}
#: Attachments as documented, and the word for each.
ATTACHMENTS: dict[str, tuple[list[dict[str, Any]], str]] = {
    "image": ([{"type": "image", "payload": _FILE}], "picture"),
    "two images": ([{"type": "image", "payload": _FILE}, {"type": "image", "payload": _FILE}], "picture"),
    "audio": ([{"type": "audio", "payload": _FILE}], "voice message"),
    "video": ([{"type": "video", "payload": _FILE}], "video"),
    "reel": ([{"type": "reel", "payload": {**_FILE, "title": "A reel", "reel_video_id": 1}}], "video"),
    "file": ([{"type": "file", "payload": _FILE}], "document"),
    "location": (
        [{"type": "location", "title": "A pin", "payload": {"coordinates": {"lat": 51.5, "long": -0.12}}}],
        "location",
    ),
    "sticker": ([{"type": "sticker", "payload": {**_FILE, "sticker_id": 369239263222822}}], "sticker"),
    "sticker of old": ([{"type": "image", "payload": {**_FILE, "sticker_id": 369239263222822}}], "sticker"),
    "post": ([{"type": "post", "payload": {**_FILE, "title": "A post"}}], "message"),
    "fallback": ([{"type": "fallback", "payload": {**_FILE, "title": "A link"}}], "message"),
    "fallback without payload": ([{"type": "fallback"}], "message"),
    "template": ([{"type": "template", "payload": {"product": {"elements": []}}}], "message"),
}


def attached(kind: str, person: str = PERSON, **more: Any) -> dict[str, Any]:
    """Return the event of a message with attachments of ATTACHMENTS."""
    return event(person, message={"mid": mid(), "attachments": ATTACHMENTS[kind][0], **more})


#: Events that nobody waits for an answer to.
IGNORED: dict[str, dict[str, Any]] = {
    "echo": event(PAGE, PERSON, message={"mid": mid(), "text": "hip", "is_echo": True, "app_id": 1517776481860111}),
    "echo by its sender": event(PAGE, PERSON, message={"mid": mid(), "text": "hip"}),
    "delivery": event(delivery={"mids": ["mid.1458668856218:ed81099e15d3f4f233"], "watermark": 1458668856253}),
    "read": event(read={"watermark": 1458668856253}),
    "reaction": event(reaction={"reaction": "love", "emoji": "❤", "action": "react", "mid": mid()}),
    "opt-in": event(optin={"ref": "a ref", "user_ref": "a user ref"}),
    "referral": event(referral={"ref": "a ref", "source": "SHORTLINK", "type": "OPEN_THREAD"}),
    "account linking": event(account_linking={"status": "linked", "authorization_code": "a code"}),
    "handover": event(pass_thread_control={"new_owner_app_id": "123456789", "metadata": "m"}),
    "policy": event(policy_enforcement={"action": "warning", "reason": "r"}),
    "edit without words": event(message_edit={"mid": mid(), "num_edit": 0}),
    "unknown": event(something_new={"a": 1}),
}
#: Payloads that hold nothing for us.
IGNORED_PAYLOADS: dict[str, dict[str, Any]] = {
    "standby": {"object": "page", "entry": [entry(said("hip"), field="standby")]},
    "another page": batch(said("hip"), page="1"),
    "feed": {"object": "page", "entry": [{"id": PAGE, "time": 1, "changes": [{"field": "feed", "value": {}}]}]},
    "instagram": {"object": "instagram", "entry": [entry(said("hip"))]},
    "nothing": {"object": "page", "entry": []},
}
