"""Updates of Telegram as its webhook sends them.

They follow core.telegram.org/bots/api (Update, Message, CallbackQuery, Chat, User) and the examples of
core.telegram.org/bots/webhooks ("Testing your bot with updates"): one JSON object a call, with the header
X-Telegram-Bot-Api-Secret-Token of core.telegram.org/bots/api#setwebhook.
"""

from __future__ import annotations

import itertools
import json
from typing import Any

from platforms.fakes.telegram import NAME, TOKEN

from gateway.platforms.adapter import Request

SECRET = "secret_of_the_tests-0123456789"
URL = "https://chat.example.org/webhooks/telegram"
#: The person who writes, a group of theirs, a supergroup.
PERSON, GROUP, SUPERGROUP = 1111111, -4242, -1001557912345
BOT = {"id": int(TOKEN.split(":")[0]), "is_bot": True, "first_name": "Hip help", "username": NAME}

_numbers = itertools.count(10_000)


def request(update: Any, secret: str | None = SECRET, url: str = URL) -> Request:
    """Return the call that brings an update; `secret` None: without its header."""
    headers = {"content-type": "application/json", "accept-encoding": "gzip, deflate"}
    if secret is not None:
        headers["x-telegram-bot-api-secret-token"] = secret
    body = update if isinstance(update, bytes) else json.dumps(update, ensure_ascii=False).encode()
    return Request("POST", url, headers, {}, body)


def update(update_id: int | None = None, **content: Any) -> dict[str, Any]:
    return {"update_id": next(_numbers) if update_id is None else update_id, **content}


def user(person: int = PERSON) -> dict[str, Any]:
    return {"id": person, "is_bot": False, "first_name": "Test", "last_name": "Testersson", "language_code": "en"}


def chat(place: int = PERSON, **more: Any) -> dict[str, Any]:
    if place > 0:
        return {"id": place, "first_name": "Test", "last_name": "Testersson", "type": "private", **more}
    kind = "supergroup" if place < -1_000_000_000_000 else "group"
    return {"id": place, "title": "Hikers", "type": kind, **more}


def message(place: int = PERSON, person: int | None = None, **content: Any) -> dict[str, Any]:
    """Return a Message; in a private chat the person is the chat."""
    person = person or (place if place > 0 else PERSON)
    common = {"message_id": next(_numbers), "from": user(person), "chat": chat(place), "date": 1441645532}
    return common | content


def said(text: str, place: int = PERSON, *, update_id: int | None = None, **more: Any) -> dict[str, Any]:
    """Return the update of a text message."""
    return update(update_id, message=message(place, text=text, **more))


def edited(text: str, place: int = PERSON, **more: Any) -> dict[str, Any]:
    return update(edited_message=message(place, text=text, edit_date=1441646600, **more))


def command(text: str, place: int = PERSON, **more: Any) -> dict[str, Any]:
    length = len(text.split()[0])
    return said(text, place, entities=[{"offset": 0, "length": length, "type": "bot_command"}], **more)


def pressed(data: str, place: int = PERSON, person: int | None = None, **more: Any) -> dict[str, Any]:
    """Return the update of a pressed button under a message of the bot."""
    under = message(place, text="Which one do you mean?") | {"from": BOT}
    query = {
        "id": "4382bfdwdsb323b2d9",
        "from": user(person or PERSON),
        "message": under,
        "chat_instance": "-42",
        "data": data,
    }
    return update(callback_query=query | more)


