"""`make doctor` counts as the training does, and names the fix of what is missing."""

from __future__ import annotations

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


def test_every_finding_is_a_verdict_and_a_sentence() -> None:
    for fine, text in doctor.findings():
        assert isinstance(fine, bool) and text
        assert fine or "ix" in text or "make encoder" in text, text
