"""Everything that the record holds about some conversations, table by table, as a person may ask for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Table, select, tuple_

from transcripts.base import Base
from transcripts.models import audit, conversations, deliveries, messages
from transcripts.staff.queueing import named

#: Columns that name staff: what others did is handed out, who they are is not (their own rights).
STAFF = frozenset({"author", "reviewed_by", "assigned_to", "claimed_by", "claimed_until"})
#: Columns in which each bit is a reason to look at a conversation.
REASONS = frozenset({"reasons", "reviewed_reasons"})


def holdings(connection: Connection, ids: Sequence[str], places: Collection[tuple[str, str]] = ()) -> dict[str, Any]:
    """Return what is held about the conversations `ids` and the addresses `places`: rows by the name of their table.

    Of a conversation comes every table with a foreign key to it, of a message every table with one to that; a table that is
    added later comes by itself. Of the audit log come what was done and when.
    """
    loose = deliveries.c.conversation_id.is_(None)
    there = tuple_(deliveries.c.channel, deliveries.c.address).in_(list(places))
    on_the_way = connection.execute(select(deliveries).where(loose, there).order_by(deliveries.c.id))
    return {
        "conversations": [found for one in ids if (found := _conversation(connection, one))],
        "notices_on_the_way": [_shown(row._mapping) for row in on_the_way],
    }


def belonging(to: Table) -> list[tuple[Table, str]]:
    """Return the tables with a foreign key to `to`, by name, with that column's name."""
    return sorted(
        ((key.parent.table, key.parent.name) for table in Base.metadata.tables.values() for key in table.foreign_keys
         if key.column.table is to),
        key=lambda found: found[0].name,
    )  # fmt: skip


def _conversation(connection: Connection, conversation_id: str) -> dict[str, Any]:
    """Return one conversation; {} when it has been erased just now."""
    own = select(conversations).where(conversations.c.id == conversation_id)
    row = connection.execute(own).mappings().one_or_none()
    if row is None:
        return {}
    found = _shown(row)
    for table, column in belonging(conversations):
        found[table.name] = _rows(connection, table, column, [conversation_id])
    numbers = [row["id"] for row in found[messages.name]]
    for table, column in belonging(messages):
        of_message: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        for one in _rows(connection, table, column, numbers):
            of_message[one.pop(column)].append(one)
        for message in found[messages.name]:
            message[table.name] = of_message[message["id"]]
    done = select(audit.c.at, audit.c.action).where(audit.c.conversation_id == conversation_id).order_by(audit.c.id)
    found["done_with_it"] = [dict(row) for row in connection.execute(done).mappings()]
    return found


def _rows(connection: Connection, table: Table, column: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for start in range(0, len(values), 500):  # SQLite takes so many values, and some more
        some = values[start : start + 500]
        query = select(table).where(table.c[column].in_(some)).order_by(*table.primary_key.columns)
        found += [_shown(row) for row in connection.execute(query).mappings()]
    return found


def _shown(row: Any) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in row.items() if name not in STAFF}


def _value(name: str, value: Any) -> Any:
    return [str(reason.name).lower() for reason in named(value)] if name in REASONS else value
