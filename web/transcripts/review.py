"""All that the console does with the record: it finds, teaches, compares, and reviews. `record.py` is what the gateway does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from transcripts import schema
from transcripts.database import Database
from transcripts.privacy.redaction import mask
from transcripts.reader import utc_now
from transcripts.staff import listing, reviewing
from transcripts.staff.filtering import Filters
from transcripts.staff.finding import MOST_BATCHES, unreviewed
from transcripts.staff.review_values import Claim, Note
from transcripts.teaching.comparing import Comparing

#: How long a claim holds unless it is renewed: whoever walks away does not keep a conversation from others.
CLAIM = timedelta(minutes=15)
LONGEST_NOTE = 10_000
LONGEST_TAG = 60
PRIVATE_TAG = "A tag holds no telephone number, e-mail address or the like: in a note they are masked."
#: Conversations that `claim_next` tries before it looks anew.
CANDIDATES = 20


class Review(Comparing):
    """What staff read and do. Any number of threads may call it at once, and other processes too.

    Every method that changes something is audited, in its own transaction (claims, which come and go by the minute, only when
    they are taken from somebody). `who` is the name of an account. Unless said otherwise a method that names a conversation
    raises UnknownConversationError when there is none, or nothing was said in it.
    """

    def __init__(
        self, url: str | None = None, *, database: Database | None = None, now: Callable[[], datetime] = utc_now
    ) -> None:
        """Open the database of `url` as `Record` does, or use the open, upgraded `database`, which its owner closes.

        Raises:
            UnsupportedDatabaseError: the URL names no database that the record can use.
            SchemaError: a newer version of this program has upgraded the database.
        """
        super().__init__(database or Database(url), now)
        self._owns = database is None
        try:
            if self._owns:
                schema.upgrade(self._database)
        except BaseException:
            self._database.close()
            raise

    def close(self) -> None:
        """Close all connections, unless somebody else opened them."""
        if self._owns:
            self._database.close()

    def claim(self, conversation_id: str, who: str, *, take: bool = False) -> Claim:
        """Say that `who` is reviewing the conversation, for the next 15 minutes; call it again to renew.

        Raises:
            ClaimedByOtherError: somebody else is, and `take` was not asked for.
        """
        now = self._now()
        with self._database.writing() as connection:
            return reviewing.claim(connection, conversation_id, who, now + CLAIM, take, now)

    def claim_next(self, who: str, filters: Filters | None = None) -> str | None:
        """Claim the most urgent conversation of the queue that is nobody else's, and return its id; None: there is none.

        Somebody else's is what others have claimed or are assigned to.
        """
        self.catch_up(MOST_BATCHES)
        now = self._now()
        tried: set[str] = set()
        while True:
            with self._database.reading() as connection:
                free = listing.free(connection, unreviewed(filters), who, CANDIDATES, now)
            found = [name for name in free if name not in tried]
            for name in found:
                with self._database.writing() as connection:
                    if reviewing.claim_if_free(connection, name, who, now + CLAIM, now):
                        return name
            if not found:
                return None
            tried.update(found)  # others were quicker: these are not free any more

    def renew(self, conversation_id: str, who: str) -> Claim | None:
        """Renew the claim of `who`, for the next 15 minutes; None: they have none (any more), and nothing changes."""
        now = self._now()
        with self._database.writing() as connection:
            return reviewing.renew(connection, conversation_id, who, now + CLAIM, now)

    def release(self, conversation_id: str, who: str) -> bool:
        """Give up the claim of `who`; False: they have none."""
        with self._database.writing() as connection:
            return reviewing.release(connection, conversation_id, who)

    def assign(self, conversation_id: str, who: str, to: str | None) -> None:
        """Hand the conversation to the account `to`, or to nobody."""
        with self._database.writing() as connection:
            reviewing.assign(connection, conversation_id, who, to, self._now())

    def mark_reviewed(self, conversation_id: str, who: str, seen: int, shown: str) -> None:
        """Mark the conversation as reviewed and release the claim.

        Whatever comes later opens it anew: a message, a reason in any turn, a further thumb down, a delivery that fails.

        Args:
            conversation_id: which.
            who: the reviewer.
            seen: the last sequence on their page.
            shown: the `stamp` of the transcript on their page.

        Raises:
            ChangedMeanwhileError: there is something that the reviewer has not seen.
            ClaimedByOtherError: somebody else is reviewing it.
            ReviewedByOtherError: somebody else has reviewed it.
        """
        with self._database.writing() as connection:
            reviewing.mark_reviewed(connection, conversation_id, who, seen, shown, self._now())

    def reopen(self, conversation_id: str, who: str) -> None:
        """Put the conversation back into the queue, with all its reasons; raises ClaimedByOtherError when it is somebody's."""
        with self._database.writing() as connection:
            reviewing.reopen(connection, conversation_id, who, self._now())

    def set_follow_up(self, conversation_id: str, who: str, day: date | None) -> None:
        """Note the day on which somebody should look at the conversation again; None: nobody need."""
        with self._database.writing() as connection:
            reviewing.set_follow_up(connection, conversation_id, who, day, self._now())

    def tag(self, conversation_id: str, who: str, name: str) -> None:
        """Tag the conversation; the tag is stored in small letters, with single spaces.

        Tags are the choices of a filter that every reviewer sees, so nothing that would have to be masked may be one.

        Raises:
            ValueError: the tag is empty, longer than 60 characters, or would be masked.
        """
        name = _tag(name)
        if mask(name) != name:
            raise ValueError(PRIVATE_TAG)
        with self._database.writing() as connection:
            reviewing.tag(connection, conversation_id, who, name, self._now())

    def untag(self, conversation_id: str, who: str, name: str) -> bool:
        """Take a tag off; False: it was not there."""
        with self._database.writing() as connection:
            gone = reviewing.untag(connection, conversation_id, who, _tag(name), self._now())
            if gone:
                self._owe()
        self.tidy()
        return gone

    def tags(self) -> dict[str, int]:
        """Return every tag with the number of its conversations, by name."""
        with self._database.reading() as connection:
            return reviewing.all_tags(connection)

    def add_note(self, conversation_id: str, who: str, text: str, sequence: int | None = None) -> Note:
        """Store a note on the conversation, or on its message `sequence`. It is erased with the conversation.

        Raises:
            ValueError: the note is empty or longer than 10,000 characters.
        """
        text = text.replace("\r\n", "\n")  # a form sends two characters where a browser counts one
        if not text.strip() or len(text) > LONGEST_NOTE:
            raise ValueError(f"A note has 1 to {LONGEST_NOTE} characters.")
        with self._database.writing() as connection:
            return reviewing.add_note(connection, conversation_id, who, text, sequence, self._now())

    def delete_note(self, conversation_id: str, note_id: int, who: str) -> bool:
        """Delete a note that `who` wrote; False: there is none."""
        with self._database.writing() as connection:
            gone = reviewing.delete_note(connection, conversation_id, note_id, who, self._now())
            if gone:
                self._owe()
        self.tidy()
        return gone

    def note_audit(self, who: str, action: str, conversation_id: str | None = None, **details: Any) -> None:
        """Add an audit row of what this class does not know of (a login, a view of unmasked text, an export), and commit.

        No detail may hold anything that was said.
        """
        with self._database.writing() as connection:
            reviewing.note_audit(connection, who, action, conversation_id, details, self._now())
            connection.commit()


def _tag(name: str) -> str:
    found = " ".join(name.lower().split())
    if not 0 < len(found) <= LONGEST_TAG:
        raise ValueError(f"A tag has 1 to {LONGEST_TAG} characters.")
    return found
