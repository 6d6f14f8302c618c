"""Fixtures: a stand-in for the bot, a gateway on a record of its own, visitors; databases for tests of both kinds."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from postgres import Postgres
from servers import KEY, FakeBridge, ThreadedServer, free_port
from visitor import Visitor, open_clients

from gateway.__main__ import configuration
from gateway.settings import Settings
from transcripts.record import Record

BACKENDS = ("sqlite", "postgresql")

for name in [name for name in os.environ if name.startswith("HIP_")]:
    del os.environ[name]  # the tests say themselves what is set

# The same examples each time: a gate that goes red is red again. `--hypothesis-profile explore` looks for new ones.
hypothesis_settings.register_profile("house", deadline=None, derandomize=True)
hypothesis_settings.register_profile("explore", deadline=None, max_examples=500)
hypothesis_settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that take minutes each: at the end the other workers would wait for them."""
    items.sort(key=lambda item: "whole" not in item.path.parts)


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while open_clients:
        open_clients.pop().close()


@pytest.fixture
def bridge() -> Iterator[FakeBridge]:
    server = FakeBridge()
    server.start()
    try:
        yield server
    finally:
        server.stop()


Gateway = Callable[..., ThreadedServer]


@pytest.fixture
def make_gateway(bridge: FakeBridge, tmp_path: Path) -> Iterator[Gateway]:
    """Return a maker of gateways with settings of their own; limits are wide unless a test is about them."""
    made: list[ThreadedServer] = []

    def make(**settings: object) -> ThreadedServer:
        wide = {"limit_begin": "10000/minute", "limit_conversation": "10000/minute", "limit_address": "100000/minute"}
        defaults = {
            "gateway_key": KEY,
            "gateway_port": free_port(),
            "bridge_url": bridge.url,
            "record_url": f"sqlite:///{tmp_path}/record.db",
            **wide,
        }
        server = ThreadedServer(configuration(Settings(**{**defaults, **settings})))
        server.start()
        made.append(server)
        return server

    try:
        yield make
    finally:
        for server in made:
            if server.running:
                server.stop()


@pytest.fixture
def gateway(make_gateway: Gateway) -> ThreadedServer:
    return make_gateway()


@pytest.fixture
def visitor(gateway: ThreadedServer) -> Iterator[Visitor]:
    with_client = Visitor(gateway.url).begin(region="GB")
    try:
        yield with_client
    finally:
        if with_client.listening:
            with_client.hang_up()


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
    """The URL of a record without any row. Every test that asks for it runs on SQLite and on a real PostgreSQL."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "record.db")
        return f"sqlite:///{tmp_path}/record.db"
    cluster: Postgres = request.getfixturevalue("cluster")
    return cluster.database(request.getfixturevalue("migrated_database"))
