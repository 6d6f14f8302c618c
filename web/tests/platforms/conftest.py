"""A record on SQLite and on a real PostgreSQL for the tests of the platforms; the same as in tests/transcripts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres import Postgres

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
    url = cluster.database()
    Record(url).close()
    return url.rpartition("/")[2]


@pytest.fixture(params=BACKENDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a record without any row."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "record.db")
        return f"sqlite:///{tmp_path}/record.db"
    cluster: Postgres = request.getfixturevalue("cluster")
    return cluster.database(request.getfixturevalue("migrated_database"))
