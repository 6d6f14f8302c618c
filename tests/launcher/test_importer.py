"""The training data read once: the same lines as Rasa's own importer reads, and a wrong file is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.importers.rasa import RasaFileImporter

from launcher.importer import BadDataError, LinesImporter

ROOT = Path(__file__).resolve().parents[2]
GOOD = """version: "3.1"
nlu:
  - intent: smalltalk_greet
    examples: |
      - hello
      - hello
      -   good morning: "you" [there] {here}
  - intent: smalltalk_thanks
    examples: |
      - thanks
rules:
  - rule: greet
    steps:
      - intent: smalltalk_greet
      - action: utter_smalltalk_greet
"""


def importer(folder: Path, content: str, kind: type[RasaFileImporter] = LinesImporter) -> RasaFileImporter:
    (folder / "topic.yml").write_text(content, encoding="utf-8")
    return kind(str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(folder / "topic.yml")])


def test_the_same_lines_and_rules_as_rasas_own(tmp_path: Path) -> None:
    ours, theirs = importer(tmp_path, GOOD), importer(tmp_path, GOOD, RasaFileImporter)
    assert [(line.get("text"), line.get("intent")) for line in ours.get_nlu_data().intent_examples] == [
        (line.get("text"), line.get("intent")) for line in theirs.get_nlu_data().intent_examples
    ]
    steps = [[str(event) for event in step.events] for step in ours.get_stories().story_steps]
    assert steps == [[str(event) for event in step.events] for step in theirs.get_stories().story_steps]
    assert len(steps) == 1


def test_everything_is_read_once(tmp_path: Path) -> None:
    found = importer(tmp_path, GOOD)
    first = (found.get_nlu_data(), found.get_stories(), found.get_domain())
    (tmp_path / "topic.yml").unlink()
    assert (found.get_nlu_data(), found.get_stories(), found.get_domain()) == first


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (GOOD.replace("examples:", "lines:"), "intent"),
        (GOOD.replace("      - thanks", "      thanks"), "does not start with"),
        (GOOD + "responses:\n  utter_a: []\n", "no other"),
        ('version: "3.1"\nnlu:\n  - synonym: a\n    examples: |\n      - b\n', "synonym"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, content: str, named: str) -> None:
    with pytest.raises(BadDataError, match=rf"topic\.yml.*{named}"):
        importer(tmp_path, content).get_nlu_data()


def test_config_names_it() -> None:
    found = TrainingDataImporter.load_from_config(str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [])
    inner = found.importer._importer._importers  # type: ignore[attr-defined]  # Rasa's wrappers around ours
    assert [type(one) for one in inner] == [LinesImporter]
