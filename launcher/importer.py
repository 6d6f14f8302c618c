"""Reads the training data once and fast: Rasa's importer of config.yml.

Rasa's own reads every file several times with a YAML parser in pure Python, copies every message four times and hashes it
as often: a third of the training time at 38,000 lines. `make validate` checks the data through this importer too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.entities_parser import parse_training_example
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.common import cached_method

_KEYS = {"version", "nlu", "rules"}
_BLOCK_KEYS = {"intent", "examples"}


class BadDataError(ValueError):
    """A file of data/ does not have the expected form; the message names the file and what is allowed."""


class Line(Message):
    """A training line. While data is put together nothing changes it, so copies are the line itself."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Line:
        return self

    def __hash__(self) -> int:
        return hash((self.get(TEXT), self.get(INTENT)))


class LinesImporter(RasaFileImporter):
    """Reads `nlu` (intent and examples) and `rules` of the files in data/, each once."""

    @cached_method
    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Return the lines of all files; raises BadDataError for anything but intents with examples."""
        return TrainingData([line for path in self._nlu_files for line in _lines(path)])

    @cached_method
    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """Return the rules of all files, validated by Rasa's own reader."""
        reader = YAMLStoryReader(self.get_domain())
        steps = []
        for path in self._story_files:
            rules = _read(path).get("rules") or []
            text = yaml.safe_dump({"version": "3.1", "rules": rules}, sort_keys=False, allow_unicode=True)
            steps += reader.read_from_string(text)
        return StoryGraph(steps)

    @cached_method
    def get_domain(self) -> Domain:
        """Return the domain, read and validated once."""
        return super().get_domain()


def _lines(path: str) -> list[Line]:
    found = []
    for block in _read(path).get("nlu") or []:
        if set(block) != _BLOCK_KEYS:
            raise BadDataError(f"{path}: an entry of nlu has {sorted(block)}; it must have {sorted(_BLOCK_KEYS)}.")
        for example in block["examples"].splitlines():
            if not example.startswith("- "):
                raise BadDataError(f"{path}: the example {example!r} of {block['intent']} does not start with '- '.")
            message = parse_training_example(example.removeprefix("- ").strip(), block["intent"])
            found.append(Line(message.data, message.output_properties, message.time))
    return found


def _read(path: str) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's parser where PyYAML was built with it
    content = yaml.load(Path(path).read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 (both are safe loaders)
    if not isinstance(content, dict) or set(content) - _KEYS:
        raise BadDataError(f"{path}: a file of data/ has the keys {', '.join(sorted(_KEYS))} and no other.")
    return content
