"""What a message asks of the gateway itself, and how the record writes down what is no text. Pure functions."""

from __future__ import annotations

import re
from typing import Literal

from transcripts.values import Message

Command = Literal["new", "delete"]

_COMMANDS: dict[str, Command] = {
    "/start": "new",
    "/new": "new",
    "new chat": "new",
    "new conversation": "new",
    "start over": "new",
    "/delete": "delete",
    "delete my chat": "delete",
    "delete my data": "delete",
}
#: A deep link's argument: core.telegram.org/bots/features#deep-linking.
_LINKED = re.compile(r"/start [a-z0-9_-]{1,64}\Z")
#: The words for what is no text, as adapters give them; anything else is a "message".
MEDIA = ("picture", "voice message", "video", "document", "sticker", "location", "contact", "message")
#: How a button of an earlier conversation stands in the record.
OLD_BUTTON = "[old button]"


def command_of(text: str) -> Command | None:
    """Return what a text asks of the gateway: "Delete my data!", "/new@SomeBot", "/start what-a-link-adds".

    "/start my hip popped out" is a message: what a link adds is one word.
    """
    words = " ".join(text.casefold().split())
    if words.startswith("/"):
        words = re.sub(r"^(/[a-z]+)@\S+", r"\1", words)
        words = _LINKED.sub("/start", words)
    return _COMMANDS.get(words.rstrip(".! "))


def is_deletion(message: Message) -> bool:
    """Tell whether a visitor's message asks for the deletion of everything."""
    return message.payload is None and command_of(message.text) == "delete"


def written(media: str) -> str:
    """Return how media stand in the record: "[picture]"."""
    return f"[{media if media in MEDIA else 'message'}]"


def media_of(message: Message) -> str | None:
    """Return which media a message of the record stands for, or None."""
    if message.payload is None and message.text.startswith("[") and message.text[1:-1] in MEDIA:
        return message.text[1:-1]
    return None
