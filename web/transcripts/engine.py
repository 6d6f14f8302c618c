"""Sets up SQLite and PostgreSQL, each so that nothing is lost and nothing leaks."""

from __future__ import annotations

import json
import sqlite3
import time
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.engine.interfaces import ExceptionContext

#: Seconds to wait for another process's write (SQLite), and for a free connection. A visitor waits 8 s at most.
PATIENCE = 5.0

#: Readers and a writer at the same time. Stays with the file; see `_switch_to_wal`.
WAL = "PRAGMA journal_mode = WAL"
#: Run on every SQLite connection, after the one that says how long it waits for other writers.
PRAGMAS = (
    "PRAGMA synchronous = NORMAL",  # a killed process loses nothing; a power cut may lose the last moments, no more
    "PRAGMA secure_delete = ON",  # deleted words are overwritten
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",  # no sorted words in temporary files
)

#: Of libpq, unless the URL says otherwise: a database that vanished is noticed within seconds, not hours.
LIBPQ = {"connect_timeout": "5", "tcp_user_timeout": "10000", "application_name": "hip-record"}

#: Of both engines. `hide_parameters` keeps visitors' words out of errors, and so out of logs.
_COMMON: dict[str, Any] = {
    "hide_parameters": True,
    "json_serializer": partial(json.dumps, ensure_ascii=False, allow_nan=False, separators=(",", ":")),
    "pool_size": 10,
    "max_overflow": 10,
    "pool_timeout": PATIENCE,
    "pool_use_lifo": True,  # the connection that was used last has the pages and statements at hand
}


def sqlite_engine(where: URL) -> Engine:
    """Return the engine of a file, made with its folder when missing. It begins no transaction by itself."""
    file = Path(str(where.database))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)  # health data: for this user only; SQLite gives its side files the same mode
    engine = create_engine(where, **_COMMON)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver would begin transactions late, and never with IMMEDIATE
        for pragma in (waits(PATIENCE), *PRAGMAS):
            connection.execute(pragma)
        _switch_to_wal(connection)

    return engine


def sqlite_driver_at_once(where: URL) -> sqlite3.Connection:
    """Return a connection that waits for nobody: not for other writers, nor for the disk to take the write-ahead file in.

    That is left to the connections of `sqlite_engine`, which has made the file before. Threads may use it in turn.
    """
    driver = sqlite3.connect(str(where.database), isolation_level=None, check_same_thread=False)
    for pragma in (waits(0), "PRAGMA wal_autocheckpoint = 0", *PRAGMAS):
        driver.execute(pragma)
    return driver


def waits(seconds: float) -> str:
    """Return SQLite's statement for how long a connection waits for other writers."""
    return f"PRAGMA busy_timeout = {int(seconds * 1000)}"


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Switch a new file to WAL. When several do so at once SQLite lets some fail without waiting: they try again."""
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute(WAL)
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(0.01)


def postgresql_engine(where: URL) -> Engine:
    """Return the engine of a PostgreSQL database."""
    settings = {name: value for name, value in LIBPQ.items() if name not in where.query}
    return create_engine(where, pool_pre_ping=True, connect_args=settings, **_COMMON)


def hide_row(context: ExceptionContext) -> None:
    """Take the DETAIL off PostgreSQL's errors: "Failing row contains (...)" would repeat a visitor's words."""
    error, wrapper = context.original_exception, context.sqlalchemy_exception
    primary = getattr(getattr(error, "diag", None), "message_primary", None)
    if primary is not None:
        error.args = (primary,)
        if wrapper is not None:
            wrapper.args = (f"({type(error).__module__}.{type(error).__qualname__}) {primary}",)
