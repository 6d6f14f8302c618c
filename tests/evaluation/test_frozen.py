"""The frozen sets are the recorded ones, and a change without a record is seen."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from evaluation import frozen
from evaluation.sets import read_sets

NEW = b"text\toutcome\nb\tclarify\n"
ENTRY = "{date: 2025-01-31, file: a.tsv, line: 2, what: relabelled, why: ambiguous, sha256: %s}"


def record(folder: Path, changes: str = "[]", content: bytes = b"text\toutcome\na\tclarify\n") -> Path:
    original = hashlib.sha256(b"text\toutcome\na\tclarify\n").hexdigest()
    (folder / "a.tsv").write_bytes(content)
    (folder / "frozen.yml").write_text(f"files:\n  a.tsv: {original}\nchanges: {changes}\n")
    return folder


def test_the_shipped_sets_are_frozen_and_readable() -> None:
    assert frozen.problems() == []
    assert read_sets(
        [
            frozen.FOLDER / name
            for name in ("safety.tsv", "topics.tsv", "dialogues.yml", "unseen.tsv", "unseen.yml", "coaching.yml")
        ]
    )


def test_an_unchanged_set_is_fine(tmp_path: Path) -> None:
    assert frozen.problems(record(tmp_path)) == []


def test_a_changed_byte_is_seen(tmp_path: Path) -> None:
    (problem,) = frozen.problems(record(tmp_path, content=NEW))
    assert problem.startswith("a.tsv has changed")


def test_a_recorded_change_is_fine_and_the_last_one_counts(tmp_path: Path) -> None:
    first, last = ENTRY % ("0" * 63 + "a"), ENTRY % hashlib.sha256(NEW).hexdigest()
    assert frozen.problems(record(tmp_path, f"[{first}, {last}]", NEW)) == []
    (problem,) = frozen.problems(record(tmp_path, f"[{last}, {first}]", NEW))
    assert problem.startswith("a.tsv has changed")


def test_a_missing_or_unrecorded_set_is_seen(tmp_path: Path) -> None:
    (record(tmp_path) / "b.tsv").write_text("text\toutcome\n")
    (tmp_path / "a.tsv").unlink()
    assert [problem.split()[0] for problem in frozen.problems(tmp_path)] == ["a.tsv", "b.tsv"]


def test_what_reviewers_add_may_grow(tmp_path: Path) -> None:
    (record(tmp_path) / "reviewed.tsv").write_text("text\toutcome\ttag\n")
    assert frozen.problems(tmp_path) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ("[{file: a.tsv}]", "exactly the keys"),
        (f"[{ENTRY % 'abc'}]", "64 hex digits"),
        (f"[{ENTRY.replace('2025-01-31', 'yesterday') % ('0' * 64)}]", "must be a date"),
        (f"[{ENTRY.replace('a.tsv', 'b.tsv') % ('0' * 64)}]", "one of a.tsv"),
        (f"[{ENTRY.replace('line: 2', 'line: 0') % ('0' * 64)}]", "line number"),
        (f"[{ENTRY.replace('ambiguous', ' ' * 2 + '~') % ('0' * 64)}]", "sentences"),
        ("{}", "is a list"),
        ("[", "cannot be read"),
    ],
)
def test_a_malformed_change_is_seen(tmp_path: Path, changes: str, reason: str) -> None:
    (problem,) = frozen.problems(record(tmp_path, changes))
    assert reason in problem


@pytest.mark.parametrize("content", ["", "files: {}\n", "files: {a.tsv: 1}\nchanges: []\n", "files: []\nchanges: []\n"])
def test_a_malformed_record_is_seen(tmp_path: Path, content: str) -> None:
    (tmp_path / "frozen.yml").write_text(content)
    assert frozen.problems(tmp_path)


def test_the_command_fails_on_a_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(frozen, "problems", lambda: ["a.tsv has changed"])
    assert frozen.main() == 1
    monkeypatch.setattr(frozen, "problems", lambda: [])
    assert frozen.main() == 0
    assert capsys.readouterr().out.startswith("a.tsv has changed\n")
