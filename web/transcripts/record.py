"""The record: what was said, what was understood of it, what came of it. Gateway and console share it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import get_args

from transcripts import arriving, conversing, schema, writing
from transcripts.at_once import Writing
from transcripts.checking import one_of
from transcripts.database import BusyError, Database
from transcripts.heartbeat import beat
from transcripts.messaging import Messaging
from transcripts.privacy import erasure, retention
from transcripts.reader import utc_now
from transcripts.staff import summarising
from transcripts.values import (
    Added,
    Conversation,
    Feedback,
    FinalState,
    Message,
    Reply,
    ReplyKind,
    Understanding,
    UnknownConversationError,
)

__all__ = ["BusyError", "Record", "UnknownConversationError"]

#: How large SQLite's file may be, in bytes, to be written anew while visitors wait: for one erasure (0.3 s or so), for
#: retention, which comes rarely (2.5 s), and for the operator who has stopped the gateway.
ERASE_LARGEST = 32 << 20
EXPIRE_LARGEST = 256 << 20
COMPACT_LARGEST = 1 << 62

_ID = re.compile("[0-9a-f]{32}")


class Record(Messaging):
    """The record in one database. Synchronous; any number of threads may call it at once, and other processes too.

    What a method returns has been committed. When the database fails, a method raises an SQLAlchemyError and has stored
    nothing; after a lost connection it may have stored everything: call it again, a repeat changes nothing.
    """

    def __init__(self, url: str | None = None, *, now: Callable[[], datetime] = utc_now) -> None:
        """Open the database of `url`, else of HIP_RECORD_URL, else var/record.db, and bring it to the newest schema.

        Raises:
            UnsupportedDatabaseError: the URL names no database that the record can use.
            SchemaError: a newer version of this program has upgraded the database.
        """
        super().__init__(Database(url), now)
        # So many erasures had been made, by whatever process, when this one last cleaned up after them all.
        self._cleaned = 0
        try:
            schema.upgrade(self._database)
        except BaseException:
            self._database.close()
            raise

    def begin(
        self, conversation_id: str, channel: str = "widget", region: str | None = None, locale: str = "en"
    ) -> Conversation:
        """Store a new conversation. Begun before, it comes back as it is stored.

        Raises:
            ValueError: the id is not 32 hexadecimal characters, or its conversation has been erased.
        """
        if not _ID.fullmatch(conversation_id):
            raise ValueError("A conversation's id is 32 hexadecimal characters: use secrets.token_hex(16).")
        with self._database.writing() as connection:
            return conversing.begin(connection, conversation_id, channel, region, locale, self._now())

    def add_message(
        self,
        conversation_id: str,
        client_id: str,
        text: str,
        payload: str | None = None,
        *,
        since: datetime | None = None,
        at_once: bool = False,
    ) -> Added:
        """Store a visitor's message as "received", or find the one of the same `client_id`, which is not new.

        Raises:
            BusyError: `at_once`, and it would have had to wait.
            UnknownConversationError: there is no such conversation (any more), or its last message is older than `since`.
            ValueError: `client_id` is empty.
        """
        if not client_id:
            raise ValueError("A message needs its client's id: without one a repeat cannot be told from a new message.")
        with self._writing(at_once) as connection:
            return writing.add_message(connection, conversation_id, client_id, text, payload, since, self._now())

    def add_answer(
        self,
        conversation_id: str,
        sequence: int,
        replies: Sequence[Reply],
        understanding: Understanding | None,
        *,
        state: FinalState = "answered",
        reason: str | None = None,
        named: str | None = None,
        at_once: bool = False,
    ) -> list[Message]:
        """Store the replies to the visitor's message `sequence`, once, and return them with their sequences.

        Those of a platform's conversation are queued for delivery too. [] when it has its answer or failure already, or is
        not there (any more): then nobody must deliver these replies. `named` is a country that the visitor has named: it is the
        conversation's region from now on.

        Raises:
            BusyError: `at_once`, and it would have had to wait.
            ValueError: there is no reply, or a state or kind that does not exist.
        """
        if not replies:
            raise ValueError("An answer has at least one reply: store the fixed text when the bot gave none.")
        one_of(state, get_args(FinalState))
        for reply in replies:
            one_of(reply.kind, get_args(ReplyKind))
        with self._writing(at_once) as connection:
            return writing.add_answer(
                connection, conversation_id, sequence, replies, understanding, state, reason, named, self._now()
            )

    def set_feedback(self, conversation_id: str, sequence: int, value: Feedback | None) -> bool:
        """Store the visitor's thumb on an assistant's message, None takes it back; False: there is no such message.

        Raises:
            ValueError: the value is neither "up", "down" nor None.
        """
        if value is not None:
            one_of(value, get_args(Feedback))
        with self._database.writing() as connection:
            return conversing.set_feedback(connection, conversation_id, sequence, value, self._now())

    def erase(self, conversation_id: str, actor: str) -> bool:
        """Erase a conversation, note who did it, and that the bot's tracker is still to be erased; False: there is none.

        The audit row holds time, actor, id and the number of messages, no content.
        """
        with self._database.writing() as connection:
            erased = erasure.erase(connection, conversation_id, actor, self._now(), None)
        if erased:
            self._database.forget_erased(ERASE_LARGEST)
        return erased

    def erase_address(self, channel: str, address: str, actor: str) -> list[str]:
        """Erase every conversation of a platform's address, each as `erase` does, in one transaction; return their ids.

        Whatever was still to be sent there goes too, so that nothing holds the address.
        """
        with self._database.writing() as connection:
            erased, loose = erasure.erase_addresses(connection, [(channel, address)], actor, self._now())
        if erased or loose:
            self._database.forget_erased(ERASE_LARGEST)
        return erased

    def erasure_done(self, conversation_id: str) -> None:
        """Note that the bot has erased its tracker of the conversation; a repeat changes nothing."""
        with self._database.writing() as connection:
            erasure.done(connection, conversation_id, self._now())

    def expire(self, older_than: timedelta, actor: str = "retention") -> list[str]:
        """Erase the conversations whose last message (or beginning) is older, each as `erase` does; return their ids.

        What belongs to none goes too: deliveries that old, and events that no platform delivers any more.

        Raises:
            ValueError: the time is negative: it would erase what is being written.
        """
        if older_than < timedelta(0):
            raise ValueError(f"Conversations are kept for a time, not for {older_than}: give a positive timedelta.")
        now = self._now()
        with self._database.writing() as connection:
            arriving.forget(connection, now)
            summarising.forget(connection)
            if erasure.give_up(connection, now - older_than):
                self._database.owe_cleaning()
            connection.commit()
        with self._database.reading() as connection:
            candidates = erasure.expired(connection, now - older_than)
            count = erasure.count(connection)
            owing = count > self._cleaned or (count > 0 and self._database.owes_cleaning)
        erased: list[str] = []
        try:
            for conversation_id in candidates:  # one transaction each: visitors who write meanwhile hardly wait
                with self._database.writing() as connection:
                    if erasure.erase(connection, conversation_id, actor, now, now - older_than):
                        erased.append(conversation_id)
        finally:
            if erased or owing:
                self.clean(EXPIRE_LARGEST)
        return erased

    def note_retention(self, older_than: timedelta, erased: int) -> None:
        """Note that `expire` has run, and how many conversations it erased: the console shows it."""
        with self._database.writing() as connection:
            retention.note(connection, older_than, erased, self._now())

    def clean(self, largest: int = ERASE_LARGEST) -> None:
        """Clean up after every erasure, that of another process too: it may have been ended before it had done so."""
        with self._database.reading() as connection:
            count = erasure.count(connection)
        self._database.forget_erased(largest)
        self._cleaned = count

    def compact(self) -> None:
        """Write SQLite's file anew whatever its size, so that no trace of what was erased stays; see `compact.py`."""
        self._database.forget_erased(COMPACT_LARGEST)

    def check(self) -> None:
        """Write one row and commit it (and empty SQLite's write-ahead file if an erasure still owes it: call this regularly).

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database cannot be read and written.
        """
        self._database.settle()
        with self._database.writing() as connection:
            beat(connection, self._now())

    def close(self) -> None:
        """Close all connections."""
        self._database.close()

    def _writing(self, at_once: bool) -> AbstractContextManager[Writing]:
        return self._database.writing_at_once() if at_once else self._database.writing()
