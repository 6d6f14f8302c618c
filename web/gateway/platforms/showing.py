"""A message of the record as a platform shows it: text with its source, buttons with their ids."""

from __future__ import annotations

import re

from gateway.platforms.adapter import Button
from transcripts.values import Conversation, Message, Reply

#: So much of a conversation's id stands in its buttons' ids: a button of an earlier one is told from the current one's.
PREFIX = 8

_ID = re.compile(r"([0-9a-f]{8})\.(c([0-9]{1,9})-[0-9]{1,3})")


def text_of(message: Message | Reply) -> str:
    """Return the text, and its source below it."""
    return f"{message.text}\n\nSource: {message.source}" if message.source else message.text


def buttons_of(message: Message) -> tuple[Button, ...]:
    """Return the choices that a person may press; at most 23 bytes as an id."""
    prefix = message.conversation_id[:PREFIX]
    return tuple(Button(f"{prefix}.{choice.id}", choice.title) for choice in message.choices if not choice.hidden)


def is_button(pressed: str) -> bool:
    """Tell whether a platform brought back the id of a button of ours."""
    return _ID.fullmatch(pressed) is not None


def sequence_of(pressed: str, conversation: Conversation | None) -> int | None:
    """Return the sequence of the message under which a button hung; None: it is not of this conversation."""
    match = _ID.fullmatch(pressed)
    return int(match[3]) if match and conversation and match[1] == conversation.id[:PREFIX] else None
