"""The terminal: it greets with what it is, numbers press choices, and a failure never ends it without the number."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from processes import ROOT, Bot, free_port

from channels import shell


def talk(port: int, *typed: str) -> str:
    """Run the shell with lines typed into it; return what it wrote."""
    done = subprocess.run(
        [sys.executable, "-m", "channels.shell"],
        input="\n".join([*typed, "exit"]),
        capture_output=True, text=True, cwd=ROOT, timeout=180, env={**os.environ, "HIP_BRIDGE_PORT": str(port)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_through_the_bridge(bot: Bot) -> None:
    written = talk(bot.port, "hip reduction", "1")
    assert "Connected to the bridge" in written
    assert "automated assistant" in written and "not medical advice" in written and "stored" in written
    assert written.index("automated assistant") < written.index("[1] Medical")
    assert "Source:" in written, "the choice was pressed and answered with a source"


def test_without_a_bridge_the_model_answers_here() -> None:
    written = talk(free_port(), "my hip popped out and I can't move my leg")
    assert "The bridge is not up" in written and "automated assistant" in written
    assert "Call 112 or 911 now" in written


def test_a_bridge_that_goes_away_is_said_with_its_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIP_BRIDGE_PORT", str(free_port()))
    with pytest.raises(shell.ShellError, match="make run"):
        shell.through_bridge({})
