"""The record's database: a way in for readers, one for writers, and the cleaning up after an erasure."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, event
from sqlalchemy.exc import SQLAlchemyError, TimeoutError

from transcripts.address import address
from transcripts.at_once import AtOnce
from transcripts.engine import PATIENCE, hide_row, postgresql_engine, sqlite_driver_at_once, sqlite_engine, waits
from transcripts.staff.searching import SQLITE_INDEXES, merge_step

logger = logging.getLogger(__name__)

#: Seconds to wait for other connections when cleaning up after an erasure; nobody can write meanwhile.
CLEANING_PATIENCE = 1.0

#: Where SQLite may still hold erased words.
OWED = frozenset({"index", "file", "write-ahead file"})

TOO_LARGE = (
    "The record's file has %d MB, over the %d that are written anew while visitors write: traces of erased words may stay in "
    "its gaps until retention or `python -m transcripts.compact` clears them. PostgreSQL suits a record of this size."
)


class BusyError(Exception):
    """Nothing was written: somebody would have had to be waited for, or something is wrong. `writing` waits, or says it."""


class Database:
    """One pool of connections, with a way in for readers and one for writers. Threads share it."""

    def __init__(self, url: str | None = None) -> None:
        where = address(url)
        self.is_sqlite = where.get_backend_name() == "sqlite"
        self._engine = sqlite_engine(where) if self.is_sqlite else postgresql_engine(where)
        event.listen(self._engine, "handle_error", hide_row)
        self._driver_at_once: sqlite3.Connection | None = None
        # SQLite has one writer at a time. Threads queue here, in turn; its own way is to sleep and try again.
        self._lock = threading.Lock()
        # Where erased words may still be. A process before this one may have been killed before it had cleaned up.
        self._owed: set[str] = set(OWED) if self.is_sqlite else set()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for reading. On SQLite all that it reads is of one moment."""
        with self._engine.connect() as connection:
            self._begin(connection, "BEGIN")
            yield connection

    @contextmanager
    def writing(self, patience: float = PATIENCE) -> Iterator[Connection]:
        """Give a connection for one transaction, ended by `connection.commit()`; without that it is rolled back.

        On SQLite nobody else writes meanwhile; others are waited for `patience` seconds in all, those of this process
        and those of others. On PostgreSQL, lock rows.

        Raises:
            SQLAlchemyError: others wrote for so long, or something is wrong.
        """
        with self._turn(patience) as left, self._engine.connect() as connection, self._patience(connection, left):
            self._begin(connection, "BEGIN IMMEDIATE")
            yield connection

    @contextmanager
    def writing_at_once(self) -> Iterator[AtOnce]:
        """Give what `writing` gives, but wait for nobody: for an event loop, which must not stand still.

        Raises:
            BusyError: somebody else is writing to SQLite's file, or something is wrong, which `writing` will find too and
                say. Always on PostgreSQL, which is waited for over a network.
        """
        if not self.is_sqlite or not self._lock.acquire(blocking=False):
            raise BusyError
        try:
            driver = self._driver_at_once = self._driver_at_once or sqlite_driver_at_once(self._engine.url)
            driver.execute("BEGIN IMMEDIATE")
            try:
                yield AtOnce(driver, self._engine.dialect)
            finally:
                driver.rollback()  # does nothing after a commit
        except sqlite3.Error as error:
            if not _is_busy(error):
                logger.warning("A write at once failed, and is made in the slower way: %s", error)
            raise BusyError from error
        finally:
            self._lock.release()

    def forget_erased(self, largest: int) -> None:
        """Take what was erased out of SQLite's files too; does nothing on PostgreSQL.

        The full-text index is merged, for only so it forgets a word; step by step, others write in between.
        `secure_delete` overwrites deleted rows, but where SQLite has moved rows between pages, copies stay in the gaps:
        VACUUM writes the file anew (about 10 ms a megabyte; nobody can write meanwhile, so not above `largest` bytes). The
        write-ahead file holds earlier pages: it is emptied, unless a connection is in the middle of reading.
        What could not be done is owed: the next call does it, or `settle`.
        """
        if not self.is_sqlite:
            return
        try:
            self._merge_index()
            with self._cleaning() as connection:
                # In turn: an erasure beside this one must not strike out what this one owes.
                self._owed = set(OWED) - {"index"}
                if (size := _size(connection)) <= largest:
                    connection.exec_driver_sql("VACUUM")
                    self._owed.discard("file")
                else:
                    logger.warning(TOO_LARGE, size >> 20, largest >> 20)
                self._empty_wal(connection)
        except SQLAlchemyError as error:  # the erasure itself is committed: it must not look as if it had failed
            self._owed = set(OWED)
            logger.warning("Cleaning up after an erasure failed, and is tried again: %s", error)

    def owe_cleaning(self) -> None:
        """Leave what was just deleted to the next `settle` and `forget_erased`. Call it while writing (it is in turn then)."""
        if self.is_sqlite:
            self._owed = set(OWED)

    def settle(self) -> None:
        """Empty the write-ahead file if an erasure still owes it."""
        if "write-ahead file" in self._owed:
            with self._cleaning() as connection:
                self._empty_wal(connection)

    @property
    def owes_cleaning(self) -> bool:
        """Whether erased words may still be in a file of SQLite."""
        return bool(self._owed)

    @property
    def cleaning_failed(self) -> bool:
        """Whether an erasure's cleaning was not even begun, or broke off: `forget_erased` is to be called again."""
        return "index" in self._owed

    def _begin(self, connection: Connection, statement: str) -> None:
        """Begin a transaction of SQLite. Done by an event of SQLAlchemy's, it would make every statement half as slow again."""
        if self.is_sqlite:
            connection.exec_driver_sql(statement)

    @contextmanager
    def _cleaning(self) -> Iterator[Connection]:
        with (
            self._turn(PATIENCE),
            self._engine.connect() as connection,
            self._patience(connection, CLEANING_PATIENCE),
        ):
            yield connection

    @contextmanager
    def _turn(self, patience: float) -> Iterator[float]:
        """Wait for this process's turn to write; give how many seconds of the patience are left for other processes."""
        if not self.is_sqlite:
            yield patience
            return
        left = patience
        if not self._lock.acquire(blocking=False):
            since = time.monotonic()
            if not self._lock.acquire(timeout=patience):
                raise TimeoutError(f"Others wrote to the record for {patience:g} s.")
            left = max(0.0, patience - (time.monotonic() - since))
        try:
            yield left
        finally:
            self._lock.release()

    def _merge_index(self) -> None:
        for index in SQLITE_INDEXES:
            first = more = True
            while more:
                with self._cleaning() as connection:
                    more = merge_step(connection, index, first=first)
                first = False

    def _empty_wal(self, connection: Connection) -> None:
        busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
        if busy:
            logger.warning("The record's write-ahead file is in use: erased words leave it at the next attempt.")
        else:
            self._owed.discard("write-ahead file")

    def close(self) -> None:
        """Close all connections; the last one out empties SQLite's write-ahead file. What comes after opens new ones."""
        if self._driver_at_once is not None:
            self._driver_at_once.close()
            self._driver_at_once = None
        self._engine.dispose()

    @contextmanager
    def _patience(self, connection: Connection, seconds: float) -> Iterator[None]:
        if seconds == PATIENCE or not self.is_sqlite:
            yield
            return
        driver = connection.connection
        driver.execute(waits(seconds))
        try:
            yield
        finally:
            driver.execute(waits(PATIENCE))


def _is_busy(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
    return code & 0xFF == sqlite3.SQLITE_BUSY  # the other bits say why


def _size(connection: Connection) -> int:
    """Return the size of SQLite's file in bytes, without its write-ahead file."""
    pages, size = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()) for name in ("page_count", "page_size")
    )
    return pages * size
