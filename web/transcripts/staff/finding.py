"""What the console reads of the record: what to look at, what was said, and the figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from transcripts.privacy.redaction import mask
from transcripts.reader import Reader
from transcripts.staff import figures, listing, rules, summarising, transcript
from transcripts.staff.filtering import Filters, Order
from transcripts.staff.queueing import Reason
from transcripts.staff.review_values import Entry, Figures, Page, Transcript

#: Conversations that are summarised in one transaction: on SQLite visitors who write meanwhile wait for some 50 milliseconds.
BATCH = 40
#: Transactions that one page does before it shows what it has; `catch_up` does them all.
MOST_BATCHES = 10
#: Rows of a page at most.
MOST_ROWS = 200


class Finding(Reader):
    """Queue, lists, search, transcripts and figures.

    Those that read summaries first bring them up to date, MOST_BATCHES transactions at most, what changed last first; only
    `reason_counts`, `due` and `channels` count what is there. The console catches up in the background too.
    """

    def catch_up(self, batches: int | None = None) -> int:
        """Summarise what has changed, all of it or so many batches, the newest first; return how many conversations are left.

        Messages that have waited too long for an answer are looked at before all else.
        """
        with self._database.reading() as connection:
            late = summarising.late(connection, self._now())
        for start in range(0, len(late), BATCH):
            with self._database.writing() as connection:
                summarising.summarise(connection, late[start : start + BATCH], self._now())
                connection.commit()
        done = 0
        while batches is None or done < batches:
            with self._database.reading() as connection:
                if not summarising.waits(connection):
                    return 0
            with self._database.writing() as connection:
                waiting = summarising.refresh(connection, BATCH, self._now())
            done += 1
            if not waiting:
                return 0
        with self._database.reading() as connection:
            return summarising.left(connection)

    def rejudge_if_new(self) -> bool:
        """Have every conversation judged anew if the rules are not those it was judged by; tell whether."""
        with self._database.reading() as connection:
            new = rules.are_new(connection)
        if new:
            self.rejudge()
        return new

    def rejudge(self) -> int:
        """Have every conversation judged anew; return how many are still to do: all."""
        with self._database.writing() as connection:
            summarising.mark_all(connection)
            rules.note(connection)
            connection.commit()
        with self._database.reading() as connection:
            return summarising.left(connection)

    def page(
        self,
        filters: Filters,
        order: Order = "newest",
        *,
        after: str | None = None,
        limit: int = 25,
        show: Callable[[str], str] = mask,
    ) -> Page:
        """Return a page of the conversations that the filters leave, from the cursor `after` (`next` of the page before) on.

        Where words are searched for, each row has the passage that was found. `show` masks what reaches a person in it and in
        the tags; whoever may see everything gets it with `show=str`.

        Raises:
            FilterError: the cursor is none of ours.
            ValueError: a page has 1 to MOST_ROWS rows.
        """
        if not 1 <= limit <= MOST_ROWS:
            raise ValueError(f"A page has 1 to {MOST_ROWS} rows, not {limit}.")
        behind = self.catch_up(MOST_BATCHES)
        with self._database.reading() as connection:
            found = listing.entries(connection, filters, order, after, limit, show, self._now())
        return Page(*found, behind)

    def queue(self, filters: Filters | None = None, *, after: str | None = None, limit: int = 25) -> Page:
        """Return a page of what is to be reviewed, the most urgent first, and within one urgency the newest."""
        return self.page(unreviewed(filters), "urgency", after=after, limit=limit)

    def reason_counts(self, filters: Filters | None = None) -> dict[Reason | None, int]:
        """Return how many conversations of the queue have each reason, the most urgent first; None: those without any."""
        with self._database.reading() as connection:
            return listing.by_reason(connection, unreviewed(filters))

    def due(self, day: date) -> int:
        """Return how many conversations somebody should look at again by this day, reviewed or not."""
        with self._database.reading() as connection:
            return listing.count(connection, Filters(follow_up=day))

    def entry(self, conversation_id: str) -> Entry | None:
        """Return the row of one conversation; None: there is none, or nothing was said in it."""
        self.catch_up(MOST_BATCHES)
        with self._database.reading() as connection:
            return listing.entry(connection, conversation_id, self._now())

    def transcript(self, conversation_id: str) -> Transcript | None:
        """Return a whole conversation as it was written (masking is the caller's part), or None."""
        self.catch_up(MOST_BATCHES)
        with self._database.reading() as connection:
            return transcript.transcript(connection, conversation_id, self._now())

    def channels(self) -> list[str]:
        """Return the channels that conversations came by, for a filter's choices."""
        with self._database.reading() as connection:
            return listing.channels(connection)

    def figures(self, since: date, until: date, channel: str | None = None) -> Figures:
        """Return the dashboard's figures of these days (UTC, both included).

        Raises:
            ValueError: `until` is before `since`, or the range is longer than two years.
        """
        if not 0 <= (until - since).days < figures.MOST_DAYS:
            raise ValueError(f"The figures are of 1 to {figures.MOST_DAYS} days.")
        self.catch_up(MOST_BATCHES)
        with self._database.reading() as connection:
            return figures.figures(connection, since, until, channel)


def unreviewed(filters: Filters | None) -> Filters:
    """Return the filters, narrowed to what is to be reviewed."""
    return replace(filters or Filters(), reviewed=False)
