"""Proves that the database can be read and written: a full or read-only disk shows only when something is stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from transcripts.models import heartbeat
from transcripts.writing import INSERT

#: Rows of the table: the last check of the record, and the last run of retention.
CHECK, RETENTION = 1, 2


def beat(connection: Connection, now: datetime, which: int = CHECK) -> None:
    """Write the row `which` and commit."""
    add = INSERT[connection.dialect.name](heartbeat).values(id=which, at=now)
    connection.execute(add.on_conflict_do_update(index_elements=["id"], set_={"at": now}))
    connection.commit()
