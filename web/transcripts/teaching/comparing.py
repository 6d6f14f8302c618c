"""What the console keeps of comparisons: past turns, or a labelled file, asked again of the bot of now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from transcripts.staff.filtering import Filters
from transcripts.staff.finding import MOST_BATCHES
from transcripts.teaching import replay_results, replaying, throwaways
from transcripts.teaching.collecting import Teaching
from transcripts.teaching.replay_values import EndState, Label, Plan, Reading, Replay, Replayed


class Comparing(Teaching):
    """Keeps replays: which turns, what they came to before and come to now. Asking the bot is the caller's part.

    Begin, stop and go on are audited. Whatever begins raises AlreadyRunningError while one runs, NothingToReplayError when
    nothing that was chosen can be replayed.
    """

    def choose(self, filters: Filters) -> list[int]:
        """Return the newest turns (ids of messages) of the conversations that the filters leave, MOST_TURNS at most."""
        self.catch_up(MOST_BATCHES)
        with self._database.reading() as connection:
            return replaying.chosen(connection, filters)

    def replay_filtered(self, filters: Filters, who: str) -> int:
        """Begin a replay of what `choose` returns, and return its number.

        Of the filters no word is kept that somebody typed: it may be a visitor's, and would outlive its erasure.
        """
        kept = replace(filters, words="", said_by=None, outcome=None, intent=None, tag=None)
        given = {"source": "filter", "query": kept.to_query()}
        chosen = self.choose(filters)
        with self._database.writing() as connection:
            return replaying.begin_turns(connection, given, chosen, who, self._now())

    def replay_change_set(self, change_set: int, who: str) -> int:
        """Begin a replay of the turns that a change set corrects, and return its number."""
        given = {"source": "change_set", "change_set_id": change_set}
        with self._database.writing() as connection:
            chosen = replaying.corrected(connection, change_set)
            return replaying.begin_turns(
                connection, given if chosen else {"source": "change_set"}, chosen, who, self._now()
            )

    def replay_file(self, file: str, digest: str, labels: Sequence[Label], who: str) -> int:
        """Begin a replay of the lines of a labelled file, and return its number; `digest`: SHA-256 of its bytes."""
        given = {"source": "evaluation", "file": file, "digest": digest}
        with self._database.writing() as connection:
            return replaying.begin_lines(connection, given, labels, who, self._now())

    def stop_replay(self, number: int, who: str) -> bool:
        """Stop a replay; False: it does not run."""
        with self._database.writing() as connection:
            return replaying.end(connection, number, "stopped", self._now(), who)

    def end_replay(self, number: int, state: EndState) -> bool:
        """End a replay for whoever runs it; False: it does not run any more."""
        with self._database.writing() as connection:
            return replaying.end(connection, number, state, self._now())

    def go_on_with_replay(self, number: int, who: str) -> bool:
        """Let a replay that ended early go on with what waits; False: there is none, or it is done."""
        with self._database.writing() as connection:
            return replaying.go_on(connection, number, who, self._now())

    def running_replay(self) -> int | None:
        """Return the number of the replay that runs, or None."""
        with self._database.reading() as connection:
            return replaying.running(connection)

    def next_plan(self, number: int) -> Plan | None:
        """Return a conversation of the replay of which turns wait, with everything said before them; None: none does."""
        with self._database.reading() as connection:
            return replaying.next_plan(connection, number)

    def waiting_lines(self, number: int) -> list[tuple[int, int]]:
        """Return id and line of each turn of a labelled file that waits, in order."""
        with self._database.reading() as connection:
            return replaying.waiting_lines(connection, number)

    def store_replayed(self, replayed: int, now: Reading | None) -> None:
        """Store what a turn comes to now; None: the bot refused it. One that was erased meanwhile stays gone."""
        with self._database.writing() as connection:
            replaying.store(connection, replayed, now)

    def replays(self) -> list[Replay]:
        """Return the replays that are kept, the newest first."""
        with self._database.reading() as connection:
            return replay_results.all_replays(connection)

    def replay(self, number: int) -> Replay | None:
        """Return one replay, or None."""
        with self._database.reading() as connection:
            return next(iter(replay_results.all_replays(connection, number)), None)

    def replayed(self, number: int) -> list[Replayed]:
        """Return the turns of a replay: the newest messages first, or the lines in order."""
        with self._database.reading() as connection:
            return replay_results.turns(connection, number)

    def replayed_texts(self, replayed: Sequence[int]) -> dict[int, str]:
        """Return what visitors wrote in these turns, by the turn's id; the masking is the caller's part."""
        with self._database.reading() as connection:
            return replay_results.texts(connection, replayed)

    def keep_throwaway(self, conversation_id: str) -> None:
        """Note a conversation that the bot is about to get: it must be erased there whatever happens."""
        with self._database.writing() as connection:
            throwaways.keep(connection, conversation_id, self._now())

    def forget_throwaway(self, conversation_id: str) -> None:
        """Forget one that the bot has erased."""
        with self._database.writing() as connection:
            throwaways.forget(connection, conversation_id)

    def throwaways(self) -> list[str]:
        """Return the conversations that the bot has still to erase, the oldest first."""
        with self._database.reading() as connection:
            return throwaways.kept(connection)
