"""Reads an export back, strictly: a file that is not exactly of the form of `files.py` is refused as a whole."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from console.teaching.checks import Candidate
from console.teaching.files import HEADER, TABLE_NAME, YAML_NAME

#: Most bytes of a file, and most lines of an export.
LARGEST, MOST = 2 << 20, 5000
INTENT = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class BadExportError(ValueError):
    """The export cannot be taken; the message says why."""


def read(paths: Sequence[Path]) -> list[Candidate]:
    """Return the lines of one archive, or of a .yml and a .tsv file or one of them; at least one. Raises BadExportError."""
    suffixes = [path.suffix for path in paths]
    if suffixes == [".zip"]:
        texts = _unpacked(paths[0])
    elif suffixes and len(set(suffixes)) == len(suffixes) and set(suffixes) <= {".yml", ".tsv"}:
        names = {".yml": YAML_NAME, ".tsv": TABLE_NAME}
        texts = {names[path.suffix]: _decoded(_bytes(path), path.name) for path in paths}
    else:
        raise BadExportError("Wanted is one .zip of the console, or its .yml, its .tsv, or both.")
    found = [*training_lines(texts.get(YAML_NAME, ""), YAML_NAME), *table_lines(texts.get(TABLE_NAME, ""), TABLE_NAME)]
    if not found:
        raise BadExportError("It holds no line.")
    if len(found) > MOST:
        raise BadExportError(f"It holds more than {MOST} lines.")
    return found


def training_lines(text: str, name: str, most: int | None = MOST) -> Iterator[Candidate]:
    """Yield the lines of training data without anything but intents and examples; none for no text.

    Raises BadExportError for anything else, and for more than `most` lines (None: there may be any number).
    """
    if not text:
        return
    try:
        content = yaml.load(text, Loader=_LOADER)  # noqa: S506 (both are safe loaders)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadExportError(f"{name} is no YAML: {error}") from error
    blocks = content.get("nlu") if isinstance(content, dict) and set(content) == {"version", "nlu"} else None
    if not isinstance(blocks, list):
        raise BadExportError(f"{name} must have `version` and `nlu`, a list, and nothing else.")
    count = 0
    for block in blocks:
        intent, examples = _block(block, name)
        for row in examples.splitlines():
            if not row.startswith("- "):
                raise BadExportError(f"{name}: a row of {intent} does not begin with `- `.")
            count += 1
            if most is not None and count > most:  # one text can stand for many by an anchor
                raise BadExportError(f"{name} holds more than {most} lines.")
            yield Candidate(row.removeprefix("- "), intent, None, "training")


def table_lines(text: str, name: str) -> Iterator[Candidate]:
    """Yield the rows of a table of text, outcome and tag; none for no text."""
    if not text:
        return
    header, _, body = text.partition("\n")
    if header + "\n" != HEADER or not body.endswith("\n"):
        raise BadExportError(
            f"{name} must begin with the row text, outcome, tag, with tabs between, and end with a line feed."
        )
    for number, row in enumerate(body[:-1].split("\n"), start=2):
        fields = row.split("\t")
        if len(fields) != 3:
            raise BadExportError(f"{name}, line {number}: three columns are wanted, there are {len(fields)}.")
        yield Candidate(fields[0], None, fields[1], "evaluation")


def _block(block: Any, name: str) -> tuple[str, str]:
    if not isinstance(block, dict) or set(block) != {"intent", "examples"}:
        raise BadExportError(f"{name}: an entry of nlu has `intent` and `examples` and nothing else.")
    intent, examples = block["intent"], block["examples"]
    if not isinstance(intent, str) or not INTENT.match(intent):
        raise BadExportError(f"{name}: an intent is written in small letters, digits and _.")
    if not isinstance(examples, str) or not examples.strip():
        raise BadExportError(f"{name}: the examples of {intent} are no text.")
    return intent, examples


def _unpacked(path: Path) -> dict[str, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(_bytes(path))) as archive:
            names = archive.namelist()
            if not names or len(set(names)) != len(names) or not set(names) <= {YAML_NAME, TABLE_NAME}:
                raise BadExportError(f"{path.name} must hold {YAML_NAME}, {TABLE_NAME}, or both, and nothing else.")
            return {name: _decoded(_member(archive, name), name) for name in names}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise BadExportError(f"{path.name} cannot be unpacked: {error}") from error


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as member:
        return _bounded(member.read(LARGEST + 1), name)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return _bounded(file.read(LARGEST + 1), path.name)
    except OSError as error:
        raise BadExportError(f"{path.name} cannot be read: {error.strerror}.") from error


def _bounded(content: bytes, name: str) -> bytes:
    if len(content) > LARGEST:
        raise BadExportError(f"{name} has more than {LARGEST} bytes.")
    return content


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadExportError(f"{name} is no UTF-8.") from error
