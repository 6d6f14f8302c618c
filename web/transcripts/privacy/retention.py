"""When retention ran last and what it erased: so that staff see that it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from transcripts.heartbeat import RETENTION, beat
from transcripts.models import audit, erasures, heartbeat
from transcripts.staff.reviewing import note_audit

#: Time between two runs. The gateway runs it.
EVERY = timedelta(hours=1)
#: Actor and action in the audit log.
NAME = "retention"
#: Runs in which the last one that erased something is looked for.
REMEMBERED = 20


@dataclass(frozen=True, slots=True)
class Retention:
    """What is known of the job.

    `days` is what the last run went by and `erased` how many conversations it erased; None: it never ran. `erased_at` is the
    last run that erased anything; `pending` counts erased conversations that the bot still has.
    """

    days: int | None
    ran_at: datetime | None
    erased: int | None
    erased_at: datetime | None
    pending: int

    @property
    def next_at(self) -> datetime | None:
        """When it is due again; None: it never ran."""
        return None if self.ran_at is None else self.ran_at + EVERY

    def is_late(self, now: datetime) -> bool:
        """Tell whether a run is missing, so that nobody seems to run it."""
        return self.ran_at is None or now - self.ran_at > 2 * EVERY


def note(connection: Connection, age: timedelta, erased: int, now: datetime) -> None:
    """Note a run that is done, and commit; in the audit log too when something went, or when the age is another than before.

    The log cannot be shortened: 24 rows a day that say nothing would fill it.
    """
    days, noted = age // timedelta(days=1), _noted(connection, 1)
    if erased or not noted or noted[0].details["days"] != days:
        note_audit(connection, NAME, NAME, None, {"days": days, "conversations": erased}, now)
    beat(connection, now, RETENTION)


def read(connection: Connection) -> Retention:
    """Return what is known."""
    ran_at = connection.execute(select(heartbeat.c.at).where(heartbeat.c.id == RETENTION)).scalar_one_or_none()
    noted = _noted(connection, REMEMBERED)
    last = noted[0] if noted else None
    pending = select(func.count()).select_from(erasures).where(erasures.c.done_at.is_(None))
    return Retention(
        days=last.details["days"] if last else None,
        ran_at=ran_at,
        erased=None if ran_at is None else last.details["conversations"] if last and last.at == ran_at else 0,
        erased_at=next((row.at for row in noted if row.details["conversations"]), None),
        pending=int(connection.execute(pending).scalar_one()),
    )


def _noted(connection: Connection, most: int) -> Sequence[Any]:
    """Return the last runs that the audit log holds, the newest first."""
    query = select(audit.c.at, audit.c.details).where(audit.c.actor == NAME, audit.c.action == NAME)
    return connection.execute(query.order_by(audit.c.id.desc()).limit(most)).all()
