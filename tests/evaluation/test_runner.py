"""The runner and the command on a stub assistant; the request is the one that the real assistant accepts."""

from __future__ import annotations

import asyncio
import json
import random
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import structlog

import evaluation.__main__ as command
from evaluation import runner
from evaluation.cases import Case, Turn


class Request(dict[str, Any]):
    """Stands in for TurnRequest."""


@dataclass
class StubAssistant:
    """Answers by the first word of the text; remembers what it was asked."""

    model: str = "stub.tar.gz"
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(dict(request, drawn=(random.random(), float(np.random.rand()))))
        said = request["text"] or request["choice"].removeprefix("/")
        outcome = said.split()[0]
        if outcome == "boom":
            raise RuntimeError("out of order")
        buttons = [{"title": "Medical ", "payload": "/medical_info"}, {"title": "FITNESS", "payload": "/fitness"}]
        return {
            "replies": [{"text": f"You said {said}.", "choices": buttons if outcome == "clarify" else []}],
            "outcome": outcome, "intent": outcome, "confidence": 0.5,
            "red_flags": [{"name": "E1", "kind": "emergency", "evidence": "hip out"}, "bare"], "model": self.model,
        }  # fmt: skip


def line(text: str, *outcomes: str) -> Case:
    return Case("a.tsv", (Turn(text, None, outcomes, line=2),))


def run(cases: list[Case], assistant: StubAssistant, **options: Any) -> list[list[Any]]:
    return asyncio.run(runner.run(cases, assistant, Request, **options))


def test_a_button_of_before_a_failure_is_gone_after_it() -> None:
    steps = (
        Turn("clarify it", None, ("clarify",)),
        Turn("boom", None, ("clarify",)),
        Turn(None, "medical", ("medical_info",)),
    )
    (observed,) = run([Case("b.yml", steps, id="x")], StubAssistant())
    assert [turn.outcome for turn in observed] == ["clarify", runner.ERROR, runner.ERROR]


def test_every_line_is_a_conversation_and_every_dialogue_one() -> None:
    stub = StubAssistant()
    talk = Case("b.yml", (Turn("clarify it", None, ("clarify",)), Turn(None, " medical", ("medical_info",))), id="x")
    first, _, dialogue = run([line("fitness please", "fitness"), line("fitness please", "fitness"), talk], stub)
    assert [row["conversation_id"] for row in stub.asked] == [f"evaluation-00000{n}" for n in (0, 1, 2, 2)]
    assert len({row["message_id"] for row in stub.asked}) == 4
    assert all(
        re.fullmatch("[A-Za-z0-9_-]{16,64}", row[key])
        for row in stub.asked
        for key in ("conversation_id", "message_id")
    )
    assert (stub.asked[3]["text"], stub.asked[3]["choice"]) == (None, "/medical_info")
    assert [seen.outcome for seen in dialogue] == ["clarify", "medical_info"]
    assert first[0].red_flags == ("E1 (hip out)", "bare")
    assert first[0].reply == "You said fitness please."


def test_a_missing_title_fails_the_turn_and_names_the_titles() -> None:
    stub = StubAssistant()
    turns = (
        Turn("clarify it", None, ("clarify",)),
        Turn(None, "Dance", ("fitness",)),
        Turn(None, "fitness", ("fitness",)),
    )
    _, missing, found = run([Case("b.yml", turns, id="x")], stub)[0]
    assert missing.outcome == "error"
    assert "'Dance'" in missing.reply and "'Medical '" in missing.reply and "'FITNESS'" in missing.reply
    assert found.outcome == "fitness"  # the buttons of the last answer are still there
    (alone,) = run([Case("b.yml", (Turn(None, "Dance", ("fitness",)),), id="x")], stub)[0]
    assert "offered: none" in alone.reply


def test_a_failure_of_one_line_does_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    rows = run([line("boom secret", "fitness"), line("fitness", "fitness")], StubAssistant())
    assert (rows[0][0].outcome, rows[0][0].reply) == ("error", "RuntimeError: out of order")
    assert rows[1][0].outcome == "fitness"
    assert "a.tsv, line 2: RuntimeError" in caplog.text and "secret" not in caplog.text


def test_chance_is_the_same_for_a_line_wherever_it_stands() -> None:
    stub = StubAssistant()
    run([line("fitness a", "fitness"), line("fitness b", "fitness")], stub)
    assert stub.asked[0]["drawn"] == stub.asked[1]["drawn"]


