"""By which rules the summaries were judged, so that a better rule reaches conversations that were judged before it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sqlalchemy import Connection, select

from transcripts.staff.review_models import rules
from transcripts.writing import INSERT

#: What decides why somebody should look at a turn.
FILES = ("queueing.py", "hints.py", "hints.txt", "summaries.py", "summarising.py")
DIGEST = hashlib.sha256(b"\0".join((Path(__file__).parent / name).read_bytes() for name in FILES)).hexdigest()
_ROW = 1


def are_new(connection: Connection) -> bool:
    """Tell whether the summaries were made by other rules than those of this program."""
    return connection.execute(select(rules.c.digest).where(rules.c.id == _ROW)).scalar_one_or_none() != DIGEST


def note(connection: Connection) -> None:
    """Note that everything is judged by this program's rules; the caller commits."""
    add = INSERT[connection.dialect.name](rules).values(id=_ROW, digest=DIGEST)
    connection.execute(add.on_conflict_do_update(index_elements=["id"], set_={"digest": DIGEST}))
