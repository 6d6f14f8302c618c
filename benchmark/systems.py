"""The two systems under test: Rasa's own starter and this assistant. How each is made, trained and served."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmark import messages
from benchmark.measure import Channel, bridge_channel, rest_channel
from benchmark.servers import Command, free_port
from evaluation.training_lines import read_training_lines

ROOT = Path(__file__).resolve().parent.parent
#: The process whose memory compares with the starter's one process.
SERVER = "server"
ACTION_SERVER = "action_server"
#: What Rasa calls the folder of its training cache; an empty one makes training start from nothing.
_CACHE = "RASA_CACHE_DIRECTORY"
_MODEL = "benchmark"


@dataclass(frozen=True)
class System:
    """One system: `lines` counts its training lines; `serve` starts what answers on `channel`."""

    name: str
    lines: int
    train: Command
    serve: tuple[Command, ...]
    channel: Channel
    messages: messages.Messages


def starter(python: Path, folder: Path) -> System:
    """Make Rasa's starter in `folder` (`rasa init --no-prompt`, which takes a training) and return it.

    Raises:
        CommandFailedError: that Python has no complete Rasa.
    """
    rasa = (str(python.absolute()), "-m", "rasa")  # resolved, a link into an environment would leave it
    project, log, port = folder / "project", folder / "log", free_port()
    project.mkdir(parents=True)
    Command("rasa init", (*rasa, "init", "--no-prompt", "--init-dir", str(project)), folder, log).run()
    settings = {_CACHE: str(folder / "cache")}
    return System(
        name="starter",
        lines=len(read_training_lines(project / "data")),
        train=Command("training of the starter", (*rasa, *_train(folder)), project, log, settings),
        serve=(Command(SERVER, (*rasa, *_serve(folder, port)), project, log, settings),),
        channel=rest_channel(port),
        messages=messages.STARTER,
    )


def assistant(folder: Path) -> System:
    """Return this assistant: trained into `folder`, conversations in a SQLite file there, actions in their server."""
    folder.mkdir(parents=True)
    log, port, action_port = folder / "log", free_port(), free_port()
    endpoints = folder / "endpoints.yml"
    endpoints.write_text(endpoints_at(ROOT / "endpoints.yml", action_port), encoding="utf-8")
    launcher = (sys.executable, "-m", "launcher")
    serve = (*launcher, *_serve(folder, port), "--endpoints", str(endpoints), "--credentials", "credentials.yml")
    actions = (sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(action_port))
    settings = {_CACHE: str(folder / "cache"), "HIP_TRACKER_URL": f"sqlite:///{folder / 'tracker.db'}"}
    return System(
        name="assistant",
        lines=len(read_training_lines(ROOT / "data")),
        train=Command("training of the assistant", (*launcher, *_train(folder)), ROOT, log, settings),
        serve=(
            Command(SERVER, serve, ROOT, log, settings),
            Command(ACTION_SERVER, actions, ROOT, folder / "actions.log", {"SANIC_HOST": "127.0.0.1"}),
        ),
        channel=bridge_channel(port),
        messages=messages.ASSISTANT,
    )


def _train(folder: Path) -> tuple[str, ...]:
    return ("train", "--skip-validation", "--force", "--fixed-model-name", _MODEL, "--out", str(folder))


def _serve(folder: Path, port: int) -> tuple[str, ...]:
    return ("run", "-i", "127.0.0.1", "-p", str(port), "--model", str(folder / f"{_MODEL}.tar.gz"))


def endpoints_at(path: Path, action_port: int) -> str:
    """Return the project's endpoints file as YAML with the action server on another port of loopback."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["action_endpoint"]["url"] = f"http://127.0.0.1:{action_port}/webhook"
    return yaml.safe_dump(content)
