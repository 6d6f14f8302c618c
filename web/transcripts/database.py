"""The record's database: a way in for readers, one for writers, and the cleaning up after an erasure."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from sqlalchemy import Connection, event
from sqlalchemy.exc import SQLAlchemyError

from transcripts.address import address
from transcripts.engine import BEGIN, PATIENCE, PRAGMAS, hide_row, postgresql_engine, sqlite_engine

logger = logging.getLogger(__name__)

#: Seconds to wait for other connections when cleaning up after an erasure; nobody can write meanwhile.
CLEANING_PATIENCE = 1.0

TOO_LARGE = (
    "The record's file has %d MB, over the %d that are written anew while visitors write: traces of erased words may stay in "
    "its gaps until retention or `python -m transcripts.compact` clears them. PostgreSQL suits a record of this size."
)


class Database:
    """One pool of connections, with a way in for readers and one for writers. Threads share it."""

    def __init__(self, url: str | None = None) -> None:
        where = address(url)
        self.is_sqlite = where.get_backend_name() == "sqlite"
        self._engine = sqlite_engine(where) if self.is_sqlite else postgresql_engine(where)
        event.listen(self._engine, "handle_error", hide_row)
        self._writer = self._engine.execution_options(**{BEGIN: "BEGIN IMMEDIATE"})
        self._plain = self._engine.execution_options(**{BEGIN: None})
        # SQLite has one writer at a time. Threads queue here, in turn; its own way is to sleep and try again.
        self._turn = threading.Lock() if self.is_sqlite else nullcontext()
        # Where erased words may still be. A process before this one may have been killed before it had cleaned up.
        self._owed: set[str] = {"file", "write-ahead file"} if self.is_sqlite else set()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for reading. On SQLite all that it reads is of one moment."""
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, patience: float = PATIENCE) -> Iterator[Connection]:
        """Give a connection for one transaction; what is not committed with `connection.commit()` is rolled back.

        On SQLite nobody else writes meanwhile (others are waited for `patience` seconds); on PostgreSQL, lock rows.
        """
        with self._turn, self._writer.connect() as connection, self._patience(connection, patience):
            yield connection

    def forget_erased(self, largest: int) -> None:
        """Take what was erased out of SQLite's files too; does nothing on PostgreSQL.

        `secure_delete` overwrites deleted rows, but where SQLite has moved rows between pages, copies stay in the gaps:
        VACUUM writes the file anew (about 10 ms a megabyte; nobody can write meanwhile, so not above `largest` bytes). The
        write-ahead file holds earlier pages: it is emptied, unless a connection is in the middle of reading.
        What could not be done is owed: the next call does it, or `settle`.
        """
        if not self.is_sqlite:
            return
        owed = {"file", "write-ahead file"}
        try:
            with self._cleaning() as connection:
                self._owed = set(owed)  # in turn: an erasure beside this one must not strike out what this one owes
                if (size := _size(connection)) <= largest:
                    connection.exec_driver_sql("VACUUM")
                    self._owed.discard("file")
                else:
                    logger.warning(TOO_LARGE, size >> 20, largest >> 20)
                self._empty_wal(connection)
        except SQLAlchemyError as error:  # the erasure itself is committed: it must not look as if it had failed
            self._owed = owed
            logger.warning("Cleaning up after an erasure failed, and is tried again: %s", error)

    def owe_cleaning(self) -> None:
        """Leave what was just deleted to the next `settle` and `forget_erased`. Call it while writing (it is in turn then)."""
        if self.is_sqlite:
            self._owed = {"file", "write-ahead file"}

    def settle(self) -> None:
        """Empty the write-ahead file if an erasure still owes it."""
        if "write-ahead file" in self._owed:
            with self._cleaning() as connection:
                self._empty_wal(connection)

    @property
    def owes_cleaning(self) -> bool:
        """Whether erased words may still be in a file of SQLite."""
        return bool(self._owed)

    @contextmanager
    def _cleaning(self) -> Iterator[Connection]:
        with self._turn, self._plain.connect() as connection, self._patience(connection, CLEANING_PATIENCE):
            yield connection

    def _empty_wal(self, connection: Connection) -> None:
        busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
        if busy:
            logger.warning("The record's write-ahead file is in use: erased words leave it at the next attempt.")
        else:
            self._owed.discard("write-ahead file")

    def close(self) -> None:
        """Close all connections; the last one out empties SQLite's write-ahead file."""
        self._engine.dispose()

    @contextmanager
    def _patience(self, connection: Connection, seconds: float) -> Iterator[None]:
        if seconds == PATIENCE or not self.is_sqlite:
            yield
            return
        driver = connection.connection
        driver.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
        try:
            yield
        finally:
            driver.execute(PRAGMAS[0])


def _size(connection: Connection) -> int:
    """Return the size of SQLite's file in bytes, without its write-ahead file."""
    pages, size = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()) for name in ("page_count", "page_size")
    )
    return pages * size
