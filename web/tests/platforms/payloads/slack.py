"""Calls of Slack's Events API and interactivity.

They follow docs.slack.dev/apis/events-api (the wrapper, retries), docs.slack.dev/reference/events (url_verification,
message.im, app_mention, message/message_changed, message/file_share, message/bot_message, app_rate_limited) and
docs.slack.dev/reference/interaction-payloads/block_actions-payload. Signed as docs.slack.dev/authentication/
verifying-requests-from-slack says, here by hand: HMAC-SHA256 of "v0:<time>:<body>" with the signing secret.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import time
from typing import Any
from urllib.parse import quote_plus

from gateway.platforms.adapter import Request

SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
URL = "https://chat.example.org/webhooks/slack"
#: The person who writes, our bot's user, a direct message, a channel.
PERSON, US, DIRECT, CHANNEL = "U061F7AUR", "U0LAN0Z89", "D024BE91L", "C0LAN2Q65"

_numbers = itertools.count(1)


def signed(
    body: bytes, content_type: str, *, secret: str = SIGNING_SECRET, at: float | None = None, **headers: str
) -> Request:
    stamp = str(int(time.time() if at is None else at))
    signature = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    sent = {
        "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "content-type": content_type,
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": f"v0={signature}",
        **headers,
    }
    return Request("POST", URL, sent, {}, body)


def request(content: Any, **how: Any) -> Request:
    """Return the call that brings an event, or, where `content` is an interaction, its form; `how` as of `signed`."""
    if isinstance(content, bytes):
        return signed(content, "application/json", **how)
    text = json.dumps(content, ensure_ascii=False)
    if isinstance(content, dict) and content.get("type") == "block_actions":
        return signed(f"payload={quote_plus(text)}".encode(), "application/x-www-form-urlencoded", **how)
    return signed(text.encode(), "application/json", **how)


def retry(content: Any, number: int = 1, reason: str = "http_timeout") -> Request:
    """Return the call that brings an event again."""
    return request(content, **{"x-slack-retry-num": str(number), "x-slack-retry-reason": reason})


def stamp() -> str:
    return f"1355517523.{next(_numbers):06}"


def callback(event: dict[str, Any], event_id: str | None = None) -> dict[str, Any]:
    return {
        "token": "XXYYZZ",
        "team_id": "T061EG9R6",
        "api_app_id": "A0FFV41KK",
        "event": event,
        "type": "event_callback",
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": "T061EG9R6",
                "user_id": US,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "event_id": event_id or f"Ev0LAN{next(_numbers):06}",
        "event_time": 1355517523,
        "event_context": "EC12345",
        "is_ext_shared_channel": False,
    }


def message(text: str, **more: Any) -> dict[str, Any]:
    """Return the event of a direct message."""
    now = stamp()
    return {
        "type": "message",
        "channel": DIRECT,
        "user": PERSON,
        "text": text,
        "ts": now,
        "event_ts": now,
        "channel_type": "im",
        "client_msg_id": "9cbd4c5b-7ddf-4ede-b479-ad21fca66d63",
        "team": "T061EG9R6",
        **more,
    }


def said(text: str, event_id: str | None = None, **more: Any) -> dict[str, Any]:
    return callback(message(text, **more), event_id)


def mention(text: str, event_id: str | None = None, **more: Any) -> dict[str, Any]:
    """Return an app_mention; `text` without the mention itself."""
    now = stamp()
    event = {
        "type": "app_mention",
        "user": PERSON,
        "text": f"<@{US}> {text}",
        "ts": now,
        "channel": CHANNEL,
        "event_ts": now,
    }
    return callback(event | more, event_id)


def edited(text: str, before: str = "My hip", **more: Any) -> dict[str, Any]:
    now = stamp()
    old = {"type": "message", "user": PERSON, "text": before, "ts": now, "team": "T061EG9R6"}
    new = {**old, "text": text, "edited": {"user": PERSON, "ts": stamp()}, **more}
    event = {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": DIRECT,
        "channel_type": "im",
        "ts": stamp(),
    }
    return callback(event | {"event_ts": stamp(), "message": new, "previous_message": old})


def file(mimetype: str = "image/png", **more: Any) -> dict[str, Any]:
    name = mimetype.partition("/")[2]
    return {
        "id": "F0S43P1CZ",
        "created": 1531763254,
        "name": f"a.{name}",
        "mimetype": mimetype,
        "filetype": name,
        "size": 3591,
        **more,
    }


def files(*attached: dict[str, Any], text: str = "") -> dict[str, Any]:
    return said(text, subtype="file_share", files=list(attached), upload=False)


def pressed(
    value: str, channel: str = DIRECT, user: str = PERSON, thread: str | None = None, **action: Any
) -> dict[str, Any]:
    now = stamp()
    in_thread = {"thread_ts": thread} if thread else {}
    text = {"type": "plain_text", "text": "The workout one", "emoji": False}
    button = {
        "type": "button",
        "action_id": "choice-0",
        "block_id": "=qXel",
        "text": text,
        "value": value,
        "action_ts": stamp(),
    }
    return {
        "type": "block_actions",
        "team": {"id": "T061EG9R6", "domain": "example"},
        "user": {"id": user, "username": "test", "name": "test", "team_id": "T061EG9R6"},
        "api_app_id": "A0FFV41KK",
        "token": "9s8d9as89d8as9d8as989",
        "container": {"type": "message", "message_ts": now, "channel_id": channel, "is_ephemeral": False, **in_thread},
        "trigger_id": "12321423423.333649436676.d8c1bb837935619ccad0f624c448ffb3",
        "channel": {"id": channel, "name": "directmessage" if channel.startswith("D") else "hips"},
        "message": {
            "bot_id": "B222222222",
            "type": "message",
            "text": "Which one do you mean?",
            "user": US,
            "ts": now,
            **in_thread,
        },
        "response_url": "https://hooks.slack.com/actions/T061EG9R6/1232321423432/D09sSasdasdAS9091209",
        "actions": [button | action],
    }


CHALLENGE = {
    "token": "Jhj5dZrVaK7ZwHHjRyZWjbDl",
    "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P",
    "type": "url_verification",
}
#: Calls that nobody waits for an answer to.
IGNORED: dict[str, dict[str, Any]] = {
    "bot_message": said("hello", subtype="bot_message", bot_id="BB12033"),
    "another_app": said("hello", bot_id="BB12033", user="U0MJRG1AL"),
    "another_app_mention": mention("hello", bot_id="BB12033", user="U0MJRG1AL"),
    "our_own": said("hello", bot_id="B222222222", user=US),
    "our_own_user": said("hello", user=US),
    "slackbot": said("hello", user="USLACKBOT"),
    "deleted": said("", subtype="message_deleted", hidden=True, deleted_ts="1.1", previous_message=message("hip")),
    "changed_ours": edited("hello", bot_id="B222222222", user=US),
    "unfurled": edited(
        "see https://example.org", "see https://example.org", attachments=[{"from_url": "https://example.org"}]
    ),
    "tombstone": edited("This message was deleted.", subtype="tombstone"),
    "channel_talk": said("my hip hurts when I cycle", channel=CHANNEL, channel_type="channel"),
    "group_talk": said("my hip hurts", channel="G0LAN2Q65", channel_type="mpim"),
    "channel_join": said(f"<@{PERSON}> has joined the channel", subtype="channel_join"),
    "bot_mention": mention("hello", bot_id="BB12033", subtype="bot_message"),
    "mention_in_direct": mention("hello", channel=DIRECT),
    "reaction_added": callback(
        {"type": "reaction_added", "user": PERSON, "item": {"type": "message", "channel": DIRECT, "ts": "1.1"}}
    ),
    "app_home_opened": callback({"type": "app_home_opened", "user": PERSON, "channel": DIRECT, "tab": "messages"}),
    "member_joined_channel": callback(
        {"type": "member_joined_channel", "user": US, "channel": CHANNEL, "channel_type": "C"}
    ),
    "app_rate_limited": {
        "token": "x",
        "type": "app_rate_limited",
        "team_id": "T123456",
        "minute_rate_limited": 1518467820,
    },
    "unknown": {"type": "something_new", "team_id": "T123456"},
    "unknown_event": callback({"type": "something_new"}),
    "link_button": pressed("", url="https://example.org"),
    "menu": pressed("x", type="static_select"),
    "modal": {**pressed("x"), "container": {"type": "view", "view_id": "V1"}, "channel": None, "message": None},
}
