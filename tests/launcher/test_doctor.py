"""`make doctor` counts as the training does, and names the fix of what is missing."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from evaluation.training_lines import read_training_lines
from launcher import doctor


def test_lines_are_counted_as_they_are_trained() -> None:
    trained = Counter(line.intent for line in read_training_lines(doctor.ROOT / "data"))
    assert doctor.count_lines(doctor.ROOT / "data") == trained


def test_a_missing_encoder_and_model_name_their_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "ENCODER", tmp_path)
    monkeypatch.setattr(doctor, "MODEL", tmp_path / "assistant.tar.gz")
    for fine, text in (doctor.encoder_there(), doctor.model_fresh()):
        assert not fine and "Fix: `" in text


TELEGRAM = {"HIP_TELEGRAM_TOKEN": "12345:a-secret-of-the-tests", "HIP_TELEGRAM_SECRET": "another-secret-of-the-tests"}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root with the environments of this checkout, an .env of its own, and no setting of this machine."""
    if not (doctor.ROOT / "web" / ".venv" / ".ready").is_file():
        pytest.skip("the website's environment is not set up")
    for name in [name for name in os.environ if name.startswith("HIP_")]:
        monkeypatch.delenv(name)
    for name in (".venv", "web"):
        (tmp_path / name).symlink_to(doctor.ROOT / name)
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    return tmp_path


def test_the_platforms_that_are_on_are_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.platforms_set_up() == (True, "Messaging platforms that are on: none (docs/channels/ says how)")
    (root / ".env").write_text("".join(f"{name}={value}\n" for name, value in TELEGRAM.items()), encoding="utf-8")
    monkeypatch.setenv("HIP_SLACK_TOKEN", "xoxb-1")
    monkeypatch.setenv("HIP_SLACK_SIGNING_SECRET", "a-secret-of-the-tests")
    assert doctor.platforms_set_up() == (True, "Messaging platforms that are on: telegram, slack")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"HIP_TELEGRAM_TOKEN": TELEGRAM["HIP_TELEGRAM_TOKEN"]}, "HIP_TELEGRAM_SECRET: missing; telegram needs it"),
        ({**TELEGRAM, "HIP_TELEGRAM_TOKEN": "a-secret-of-the-tests"}, "HIP_TELEGRAM_TOKEN: "),
        ({**TELEGRAM, "HIP_PUBLIC_URL": "a-secret-of-the-tests"}, "HIP_PUBLIC_URL: "),
    ],
)
def test_missing_and_wrong_settings_are_named_and_no_value(
    root: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], named: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    fine, text = doctor.platforms_set_up()
    assert not fine and named in text and "Fix: " in text and "\n" not in text
    assert "secret-of-the-tests" not in text


def test_platforms_wait_for_the_environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    assert doctor.platforms_set_up()[0]


def test_every_finding_is_a_verdict_and_a_sentence() -> None:
    for fine, text in doctor.findings():
        assert isinstance(fine, bool) and text
        assert fine or "ix" in text or "make encoder" in text, text
