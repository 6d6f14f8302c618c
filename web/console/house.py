"""The parts of the console, made once for a process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from argon2 import PasswordHasher

from console import rendering
from console.accounts import Accounts
from console.oidc import Provider
from console.passwords import Passwords
from console.replaying import Replaying
from console.sessions import Sessions
from console.settings import Settings
from console.signing_in import SigningIn
from console.teaching.project import Project
from console.throttle import Throttle
from transcripts import schema
from transcripts.database import Database
from transcripts.privacy.persons import Persons
from transcripts.review import Review

#: The project that this program is in.
ROOT = Path(__file__).resolve().parents[2]


class House:
    """Everything that a page may need.

    Args:
        settings: those of the installation.
        now: the time, aware.
        hasher: of passwords; None: argon2id as its library recommends it.

    Raises:
        transcripts.address.UnsupportedDatabaseError: the URL names no database that the record can use.
        transcripts.schema.SchemaError: a newer version of this program has upgraded the database.
    """

    def __init__(self, settings: Settings, now: Callable[[], datetime], hasher: PasswordHasher | None = None) -> None:
        self.settings, self.now = settings, now
        self.key = settings.key
        self.database = opened(settings.record_url)
        self.review = Review(database=self.database, now=now)
        project = settings.console_project or ROOT
        self.project, self.evaluation = Project(project), project / "evaluation"
        secret = settings.bridge_secret.get_secret_value() if settings.bridge_secret else None
        region = settings.gateway_region
        self.replaying = Replaying(self.review, self.evaluation, settings.bridge, secret, region)
        self.persons = Persons(self.database, now)
        self.passwords = Passwords(hasher)
        self.provider = Provider.of(settings)
        issuer = self.provider.issuer if self.provider else None
        self.accounts = Accounts(self.database, self.passwords, now, issuer)
        self.sessions = Sessions(self.database, now, settings.idle, settings.longest)
        throttle = Throttle(settings.console_limit_account, settings.console_limit_address)
        self.signing_in = SigningIn(self.database, self.accounts, self.sessions, self.passwords, throttle, now)
        self.templates = rendering.environment()

    def close(self) -> None:
        """End what runs in the background, and close all connections to the database."""
        self.replaying.close()
        self.database.close()


def opened(url: str | None) -> Database:
    """Return the record's database, brought to the newest schema."""
    database = Database(url)
    try:
        schema.upgrade(database)
    except BaseException:
        database.close()
        raise
    return database
