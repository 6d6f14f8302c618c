"""What the assistant is trained and measured on: the lines of data/ and evaluation/, read anew when a file has changed."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

from console.teaching.likeness import Likeness

#: What a turn may come to: `channels/outcome.py`, which a test compares.
OUTCOMES = (
    "emergency", "crisis", "eating_disorder", "safeguard", "urgent", "medical_info", "fitness", "clarify", "smalltalk",
    "handoff", "privacy", "out_of_scope",
)  # fmt: skip
#: Where imported lines go.
REVIEWED_TRAINING, REVIEWED_SET = Path("data/reviewed/nlu.yml"), Path("evaluation/reviewed.tsv")

#: Rasa's entities: `[gran](person)` and `[gran]{"entity": "person"}` both say "gran".
_ANNOTATION = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class UnreadableError(ValueError):
    """A file of data/ or evaluation/ cannot be read; the message names it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One text, where it stands, and its labels: the intent it is trained as, or the outcomes that are right."""

    text: str
    place: str
    labels: tuple[str, ...]


class Lines:
    """Some lines, and what is like them."""

    def __init__(self, lines: Sequence[Line] = ()) -> None:
        self.all = tuple(lines)

    def equal(self, text: str) -> list[Line]:
        """Return the lines that are the same when spelling variants are put aside."""
        return [self.all[index] for index in self._likeness.equal(text)]

    def near(self, text: str) -> list[Line]:
        """Return the lines that are nearly the same, the most alike first."""
        return [self.all[index] for index in self._likeness.near(text)]

    @cached_property
    def _likeness(self) -> Likeness:
        return Likeness([line.text for line in self.all])


@dataclass(frozen=True, slots=True)
class Known:
    """The lines at a time. `problem` says why there are none, None: all were read; `intents` are those that are trained."""

    training: Lines
    evaluation: Lines
    intents: tuple[str, ...]
    problem: str | None = None


class Project:
    """The folders data/ and evaluation/ of `folder`. Any thread may ask."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._times: tuple[tuple[str, int, int], ...] | None = None
        self._known = Known(Lines(), Lines(), ())

    def known(self) -> Known:
        """Return all lines; they are read again when a file has come, gone or changed since."""
        with self._lock:
            times = tuple(_times(self._files("data")) + _times(self._files("evaluation")))
            if times != self._times:
                self._known, self._times = self._read(), times
            return self._known

    def warm(self) -> None:
        """Read everything in the background, so that the first page does not wait for it."""

        def read() -> None:
            known = self.known()
            known.training.near("what is like this?")
            known.evaluation.near("what is like this?")

        threading.Thread(target=read, name="project", daemon=True).start()

    def _read(self) -> Known:
        missing = [name for name in ("data", "evaluation") if not (self.folder / name).is_dir()]
        if missing:
            return Known(
                Lines(), Lines(), (), f"There is no {' and no '.join(missing)} where HIP_CONSOLE_PROJECT says."
            )
        try:
            training = [line for path in self._files("data") for line in self._trained(path)]
            evaluation = [line for path in self._files("evaluation") for line in self._measured(path)]
        except UnreadableError as error:
            return Known(Lines(), Lines(), (), str(error))
        return Known(Lines(training), Lines(evaluation), tuple(sorted({line.labels[0] for line in training})))

    def _files(self, room: str) -> list[Path]:
        kinds = ("*.yml", "*.yaml", "*.tsv") if room == "evaluation" else ("*.yml", "*.yaml")
        return sorted(path for kind in kinds for path in (self.folder / room).rglob(kind))

    def _trained(self, path: Path) -> Iterator[Line]:
        for entry in _children(_fields(self._composed(path)).get("nlu")):
            fields = _fields(entry)
            if {"intent", "examples"} <= set(fields):
                first = fields["examples"].start_mark.line + 2  # marks count from 0, and the rows begin below the |
                for offset, row in enumerate(_scalar(fields["examples"]).split("\n")):
                    if row.strip().startswith("-"):
                        text = _ANNOTATION.sub(r"\1", row.strip().removeprefix("-").strip())
                        yield Line(text, f"{self._name(path)}:{first + offset}", (_scalar(fields["intent"]),))

    def _measured(self, path: Path) -> Iterator[Line]:
        if path.suffix == ".tsv":
            for number, row in enumerate(self._text(path).split("\n")[1:], start=2):
                text, _, rest = row.rstrip("\r").partition("\t")
                if text.strip():
                    yield Line(text, f"{self._name(path)}:{number}", tuple(rest.partition("\t")[0].split("|")))
            return
        for dialogue in _children(self._composed(path)):  # the other files of the folder are no lists
            for turn in _children(_fields(dialogue).get("turns")):
                fields = _fields(turn)
                if "user" in fields:
                    place = f"{self._name(path)}:{fields['user'].start_mark.line + 1}"
                    yield Line(_scalar(fields["user"]), place, tuple(_scalar(fields.get("outcome")).split("|")))

    def _composed(self, path: Path) -> yaml.Node | None:
        try:
            return yaml.compose(self._text(path), Loader=_LOADER)
        except (yaml.YAMLError, RecursionError) as error:
            raise UnreadableError(f"{self._name(path)} is no YAML: {error}") from error

    def _text(self, path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableError(f"{self._name(path)} cannot be read: {error}") from error

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()


def _times(paths: Sequence[Path]) -> list[tuple[str, int, int]]:
    found = []
    for path in paths:
        try:
            about = path.stat()
        except FileNotFoundError:  # it went between the listing and now: it counts as gone
            continue
        found.append((str(path), about.st_mtime_ns, about.st_size))
    return found


def _fields(node: yaml.Node | None) -> dict[str, yaml.Node]:
    return {str(key.value): value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}


def _children(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _scalar(node: yaml.Node | None) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""
