"""Brings a database to the newest schema, safely from several threads and processes at the same time."""

from __future__ import annotations

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from transcripts.database import Database

MIGRATIONS = Path(__file__).resolve().parent / "migrations"

#: Seconds a process waits while another one upgrades the same SQLite file.
PATIENCE = 60.0
#: PostgreSQL's advisory lock held while upgrading: any number of our own.
LOCK = 4_849_802_110

#: Alembic keeps its context in a global of the process.
_one_at_a_time = threading.Lock()


class SchemaError(RuntimeError):
    """The database cannot be brought to the schema of this program; the message says what to do."""


def upgrade(database: Database) -> None:
    """Run the migrations that the database lacks, in one transaction; does nothing when there are none.

    Raises:
        SchemaError: the database was upgraded by a newer version of this program.
        sqlalchemy.exc.SQLAlchemyError: the database cannot be reached, read or written.
    """
    config = configuration()
    scripts = ScriptDirectory.from_config(config)
    if _is_current(database, scripts):  # the usual case takes no lock and needs no right to create tables
        return
    with _one_at_a_time, database.writing(patience=PATIENCE) as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def configuration() -> Config:
    """Return Alembic's configuration, made here: there is no alembic.ini, so no URL can be left in one."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _is_current(database: Database, scripts: ScriptDirectory) -> bool:
    with database.reading() as connection:
        revision = _revision(connection)
    known = {script.revision for script in scripts.walk_revisions()}
    if revision is not None and revision not in known:
        raise SchemaError(
            f"The database has the schema {revision}, which this version does not know (newest here: "
            f"{scripts.get_current_head()}). Start the newer version that upgraded it, or restore a backup made before."
        )
    return revision == scripts.get_current_head()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
