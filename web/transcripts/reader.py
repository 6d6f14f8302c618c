"""The reading half of the record; whoever only reads needs no more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from transcripts import arriving, delivering, reading
from transcripts.database import Database
from transcripts.export import export_text
from transcripts.privacy import erasure
from transcripts.values import Conversation, Delivery, Message, Understanding, UnknownConversationError


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class Reader:
    """Reads the record in `database`. Any number of threads may call it at once."""

    def __init__(self, database: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._now = now

    def conversation(self, conversation_id: str) -> Conversation | None:
        """Return the conversation; None: it was never begun, or has been erased."""
        with self._database.reading() as connection:
            return reading.conversation(connection, conversation_id)

    def messages(self, conversation_id: str, after: int = 0, limit: int | None = None) -> list[Message]:
        """Return the messages of both directions with a sequence above `after`, in order; [] for an unknown conversation."""
        with self._database.reading() as connection:
            return reading.messages_after(connection, conversation_id, after, limit)

    def message(self, conversation_id: str, sequence: int) -> Message | None:
        """Return one message, or None."""
        with self._database.reading() as connection:
            return reading.message(connection, conversation_id, sequence)

    def latest(self, conversation_id: str, most: int) -> list[Message]:
        """Return the last `most` messages, in order; [] for an unknown conversation."""
        with self._database.reading() as connection:
            return reading.latest(connection, conversation_id, most)

    def pending(self, conversation_id: str | None = None) -> list[Message]:
        """Return the visitors' messages (of all conversations, or of one) that are "received", the oldest first."""
        with self._database.reading() as connection:
            return reading.pending(connection, conversation_id)

    def understanding(self, conversation_id: str, sequence: int) -> Understanding | None:
        """Return what the bot understood of a visitor's message, or None."""
        with self._database.reading() as connection:
            return reading.understanding(connection, conversation_id, sequence)

    def export_text(self, conversation_id: str) -> str:
        """Return the conversation as a text file for its visitor; lines end with a line feed.

        Raises:
            UnknownConversationError: there is no such conversation (any more).
        """
        with self._database.reading() as connection:
            found = reading.conversation(connection, conversation_id)
            if found is None:
                raise UnknownConversationError(conversation_id)
            messages = reading.messages_after(connection, conversation_id, 0, None)
            states = delivering.states(connection, conversation_id) if found.address is not None else {}
        return export_text(messages, found.created_at, self._now(), states)

    def current(self, channel: str, address: str, idle: timedelta) -> Conversation | None:
        """Return the newest conversation of a platform's address; None: there is none, or its last message is older."""
        with self._database.reading() as connection:
            return arriving.current(connection, channel, address, self._now() - idle)

    def waiting(self, channel: str, address: str) -> list[Delivery]:
        """Return what waits to be sent to an address, postponed or not: what is urgent first, then the oldest.

        At most `delivering.MOST_WAITING`: call it again when these are sent.
        """
        with self._database.reading() as connection:
            return delivering.waiting(connection, channel, address)

    def waiting_addresses(self) -> list[tuple[str, str]]:
        """Return channel and address of each that something waits for; whoever has waited longest first."""
        with self._database.reading() as connection:
            return delivering.waiting_addresses(connection)

    def pending_erasures(self) -> list[str]:
        """Return the erased conversations whose tracker the bot still has, the oldest erasure first."""
        with self._database.reading() as connection:
            return erasure.pending(connection)

    def counts(self) -> dict[str, int]:
        """Return how many messages are "received" and "unanswered", how many "pending_erasures" there are, and how many
        deliveries are "waiting", "failed" and "unknown", as "deliveries_waiting" and so on.
        """
        with self._database.reading() as connection:
            return reading.counts(connection)
