"""One attempt to sign in, and signing out: what is checked, what is noted, what the answer may tell."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from console import auditing
from console.accounts import Account, Accounts, normal
from console.passwords import Passwords
from console.sessions import Session, Sessions
from console.throttle import Throttle
from transcripts.database import Database

logger = logging.getLogger(__name__)

#: The one answer to a wrong password, an unknown name, a disabled account and one without password.
WRONG = "The name or the password is not right."


class Refused(Exception):  # noqa: N818 (it is an answer, not a fault)
    """Nobody was signed in; `wait` is the number of seconds until the next attempt, 0: at once."""

    def __init__(self, message: str, wait: int = 0) -> None:
        super().__init__(message)
        self.message, self.wait = message, wait


class SigningIn:
    """Opens sessions for those who show who they are."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        sessions: Sessions,
        passwords: Passwords,
        throttle: Throttle,
        now: Callable[[], datetime],
    ) -> None:
        self._database, self._accounts, self._sessions = database, accounts, sessions
        self._passwords, self._throttle, self._now = passwords, throttle, now

    def with_password(self, name: str, password: str, address: str, replacing: str | None = None) -> str:
        """Return the token of a new session.

        Raises:
            Refused: the same, after the same work, whether the name or the password is wrong.
        """
        name = normal(name)[:64]
        known, stored = self._accounts.get(name), self._accounts.stored_hash(name)  # both for every name: the same work
        wait = self._throttle.take(name, address)
        if wait:
            self._note_once(known, address, "too many attempts")
            raise Refused(f"Too many attempts: wait {wait} seconds.", wait)
        right = self._passwords.verify(stored, password)
        if not right or known is None or stored is None or known.disabled:
            self._note_failure(known, address, "disabled" if known and known.disabled else "wrong password")
            raise Refused(WRONG)
        if self._passwords.is_outdated(stored):
            self._accounts.renew_hash(name, password)
        return self._open(known, "password", address, replacing)

    def with_subject(self, subject: str, address: str, replacing: str | None = None) -> str:
        """Return the token of a new session for whom the OpenID provider vouches; raises Refused when it is nobody's."""
        known = self._accounts.of_subject(subject)
        if known is None or known.disabled:
            self._note_once(known, address, "disabled" if known else "unknown subject")
            raise Refused("No account of this console belongs to you there. Ask an admin to link it.")
        return self._open(known, "oidc", address, replacing)

    def confirm(self, account: Account, password: str, address: str) -> None:
        """Raise Refused unless `password` is that of somebody who is signed in."""
        wait = self._throttle.take_confirming(account.name)
        if wait:
            raise Refused(f"Too many attempts: wait {wait} seconds.", wait)
        if not self._passwords.verify(self._accounts.stored_hash(account.name), password):
            self._note_failure(account, address, "wrong password when changing it")
            raise Refused("Your present password is not right.")

    def out(self, session: Session) -> None:
        """End a session."""
        with self._database.writing() as connection:
            self._sessions.end(connection, session)
            auditing.note(connection, self._now(), session.account.name, "logout")
            connection.commit()

    def out_elsewhere(self, session: Session) -> int:
        """End the account's other sessions; return how many."""
        with self._database.writing() as connection:
            ended = self._sessions.end_others(connection, session)
            auditing.note(connection, self._now(), session.account.name, "logout_elsewhere", sessions=ended)
            connection.commit()
        return ended

    def again(self, account: Account) -> str:
        """Return the token of a new session after a change that has ended all sessions of the account."""
        with self._database.writing() as connection:
            token = self._sessions.begin(connection, account.name)
            connection.commit()
        return token

    def may_go_on(self, step: str, address: str) -> None:
        """Count one step of a login through the OpenID provider; raises Refused when there were too many."""
        wait = self._throttle.take_at_provider(step, address)
        if wait:
            raise Refused(f"Too many attempts: wait {wait} seconds.", wait)

    def note_unvouched(self, address: str) -> None:
        """Note that the OpenID provider vouched for nobody."""
        self._note_once(None, address, "the OpenID provider vouched for nobody")

    def _open(self, account: Account, method: str, address: str, replacing: str | None) -> str:
        with self._database.writing() as connection:
            token = self._sessions.begin(connection, account.name, replacing)
            auditing.note(connection, self._now(), account.name, "login", method=method, address=address)
            connection.commit()
        return token

    def _note_once(self, known: Account | None, address: str, reason: str) -> None:
        """Note what anybody may cause as often as they like, once a minute for each name and address."""
        if self._throttle.is_new(known.name if known else auditing.NOBODY, address):
            self._note_failure(known, address, reason)

    def _note_failure(self, known: Account | None, address: str, reason: str) -> None:
        actor = known.name if known else auditing.NOBODY
        reason = reason if known or reason != "wrong password" else "unknown name"
        logger.warning("A login failed: %s.", reason)
        with self._database.writing() as connection:
            auditing.note(connection, self._now(), actor, "login_failed", reason=reason, address=address)
            connection.commit()