def test_progress_every_hundred_cases_and_at_the_end() -> None:
    told: list[tuple[int, int]] = []
    run([line("fitness", "fitness")] * 250, StubAssistant(), progress=lambda done, total: told.append((done, total)))
    assert told == [(100, 250), (200, 250), (250, 250)]


def test_the_real_request_accepts_what_the_runner_sends() -> None:
    from launcher import stand_ins

    stand_ins.install()
    from channels.turn import TurnRequest

    class Checking(StubAssistant):
        async def answer(self, request: Any) -> dict[str, Any]:
            return await super().answer(vars(request.checked(["/medical_info", "/fitness"])))

    talk = Case("b.yml", (Turn("clarify it", None, ("clarify",)), Turn(None, "medical", ("medical_info",))), id="x")
    (row,) = asyncio.run(runner.run([talk], Checking(), TurnRequest))
    assert [seen.outcome for seen in row] == ["clarify", "medical_info"]


@pytest.fixture
def stubbed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def load() -> tuple[Any, Any]:
        return StubAssistant(), Request

    monkeypatch.setattr(command, "load_assistant", load)


def written(folder: Path, rows: str) -> Path:
    path = folder / "set.tsv"
    path.write_text("text\toutcome\ttag\n" + rows)
    return path


@pytest.mark.usefixtures("stubbed")
def test_the_command_writes_both_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, "emergency now\temergency\t\nfitness\tclarify\t\n")
    assert command.main(["--set", str(path), "--out", str(tmp_path / "new" / "out")]) == 0
    report = json.loads((tmp_path / "new" / "out" / "report.json").read_text())
    assert (report["lines"], report["accuracy"], report["model"]) == (2, 0.5, "stub.tar.gz")
    assert (tmp_path / "new" / "out" / "report.html").exists()
    output = capsys.readouterr()
    assert "report.html" in output.out and "2 of 2 conversations" in output.err


@pytest.mark.usefixtures("stubbed")
def test_a_broken_floor_is_status_1_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    floors = tmp_path / "floors.yml"
    floors.write_text("accuracy: 0.9\n")
    path = written(tmp_path, "fitness\tclarify\t\n")
    assert command.main(["--set", str(path), "--out", str(tmp_path / "out"), "--floors", str(floors)]) == 1
    assert "floor broken: accuracy is 0.0000, below 0.9." in capsys.readouterr().err
    assert (tmp_path / "out" / "report.json").exists()


@pytest.mark.usefixtures("stubbed")
def test_bad_files_are_status_2_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, out = written(tmp_path, "fitness\tfitness\n"), tmp_path / "out"
    bad = tmp_path / "bad.tsv"
    bad.write_text("text\toutcome\na\tnonsense\n")
    (tmp_path / "floors.yml").write_text("speed: 1\n")
    (tmp_path / "file").write_text("in the way")
    for arguments, message in [
        (["--set", str(good), "--set", str(bad), "--out", str(out)], "bad.tsv:2: unknown outcome 'nonsense'"),
        (["--set", str(good), "--out", str(out), "--floors", str(tmp_path / "floors.yml")], "unknown key 'speed'"),
        (["--set", str(good), "--out", str(tmp_path / "file")], "cannot be the folder"),
    ]:
        assert command.main(arguments) == 2
        assert message in capsys.readouterr().err
    assert not out.exists()


def test_debug_logs_do_not_spread_the_sets(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.reset_defaults()  # another test may have loaded an assistant, which quietens it too
    structlog.get_logger().debug("heard", text="secret")
    assert "secret" in capsys.readouterr().out  # structlog's default, which Rasa leaves in place
    command.quieten()
    try:
        structlog.get_logger().debug("heard", text="secret")
        output = capsys.readouterr()
        assert "secret" not in output.out + output.err
    finally:
        structlog.reset_defaults()


def test_without_a_model_the_status_is_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def load() -> tuple[Any, Any]:
        raise command.NoAssistantError("No model found in models/: run `make train`.")

    monkeypatch.setattr(command, "load_assistant", load)
    assert command.main(["--set", str(written(tmp_path, "a\tclarify\n")), "--out", str(tmp_path / "out")]) == 2
    assert "make train" in capsys.readouterr().err
