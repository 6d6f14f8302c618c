"""Reads Slack's Events API (docs.slack.dev/apis/events-api) and its interaction payloads of type block_actions."""

from __future__ import annotations

import re
from typing import Any

from gateway.platforms.adapter import Arrival, MalformedError
from gateway.platforms.reading import listed, mapping, words
from gateway.platforms.slack_text import mentioned, plain

#: Subtypes of a message that a person has written (docs.slack.dev/reference/events/message); all others are left out.
WRITTEN = (None, "file_share", "me_message", "thread_broadcast")
#: What Slack itself writes.
SLACKBOT = "USLACKBOT"
#: Kinds of files, by the part of their MIME type before the slash.
KINDS = {"image": "picture", "audio": "voice message", "video": "video"}

_ID = re.compile(r"[A-Z0-9]{1,40}\Z")
_TIME = re.compile(r"[0-9]{1,16}\.[0-9]{1,10}\Z")
_ADDRESS = re.compile(r"([A-Z0-9]{1,40})/[A-Z0-9]{1,40}(?:/([0-9]{1,16}\.[0-9]{1,10}))?\Z")


def happened(callback: dict[str, Any]) -> list[Arrival]:
    """Return what an event_callback says, at most one thing.

    In direct messages everything that a person writes; in channels what mentions us, as app_mention, in the thread of it. The
    `message` event of a channel is left out: whatever is meant for us comes as app_mention too.

    Raises:
        MalformedError: a field that always is there is missing.
    """
    event = mapping(callback.get("event"))
    installed = map(mapping, listed(callback.get("authorizations")))
    bots = {words(given.get("user_id")) for given in installed if given.get("is_bot") is True} - {""}
    if event.get("type") == "app_mention":
        if words(event.get("channel")).startswith("D"):
            return []  # comes as a message
        return _written(callback, event, event, bots or {mentioned(words(event.get("text"))) or ""}, public=True)
    if event.get("type") != "message" or event.get("channel_type") != "im":
        return []
    if event.get("subtype") != "message_changed":
        return _written(callback, event, event, bots, public=False)
    after, before = mapping(event.get("message")), event.get("previous_message")
    # It comes when a link is unfurled, too (docs.slack.dev/reference/events/message/message_changed).
    same = before.get("text") == after.get("text") if isinstance(before, dict) else "edited" not in after
    return [] if same else _written(callback, event, after, bots, public=False)


def pressed(payload: dict[str, Any]) -> list[Arrival]:
    """Return the pressed buttons of a block_actions payload (docs.slack.dev/reference/interaction-payloads)."""
    if payload.get("type") != "block_actions":
        return []
    container, message = mapping(payload.get("container")), mapping(payload.get("message"))
    channel = mapping(payload.get("channel")).get("id") or container.get("channel_id")
    if channel is None:  # in a view, where we have no buttons
        return []
    thread = message.get("thread_ts") or container.get("thread_ts")
    direct = isinstance(channel, str) and channel.startswith("D")
    if not direct and thread is None:
        thread = container.get("message_ts") or message.get("ts")
    address = _address(channel, mapping(payload.get("user")).get("id"), thread)
    found = []
    for action in map(mapping, listed(payload.get("actions"))):
        if action.get("type") == "button" and (choice := words(action.get("value"))):
            event = (
                f"{address}/{_fit(_TIME, action.get('action_ts'), 'action_ts')}/{words(action.get('action_id'))[:40]}"
            )
            found.append(Arrival(event, address, choice=choice, public=not direct))
    return found


def destination(address: str) -> dict[str, str]:
    """Return where an address leads, as fields of a call: `channel`, and for a thread `thread_ts`. Raises ValueError."""
    found = _ADDRESS.match(address)
    if not found:
        raise ValueError("no address of Slack")
    return {"channel": found[1]} | ({"thread_ts": found[2]} if found[2] else {})


def _written(
    callback: dict[str, Any], event: dict[str, Any], message: dict[str, Any], us: set[str], *, public: bool
) -> list[Arrival]:
    user = message.get("user")
    if message.get("subtype") not in WRITTEN or message.get("bot_id") or user in [SLACKBOT, *us]:
        return []
    thread = message.get("thread_ts") or (_fit(_TIME, message.get("ts"), "ts") if public else None)
    text, media = plain(words(message.get("text")), us), _media(message)
    if not (text or media):
        media = "message"  # only blocks or attachments: something was sent, and it gets an answer
    event_id = words(callback.get("event_id"))
    if not 0 < len(event_id) <= 200:
        raise MalformedError("event_id is missing or too long")
    return [Arrival(event_id, _address(event.get("channel"), user, thread), text, media=media, public=public)]


def _media(message: dict[str, Any]) -> str | None:
    files = listed(message.get("files"))
    if not files:
        return None
    file = mapping(files[0])
    if file.get("subtype") == "slack_audio":  # a clip recorded in Slack
        return "voice message"
    return KINDS.get(words(file.get("mimetype")).partition("/")[0], "document")


def _address(channel: Any, user: Any, thread: Any) -> str:
    """Return "channel/user", with "/thread" where the conversation is in one."""
    address = f"{_fit(_ID, channel, 'channel')}/{_fit(_ID, user, 'user')}"
    return address if thread is None else f"{address}/{_fit(_TIME, thread, 'thread_ts')}"


def _fit(form: re.Pattern[str], value: Any, name: str) -> str:
    if not isinstance(value, str) or not form.match(value):
        raise MalformedError(f"{name} is missing or of another form")
    return value
