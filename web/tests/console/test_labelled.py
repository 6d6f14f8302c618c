"""Sets of labelled lines are read as the evaluation reads them."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from console import labelled
from transcripts.teaching.replay_values import Label

ROOT = Path(__file__).resolve().parents[3]
OUTCOMES = ("emergency", "fitness", "clarify", "out_of_scope")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def test_a_set(folder: Path) -> None:
    content = (
        '\ufefftext\toutcome\ttag\r\nmy hip is "out\temergency\tE1\r\n\n  \nso\u2028what?\tfitness| clarify|fitness\n'
    )
    (folder / "a.tsv").write_bytes(content.encode())
    (folder / "b.yml").write_text("no set of lines")
    assert labelled.names(folder) == ["a.tsv"]
    found = labelled.read(folder, "a.tsv")
    assert found.labels == (Label(2, ("emergency",)), Label(5, ("fitness", "clarify")))
    assert found.texts == {2: 'my hip is "out', 5: "so\u2028what?"}
    assert found.digest == hashlib.sha256(content.encode()).hexdigest()


@pytest.mark.parametrize("name", ["", "nothing.tsv", "../pyproject.toml", "/etc/passwd", "a.tsv/../a.tsv", "sub"])
def test_only_what_is_in_the_folder_is_read(folder: Path, name: str) -> None:
    (folder / "a.tsv").write_text("text\toutcome\nhello\tsmalltalk\n")
    (folder / "sub").mkdir()
    with pytest.raises(labelled.LabelledError, match="no such set"):
        labelled.read(folder, name)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "header"),
        (b"words\toutcome\nhello\tfitness\n", "header"),
        (b"text\toutcome\n", "1 to 5000 lines"),
        (b"text\toutcome\nhello\n", "line 2"),
        (b"text\toutcome\nhello\t\n", "line 2"),
        (b"text\toutcome\nhello\tfitness|\n", "line 2"),
        (b"text\toutcome\ttag\nfine\tfitness\tx\nhello\tfitness\tx\ty\n", "line 3"),
        (b"text\toutcome\n\xff\tfitness\n", "UTF-8"),
        (b"text\toutcome\n" + b"a\tfitness\n" * 5001, "1 to 5000 lines"),
        (b"text\toutcome\n" + b"a" * (5 << 20), "more than 4 MB"),
    ],
)
def test_what_breaks_the_format_is_told(folder: Path, content: bytes, told: str) -> None:
    (folder / "a.tsv").write_bytes(content)
    with pytest.raises(labelled.LabelledError, match=told):
        labelled.read(folder, "a.tsv")


_TEXT = some.text(some.characters(exclude_characters="\t\n\r", exclude_categories=["Cs"]), min_size=1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(some.lists(some.tuples(_TEXT, some.lists(some.sampled_from(OUTCOMES), min_size=1, max_size=3, unique=True))))
def test_whatever_is_written_is_read(folder: Path, lines: list[tuple[str, list[str]]]) -> None:
    rows = [f"{text}\t{'|'.join(outcomes)}" for text, outcomes in lines]
    (folder / "a.tsv").write_text("\n".join(["text\toutcome", *rows]), encoding="utf-8", newline="")
    if not rows:
        with pytest.raises(labelled.LabelledError):
            labelled.read(folder, "a.tsv")
        return
    found = labelled.read(folder, "a.tsv")
    assert found.texts == {number: text for number, (text, _) in enumerate(lines, start=2)}
    assert [label.outcomes for label in found.labels] == [tuple(outcomes) for _, outcomes in lines]


def test_the_real_sets_are_read_as_the_evaluation_reads_them() -> None:
    """The evaluation's reader has plain Python alone, so another process of this environment may run it."""
    program = (
        "import sys, json; from pathlib import Path; from evaluation.sets import read_set; "
        "cases = read_set(Path(sys.argv[1])); "
        "print(json.dumps([[case.turns[0].line, case.turns[0].text, case.turns[0].outcomes] for case in cases]))"
    )
    needs = ROOT / ".venv" / "bin" / "python"
    python = str(needs) if needs.is_file() else sys.executable
    assert labelled.names(ROOT / "evaluation") >= ["safety.tsv", "topics.tsv", "unseen.tsv"]
    for name in labelled.names(ROOT / "evaluation"):
        ran = subprocess.run(
            [python, "-c", program, f"evaluation/{name}"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        found = labelled.read(ROOT / "evaluation", name)
        ours = [[label.line, found.texts[label.line], list(label.outcomes)] for label in found.labels]
        assert ours == json.loads(ran.stdout)
