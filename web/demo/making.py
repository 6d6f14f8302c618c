"""Makes the demo's record: people talk, staff work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime

from demo.ownership import erased, strangers
from demo.people import Person
from demo.talking import Talk, left
from demo.times import Clock
from demo.working import work
from gateway.bridge import Bridge
from transcripts.record import Record
from transcripts.review import Review


class ForeignRecordError(RuntimeError):
    """The record holds conversations that are not the demo's."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a run has added: people who said something new, conversations that staff worked on."""

    talked: int
    worked: int


async def make(
    url: str,
    people: Sequence[Person],
    bot: Callable[[], AbstractAsyncContextManager[Bridge]],
    *,
    seed: int,
    end: datetime,
    force: bool = False,
    told: Callable[[Person], None] = lambda _person: None,
) -> Made:
    """Let the people talk and the staff work, until `end`; what the record holds of it already stays as it is.

    `bot` is asked for only when somebody has something to say.

    Raises:
        ForeignRecordError: it holds other conversations, and `force` was not asked for.
    """
    clock, talked = Clock(end), 0

    def count(person: Person) -> None:
        nonlocal talked
        talked += 1
        told(person)

    others = strangers(url, people)  # before a Record brings theirs to the newest schema
    if others and not force:
        raise ForeignRecordError(
            f"The record holds {others} conversation{'' if others == 1 else 's'} of other people: name another one with "
            "--record, or write the demo beside them with --force."
        )
    record = Record(url, now=clock)
    try:
        gone = erased(url, people)
        people = [person for person in people if person.name not in gone]
        if any(left(record, person) for person in people):
            async with bot() as bridge, Talk(record, bridge, clock, seed) as talk:
                await talk.all(people, end, count)
        review = Review(url, now=clock)
        try:
            worked = work(record, review, people, clock, end)
            clock.set(end)
            review.catch_up()
        finally:
            review.close()
    finally:
        record.close()
    return Made(talked, worked)
