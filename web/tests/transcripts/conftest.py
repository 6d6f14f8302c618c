"""Every test that asks for `url` or `record` runs on an SQLite file and on a real PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres import Postgres
from record_samples import Clock

from transcripts.record import Record

BACKENDS = ["sqlite", "postgresql"]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Postgres]:
    postgres = Postgres()
    try:
        postgres.start()
        yield postgres
    finally:
        postgres.remove()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("migrated") / "record.db"
    Record(f"sqlite:///{file}").close()
    return file


@pytest.fixture(scope="session")
def migrated_database(cluster: Postgres) -> str:
    """The name of a PostgreSQL database with the newest schema, to copy from."""
    url = cluster.database()
    Record(url).close()
    return url.rpartition("/")[2]


@pytest.fixture(params=BACKENDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/record.db"
    cluster: Postgres = request.getfixturevalue("cluster")
    return cluster.database()


@pytest.fixture(params=BACKENDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a record without any row."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "record.db")
        return f"sqlite:///{tmp_path}/record.db"
    cluster: Postgres = request.getfixturevalue("cluster")
    return cluster.database(request.getfixturevalue("migrated_database"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def record(url: str, clock: Clock) -> Iterator[Record]:
    opened = Record(url, now=clock)
    yield opened
    opened.close()


@pytest.fixture
def file_record(migrated_file: Path, tmp_path: Path) -> Iterator[Record]:
    """A record in an SQLite file, `tmp_path / "record.db"`, for what only SQLite does."""
    shutil.copy(migrated_file, tmp_path / "record.db")
    opened = Record(f"sqlite:///{tmp_path}/record.db")
    yield opened
    opened.close()
