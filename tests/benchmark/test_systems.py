"""How both systems are started: on loopback, with nothing of the working tree's own conversations."""

from __future__ import annotations

from pathlib import Path

import yaml

from benchmark import systems
from benchmark.measure import long_conversation
from benchmark.messages import ASSISTANT, STARTER
from evaluation.training_lines import read_training_lines


def test_the_assistant_keeps_to_its_folder_and_to_loopback(tmp_path: Path) -> None:
    system = systems.assistant(tmp_path / "assistant")
    server, actions = system.serve
    assert (server.name, actions.name) == (systems.SERVER, systems.ACTION_SERVER)
    assert server.arguments[server.arguments.index("-i") + 1] == "127.0.0.1"
    assert actions.settings["SANIC_HOST"] == "127.0.0.1"
    assert server.settings["HIP_TRACKER_URL"] == f"sqlite:///{tmp_path}/assistant/tracker.db"
    assert server.settings["RASA_CACHE_DIRECTORY"] == system.train.settings["RASA_CACHE_DIRECTORY"]
    assert not Path(system.train.settings["RASA_CACHE_DIRECTORY"]).exists()  # training starts from nothing
    assert "--force" in system.train.arguments
    assert system.lines == len(read_training_lines(systems.ROOT / "data"))
    endpoints = yaml.safe_load(Path(server.arguments[server.arguments.index("--endpoints") + 1]).read_text())
    port = actions.arguments[actions.arguments.index("--port") + 1]
    assert endpoints["action_endpoint"]["url"] == f"http://127.0.0.1:{port}/webhook"
    own = yaml.safe_load((systems.ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    assert endpoints["tracker_store"] == own["tracker_store"]


def test_both_systems_hear_as_many_kinds_of_message() -> None:
    assert len(STARTER.first) == len(ASSISTANT.first)
    assert len(STARTER.long_conversation) == len(ASSISTANT.long_conversation)
    for messages in (STARTER, ASSISTANT):
        assert all(text.strip() for text in (*messages.first, *messages.long_conversation, *messages.form))
        assert len(long_conversation(messages.long_conversation)) == 100
