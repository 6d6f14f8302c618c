"""The bot that the demo's people talk to: the one of `make run`, or one of its own for as long as they talk."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.bridge import Bridge

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv" / "bin" / "python"
MODEL = ROOT / "models" / "assistant.tar.gz"
#: Seconds the bot may take to load on a slow machine, between two looks, and to end.
PATIENCE, PAUSE, ENDING = 180.0, 0.5, 10.0
#: Where endpoints.yml says that the actions are.
ACTIONS = "127.0.0.1:5055"


class BotError(RuntimeError):
    """No bot could be started; the message says why."""


@asynccontextmanager
async def bridge_of(url: str, secret: str | None, say: Callable[[str], None]) -> AsyncIterator[Bridge]:
    """Give the bridge at `url` when a bot answers there, else that of a bot which ends afterwards; `say` hears which.

    Raises:
        BotError: it did not come up.
    """
    bridge = Bridge(url, secret)
    try:
        if await bridge.healthy():
            say(f"The bot at {url} answers; its log will show the emergencies of the demo.")
            yield bridge
            return
    finally:
        await bridge.close()
    say("No bot runs: starting one for the demo.")
    with tempfile.TemporaryDirectory() as folder:
        port, children = _start(Path(folder))
        bridge = Bridge(f"http://127.0.0.1:{port}/webhooks/bridge", secret)
        try:
            await _until_it_answers(bridge, children, Path(folder))
            yield bridge
        finally:
            await bridge.close()
            _stop(children)


def _start(folder: Path) -> tuple[int, list[subprocess.Popen[bytes]]]:
    """Start actions and bot on free ports of loopback, with what the bot remembers in `folder`; return the bridge's port."""
    if not PYTHON.is_file() or not MODEL.is_file():
        raise BotError("The bot is not set up: run `make train` in the repository's root.")
    actions, port = free_port(), free_port()
    text = (ROOT / "endpoints.yml").read_text(encoding="utf-8")
    if ACTIONS not in text:
        raise BotError(f"endpoints.yml does not name the actions at {ACTIONS} any more.")
    endpoints = folder / "endpoints.yml"
    endpoints.write_text(text.replace(ACTIONS, f"127.0.0.1:{actions}"), encoding="utf-8")
    bot = ["-m", "launcher", "run", "--interface", "127.0.0.1", "--port", str(port), "--model", str(MODEL)]
    bot += ["--endpoints", str(endpoints), "--credentials", "credentials.yml"]
    return port, [
        _child(folder, ["-m", "rasa_sdk", "--actions", "actions", "--port", str(actions)], SANIC_HOST="127.0.0.1"),
        _child(folder, bot, HIP_TRACKER_URL=f"sqlite:///{folder}/tracker.db", RASA_TELEMETRY_ENABLED="false"),
    ]


def _child(folder: Path, arguments: Sequence[str], **settings: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONWARNINGS": "ignore", "SQLALCHEMY_SILENCE_UBER_WARNING": "1", **settings}
    with (folder / "bot.log").open("ab") as log:
        return subprocess.Popen(
            [str(PYTHON), *arguments], cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )


async def _until_it_answers(bridge: Bridge, children: Sequence[subprocess.Popen[bytes]], folder: Path) -> None:
    end = asyncio.get_running_loop().time() + PATIENCE
    while not await bridge.healthy():
        if any(child.poll() is not None for child in children) or asyncio.get_running_loop().time() > end:
            raise BotError("The bot did not come up:\n" + (folder / "bot.log").read_text(errors="replace")[-2000:])
        await asyncio.sleep(PAUSE)


def _stop(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGTERM)
    for child in children:
        try:
            child.wait(ENDING)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait(ENDING)


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
