"""Starting, weighing and stopping real (tiny) processes."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from benchmark.servers import Command, CommandFailedError, Servers, environment, free_port, resident_mib

SLEEPER = "import time; time.sleep(60)"
#: Takes 50 MB more than a bare Python, in a child of its own.
PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'x = bytearray(50_000_000); import time; time.sleep(60)'])"


def command(tmp_path: Path, code: str, name: str = "server") -> Command:
    return Command(name, (sys.executable, "-c", code), tmp_path, tmp_path / "log")


class Answers:
    """Answers from the n-th attempt on."""

    def __init__(self, after: int) -> None:
        self.left = after

    async def __call__(self) -> str | None:
        self.left -= 1
        return "connection refused" if self.left >= 0 else None


async def test_start_up_ends_with_the_first_answer(tmp_path: Path) -> None:
    servers = Servers([command(tmp_path, SLEEPER), command(tmp_path, SLEEPER, "action_server")])
    seconds = await servers.start(Answers(after=3))
    try:
        assert 0.15 <= seconds < 5
        assert set(servers.memory_mib()) == {"server", "action_server"}
        pids = [process.pid for process in servers._processes]
    finally:
        servers.stop()
    assert not any(psutil.pid_exists(pid) for pid in pids)
    servers.stop()  # nothing runs: nothing happens


async def test_a_process_that_ends_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    servers = Servers([command(tmp_path, "import sys; sys.exit('no such model')")])
    with pytest.raises(CommandFailedError, match=r"server ended with status 1 before it answered(.|\n)*no such model"):
        await servers.start(Answers(after=1000))


async def test_waiting_ends(tmp_path: Path) -> None:
    servers = Servers([command(tmp_path, SLEEPER)])
    with pytest.raises(CommandFailedError, match=r"did not answer within 0 s \(connection refused\)"):
        await servers.start(Answers(after=1000), limit=0.2)
    assert servers.memory_mib() == {}


async def test_memory_and_stopping_reach_the_children(tmp_path: Path) -> None:
    servers = Servers([command(tmp_path, PARENT)])
    await servers.start(Answers(after=10))
    try:
        (process,) = servers._processes
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) == 1
        assert servers.memory_mib()["server"] > resident_mib(children[0].pid) > 50_000_000 / 2**20
    finally:
        servers.stop()
    assert not psutil.pid_exists(children[0].pid)


def test_running_to_the_end(tmp_path: Path) -> None:
    assert 0 < command(tmp_path, "").run() < 10
    with pytest.raises(CommandFailedError, match=r"server ended with status 3(.|\n)*half way"):
        command(tmp_path, "import sys; sys.stderr.write('half way'); sys.exit(3)").run()


def test_the_callers_settings_do_not_reach_the_servers() -> None:
    inherited = {"PATH": "/bin", "HIP_BRIDGE_SECRET": "x", "RASA_TELEMETRY_ENABLED": "true", "PYTHONPATH": "x"}
    found = environment(inherited, {"HIP_TRACKER_URL": "sqlite://"})
    assert found["PATH"] == "/bin"
    assert found["RASA_TELEMETRY_ENABLED"] == "false"
    assert found["HIP_TRACKER_URL"] == "sqlite://"
    assert not {"HIP_BRIDGE_SECRET", "PYTHONPATH"} & set(found)


def test_a_program_that_is_ended_takes_its_processes_with_it(tmp_path: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from benchmark.servers import Command, end_with_this_process
end_with_this_process()
sleeper = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
Command("x", (sys.executable, "-c", sleeper), Path({str(tmp_path)!r}), Path({str(tmp_path / "pid")!r})).run()
"""
    program = subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parents[2])
    pid = tmp_path / "pid"
    deadline = time.monotonic() + 30
    while not (pid.exists() and pid.read_text().endswith("\n")) and time.monotonic() < deadline:
        time.sleep(0.05)
    program.terminate()
    assert program.wait(timeout=20) == 128 + signal.SIGTERM
    assert not psutil.pid_exists(int(pid.read_text()))


def test_settings_reach_the_process(tmp_path: Path) -> None:
    code = "import os; raise SystemExit(os.environ['HIP_TRACKER_URL'] != 'sqlite://')"
    Command("x", (sys.executable, "-c", code), tmp_path, tmp_path / "log", {"HIP_TRACKER_URL": "sqlite://"}).run()


def test_a_free_port_is_free() -> None:
    code = "import socket, sys; socket.socket().bind(('127.0.0.1', int(sys.argv[1])))"
    assert subprocess.run([sys.executable, "-c", code, str(free_port())]).returncode == 0
