"""What the record holds about one person: found by a conversation or by a platform's id, handed out, erased.

A visitor of the website has no name here: a conversation is all that is known of them, and nothing tells that two are of one
person. On a platform a person is whoever an address belongs to, in private and in groups.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from transcripts.cleaning import clean
from transcripts.database import Database
from transcripts.models import conversations, deliveries, erasures, messages
from transcripts.privacy import erasure
from transcripts.privacy.holdings import holdings
from transcripts.record import ERASE_LARGEST
from transcripts.staff.review_models import notes
from transcripts.staff.reviewing import note_audit

#: Characters of a conversation's id that its beginning has at least.
SHORTEST_BEGINNING = 8
#: Most characters of a platform's id.
LONGEST_ADDRESS = 200

_BEGINNING = re.compile(r"[0-9a-f]{8,32}")
_PHONE = re.compile(r"\+?[\d(][\d\s().-]{5,30}")


class NotFoundError(LookupError):
    """Nobody is found; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Held:
    """One conversation of a person, without a word of it. `public`: others read along."""

    id: str
    public: bool
    begun_at: datetime
    last_at: datetime
    messages: int
    notes: int


@dataclass(frozen=True, slots=True)
class Person:
    """All that is held about one person; `on_the_way` counts replies that have not been sent yet."""

    channel: str
    conversations: tuple[Held, ...]
    on_the_way: int
    places: frozenset[tuple[str, str]] = field(repr=False)

    @property
    def messages(self) -> int:
        """How many messages of both sides."""
        return sum(one.messages for one in self.conversations)


@dataclass(frozen=True, slots=True)
class Gone:
    """A conversation that is erased here; `done_at` is when the bot had erased it too."""

    conversation_id: str
    requested_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is meant: a conversation's id or its beginning, or channel and platform id."""

    conversation: str = ""
    channel: str = ""
    address: str = field(default="", repr=False)


