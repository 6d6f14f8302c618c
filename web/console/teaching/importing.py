"""Takes an export into data/ and evaluation/: `make import-reviewed FILE=...`. It writes all or nothing, and trains nothing.

`python -m console.teaching.importing FILE [FILE]`; exit status 0: taken, 1: a line is refused, 2: no export, or files
that cannot be read.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from console.teaching import files
from console.teaching.checks import Candidate, check
from console.teaching.likeness import normalise
from console.teaching.project import REVIEWED_SET, REVIEWED_TRAINING, Project
from console.teaching.reading import BadExportError, read, training_lines

ROOT = Path(__file__).resolve().parents[3]


class RefusedError(ValueError):
    """Some lines may not be taken; the message has a row for each."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import has done: how many lines are new for each use, and how many were there already."""

    training: int
    evaluation: int
    known: int


def take(paths: Sequence[Path], folder: Path) -> Taken:
    """Check the export and put its lines into the project at `folder`; what is there already is left alone.

    Raises:
        BadExportError: it is no export, or the project cannot be read. Nothing is written.
        RefusedError: a line conflicts, leaks or names somebody. Nothing is written.
    """
    candidates = read(paths)
    with _alone(folder):
        return _taken(candidates, folder)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the project against other imports: each reads what the one before has written."""
    try:
        held = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise BadExportError(f"{folder} cannot be opened: {error.strerror}.") from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _taken(candidates: Sequence[Candidate], folder: Path) -> Taken:
    known = Project(folder).known()
    if known.problem:
        raise BadExportError(known.problem)
    refused = [
        f"{_shown(one)}: {remark.text}"
        for one, remarks in zip(candidates, check(candidates, known))
        for remark in remarks
        if remark.stops
    ]
    if refused:
        raise RefusedError("\n".join(refused))
    there = {("training", normalise(line.text)) for line in known.training.all}
    there |= {("evaluation", normalise(line.text)) for line in known.evaluation.all}
    new: list[Candidate] = []
    for one in candidates:
        if (place := (one.use, normalise(one.text))) not in there:
            there.add(place)
            new.append(one)
    _write(folder, new)
    trained = sum(one.use == "training" for one in new)
    return Taken(trained, len(new) - trained, len(candidates) - len(new))


def _write(folder: Path, new: Sequence[Candidate]) -> None:
    """Write what changes: all of it beside its place first, so that a full disk changes nothing."""
    texts: dict[Path, str] = {}
    if any(one.use == "training" for one in new):
        own = _text(folder / REVIEWED_TRAINING)
        lines = [*training_lines(own, str(REVIEWED_TRAINING), most=None), *new]
        texts[folder / REVIEWED_TRAINING] = files.nlu(
            (one.intent, one.text) for one in lines if one.use == "training" and one.intent
        )
    if any(one.use == "evaluation" for one in new):
        before = _text(folder / REVIEWED_SET) or files.HEADER
        texts[folder / REVIEWED_SET] = (before if before.endswith("\n") else before + "\n") + files.rows(
            (one.text, one.outcome) for one in new if one.use == "evaluation" and one.outcome
        )
    beside: dict[Path, Path] = {}
    try:
        for path, text in texts.items():
            beside[path] = _beside(path, text)
        for path, written in beside.items():
            written.replace(path)
    finally:
        for written in beside.values():
            written.unlink(missing_ok=True)


def _beside(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    number, name = tempfile.mkstemp(prefix=".importing-", dir=path.parent)
    with os.fdopen(number, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    Path(name).chmod(0o644)
    return Path(name)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _shown(one: Candidate) -> str:
    """Return enough of a line to find it; a line that names somebody is no reason to print it all."""
    return f"{one.use} line {one.text[:40]!r}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Take an export, say what was done, and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="make import-reviewed", description="Take corrections exported by the console."
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="the .zip, or the .yml and the .tsv")
    parser.add_argument("--project", type=Path, default=ROOT, help="folder with data/ and evaluation/")
    options = parser.parse_args(arguments)
    try:
        taken = take(options.files, options.project)
    except BadExportError as error:
        sys.stderr.write(f"{error}\nNothing was written.\n")
        return 2
    except RefusedError as error:
        sys.stderr.write(f"{error}\nNothing was written.\n")
        return 1
    sys.stdout.write(
        f"{REVIEWED_TRAINING}: {taken.training} new. {REVIEWED_SET}: {taken.evaluation} new. "
        f"{taken.known} were there already.\nNothing has been trained: make train\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
