"""Fixtures of the console's tests: a console on a fresh SQLite file; where a test asks for `url`, on PostgreSQL too."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from staff import Console, MakeConsole

from console.house import opened


@pytest.fixture(scope="session")
def empty_console_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("console") / "record.db"
    opened(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def make_console(empty_console_file: Path, tmp_path: Path) -> Iterator[MakeConsole]:
    made: list[Console] = []

    def make(**settings: Any) -> Console:
        if "record_url" not in settings:
            shutil.copy(empty_console_file, tmp_path / "record.db")
        console = Console(**{"record_url": f"sqlite:///{tmp_path}/record.db", **settings})
        made.append(console)
        return console

    yield make
    for console in made:
        console.house.close()


@pytest.fixture
def console(make_console: MakeConsole) -> Console:
    return make_console()
