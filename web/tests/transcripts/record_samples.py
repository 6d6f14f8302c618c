"""What the tests of the record share: a clock, samples, and reading tables behind the record's back."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import text

from transcripts.record import BusyError, Record
from transcripts.values import Added, Arrived, Conversation, Delivery, Message, Offer, Reply, Said, Understanding

T = TypeVar("T")

BEGINNING = datetime(2026, 11, 26, 10, 0, 0, 123456, tzinfo=UTC)


class Clock:
    """A time that passes only when told."""

    def __init__(self) -> None:
        self.time = BEGINNING

    def __call__(self) -> datetime:
        return self.time

    def tick(self, **passed: float) -> None:
        self.time += timedelta(**passed)


def new_id() -> str:
    return secrets.token_hex(16)


def begun(record: Record) -> str:
    """Begin a conversation and return its id."""
    return record.begin(new_id()).id


UNDERSTANDING = Understanding(
    outcome="emergency",
    intent="emergency_injury",
    confidence=0.97,
    alternatives=({"intent": "emergency_injury", "confidence": 0.97}, {"intent": "clarify", "confidence": 0.01}),
    red_flags=({"name": "E1_hip_out_of_place", "kind": "emergency_injury", "evidence": ["my hip popped out"]},),
    region="GB",
    model="assistant.tar.gz",
    ms=12.3,
    degraded=True,
)
REPLY = Reply(
    text="Call 999 or 112 now.",
    choices=(Offer("Nobody is hurt", "/emergency_release"),),
    card={"kind": "emergency", "heading": "Get emergency help now", "tel": ["999", "112"]},
    source="NHS",
    response="utter_emergency_injury",
)
PLAN = Reply(
    text="Here is a week.",
    choices=(Offer("Swap one", "/fitness_swap"),),
    card={
        "kind": "plan",
        "sessions": [{"name": "A", "exercises": [{"name": "Glute bridge", "how": "/fitness_glute_bridge"}]}],
    },
)


#: A phone number in a platform's notation.
ADDRESS = "whatsapp:+15550104711"
CHANNEL = "whatsapp_cloud"
IDLE = timedelta(hours=24)
PLAIN = Reply("A hip dip is normal.")


def arrive(
    record: Record, event_id: str, *texts: str, address: str = ADDRESS, channel: str = CHANNEL, **given: Any
) -> Arrived | None:
    """Take an event with these texts."""
    options = {"public": False, "region": None, "idle": IDLE, **given}
    return record.arrive(channel, event_id, address, [Said(text) for text in texts], **options)


def arrived(record: Record, event_id: str, *texts: str, **given: Any) -> Conversation:
    """Take a new event with these texts and return its conversation."""
    taken = arrive(record, event_id, *texts, **given)
    assert taken is not None
    assert taken.conversation is not None
    return taken.conversation


def answered(record: Record, *replies: Reply, address: str = ADDRESS) -> list[Delivery]:
    """Take a new event, answer it and return the deliveries of its replies, in order."""
    taken = arrive(record, secrets.token_hex(8), "hello", address=address)
    assert taken is not None
    (asked,) = taken.messages
    stored = record.add_answer(asked.conversation_id, asked.sequence, replies, None)
    found = {(one.conversation_id, one.sequence): one for one in record.waiting(CHANNEL, address)}
    return [found[message.conversation_id, message.sequence] for message in stored]


class AtOnceRecord(Record):
    """A record that writes at once where it can, as the gateway's event loop does, and says so in `ways`."""

    def __init__(self, url: str, *, now: Callable[[], datetime]) -> None:
        super().__init__(url, now=now)
        self.ways: list[bool] = []

    def add_message(self, *given: Any, **named: Any) -> Added:
        return self._either(super().add_message, *given, **named)

    def add_answer(self, *given: Any, **named: Any) -> list[Message]:
        return self._either(super().add_answer, *given, **named)

    def _either(self, call: Callable[..., T], *given: Any, **named: Any) -> T:
        try:
            done = call(*given, **named, at_once=True)
        except BusyError:
            self.ways.append(False)
            return call(*given, **named)
        self.ways.append(True)
        return done


def at_once(jobs: list[Callable[[], T]]) -> list[T]:
    """Run the jobs in as many threads, all let go at the same moment, and return their results in order."""
    gate = threading.Barrier(len(jobs))

    def wait_and_run(job: Callable[[], T]) -> T:
        gate.wait(timeout=30)
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(wait_and_run, job) for job in jobs]]


def table(record: Record, name: str) -> list[dict[str, Any]]:
    """Return all rows of a table."""
    with record._database.reading() as connection:
        return [dict(row._mapping) for row in connection.execute(text(f"SELECT * FROM {name}"))]


def execute(record: Record, statement: str) -> None:
    """Run a statement as the record never would, and commit it."""
    with record._database.writing() as connection:
        connection.exec_driver_sql(statement)
        connection.commit()
