"""A throw-away PostgreSQL cluster on a free loopback port, run by an unprivileged user (the server refuses root)."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg
from servers import free_port

PLACES = "/usr/lib/postgresql/*/bin"
ADVICE = "PostgreSQL's server programs are missing: install them with `sudo apt-get install postgresql`, then run the tests again."


class Postgres:
    """One cluster: `start`, `restart`, `remove`. `url` names its maintenance database, `database` makes a fresh one."""

    def __init__(self) -> None:
        self._programs = _programs()
        self._folder = Path(tempfile.mkdtemp(prefix="hip-postgres-"))
        self._port = free_port()
        self._made = 0
        self.url = self._url("postgres")

    def start(self) -> None:
        if os.geteuid() == 0:
            user = pwd.getpwnam(_unprivileged_user())
            os.chown(self._folder, user.pw_uid, user.pw_gid)
        data = str(self._folder / "data")
        self._run("initdb", "--pgdata", data, "--username", "hip", "--auth", "trust", "--encoding", "UTF8", "--no-sync")
        self._control("start")

    def restart(self) -> None:
        """Restart as a crash would: open connections are cut."""
        self._control("restart", "--mode", "immediate")

    def stop(self) -> None:
        self._control("stop", "--mode", "immediate")

    def resume(self) -> None:
        self._control("start")

    def database(self, template: str = "template0") -> str:
        """Return the URL of a fresh database, a copy of the one named `template` (nobody may be connected to that)."""
        self._made += 1
        name = f"fresh_{self._made}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self._url(name)

    def remove(self) -> None:
        subprocess.run(
            self._as_user("pg_ctl", "--pgdata", str(self._folder / "data"), "--mode", "immediate", "stop"),
            check=False,
            capture_output=True,
        )
        shutil.rmtree(self._folder)

    def _url(self, name: str) -> str:
        return f"postgresql://hip@127.0.0.1:{self._port}/{name}"

    def _control(self, verb: str, *arguments: str) -> None:
        settings = (
            f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder} -c fsync=off"
        )
        options = [] if verb == "stop" else ["--options", settings, "--log", str(self._folder / "log")]
        self._run("pg_ctl", "--pgdata", str(self._folder / "data"), "--wait", *options, *arguments, verb)

    def _run(self, *command: str) -> None:
        log = self._folder / "output"
        with log.open("wb") as output:  # not a pipe: the server would keep it open
            done = subprocess.run(self._as_user(*command), stdout=output, stderr=output, cwd=self._folder, check=False)
        if done.returncode:
            raise AssertionError(f"{command[0]} failed:\n{log.read_text(encoding='utf-8', errors='replace')}")

    def _as_user(self, program: str, *arguments: str) -> list[str]:
        command = [str(self._programs / program), *arguments]
        return ["runuser", "-u", _unprivileged_user(), "--", *command] if os.geteuid() == 0 else command


def _programs() -> Path:
    """Return the folder of initdb and pg_ctl; as root Debian's package is installed when it is missing."""
    if (folder := _installed()) is None and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "-q", "update"], ["apt-get", "-qy", "install", "postgresql"]):
            subprocess.run(command, env=environment, check=False, capture_output=True)
        folder = _installed()
    if folder is None:
        raise AssertionError(ADVICE)
    return folder


def _installed() -> Path | None:
    folders = sorted(Path("/").glob(PLACES.lstrip("/")), key=lambda path: float(path.parent.name))
    with_programs = [path for path in folders if (path / "initdb").exists() and (path / "pg_ctl").exists()]
    if with_programs:
        return with_programs[-1]
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found and shutil.which("pg_ctl") else None


def _unprivileged_user() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
