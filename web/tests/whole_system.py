"""The real parts together: bot, action server and gateway as processes, kept running as `make run` keeps them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from pathlib import Path

import pytest
from servers import KEY, ROOT, WEB, free_port, wait_until_up

#: Seconds the bot may take to load on a slow and busy machine.
PATIENCE = 180

PYTHON = ROOT / ".venv" / "bin" / "python"
MODEL = ROOT / "models" / "assistant.tar.gz"


class Kept:
    """A command under launcher/keep, in a process group of its own."""

    def __init__(self, name: str, folder: Path, where: str, command: list[str], **settings: str) -> None:
        self.log = folder / f"{name}.log"
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("HIP_")}
        environment = {**inherited, "RASA_TELEMETRY_ENABLED": "false", "PYTHONWARNINGS": "ignore", **settings}
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                [str(ROOT / "launcher" / "keep"), where, *command],
                cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._command = command

    def kill_inside(self) -> None:
        """Kill -9 what runs, not what keeps it."""
        subprocess.run(["pkill", "-9", "-P", str(self._child.pid)], check=True)

    def stop(self) -> None:
        if self._child.poll() is None:
            os.killpg(self._child.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait(10)


class Whole:
    """Everything that `make run` starts, on free ports and a folder of its own; `model` answers."""

    def __init__(self, folder: Path, *, model: Path = MODEL, **settings: str) -> None:
        if not MODEL.is_file() or not PYTHON.is_file():
            pytest.fail("The bot is not set up: run `make train` in the repository's root.", pytrace=False)
        actions_port, bridge_port, gateway_port = free_port(), free_port(), free_port()
        endpoints = folder / "endpoints.yml"
        text = (ROOT / "endpoints.yml").read_text(encoding="utf-8")
        assert ":5055" in text
        endpoints.write_text(text.replace(":5055", f":{actions_port}"), encoding="utf-8")
        self.bridge = f"http://127.0.0.1:{bridge_port}/webhooks/bridge"
        self.url = f"http://127.0.0.1:{gateway_port}"
        self.record_url = f"sqlite:///{folder}/record.db"
        rasa = ["-m", "launcher", "run", "--interface", "127.0.0.1", "--port", str(bridge_port)]
        rasa += ["--model", str(model), "--endpoints", str(endpoints), "--credentials", "credentials.yml"]
        self.parts = {
            "actions": Kept(
                "actions", folder, ".",
                [str(PYTHON), "-m", "rasa_sdk", "--actions", "actions", "--port", str(actions_port)],
                SANIC_HOST="127.0.0.1",
            ),
            "bot": Kept("bot", folder, ".", [str(PYTHON), *rasa], HIP_TRACKER_URL=f"sqlite:///{folder}/tracker.db"),
            "gateway": Kept(
                "gateway", folder, "web", [str(WEB / ".venv" / "bin" / "python"), "-m", "gateway"],
                HIP_GATEWAY_PORT=str(gateway_port), HIP_BRIDGE_PORT=str(bridge_port), HIP_RECORD_URL=self.record_url,
                HIP_GATEWAY_KEY=KEY, **settings,
            ),
        }  # fmt: skip

    def wait(self) -> None:
        """Return when all of it works."""
        try:
            wait_until_up(f"{self.url}/ready", patience=PATIENCE)
        except AssertionError as error:
            logs = "\n".join(part.log.read_text(errors="replace")[-1500:] for part in self.parts.values())
            raise AssertionError(f"{error}\n{logs}") from error

    def stop(self) -> None:
        for part in reversed(self.parts.values()):
            part.stop()
