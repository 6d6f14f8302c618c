"""Real processes for the tests: the bot, the action server, and an action server that hangs. All on free loopback ports."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import requests
import yaml

ROOT = Path(__file__).resolve().parents[1]
#: Seconds a process may take to answer for the first time, on a slow and busy machine.
PATIENCE = 150
#: Seconds a request may take; no assertion rests on it.
TIMEOUT = 60


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Process:
    """A child process with its log file; `stop` ends its whole group."""

    command: list[str]
    log: Path
    environment: dict[str, str] = field(default_factory=dict)
    _child: subprocess.Popen[bytes] | None = None

    def launch(self) -> None:
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                self.command, cwd=ROOT, env=self._environment(), stdout=log, stderr=log, start_new_session=True
            )

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("HIP_")}
        return {**inherited, "RASA_TELEMETRY_ENABLED": "false", "PYTHONWARNINGS": "ignore", **self.environment}

    @property
    def alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def written(self) -> str:
        """Return what the process has logged so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_until(self, url: str, headers: dict[str, str] | None = None) -> None:
        """Return when `url` answers 200; fail with the end of the log when it does not."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if not self.alive:
                raise AssertionError(f"{self.command} ended early:\n{self.written()[-4000:]}")
            try:
                if requests.get(url, headers=headers, timeout=5).status_code == requests.codes.ok:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.2)
        raise AssertionError(f"{self.command} did not answer in {PATIENCE} s:\n{self.written()[-4000:]}")

    def stop(self) -> None:
        if self._child is None:
            return
        if self.alive:
            os.killpg(self._child.pid, signal.SIGTERM)
            try:
                self._child.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self._child.pid, signal.SIGKILL)
                self._child.wait(15)
        self._child = None


class ActionServer(Process):
    """`python -m rasa_sdk --actions actions`, as in the Procfile."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        super().__init__(
            [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(port)],
            folder / "actions.log",
            {"SANIC_HOST": "127.0.0.1"},
        )

    def launch(self) -> None:
        super().launch()
        self.wait_until(f"http://127.0.0.1:{self.port}/health")


class Bot(Process):
    """`python -m launcher run`, as in the Procfile, with a database of its own.

    Args:
        folder: for the endpoints file, the log and the database.
        actions_port: where endpoints.yml says the action server is.
        database: SQLAlchemy URL of the conversations; by default the SQLite file `database`.
        secret: HIP_BRIDGE_SECRET.
    """

    def __init__(self, folder: Path, actions_port: int, database: str | None = None, secret: str | None = None) -> None:
        self.port = free_port()
        self.actions_port = actions_port
        self.database = folder / "tracker.db"
        self.url = f"http://127.0.0.1:{self.port}/webhooks/bridge"
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        endpoints = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
        endpoints["action_endpoint"]["url"] = f"http://127.0.0.1:{actions_port}/webhook"
        (folder / "endpoints.yml").write_text(yaml.safe_dump(endpoints), encoding="utf-8")
        super().__init__(
            [
                sys.executable, "-m", "launcher", "run", "--model", "models", "--port", str(self.port), "--interface", "127.0.0.1",
                "--credentials", "credentials.yml", "--endpoints", str(folder / "endpoints.yml"),
            ],
            folder / "bot.log",
            {
                "HIP_TRACKER_URL": database or f"sqlite:///{self.database}",
                **({"HIP_BRIDGE_SECRET": secret} if secret else {}),
            },
        )  # fmt: skip

    def launch(self) -> None:
        super().launch()
        self.wait_until(f"{self.url}/health", self.headers)

    def turn(self, body: Any = None, **request: Any) -> requests.Response:
        """Post one turn; keyword arguments go to requests (data=, headers=, ...)."""
        if body is not None:
            request["json"] = body
        return requests.post(f"{self.url}/turn", **{"headers": self.headers, "timeout": TIMEOUT, **request})

    def erase(self, conversation_id: str) -> requests.Response:
        return requests.delete(f"{self.url}/conversations/{conversation_id}", headers=self.headers, timeout=TIMEOUT)


class HangingServer:
    """Accepts connections and never answers, as an action server in a dead loop does. A context manager."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self._connections: list[socket.socket] = []

    def __enter__(self) -> HangingServer:
        self._socket.listen()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for connection in self._connections:
            connection.close()

    @property
    def calls(self) -> int:
        """How many connections were made so far."""
        return len(self._connections)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return  # closed
            self._connections.append(connection)