_FILE = {"file_id": "AwADBAADbXXXXXXXXXXXGBdhD2l6_XX", "file_unique_id": "AgADbXXX", "file_size": 3591}
_PLACE = {"latitude": 51.5, "longitude": -0.12}
#: Field of a message -> its value as documented, with what Telegram sends besides it.
MEDIA: dict[str, dict[str, Any]] = {
    "photo": {"photo": [{**_FILE, "width": 90, "height": 51}, {**_FILE, "width": 320, "height": 180}]},
    "voice": {"voice": {**_FILE, "duration": 5, "mime_type": "audio/ogg"}},
    "audio": {"audio": {**_FILE, "duration": 243, "mime_type": "audio/mpeg", "title": "Six Feet Under"}},
    "video": {"video": {**_FILE, "width": 640, "height": 480, "duration": 8}},
    "video_note": {"video_note": {**_FILE, "length": 240, "duration": 4}},
    "animation": {"animation": {**_FILE, "width": 320, "height": 240, "duration": 2}, "document": _FILE},
    "document": {"document": {**_FILE, "file_name": "X-ray.pdf", "mime_type": "application/pdf"}},
    "sticker": {
        "sticker": {**_FILE, "type": "regular", "width": 512, "height": 512, "is_animated": False, "emoji": "👍"}
    },
    "location": {"location": _PLACE},
    "venue": {"venue": {"location": _PLACE, "title": "Clinic", "address": "1 Main Street"}, "location": _PLACE},
    "contact": {"contact": {"phone_number": "447700900123", "first_name": "Test", "user_id": PERSON}},
    "dice": {"dice": {"emoji": "🎲", "value": 4}},
    "poll": {
        "poll": {
            "id": "5",
            "question": "Hip or knee?",
            "options": [{"text": "Hip", "voter_count": 0}],
            "type": "regular",
        }
    },
}


def media(kind: str, caption: str | None = None, place: int = PERSON, **more: Any) -> dict[str, Any]:
    """Return the update of a message with a field of MEDIA."""
    with_caption = {"caption": caption} if caption is not None else {}
    return update(message=message(place, **MEDIA[kind], **with_caption, **more))


_MEMBER = {"user": BOT, "status": "member"}
#: Updates that nobody waits for an answer to.
IGNORED: dict[str, dict[str, Any]] = {
    "my_chat_member": update(
        my_chat_member={"chat": chat(), "from": user(), "date": 1, "old_chat_member": {}, "new_chat_member": _MEMBER}
    ),
    "channel_post": update(
        channel_post={
            "message_id": 1,
            "date": 1,
            "chat": {"id": -1001, "type": "channel", "title": "News"},
            "text": "hip",
        }
    ),
    "edited_channel_post": update(
        edited_channel_post={"message_id": 1, "date": 1, "chat": {"id": -1001, "type": "channel"}, "text": "hip"}
    ),
    "inline_query": update(inline_query={"id": "134567890097", "from": user(), "query": "hip", "offset": ""}),
    "message_reaction": update(
        message_reaction={
            "chat": chat(),
            "message_id": 1,
            "user": user(),
            "date": 1,
            "old_reaction": [],
            "new_reaction": [],
        }
    ),
    "poll_answer": update(poll_answer={"poll_id": "5", "user": user(), "option_ids": [0]}),
    "business_message": update(business_message=message(text="hip", business_connection_id="x")),
    "unknown": update(something_new={"id": 1}),
    "from_a_bot": update(
        message=message(text=f"@{NAME} hello") | {"from": {"id": 5, "is_bot": True, "first_name": "Other"}}
    ),
    "pinned": update(message=message(pinned_message=message(text="hip"))),
    "joined": update(message=message(GROUP, new_chat_members=[BOT])),
    "left": update(message=message(GROUP, left_chat_member=user(7))),
    "topic": update(
        message=message(
            SUPERGROUP,
            forum_topic_created={"name": "Hips", "icon_color": 1},
            reply_to_message=message(SUPERGROUP) | {"from": BOT},
        )
    ),
    "timer": update(message=message(message_auto_delete_timer_changed={"message_auto_delete_time": 86400})),
    "live_location": update(edited_message=message(location={**_PLACE, "live_period": 900})),
    "game": update(
        callback_query={"id": "1", "from": user(), "message": message(), "chat_instance": "1", "game_short_name": "g"}
    ),
    "inline_press": update(
        callback_query={"id": "1", "from": user(), "inline_message_id": "1", "chat_instance": "1", "data": "x"}
    ),
    "group_talk": said("my hip hurts when I cycle", GROUP),
    "group_other_bot": command("/weather@weather_bot", GROUP),
    "group_photo": media("photo", place=GROUP),
    "automatic_forward": said(
        f"@{NAME} news", SUPERGROUP, is_automatic_forward=True, sender_chat={"id": -1001, "type": "channel"}
    ),
    "direct_messages": update(message=message(text="hip") | {"chat": chat(SUPERGROUP, is_direct_messages=True)}),
}
