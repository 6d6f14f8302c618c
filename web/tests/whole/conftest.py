"""Fixtures: the real parts together, started once for all tests of this folder that do not kill them."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from whole_system import Whole


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    wide = {"HIP_LIMIT_BEGIN": "100000/minute", "HIP_LIMIT_ADDRESS": "100000/minute", "HIP_STREAMS_ADDRESS": "1000"}
    running = Whole(tmp_path_factory.mktemp("whole"), **wide)
    try:
        running.wait()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def bridge_client(whole: Whole) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=whole.bridge, trust_env=False, timeout=30) as client:
        yield client
