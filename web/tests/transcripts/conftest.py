"""A record for each test that asks for one: on an SQLite file and on a real PostgreSQL, as `url` says."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from record_samples import AtOnceRecord, Clock

from transcripts.record import Record
from transcripts.review import Review


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def record(url: str, clock: Clock) -> Iterator[Record]:
    opened = Record(url, now=clock)
    yield opened
    opened.close()


@pytest.fixture(params=[Record, AtOnceRecord])
def either_record(request: pytest.FixtureRequest, url: str, clock: Clock) -> Iterator[Record]:
    """The record, written in turn and (SQLite alone) at once."""
    if request.param is AtOnceRecord and not url.startswith("sqlite"):
        pytest.skip("PostgreSQL is never written at once")
    opened = request.param(url, now=clock)
    yield opened
    opened.close()
    assert all(getattr(opened, "ways", ())), "It was not written at once."


@pytest.fixture
def review(record: Record, url: str, clock: Clock) -> Iterator[Review]:
    """The console's half of the record `record`, as another process has it."""
    opened = Review(url, now=clock)
    yield opened
    opened.close()


@pytest.fixture
def file_record(migrated_file: Path, tmp_path: Path) -> Iterator[Record]:
    """A record in an SQLite file, `tmp_path / "record.db"`, for what only SQLite does."""
    shutil.copy(migrated_file, tmp_path / "record.db")
    opened = Record(f"sqlite:///{tmp_path}/record.db")
    yield opened
    opened.close()
