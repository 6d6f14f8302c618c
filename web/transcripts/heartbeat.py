"""Proves that the database can be read and written: a full or read-only disk shows only when something is stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from transcripts.models import heartbeat
from transcripts.writing import INSERT


def beat(connection: Connection, now: datetime) -> None:
    """Write the one row and commit."""
    add = INSERT[connection.dialect.name](heartbeat).values(id=1, at=now)
    connection.execute(add.on_conflict_do_update(index_elements=["id"], set_={"at": now}))
    connection.commit()