class Persons:
    """Finds people in `database`, hands out what it holds about them, erases it. Threads share it."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now

    def find(self, asked: Asked, who: str) -> Person:
        """Return what is held, and note who looked: that somebody wrote here at all is a secret of theirs.

        Raises:
            NotFoundError: nothing is held, or it is not clear about whom.
        """
        now = self._now()
        with self._database.writing() as connection:
            try:
                person = _find(connection, asked)
            except NotFoundError:
                note_audit(connection, who, "find_person", None, {"channel": asked.channel, "conversations": 0}, now)
                raise
            else:
                _note(connection, who, "find_person", person, now)
                return person
            finally:
                connection.commit()

    def gone(self, beginning: str) -> list[Gone]:
        """Return the erased conversations whose id begins like that, the latest first; 20 at most."""
        if not _BEGINNING.fullmatch(beginning.strip().lower()):
            return []
        query = select(erasures).where(erasures.c.conversation_id.startswith(beginning.strip().lower()))
        with self._database.reading() as connection:
            found = connection.execute(query.order_by(erasures.c.requested_at.desc()).limit(20))
            return [Gone(row.conversation_id, row.requested_at, row.done_at) for row in found]

    def hand_out(self, asked: Asked, who: str) -> dict[str, Any]:
        """Return everything that is held, with times as datetimes, and note who asked for it.

        Raises:
            NotFoundError: see `find`.
        """
        now = self._now()
        with self._database.writing() as connection:
            person = _find(connection, asked)
            _note(connection, who, "export_person", person, now)
            connection.commit()
        with self._database.reading() as connection:
            return holdings(connection, [one.id for one in person.conversations], person.places)

    def erase(self, asked: Asked, who: str) -> Person:
        """Erase it all, in one transaction, and return what there was; the bot's own store follows (`erasures`).

        Raises:
            NotFoundError: see `find`.
        """
        now = self._now()
        with self._database.writing() as connection:
            person = _find(connection, asked)
            if person.places:
                note_audit(connection, who, "erase_person", None, _details(person), now)
                erasure.erase_addresses(connection, person.places, who, now)
            else:
                erasure.erase(connection, person.conversations[0].id, who, now, None)
        self._database.forget_erased(ERASE_LARGEST)
        return person


def _find(connection: Connection, asked: Asked) -> Person:
    if asked.conversation:
        row = _conversation(connection, asked.conversation.strip().lower())
        if row.address is None:
            return Person(row.channel, _held(connection, conversations.c.id == row.id), 0, frozenset())
        channel, wanted = row.channel, {_person_of(row.address), row.address}
    else:
        channel, wanted = asked.channel, _spellings(asked.address)
    places = _places(connection, channel, wanted)
    if not places:
        raise NotFoundError(
            "Nothing is held of this id on this platform. Look at how it is written, or at its channel."
        )
    everywhere = or_(*(_at(conversations.c, place) for place in places))
    there = or_(*(_at(deliveries.c, place) for place in places))
    unsent = select(func.count()).select_from(deliveries).where(there, deliveries.c.state.in_(("waiting", "sending")))
    return Person(channel, _held(connection, everywhere), connection.execute(unsent).scalar_one(), places)


def _conversation(connection: Connection, beginning: str) -> Any:
    if not _BEGINNING.fullmatch(beginning):
        raise NotFoundError("A conversation's id has 32 characters of 0-9 and a-f; its first 8 or more are enough.")
    query = select(conversations).where(conversations.c.id.startswith(beginning)).limit(2)
    found = connection.execute(query).all()
    if not found:
        raise NotFoundError("There is no such conversation. It may have been erased, or be older than what is kept.")
    if len(found) > 1:
        raise NotFoundError("More than one conversation begins like that: give more of its id.")
    return found[0]


def _person_of(address: str) -> str:
    """Return whom an address belongs to: in groups it is "place/person", or "place/person/thread"."""
    parts = address.split("/")
    return parts[1] if len(parts) > 1 else address


def _spellings(typed: str) -> set[str]:
    """Return how the platforms may write what somebody typed: a phone number is digits, or "whatsapp:+" and digits."""
    typed = clean(typed.strip())
    if not typed:
        raise NotFoundError("Give a conversation, or a platform and somebody's id there.")
    if len(typed) > LONGEST_ADDRESS:
        raise NotFoundError(f"An id has at most {LONGEST_ADDRESS} characters.")
    found = {typed, _person_of(typed)}
    if _PHONE.fullmatch(number := typed.removeprefix("whatsapp:")):
        digits = "".join(character for character in number if character.isascii() and character.isdigit())
        found |= {digits, f"whatsapp:+{digits}"}
    return found


def _places(connection: Connection, channel: str, wanted: set[str]) -> frozenset[tuple[str, str]]:
    """Return channel and address of each place where one of `wanted` wrote or is written to."""
    found: set[tuple[str, str]] = set()
    for table in (conversations, deliveries):
        alike = or_(*(table.c.address.contains(one, autoescape=True) for one in wanted))
        rows = connection.execute(select(table.c.address).distinct().where(table.c.channel == channel, alike)).scalars()
        found |= {(channel, address) for address in rows if address in wanted or _person_of(address) in wanted}
    return frozenset(found)


def _at(columns: Any, place: tuple[str, str]) -> ColumnElement[bool]:
    return and_(columns.channel == place[0], columns.address == place[1])


def _held(connection: Connection, condition: ColumnElement[bool]) -> tuple[Held, ...]:
    c = conversations.c
    said = select(func.count()).where(messages.c.conversation_id == c.id).scalar_subquery()
    noted = select(func.count()).where(notes.c.conversation_id == c.id).scalar_subquery()
    query = select(c.id, c.public, c.created_at, c.last_at, said, noted).where(condition).order_by(c.created_at, c.id)
    return tuple(Held(*row) for row in connection.execute(query))


def _note(connection: Connection, who: str, action: str, person: Person, now: datetime) -> None:
    ids: Sequence[str | None] = [one.id for one in person.conversations] or [None]
    for one in ids:  # so that the log is found by any of them
        note_audit(connection, who, action, one, _details(person), now)


def _details(person: Person) -> dict[str, Any]:
    return {"channel": person.channel, "conversations": len(person.conversations)}  # never the address
