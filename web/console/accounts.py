"""Accounts of support staff. Each change is noted in the audit log in the same transaction, and ends the account's sessions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from console import auditing
from console.passwords import Passwords
from console.roles import Role
from transcripts.database import Database
from transcripts.staff import reviewing
from transcripts.staff.review_models import accounts, sessions

#: A name stands in the audit log and on every page: plain and short. It is stored and looked for in small letters.
NAME = re.compile(r"[a-z][a-z0-9._-]{1,39}")
#: Who else stands in the audit log: strangers at the login, visitors who erase, the gateway's own work.
RESERVED = frozenset({auditing.NOBODY, "visitor", "retention"})


class AccountError(ValueError):
    """What was asked for cannot be; the message says why and what to do."""


@dataclass(frozen=True)
class Account:
    """One account, without its password's hash.

    Attributes:
        must_change: its password was given by somebody else; its first login must replace it.
    """

    name: str
    role: Role
    has_password: bool
    oidc_subject: str | None
    disabled: bool
    created_at: datetime
    password_changed_at: datetime | None

    @property
    def must_change(self) -> bool:
        """Whether the first thing to do is to choose a password."""
        return self.has_password and self.password_changed_at is None


class Accounts:
    """The accounts in `database`. Any number of threads may call it at once.

    `issuer` is that of the OpenID provider which is set up: without one, only a password lets somebody in.
    """

    def __init__(
        self, database: Database, passwords: Passwords, now: Callable[[], datetime], issuer: str | None = None
    ) -> None:
        self._database, self._passwords, self._now, self._issuer = database, passwords, now, issuer

    def all(self) -> list[Account]:
        """Return every account by name."""
        with self._database.reading() as connection:
            return [account(row) for row in connection.execute(select(accounts).order_by(accounts.c.name))]

    def get(self, name: str) -> Account | None:
        """Return the account of that name, or None."""
        found = self._row(accounts.c.name == normal(name))
        return account(found) if found else None

    def of_subject(self, subject: str) -> Account | None:
        """Return the account that belongs to a subject of the OpenID provider, or None."""
        found = self._row(accounts.c.oidc_subject == subject)
        return account(found) if found else None

    def stored_hash(self, name: str) -> str | None:
        """Return the hash of the account's password; None: it has none, or there is no such account."""
        found = self._row(accounts.c.name == normal(name))
        return found.password_hash if found else None

    def add(
        self,
        name: str,
        role: Role,
        actor: str,
        *,
        password: str | None = None,
        subject: str | None = None,
        must_change: bool = False,
    ) -> Account:
        """Add an account that signs in with a password, through the OpenID provider, or both.

        Raises:
            AccountError: the name is malformed or taken, the subject is another account's, or there is no way to sign in.
        """
        name = normal(name)
        if not NAME.fullmatch(name):
            raise AccountError("A name has 2 to 40 of a-z, 0-9, dot, dash and underscore, and begins with a letter.")
        if name in RESERVED:
            raise AccountError(f"The audit log says {name} of somebody without an account: choose another name.")
        if not password and not subject:
            raise AccountError("An account needs a password, or a subject of the OpenID provider.")
        now = self._now()
        values = {
            "name": name,
            "role": role.value,
            "password_hash": self._passwords.hash(password) if password else None,
            "oidc_subject": subject,
            "disabled": False,
            "created_at": now,
            "password_changed_at": now if password and not must_change else None,
        }
        with self._database.writing() as connection:
            try:
                connection.execute(insert(accounts), values)
            except IntegrityError:
                raise AccountError(f"There is an account {name} already, or another one of this subject.") from None
            auditing.note(connection, now, actor, "account_added", account=name, role=role.value)
            connection.commit()
        return Account(name, role, password is not None, subject, False, now, values["password_changed_at"])  # type: ignore[arg-type]

    def set_password(self, name: str, password: str, actor: str, *, must_change: bool = False) -> None:
        """Give the account another password. Raises AccountError when there is no such account."""
        hashed = self._passwords.hash(password)
        now = self._now()
        changed_at = None if must_change else now
        with self._database.writing() as connection:
            self._change(connection, name, {"password_hash": hashed, "password_changed_at": changed_at})
            action = "password_changed" if actor == normal(name) else "password_reset"
            auditing.note(connection, now, actor, action, account=normal(name))
            connection.commit()

    def renew_hash(self, name: str, password: str) -> None:
        """Hash the password, which is right, with today's parameters; sessions go on."""
        hashed = self._passwords.hash(password)
        with self._database.writing() as connection:
            connection.execute(update(accounts).where(accounts.c.name == normal(name)).values(password_hash=hashed))
            connection.commit()

    def set_role(self, name: str, role: Role, actor: str) -> None:
        """Give the account another role.

        Raises:
            AccountError: there is no such account, or it is the last admin that can sign in.
        """
        with self._database.writing() as connection:
            before = self._keep_an_admin(connection, name, leaves=role is not Role.ADMIN)
            if before.role != role:
                self._change(connection, name, {"role": role.value})
                details = {"account": before.name, "from": before.role.value, "to": role.value}
                auditing.note(connection, self._now(), actor, "account_role", **details)
                connection.commit()

    def set_disabled(self, name: str, disabled: bool, actor: str) -> None:
        """Close the account, or open it again; it is never deleted: the audit log names it.

        What was assigned to a closed account, or claimed by it, is nobody's again: it waits for whoever comes next.

        Raises:
            AccountError: there is no such account, or it is the last admin that can sign in.
        """
        with self._database.writing() as connection:
            before = self._keep_an_admin(connection, name, leaves=disabled)
            if before.disabled != disabled:
                self._change(connection, name, {"disabled": disabled})
                action = "account_disabled" if disabled else "account_enabled"
                given_up = reviewing.give_up_all(connection, before.name) if disabled else {}
                auditing.note(connection, self._now(), actor, action, account=before.name, **given_up)
                connection.commit()

    def set_subject(self, name: str, subject: str | None, actor: str) -> None:
        """Link the account to a subject of the OpenID provider; None takes the link away.

        Raises:
            AccountError: there is no such account, the subject is another one's, or the account could not sign in any more.
        """
        with self._database.writing() as connection:
            locked = select(accounts).where(accounts.c.name == normal(name)).with_for_update()
            found = connection.execute(locked).one_or_none()
            if found and subject is None and found.password_hash is None:
                raise AccountError(f"{normal(name)} has no password: without its subject it could not sign in.")
            try:
                self._change(connection, name, {"oidc_subject": subject})
            except IntegrityError:
                raise AccountError("This subject belongs to another account.") from None
            action = "account_linked" if subject else "account_unlinked"
            auditing.note(connection, self._now(), actor, action, account=normal(name))
            connection.commit()

    def _row(self, condition: Any) -> Row[Any] | None:
        with self._database.reading() as connection:
            return connection.execute(select(accounts).where(condition)).one_or_none()

    def _change(self, connection: Connection, name: str, values: dict[str, Any]) -> None:
        done = connection.execute(update(accounts).where(accounts.c.name == normal(name)).values(**values))
        if not done.rowcount:
            raise AccountError(f"There is no account {name!r}.")
        connection.execute(delete(sessions).where(sessions.c.account == normal(name)))

    def _keep_an_admin(self, connection: Connection, name: str, *, leaves: bool) -> Account:
        """Return the account as it is; raise AccountError when it `leaves`, could sign in, and no other admin could."""
        # every admin's row is locked, in one order: two admins who disable each other at once must not both succeed
        admins = select(accounts).where(accounts.c.role == Role.ADMIN.value).order_by(accounts.c.name).with_for_update()
        able = [row.name for row in connection.execute(admins) if self._can_sign_in(row)]
        found = connection.execute(select(accounts).where(accounts.c.name == normal(name))).one_or_none()
        if found is None:
            raise AccountError(f"There is no account {name!r}.")
        before = account(found)
        if leaves and able == [before.name]:
            raise AccountError(f"{before.name} is the last admin that can sign in: make another one first.")
        return before

    def _can_sign_in(self, row: Row[Any]) -> bool:
        vouched = self._issuer is not None and (row.oidc_subject or "").startswith(f"{self._issuer} ")
        return not row.disabled and (row.password_hash is not None or vouched)


def normal(name: str) -> str:
    """Return the name as it is stored."""
    return name.strip().lower()


def account(row: Row[Any]) -> Account:
    """Return the account of a row that has the columns of `accounts`."""
    return Account(
        name=row.name,
        role=Role(row.role),
        has_password=row.password_hash is not None,
        oidc_subject=row.oidc_subject,
        disabled=row.disabled,
        created_at=row.created_at,
        password_changed_at=row.password_changed_at,
    )
