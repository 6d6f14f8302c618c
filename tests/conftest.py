"""Fixtures of all tests. The stand-ins for TensorFlow come before anything of Rasa's is imported."""

from __future__ import annotations

import asyncio
import os
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))
os.environ["RASA_TELEMETRY_ENABLED"] = "false"  # Rasa would otherwise report errors to Sentry
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
for name in [name for name in os.environ if name.startswith("HIP_")]:
    del os.environ[name]  # the tests say themselves what is set

from launcher import stand_ins  # noqa: E402

stand_ins.install()

from hypothesis import settings  # noqa: E402
from postgres import Postgres  # noqa: E402
from processes import ActionServer, Bot, free_port  # noqa: E402

if TYPE_CHECKING:
    from channels.turn import Assistant

# The same examples each time: a gate that goes red is red again. `--hypothesis-profile explore` looks for new ones.
settings.register_profile("house", deadline=None, max_examples=100, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=500)
settings.load_profile("house")

#: HIP_BRIDGE_SECRET of the bot of the fixture `guarded_bot`.
SECRET = "a secret of the tests"


@pytest.fixture(scope="session")
def trained_model() -> Path:
    """Return the trained model; without one say how to get it."""
    from rasa.model import get_latest_model

    path = get_latest_model(str(ROOT / "models"))
    if not path:
        pytest.fail("There is no trained model in models/: run `make train`.", pytrace=False)
    return Path(path)


@pytest.fixture(scope="session")
def assistant(trained_model: Path) -> Assistant:
    """The trained assistant in this process, actions included, conversations in memory."""
    from channels.turn import Assistant

    return asyncio.run(Assistant.load(trained_model))


@pytest.fixture
def new_id() -> Callable[[], str]:
    """Return a maker of conversation and message ids."""
    return lambda: uuid.uuid4().hex


@pytest.fixture(scope="session")
def action_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ActionServer]:
    """A real action server."""
    server = ActionServer(tmp_path_factory.mktemp("actions"), free_port())
    try:
        server.launch()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def bot(trained_model: Path, action_server: ActionServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """A real bridge process with a real action server and a SQLite file."""
    server = Bot(tmp_path_factory.mktemp("bot"), action_server.port)
    try:
        server.launch()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def guarded_bot(trained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """A real bridge process with a secret, whose action server is not there; `actions_port` is where a test may put one."""
    server = Bot(tmp_path_factory.mktemp("guarded"), free_port(), secret=SECRET)
    try:
        server.launch()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A throw-away PostgreSQL server."""
    server = Postgres()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def domain_file() -> dict[str, Any]:
    """The content of domain.yml."""
    import yaml

    return dict(
        yaml.load(
            (ROOT / "domain.yml").read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        )
    )
