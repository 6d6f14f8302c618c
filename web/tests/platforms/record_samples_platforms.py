"""Messages and conversations as the record returns them, for tests that need no database."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from transcripts.choices import choices_and_card
from transcripts.values import Conversation, Message, Reply

AT = datetime(2026, 11, 26, 10, tzinfo=UTC)


def conversation(id: str | None = None, **values: Any) -> Conversation:
    given = {"channel": "test", "region": "GB", "locale": "en", "created_at": AT, "last_at": AT, "address": "7"}
    return Conversation(id or secrets.token_hex(16), **{**given, **values})


def message(
    text: str = "Hello.", choices: Sequence[tuple[str, str, bool]] = (), sequence: int = 2, **values: Any
) -> Message:
    """An assistant's message."""
    stored, card = choices_and_card(Reply(text=text, choices=choices, card=values.pop("card", None)), sequence)
    given = {
        "conversation_id": secrets.token_hex(16),
        "sender": "assistant",
        "client_id": None,
        "reply_to": 1,
        "payload": None,
        "source": None,
        "response": None,
        "outcome": None,
        "kind": "answer",
        "state": None,
        "created_at": AT,
        "feedback": None,
    }
    return Message(sequence=sequence, text=text, choices=stored, card=card, **{**given, **values})


def said(text: str, sequence: int = 1, **values: Any) -> Message:
    """A visitor's message."""
    given = {"sender": "visitor", "kind": "message", "state": "received", "reply_to": None, "client_id": "c"}
    return message(text, sequence=sequence, **{**given, **values})
