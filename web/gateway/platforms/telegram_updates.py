"""Reads Telegram's updates (core.telegram.org/bots/api#update, #message, #callbackquery)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypeGuard

from gateway.platforms.adapter import Arrival, MalformedError
from gateway.platforms.reading import mapping, words

#: Field of a message with content that is no text -> the word for it. The first that is there counts: an animation has
#: `document` too, a venue `location` (core.telegram.org/bots/api#message).
CONTENT = {
    "photo": "picture",
    "live_photo": "picture",
    "voice": "voice message",
    "audio": "voice message",
    "animation": "video",
    "video": "video",
    "video_note": "video",
    "document": "document",
    "sticker": "sticker",
    "venue": "location",
    "location": "location",
    "contact": "contact",
}
#: Fields of service messages, which nobody has written. Content that is in neither list is answered like media: better a
#: notice too many than silence.
SERVICE = frozenset(
    {
        *(
            "new_chat_members",
            "left_chat_member",
            "new_chat_title",
            "new_chat_photo",
            "delete_chat_photo",
            "pinned_message",
        ),
        *("migrate_to_chat_id", "migrate_from_chat_id", "successful_payment", "refunded_payment", "users_shared"),
        *("user_shared", "chat_shared", "connected_website", "write_access_allowed", "passport_data", "web_app_data"),
        *(
            "proximity_alert_triggered",
            "boost_added",
            "chat_background_set",
            "checklist_tasks_done",
            "checklist_tasks_added",
        ),
    }
)
_SERVICE_LIKE = re.compile(
    r"(?:general_)?(?:forum_topic|video_chat|voice_chat|giveaway|suggested_post|chat_owner|poll_option)_"
    r"|.*(?:_created|_changed|gift)\Z"
)
_MENTION = re.compile(r"(?<![\w@])@([A-Za-z0-9_]{4,32})\b")
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{4,32}))?(?!\S)")
#: A deep link's argument: core.telegram.org/bots/features#deep-linking.
_START = re.compile(r"/start(?:\s+[A-Za-z0-9_-]{1,64})?\s*\Z")


@dataclass(frozen=True, slots=True)
class Bot:
    """Who we are. `name` is the user name without @; None while it is not known: then every name that ends in "bot" counts.

    A group's messages reach a bot only where they are meant for it, unless its privacy mode is off
    (core.telegram.org/bots/features#privacy-mode).
    """

    id: int
    name: str | None = None

    def is_called(self, name: str) -> bool:
        """Tell whether `name` means us. Telegram's names are not case-sensitive, and those of bots end in "bot"."""
        return name.lower() == self.name.lower() if self.name else name.lower().endswith("bot")


def arrivals(update: dict[str, Any], bot: Bot) -> list[Arrival]:
    """Return what an update says, at most one thing; raises MalformedError where a field that always is there is missing."""
    event = str(_number(update.get("update_id"), "update_id"))
    for field, edited in (("message", False), ("edited_message", True)):
        if field in update:
            return _message(event, _object(update[field], field), bot, edited)
    if "callback_query" in update:
        return _pressed(event, _object(update["callback_query"], "callback_query"))
    return []


def moved(update: dict[str, Any]) -> tuple[int, int] | None:
    """Return the ids of a group that has become a supergroup, before and after."""
    message = mapping(update.get("message"))
    old, new = mapping(message.get("chat")).get("id"), message.get("migrate_to_chat_id")
    return (old, new) if _is_id(old) and _is_id(new) else None


def destination(address: str) -> dict[str, int]:
    """Return where an address leads as fields of a call: `chat_id`, and for a topic `message_thread_id`. Raises ValueError."""
    chat, *rest = (int(part) for part in address.split("/"))
    return {"chat_id": chat, **({"message_thread_id": rest[1]} if len(rest) > 1 else {})}


def _message(event: str, message: dict[str, Any], bot: Bot, edited: bool) -> list[Arrival]:
    address, public = _place(message, mapping(message.get("from")))
    text = (words(message.get("text")) or words(message.get("caption"))).strip()
    media = None if words(message.get("text")) else _media(message)
    # A live location is edited every few seconds; an edit that has no words says nothing new.
    if address is None or not (text or media) or (edited and not text):
        return []
    if public and not _addressed(message, text, bot):
        return []
    return [Arrival(event, address, _without_us(text, bot), media=media, public=public)]


def _pressed(event: str, query: dict[str, Any]) -> list[Arrival]:
    choice, message = words(query.get("data")), mapping(query.get("message"))
    if not choice or not message:  # a game, or a message sent by way of the inline mode
        return []
    address, public = _place({**message, "sender_chat": None}, _object(query.get("from"), "from"))
    token = words(query.get("id")) or None
    return [Arrival(event, address, choice=choice, public=public, token=token)] if address else []


def _place(message: dict[str, Any], sender: dict[str, Any]) -> tuple[str | None, bool]:
    """Return the address, None when nobody is to be answered there, and whether others read along."""
    chat = _object(message.get("chat"), "chat")
    place, kind = _number(chat.get("id"), "chat.id"), chat.get("type")
    if kind not in ("private", "group", "supergroup") or chat.get("is_direct_messages") is True:
        return None, False  # a channel, or what is written to one
    behalf = mapping(message.get("sender_chat"))  # an administrator who writes as the group, somebody as their channel
    if message.get("is_automatic_forward") is True or (sender.get("is_bot") is True and not behalf):
        return None, False
    person = _number(behalf.get("id") or sender.get("id"), "from.id")
    address = str(place) if kind == "private" else f"{place}/{person}"
    if message.get("is_topic_message") is True:
        address = f"{place}/{person}/{_number(message.get('message_thread_id'), 'message_thread_id')}"
    return address, kind != "private"


def _media(message: dict[str, Any]) -> str | None:
    for field, word in CONTENT.items():
        if field in message:
            return word
    is_service = any(field in SERVICE or _SERVICE_LIKE.match(field) for field in message)
    return None if is_service else "message"


def _addressed(message: dict[str, Any], text: str, bot: Bot) -> bool:
    replied = mapping(mapping(message.get("reply_to_message")).get("from"))
    if replied.get("id") == bot.id:
        return True
    command = _COMMAND.match(text)
    if command:
        return command[2] is None or bot.is_called(command[2])
    return any(bot.is_called(name) for name in _MENTION.findall(text))


def _without_us(text: str, bot: Bot) -> str:
    """Return the text without our name, once we know it, and without what a link added to /start; a mention alone stays."""
    command = _COMMAND.match(text)
    if command and command[2] and bot.is_called(command[2]):
        text = f"/{command[1]}{text[command.end() :]}"
    if _START.match(text):
        return "/start"
    if bot.name:
        text = _MENTION.sub(lambda found: "" if bot.is_called(found[1]) else found[0], text).strip() or text
    return text


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MalformedError(f"{name} is missing or no object")
    return value


def _number(value: Any, name: str) -> int:
    if not _is_id(value):
        raise MalformedError(f"{name} is missing or no number of at most 63 bits")
    return value


def _is_id(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63
