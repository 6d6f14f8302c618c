"""What the console takes of corrections: they are collected into change sets, of which training data comes."""

from __future__ import annotations

from transcripts.cleaning import clean
from transcripts.record import ERASE_LARGEST
from transcripts.staff.finding import Finding
from transcripts.staff.review_values import ChangeSet, Correction, Use
from transcripts.teaching import correcting

#: Most characters of what goes out of a message.
LONGEST_WORDS = 1000


class Teaching(Finding):
    """Takes corrections of turns; nothing here trains anything."""

    #: Whether this process deleted something that no file may hold any longer, and has not cleaned up.
    _owing = False

    def tidy(self) -> None:
        """Take out of SQLite's files what was deleted here (a note, a correction), or changed; call it regularly.

        What is in use then is left to the next call; a file over ERASE_LARGEST keeps traces in its gaps until an
        erasure is cleaned up after (Record.clean).
        """
        if self._owing:
            self._owing = False
            self._database.forget_erased(ERASE_LARGEST)
            self._owing = self._database.cleaning_failed
        else:
            self._database.settle()

    def _owe(self) -> None:
        """Note, while writing, that what was just deleted is to be cleaned up."""
        self._database.owe_cleaning()
        self._owing = True

    def correct(
        self, conversation_id: str, sequence: int, who: str, *, intent: str | None = None, outcome: str | None = None
    ) -> Correction:
        """Say what the visitor's message `sequence` should have been understood as, or have come to.

        It goes into the open change set; one of the same turn that is there is replaced. Names are checked by the caller.

        Raises:
            ValueError: neither is given.
            FullSetError: the open change set holds MOST_OPEN corrections.
            UnknownConversationError: there is no such visitor's message.
        """
        if not (intent or outcome):
            raise ValueError("A correction names the right intent, the right outcome, or both.")
        with self._database.writing() as connection:
            return correcting.correct(
                connection, conversation_id, sequence, intent or None, outcome or None, who, self._now()
            )

    def revise(self, correction_id: int, who: str, *, words: str | None, use: Use | None) -> bool:
        """Say what of a correction goes out, and what for; None: the message's own text, nothing chosen.

        False: it is not in the open change set. The words are erased with the conversation.

        Raises:
            ValueError: there are no words, or more than 1,000 characters.
        """
        if words is not None and not 0 < len(words.strip()) <= LONGEST_WORDS:
            raise ValueError(f"The text has 1 to {LONGEST_WORDS} characters.")
        words = None if words is None else clean(words)
        with self._database.writing() as connection:
            changed = correcting.revise(connection, correction_id, words, use, who, self._now())
            if changed:
                self._owe()
        return changed

    def withdraw(self, correction_id: int, who: str) -> bool:
        """Take a correction out of the open change set; False: it is not in it."""
        with self._database.writing() as connection:
            gone = correcting.withdraw(connection, correction_id, who, self._now())
            if gone:
                self._owe()
        self.tidy()
        return gone

    def change_sets(self) -> list[ChangeSet]:
        """Return all change sets, the newest first."""
        with self._database.reading() as connection:
            return correcting.all_sets(connection)

    def corrections(self, change_set: int | None = None) -> list[Correction]:
        """Return the corrections of a change set, or (None) of the open one, the oldest first."""
        with self._database.reading() as connection:
            return correcting.of_set(connection, change_set)

    def correction(self, correction_id: int) -> Correction | None:
        """Return a correction of the open change set; None: it is not in it (any more)."""
        with self._database.reading() as connection:
            return correcting.in_open_set(connection, correction_id)

    def close_change_set(self, who: str, shown: str) -> int | None:
        """Close the open change set, so that nothing of it changes any more, and return its number; None: it is empty.

        Args:
            who: the lead.
            shown: the `correcting.stamp` of the corrections on their page.

        Raises:
            ChangedSetError: there is something that the lead has not seen.
        """
        with self._database.writing() as connection:
            return correcting.close(connection, who, shown, self._now())
