"""A missed emergency, from the visitor to a bot that does not miss it: queue, correction, export, import, training, replay.

Slow: it trains a whole model (about three minutes on two idle cores), in a copy of the project; the checkout is only read.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from servers import ROOT, WEB, GatewayProcess
from visitor import Visitor, wait_for
from whole_system import PYTHON, Whole

from console.roles import Role

if TYPE_CHECKING:
    from staff import Console, MakeConsole

#: Today's model answers it as a question about warming up. Whoever cannot stand on a leg after such a fall needs an ambulance.
PLANTED = "since i fell off my horse i hop everywhere because my left side gives way completely, best warm up?"
ORDINARY = ["hip reduction", "how much protein do i need", "what is the capital of France", "thank you"]
#: What training reads.
NEEDED = ("actions", "channels", "coaching", "components", "data", "evaluation", "launcher", "config.yml", "domain.yml")
BRIDGE_PATH = "/webhooks/bridge"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what is trained, with the checkout's own encoder."""
    copy = tmp_path / "project"
    copy.mkdir()
    for name in NEEDED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, copy / name)
    (copy / "models").mkdir()
    (copy / "models" / "encoder").symlink_to(ROOT / "models" / "encoder")
    return copy


@pytest.fixture
def gateway(whole: Whole, tmp_path: Path) -> Iterator[GatewayProcess]:
    """A gateway of its own, so that in its record nothing is more urgent than what is planted."""
    process = GatewayProcess(
        tmp_path,
        HIP_BRIDGE_URL=whole.bridge.removesuffix(BRIDGE_PATH),
        HIP_RECORD_URL=f"sqlite:///{tmp_path}/record.db",
        HIP_GATEWAY_KEY="a key of the tests, long enough for it",
    )
    process.start()
    yield process
    process.stop()


@pytest.fixture
def make_console(tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeConsole]:
    monkeypatch.syspath_prepend(str(WEB / "tests" / "console"))
    from staff import Console

    made: list[Console] = []

    def make(**settings: object) -> Console:
        console = Console(f"sqlite:///{tmp_path}/record.db", console_project=project, **settings)
        console.clock.time = datetime.now(UTC)
        made.append(console)
        return console

    yield make
    for console in made:
        console.house.close()


def test_a_missed_emergency_is_taught(
    gateway: GatewayProcess, make_console: MakeConsole, project: Path, tmp_path: Path
) -> None:
    checkout = changed(ROOT)
    conversation = planted(gateway.url)
    leo = make_console().staff("leo", Role.LEAD)

    queue = leo.get("/queue").text
    first = re.search(r'href="/conversations/([^"#]+)#turn-(\d+)".*?<span class="badge (\w+)">', queue, re.DOTALL)
    assert first and first.groups() == (conversation, "1", "missed"), "the planted one stands at the top"

    correction = {"sequence": "1", "intent": "emergency_injury", "outcome": "emergency"}
    leo.get(f"/conversations/{conversation}")
    assert leo.post(f"/conversations/{conversation}/correct", **correction).status_code == 303
    page = leo.get("/corrections").text
    assert PLANTED in page and "cannot go out" not in page and "cannot be compared" not in page
    closed = leo.close_set().headers["location"].rpartition("=")[2]
    exported = tmp_path / "corrections.zip"
    exported.write_bytes(leo.post("/corrections/export", set=closed, kind="zip").content)

    said = run(sys.executable, "-m", "console.teaching.importing", exported, "--project", project, at=WEB)
    assert "data/reviewed/nlu.yml: 1 new" in said and "Nothing has been trained" in said
    run(PYTHON, "-m", "launcher", "train", "--skip-validation", "--fixed-model-name", "assistant", at=project)
    assert changed(ROOT) == checkout, "the checkout is as it was"

    (tmp_path / "after").mkdir()
    after = Whole(tmp_path / "after", model=project / "models" / "assistant.tar.gz")
    try:
        after.wait()
        turn = {"conversation_id": "a" * 32, "message_id": "b" * 32, "text": PLANTED, "dry_run": True}
        answer = httpx.post(f"{after.bridge}/turn", json=turn, timeout=60, trust_env=False).json()
        assert (answer["outcome"], answer["intent"]) == ("emergency", "emergency_injury")
        shown_fixed(make_console(bridge_url=after.bridge.removesuffix(BRIDGE_PATH)), closed)
    finally:
        after.stop()


def planted(url: str) -> str:
    """Have visitors say ordinary things, and one what is missed; return the latter's conversation."""
    for text in ORDINARY[:2]:
        outcome(Visitor(url).begin(region="GB"), text)
    hurt = Visitor(url).begin(region="GB")
    assert outcome(hurt, PLANTED) not in ("emergency", "urgent"), (
        "today's model misses it: plant another line if it does not"
    )
    for text in ORDINARY[2:]:
        outcome(Visitor(url).begin(region="GB"), text)
    return hurt.id


def outcome(visitor: Visitor, text: str) -> str:
    """What the visitor's message comes to."""
    return str(visitor.reply(visitor.say(text)["sequence"])["outcome"])


def shown_fixed(console: Console, change_set: str) -> None:
    """Replay the change set on the bot of now, as a lead does on the page of comparisons."""
    anna = console.staff("anna", Role.LEAD)
    anna.get("/comparison")
    at = anna.post("/comparison/change-set", change_set=change_set).headers["location"]
    number = int(at.rpartition("/")[2])
    wait_for(lambda: console.house.review.replay(number).state != "running")  # type: ignore[union-attr]
    (turn,) = console.house.review.replayed(number)
    assert turn.was and turn.now
    assert turn.was.outcome != "emergency" and turn.now.outcome == "emergency" and turn.right_now
    assert "emergency" in anna.get(at).text


def changed(folder: Path) -> dict[str, int]:
    """When each file of data/ and evaluation/ was changed."""
    files = (path for room in ("data", "evaluation") for path in (folder / room).rglob("*.*"))
    return {str(path): path.stat().st_mtime_ns for path in files if path.suffix in (".yml", ".tsv")}


def run(*command: object, at: Path) -> str:
    """Run a program to its end and return what it said."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HIP_")}
    environment |= {"RASA_TELEMETRY_ENABLED": "false", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run([str(part) for part in command], cwd=at, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout
