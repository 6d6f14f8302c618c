"""Fixtures of the gateway's tests: a stand-in for the bot, a gateway on a record of its own, visitors."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from servers import KEY, FakeBridge, ThreadedServer, free_port
from visitor import Visitor, open_clients

from gateway.__main__ import configuration
from gateway.settings import Settings

for name in [name for name in os.environ if name.startswith("HIP_")]:
    del os.environ[name]  # the tests say themselves what is set

hypothesis_settings.register_profile("house", deadline=None)
hypothesis_settings.load_profile("house")


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
