"""Any sequence of events, answers, sendings and erasures leaves the record as a plain model of it says, on both databases."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from postgres import Postgres
from record_samples import CHANNEL, PLAIN, REPLY, Clock, table

from transcripts.record import Record
from transcripts.values import Reply, Said

ADDRESSES = st.sampled_from(["one", "other"])
EVENTS = st.integers(1, 12).map(str)
IDLE = timedelta(hours=2)
SOME = st.integers(0, 99)


@dataclass
class Row:
    """A delivery of the model; `sequence` 0: a notice, which belongs to no conversation."""

    address: str
    conversation: str
    sequence: int
    urgent: bool
    updated: datetime
    state: str = "waiting"
    part: int = 0
    attempts: int = 0
    until: datetime | None = None


class Machine(RuleBasedStateMachine):
    """`talks`: conversation -> [address, last time, texts]; `rows`: deliveries by id; `open`: messages without answer."""

    def open_url(self) -> str:
        raise NotImplementedError

    @initialize()
    def empty(self) -> None:
        self.clock = Clock()
        self.record = Record(self.open_url(), now=self.clock)
        self.events: dict[str, datetime] = {}
        self.talks: dict[str, list[Any]] = {}
        self.rows: dict[int, Row] = {}
        self.used: list[int] = []
        self.open: list[tuple[str, int]] = []

    @rule(minutes=st.integers(1, 150))
    def wait(self, minutes: int) -> None:
        self.clock.tick(minutes=minutes)

    @rule(event=EVENTS, address=ADDRESSES, count=st.integers(0, 3), anew=st.booleans())
    def arrive(self, event: str, address: str, count: int, anew: bool) -> None:
        said = [Said(f"{event}.{number}") for number in range(count)]
        arrived = self.record.arrive(CHANNEL, event, address, said, public=False, region=None, idle=IDLE, anew=anew)
        if event in self.events:
            assert arrived is None
            return
        assert arrived is not None
        self.events[event] = self.clock()
        known = [name for name, (where, _, _) in self.talks.items() if where == address]
        assert arrived.first == (not known)
        fresh = known and self.talks[known[-1]][1] >= self.clock() - IDLE
        expected = known[-1] if fresh and not (anew and said) else None
        if not said:
            assert (arrived.conversation.id if arrived.conversation else None) == expected
            assert arrived.messages == []
            return
        assert arrived.conversation is not None
        name = arrived.conversation.id
        if expected is None:
            assert name not in self.talks
            self.talks[name] = [address, self.clock(), []]
        else:
            assert name == expected
        texts = self.talks[name][2]
        for one, message in zip(said, arrived.messages, strict=True):
            texts.append(one.text)
            assert (message.sequence, message.text) == (len(texts), one.text)
            self.open.append((name, len(texts)))
        self.talks[name][1] = self.clock()

    @rule(
        which=SOME,
        replies=st.lists(st.sampled_from([PLAIN, REPLY, Reply("Sorry.", kind="failure")]), min_size=1, max_size=3),
    )
    def answer(self, which: int, replies: list[Reply]) -> None:
        if not self.open:
            return
        name, sequence = self.open.pop(which % len(self.open))
        stored = self.record.add_answer(name, sequence, replies, None)
        assert len(stored) == len(replies)
        talk = self.talks[name]
        talk[1] = self.clock()
        found = {d.sequence: d for d in self.record.waiting(CHANNEL, talk[0]) if d.conversation_id == name}
        for reply, message in zip(replies, stored, strict=True):
            talk[2].append(reply.text)
            self._new(
                found[message.sequence].id, Row(talk[0], name, message.sequence, reply is not PLAIN, self.clock())
            )

    @rule(address=ADDRESSES)
    def notify(self, address: str) -> None:
        self.record.notify(CHANNEL, address, "A notice.")
        (new,) = [d.id for d in self.record.waiting(CHANNEL, address) if d.id not in self.used]
        self._new(new, Row(address, "", 0, False, self.clock()))

    @rule(which=SOME)
    def sending(self, which: int) -> None:
        number, row = self._some(which)
        waits = row is not None and row.state == "waiting"
        assert self.record.sending(number) == waits
        if row and waits:
            row.state, row.attempts, row.updated = "sending", row.attempts + 1, self.clock()

    @rule(which=SOME, last=st.booleans())
    def sent_part(self, which: int, last: bool) -> None:
        number, row = self._some(which)
        self.record.sent_part(number, last=last)
        if row is None or row.state != "sending":
            return
        row.state, row.part, row.until, row.updated = "sent" if last else "waiting", row.part + 1, None, self.clock()
        row.attempts = row.attempts if last else 0
        if last and not row.sequence:
            del self.rows[number]

    @rule(which=SOME)
    def postpone(self, which: int) -> None:
        number, row = self._some(which)
        until = self.clock() + timedelta(seconds=30)
        self.record.postpone(number, until, "429")
        if row and row.state == "sending":
            row.state, row.until, row.updated = "waiting", until, self.clock()

    @rule(which=SOME, state=st.sampled_from(["failed", "unknown"]))
    def end(self, which: int, state: Any) -> None:
        number, row = self._some(which)
        self.record.end_delivery(number, state, "blocked")
        if row and row.state in ("waiting", "sending"):
            row.state, row.until, row.updated = state, None, self.clock()
            if not row.sequence:
                del self.rows[number]

    @rule()
    def restart(self) -> None:
        self.record.close()
        left = {number: row for number, row in self.rows.items() if row.state == "sending"}
        urgent = sum(row.urgent for row in left.values())
        assert self.record.take_over() == (urgent, len(left) - urgent)
        for number, row in left.items():
            row.state, row.updated = "waiting" if row.urgent else "unknown", self.clock()
            row.until = None if row.urgent else row.until
            if not row.sequence:
                del self.rows[number]

    @rule(which=SOME)
    def erase(self, which: int) -> None:
        if self.talks:
            name = list(self.talks)[which % len(self.talks)]
            assert self.record.erase(name, "visitor")
            self._gone(name)

    @rule(address=ADDRESSES)
    def erase_address(self, address: str) -> None:
        names = [name for name, (where, _, _) in self.talks.items() if where == address]
        assert self.record.erase_address(CHANNEL, address, "visitor") == names
        for name in names:
            self._gone(name)
        self.rows = {number: row for number, row in self.rows.items() if row.address != address}

    @rule(hours=st.integers(0, 5))
    def expire(self, hours: int) -> None:
        before = self.clock() - timedelta(hours=hours)
        gone = [name for name, (_, last, _) in self.talks.items() if last < before]
        assert sorted(self.record.expire(timedelta(hours=hours))) == sorted(gone)
        for name in gone:
            self._gone(name)
        self.rows = {n: row for n, row in self.rows.items() if row.sequence or row.updated >= before}
        self.events = {e: at for e, at in self.events.items() if at >= self.clock() - timedelta(days=8)}

    @invariant()
    def both_agree(self) -> None:
        for name, (address, last, texts) in self.talks.items():
            conversation = self.record.conversation(name)
            assert conversation is not None
            assert (conversation.address, conversation.last_at) == (address, last)
            assert [message.text for message in self.record.messages(name)] == texts
        assert len(table(self.record, "conversations")) == len(self.talks)
        assert sorted((m.conversation_id, m.sequence) for m in self.record.pending()) == sorted(self.open)
        assert len(table(self.record, "arrivals")) == len(self.events)
        columns = ("id", "address", "conversation_id", "sequence", "urgent", "state", "part", "attempts")
        stored = {row["id"]: tuple(row[name] for name in columns) for row in table(self.record, "deliveries")}
        assert stored == {
            number: (
                number, row.address, row.conversation or None, row.sequence or None, row.urgent, row.state, row.part, row.attempts
            )
            for number, row in self.rows.items()
        }  # fmt: skip
        waiting = {n: row for n, row in self.rows.items() if row.state == "waiting"}
        for address in ("one", "other"):
            order = sorted((not row.urgent, n) for n, row in waiting.items() if row.address == address)
            found = self.record.waiting(CHANNEL, address)
            assert [(not d.urgent, d.id) for d in found] == order
            assert [d.next_at for d in found] == [self.rows[d.id].until for d in found]
        first = [self.rows[number].address for number in sorted(waiting)]
        assert self.record.waiting_addresses() == [(CHANNEL, address) for address in dict.fromkeys(first)]
        states = [row.state for row in self.rows.values()]
        counts = self.record.counts()
        for state in ("waiting", "failed", "unknown"):
            assert counts[f"deliveries_{state}"] == states.count(state)

    def teardown(self) -> None:
        if hasattr(self, "record"):
            self.record.close()

    def _new(self, number: int, row: Row) -> None:
        assert number not in self.used  # never that of a row which is gone
        self.used.append(number)
        self.rows[number] = row

    def _some(self, which: int) -> tuple[int, Row | None]:
        """A delivery that is or was there, and its row in the model if it is."""
        number = self.used[which % len(self.used)] if self.used else 4711
        return number, self.rows.get(number)

    def _gone(self, name: str) -> None:
        del self.talks[name]
        self.rows = {number: row for number, row in self.rows.items() if row.conversation != name}
        self.open = [key for key in self.open if key[0] != name]


SETTINGS = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def test_sqlite_behaves_as_the_model(migrated_file: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "record.db"

        class OnSqlite(Machine):
            def open_url(self) -> str:
                for old in Path(folder).iterdir():
                    old.unlink()
                shutil.copy(migrated_file, file)
                return f"sqlite:///{file}"

        run_state_machine_as_test(OnSqlite, settings=SETTINGS)


def test_postgresql_behaves_as_the_model(cluster: Postgres, migrated_database: str) -> None:
    class OnPostgresql(Machine):
        def open_url(self) -> str:
            return cluster.database(migrated_database)

    run_state_machine_as_test(OnPostgresql, settings=settings(SETTINGS, max_examples=10))
