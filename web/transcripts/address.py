"""Which database the record is in: a URL becomes an address of SQLAlchemy, or an error that says what to write."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

#: Names the database; unset or empty: the SQLite file below.
URL_VARIABLE = "HIP_RECORD_URL"
DEFAULT_FILE = Path(__file__).resolve().parents[2] / "var" / "record.db"


class UnsupportedDatabaseError(ValueError):
    """The URL names a database that the record cannot use. The URL is not repeated: it may hold a password."""


def address(url: str | None = None) -> URL:
    """Return the address of `url`, else of HIP_RECORD_URL, else of the default file.

    Plain postgresql:// and postgres:// mean the driver that is installed, psycopg 3.

    Raises:
        UnsupportedDatabaseError: it is no URL, or neither a file of SQLite nor PostgreSQL.
    """
    given = url or os.environ.get(URL_VARIABLE)
    if not given:
        return URL.create("sqlite+pysqlite", database=str(DEFAULT_FILE))
    try:
        found = make_url(given)
    except (ArgumentError, ValueError):
        raise UnsupportedDatabaseError(
            f"{URL_VARIABLE} is no URL: write sqlite:////folder/record.db or postgresql://user:password@host/database."
        ) from None
    if found.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return found.set(drivername="postgresql+psycopg")
    if found.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise UnsupportedDatabaseError(
            f"The record cannot use {found.drivername}: {URL_VARIABLE} must begin with sqlite:/// or postgresql://."
        )
    if not found.database or found.database == ":memory:" or found.database.startswith("file:"):
        raise UnsupportedDatabaseError(
            f"The record needs a file that its threads and processes share: {URL_VARIABLE}=sqlite:////folder/record.db."
        )
    return found.set(drivername="sqlite+pysqlite")
