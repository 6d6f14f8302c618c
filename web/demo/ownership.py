"""Whose record it is: the demo writes into one of its own, not beside conversations of real people; who was erased stays so."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, inspect, not_, or_, select

from demo.people import Person
from transcripts.database import Database
from transcripts.models import arrivals, conversations, erasures


def strangers(url: str, people: Sequence[Person]) -> int:
    """Return how many conversations of the record are not of the demo's people; it may have an older schema, or none yet."""
    own: ColumnElement[bool] = conversations.c.id.in_([person.conversation for person in people])
    database = Database(url)
    try:
        with database.reading() as connection:
            found = inspect(connection)
            if not found.has_table(conversations.name):
                return 0
            if "address" in [column["name"] for column in found.get_columns(conversations.name)]:
                own = or_(own, conversations.c.address.in_([person.address for person in people]))
            # an address is NULL on the website, and so is what compares with it
            query = select(func.count()).select_from(conversations).where(not_(func.coalesce(own, False)))
            return int(connection.execute(query).scalar_one())
    finally:
        database.close()


def erased(url: str, people: Sequence[Person]) -> set[str]:
    """Return the names of those whose conversation was erased: they do not come back.

    On a platform it is told from the events that were taken, which the record remembers for some days.
    """
    first = {hashlib.sha256(person.event(1).encode()).hexdigest(): person for person in people}
    database = Database(url)
    try:
        with database.reading() as connection:
            gone = set(connection.execute(select(erasures.c.conversation_id)).scalars())
            there = set(connection.execute(select(conversations.c.address)).scalars())
            taken = set(connection.execute(select(arrivals.c.digest).where(arrivals.c.digest.in_(first))).scalars())
    finally:
        database.close()
    on_the_website = {person.name for person in people if person.conversation in gone}
    return on_the_website | {first[digest].name for digest in taken if first[digest].address not in there}
