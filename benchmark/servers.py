"""Starting and stopping the processes under test, their start-up time and their resident memory."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

#: Seconds a server may take to its first answer.
START_LIMIT = 600.0
#: Seconds between two attempts to get that answer: the resolution of a start-up time.
POLL = 0.05
#: Seconds a process may take to end when asked to, before it is killed.
STOP_LIMIT = 10.0
#: Last characters of a log that an error shows.
LOG_TAIL = 2000
_MIB = 1024 * 1024
_SETTINGS = {
    "RASA_TELEMETRY_ENABLED": "false",
    "PYTHONWARNINGS": "ignore",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
#: Variables of the caller that would change what is measured.
_LEFT_OUT = ("HIP_", "PYTHONPATH", "VIRTUAL_ENV", "RASA_", "SANIC_")


class CommandFailedError(RuntimeError):
    """A process ended or did not answer; the message names it and ends with its log."""


@dataclass(frozen=True)
class Command:
    """One process: its arguments, working folder, own settings and the file its output goes to."""

    name: str
    arguments: Sequence[str]
    folder: Path
    log: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def run(self) -> float:
        """Run to the end and return the seconds it took; raises CommandFailedError."""
        started = time.perf_counter()
        process = self.start()
        try:
            status = process.wait()
        except BaseException:
            end([process])
            raise
        if status != 0:
            raise self.failed(f"ended with status {status}")
        return time.perf_counter() - started

    def start(self) -> subprocess.Popen[bytes]:
        """Start the process in a session of its own; its output is appended to the log."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self.arguments,
                cwd=self.folder,
                env=environment(os.environ, self.settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def failed(self, what: str) -> CommandFailedError:
        """Return the error to raise."""
        written = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return CommandFailedError(f"{self.name} {what}. The end of its output:\n{written[-LOG_TAIL:]}")


class Servers:
    """The processes that answer together, e.g. Rasa's server and the action server, started and stopped together."""

    def __init__(self, commands: Sequence[Command]) -> None:
        self._commands = commands
        self._processes: list[subprocess.Popen[bytes]] = []

    async def start(self, problem: Callable[[], Awaitable[str | None]], limit: float = START_LIMIT) -> float:
        """Start all processes at once; return the seconds from the first one's start to the first answered turn.

        Args:
            problem: tries one turn and returns why it was not answered, None when it was.
            limit: seconds to wait.

        Raises:
            CommandFailedError: a process ended, or nothing was answered in time; all processes are stopped.
        """
        started = time.perf_counter()
        self._processes = [command.start() for command in self._commands]
        try:
            while (reason := await problem()) is not None:
                self._check_running()
                if time.perf_counter() - started > limit:
                    raise self._commands[0].failed(f"did not answer within {limit:.0f} s ({reason})")
                await asyncio.sleep(POLL)
        except BaseException:
            self.stop()
            raise
        return time.perf_counter() - started

    def memory_mib(self) -> dict[str, float]:
        """Return the resident memory of each process, children included, by the name of its command."""
        return {command.name: resident_mib(process.pid) for command, process in zip(self._commands, self._processes)}

    def stop(self) -> None:
        """End all processes and their children; does nothing when none runs."""
        end(self._processes)
        self._processes = []

    def _check_running(self) -> None:
        for command, process in zip(self._commands, self._processes):
            if process.poll() is not None:
                raise command.failed(f"ended with status {process.returncode} before it answered")


def environment(inherited: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """Return the caller's environment without this project's and Rasa's variables, plus `settings`, telemetry off."""
    kept = {name: value for name, value in inherited.items() if not name.startswith(_LEFT_OUT)}
    return {**kept, **_SETTINGS, **settings}


def resident_mib(pid: int) -> float:
    """Return the resident memory of a process and its children in MiB (2**20 bytes)."""
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return float(sum(member.memory_info().rss for member in family) / _MIB)


def end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask the processes and their children to end, kill what is left after STOP_LIMIT seconds, and collect them."""
    family: list[psutil.Process] = []
    for process in processes:
        if process.poll() is None:
            parent = psutil.Process(process.pid)
            family += [parent, *parent.children(recursive=True)]
    for member in family:
        if member.is_running():
            member.terminate()
    _, left = psutil.wait_procs(family, timeout=STOP_LIMIT)
    for member in left:
        member.kill()
    for process in processes:
        process.wait()


def end_with_this_process() -> None:
    """Let a SIGTERM unwind this program, so that what it started ends with it."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
