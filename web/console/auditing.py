"""The audit log: who did what when. The database refuses to change or delete a row of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from transcripts.database import Database
from transcripts.models import audit
from transcripts.staff.reviewing import note_audit

#: Actor of a failed login whose name is none of ours. The name is not kept: people type passwords into that field.
NOBODY = "unknown"


@dataclass(frozen=True)
class Entry:
    """One row of the log; `details` hold no content of any conversation."""

    id: int
    at: datetime
    actor: str
    action: str
    conversation_id: str | None
    details: dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """Which entries to show: None is any; `since` inclusive, `until` exclusive, aware."""

    actor: str | None = None
    action: str | None = None
    conversation_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what SQL says for this."""
        equal = {"actor": self.actor, "action": self.action, "conversation_id": self.conversation_id}
        found = [audit.c[name] == value for name, value in equal.items() if value is not None]
        found += [audit.c.at >= self.since] if self.since else []
        return found + ([audit.c.at < self.until] if self.until else [])


def note(connection: Connection, at: datetime, actor: str, action: str, **details: Any) -> None:
    """Write one row in the caller's transaction: what is noted has happened, and nothing happens unnoted."""
    note_audit(connection, actor, action, None, details, at)


def entries(database: Database, wanted: Wanted, before: int | None, most: int) -> list[Entry]:
    """Return at most `most` entries with a number below `before`, the newest first."""
    query = select(audit).where(*wanted.conditions()).order_by(audit.c.id.desc()).limit(most)
    if before is not None:
        query = query.where(audit.c.id < before)
    with database.reading() as connection:
        return [Entry(**row) for row in connection.execute(query).mappings()]


def actions(database: Database) -> list[str]:
    """Return what has been done so far, sorted: the choices of a filter."""
    with database.reading() as connection:
        return sorted(connection.execute(select(audit.c.action).distinct()).scalars())
