"""Sessions on the server: the browser holds 256 random bits, the database their SHA-256. A stolen database opens none."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from console.accounts import Account, account
from transcripts.database import Database
from transcripts.staff.review_models import accounts, sessions

#: Bytes of a session's token and of its CSRF token.
BYTES = 32
#: A request moves `last_at` only when it is that old: most requests write nothing.
STEP = timedelta(minutes=1)


@dataclass(frozen=True)
class Session:
    """Somebody who is signed in, for one request; `csrf` stands in every form that this session is shown."""

    digest: str
    account: Account
    csrf: str
    created_at: datetime


class Sessions:
    """The sessions in `database`. Any number of threads may call it at once."""

    def __init__(self, database: Database, now: Callable[[], datetime], idle: timedelta, longest: timedelta) -> None:
        self._database, self._now, self._idle, self._longest = database, now, idle, longest

    def begin(self, connection: Connection, name: str, replacing: str | None = None) -> str:
        """Return the token of a new session of the account, in the caller's transaction.

        Args:
            replacing: the token that the browser came with: it ends, so that nobody who planted it shares the session.
        """
        now = self._now()
        token = secrets.token_urlsafe(BYTES)
        over = or_(sessions.c.expires_at <= now, sessions.c.last_at <= now - self._idle)
        ends = or_(over, sessions.c.digest == digest(replacing)) if replacing else over
        connection.execute(delete(sessions).where(ends))
        values = {
            "digest": digest(token),
            "account": name,
            "created_at": now,
            "last_at": now,
            "expires_at": now + self._longest,
            "csrf": secrets.token_urlsafe(BYTES),
        }
        connection.execute(insert(sessions), values)
        return token

    def find(self, token: str) -> Session | None:
        """Return the session of a token; None: there is none, it is over, or its account is disabled."""
        now = self._now()
        query = (
            select(
                accounts, sessions.c.digest, sessions.c.csrf, sessions.c.last_at, sessions.c.created_at.label("begun")
            )
            .join_from(sessions, accounts, sessions.c.account == accounts.c.name)
            .where(sessions.c.digest == digest(token), sessions.c.expires_at > now)
            .where(sessions.c.last_at > now - self._idle, accounts.c.disabled.is_(False))
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        if now - row.last_at >= STEP:
            self._touch(row.digest, now)
        return Session(row.digest, account(row), row.csrf, row.begun)

    def end(self, connection: Connection, session: Session) -> None:
        """End a session, in the caller's transaction."""
        connection.execute(delete(sessions).where(sessions.c.digest == session.digest))

    def end_others(self, connection: Connection, session: Session) -> int:
        """End every other session of the account, in the caller's transaction; return how many."""
        others = (sessions.c.account == session.account.name, sessions.c.digest != session.digest)
        return connection.execute(delete(sessions).where(*others)).rowcount

    def count(self, name: str) -> int:
        """Return how many sessions of the account are open."""
        now = self._now()
        is_open = (sessions.c.account == name, sessions.c.expires_at > now, sessions.c.last_at > now - self._idle)
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).select_from(sessions).where(*is_open)).scalar_one()

    def _touch(self, of: str, now: datetime) -> None:
        with self._database.writing() as connection:
            connection.execute(update(sessions).where(sessions.c.digest == of).values(last_at=now))
            connection.commit()


def digest(token: str) -> str:
    """Return what is stored of a token. It has 256 random bits, so a plain hash is as good as a slow one."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
