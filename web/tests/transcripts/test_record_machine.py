"""Any sequence of calls leaves the record as a plain model of it in Python says, on both databases."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from postgres import Postgres
from record_samples import AtOnceRecord, Clock, table

from transcripts.record import Record, UnknownConversationError
from transcripts.values import Offer, Reply, Understanding

IDS = st.sampled_from(["a" * 32, "b" * 32, "c" * 32, "d" * 32])
CLIENTS = st.sampled_from(["client-1", "client-2", "client-3", "client-4"])
SEQUENCES = st.integers(0, 9)
#: What needs no cleaning; that has tests of its own.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
REPLIES = st.lists(
    st.builds(
        Reply,
        text=TEXTS,
        choices=st.lists(st.builds(Offer, TEXTS, TEXTS, st.booleans()), max_size=2).map(tuple),
        source=st.none() | TEXTS,
        kind=st.sampled_from(["answer", "failure"]),
    ),
    min_size=1,
    max_size=3,
)
UNDERSTANDINGS = st.none() | st.builds(Understanding, TEXTS, st.none() | TEXTS, st.none() | st.floats(0, 1))


class Machine(RuleBasedStateMachine):
    """`messages` of the model: conversation id -> list of dictionaries, in order of their sequences."""

    def open(self) -> str:
        raise NotImplementedError

    @initialize(kind=st.sampled_from([Record, AtOnceRecord]))
    def empty(self, kind: type[Record]) -> None:
        self.clock = Clock()
        self.record = kind(self.open(), now=self.clock)
        self.messages: dict[str, list[dict[str, Any]]] = {}
        self.last: dict[str, datetime] = {}
        self.understood: dict[tuple[str, int], Understanding | None] = {}
        self.arrived: list[tuple[str, int]] = []
        self.erased: dict[str, tuple[datetime, bool]] = {}
        self.audited: list[tuple[str, str]] = []

    @rule(minutes=st.integers(0, 90))
    def wait(self, minutes: int) -> None:
        self.clock.tick(minutes=minutes)

    @rule(name=IDS)
    def begin(self, name: str) -> None:
        if name in self.erased:
            with pytest.raises(ValueError, match="erased"):
                self.record.begin(name)
            return
        self.record.begin(name)
        self.messages.setdefault(name, [])
        self.last.setdefault(name, self.clock())

    @rule(name=IDS, client=CLIENTS, text=TEXTS, payload=st.none() | TEXTS)
    def add_message(self, name: str, client: str, text: str, payload: str | None) -> None:
        if name not in self.messages:
            with pytest.raises(UnknownConversationError):
                self.record.add_message(name, client, text, payload)
            return
        message, new, _ = self.record.add_message(name, client, text, payload)
        known = [entry for entry in self.messages[name] if entry["client_id"] == client]
        assert new == (not known)
        if new:
            self._append(
                name, sender="visitor", client_id=client, text=text, payload=payload, kind="message", state="received"
            )
            self.arrived.append((name, message.sequence))
            known = self.messages[name][-1:]
        assert message.sequence == known[0]["sequence"]
        assert message.text == known[0]["text"]

    @rule(name=IDS, sequence=SEQUENCES, replies=REPLIES, understanding=UNDERSTANDINGS, failed=st.booleans())
    def add_answer(
        self, name: str, sequence: int, replies: list[Reply], understanding: Understanding | None, failed: bool
    ) -> None:
        state: Any = "unanswered" if failed else "answered"
        stored = self.record.add_answer(name, sequence, replies, understanding, state=state)
        asked = next((e for e in self.messages.get(name, []) if e["sequence"] == sequence), None)
        if asked is None or asked["state"] != "received":
            assert stored == []
            return
        asked["state"] = state
        self.understood[name, sequence] = understanding
        for reply in replies:
            outcome = understanding.outcome if understanding else None
            self._append(
                name, sender="assistant", reply_to=sequence, text=reply.text, source=reply.source, kind=reply.kind, outcome=outcome,
                choices=[(offer[0], offer[1], offer[2]) for offer in reply.choices],
            )  # fmt: skip
        assert [m.sequence for m in stored] == [e["sequence"] for e in self.messages[name][-len(replies) :]]

    @rule(name=IDS, sequence=SEQUENCES, value=st.sampled_from(["up", "down", None]))
    def set_feedback(self, name: str, sequence: int, value: Any) -> None:
        answers = [e for e in self.messages.get(name, []) if e["sequence"] == sequence and e["sender"] == "assistant"]
        assert self.record.set_feedback(name, sequence, value) == bool(answers)
        for entry in answers:
            entry["feedback"] = value

    @rule(name=IDS)
    def erase(self, name: str) -> None:
        assert self.record.erase(name, "visitor") == (name in self.messages)
        if name in self.messages:
            self._erased(name, "visitor")

    @rule(minutes=st.integers(0, 120))
    def expire(self, minutes: int) -> None:
        age = timedelta(minutes=minutes)
        gone = sorted((at, name) for name, at in self.last.items() if at < self.clock() - age)
        assert self.record.expire(age) == [name for _, name in gone]
        for _, name in gone:
            self._erased(name, "retention")

    @rule(name=IDS)
    def erasure_done(self, name: str) -> None:
        self.record.erasure_done(name)
        if name in self.erased:
            self.erased[name] = (self.erased[name][0], True)

    @rule()
    def reopen(self) -> None:
        assert all(getattr(self.record, "ways", ())) or not self.record._database.is_sqlite, (
            "It was not written at once."
        )
        self.record.close()

    @invariant()
    def both_agree(self) -> None:
        for name in ("a" * 32, "b" * 32, "c" * 32, "d" * 32):
            found = [
                {
                    "sequence": m.sequence, "sender": m.sender, "client_id": m.client_id, "reply_to": m.reply_to, "text": m.text,
                    "payload": m.payload, "source": m.source, "outcome": m.outcome, "kind": m.kind, "state": m.state,
                    "feedback": m.feedback, "at": m.created_at, "choices": [(c.title, c.payload, c.hidden) for c in m.choices],
                }
                for m in self.record.messages(name)
            ]  # fmt: skip
            assert found == self.messages.get(name, [])
            conversation = self.record.conversation(name)
            assert (conversation.last_at if conversation else None) == self.last.get(name)
            for entry in found:
                understanding = self.record.understanding(name, entry["sequence"])
                assert understanding == self.understood.get((name, entry["sequence"]))
        waiting = [key for key in self.arrived if self.messages[key[0]][key[1] - 1]["state"] == "received"]
        assert [(m.conversation_id, m.sequence) for m in self.record.pending()] == waiting
        pending = [name for at, name in sorted((at, n) for n, (at, done) in self.erased.items() if not done)]
        assert self.record.pending_erasures() == pending
        states = [entry["state"] for entries in self.messages.values() for entry in entries]
        assert self.record.counts() == {
            "received": states.count("received"),
            "unanswered": states.count("unanswered"),
            "pending_erasures": len(pending),
            "deliveries_waiting": 0,
            "deliveries_failed": 0,
            "deliveries_unknown": 0,
        }
        assert [(row["conversation_id"], row["actor"]) for row in table(self.record, "audit")] == self.audited

    def teardown(self) -> None:
        if hasattr(self, "record"):
            self.record.close()

    def _append(self, name: str, **values: Any) -> None:
        blank = dict.fromkeys(("client_id", "reply_to", "payload", "source", "outcome", "state", "feedback"))
        sequence = len(self.messages[name]) + 1
        entry = {**blank, "choices": [], "sequence": sequence, "at": self.clock(), **values}
        self.messages[name].append(entry)
        self.last[name] = self.clock()

    def _erased(self, name: str, actor: str) -> None:
        del self.messages[name], self.last[name]
        self.understood = {key: value for key, value in self.understood.items() if key[0] != name}
        self.arrived = [key for key in self.arrived if key[0] != name]
        self.erased[name] = (self.clock(), False)
        self.audited.append((name, actor))


SETTINGS = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],  # explaining would run it for minutes more
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def test_sqlite_behaves_as_the_model(migrated_file: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "record.db"

        class OnSqlite(Machine):
            def open(self) -> str:
                for old in Path(folder).iterdir():
                    old.unlink()
                shutil.copy(migrated_file, file)
                return f"sqlite:///{file}"

        run_state_machine_as_test(OnSqlite, settings=SETTINGS)


def test_postgresql_behaves_as_the_model(cluster: Postgres, migrated_database: str) -> None:
    class OnPostgresql(Machine):
        def open(self) -> str:
            return cluster.database(migrated_database)

    run_state_machine_as_test(OnPostgresql, settings=settings(SETTINGS, max_examples=10))
