"""`python -m evaluation.frozen`: are the labelled sets what frozen.yml says they are?

A set that is edited while the assistant is tuned on it measures nothing. So every file has a recorded sha256, and a
later addition or relabelling is an entry of `changes` with its reason and the hash that the file has after it; the last
one recorded counts.
"""

from __future__ import annotations

import datetime
import hashlib
import re
import sys
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent
RECORD = "frozen.yml"
#: Grows with every `make import-reviewed`: nothing is tuned on it, and no floor measures it.
GROWING = ("reviewed.tsv",)
CHANGE_KEYS = ("date", "file", "line", "what", "why", "sha256")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


def problems(folder: Path = FOLDER) -> list[str]:
    """Return one sentence for each way in which the sets in `folder` and its frozen.yml disagree."""
    try:
        record = yaml.safe_load((folder / RECORD).read_bytes())
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        return [f"{RECORD} cannot be read: {error}"]
    if not isinstance(record, dict) or set(record) != {"files", "changes"}:
        return [f"{RECORD} must have the keys files and changes, and no others."]
    if not isinstance(record["files"], dict) or not isinstance(record["changes"], list):
        return [f"{RECORD}: `files` maps names to sha256, `changes` is a list."]
    found = [
        f"{RECORD}: {name} needs a sha256 of 64 hex digits."
        for name, hash_ in record["files"].items()
        if not _is_hash(hash_)
    ]
    found += [
        problem
        for number, change in enumerate(record["changes"], start=1)
        if (problem := _change_problem(number, change, record["files"]))
    ]
    if found:
        return found
    last = dict(record["files"])
    for change in record["changes"]:
        last[change["file"]] = change["sha256"]
    return [*_hash_problems(folder, last), *_unrecorded(folder, last)]


def _hash_problems(folder: Path, last: dict[str, str]) -> list[str]:
    found = []
    for name, recorded in last.items():
        try:
            present = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        except OSError as error:
            found.append(f"{name} cannot be read: {error.strerror}.")
            continue
        if present != recorded:
            found.append(f"{name} has changed: sha256 {present}, last recorded {recorded}. See `changes` in {RECORD}.")
    return found


def _unrecorded(folder: Path, last: dict[str, str]) -> list[str]:
    names = sorted(path.name for path in folder.glob("*.tsv"))
    return [f"{name} is not recorded in {RECORD}." for name in names if name not in (*last, *GROWING)]


def _change_problem(number: int, change: Any, files: dict[str, str]) -> str | None:
    where = f"{RECORD}, change {number}"
    if not isinstance(change, dict) or set(change) != set(CHANGE_KEYS):
        return f"{where}: needs exactly the keys {', '.join(CHANGE_KEYS)}."
    if not isinstance(change["date"], datetime.date):
        return f"{where}: `date` must be a date such as 2025-01-31."
    if change["file"] not in files:
        return f"{where}: `file` must be one of {', '.join(files)}."
    if isinstance(change["line"], bool) or not isinstance(change["line"], int) or change["line"] < 1:
        return f"{where}: `line` must be a line number from 1; several lines are several changes."
    if not all(isinstance(change[key], str) and change[key].strip() for key in ("what", "why")):
        return f"{where}: `what` and `why` must be sentences."
    return (
        None
        if _is_hash(change["sha256"])
        else f"{where}: `sha256` must be the file's hash after the change, 64 hex digits."
    )


def _is_hash(value: object) -> bool:
    return isinstance(value, str) and _SHA256.match(value) is not None


def main() -> int:
    """Write the problems, or that there is none; returns 1 when there is one."""
    found = problems()
    sys.stdout.write(
        "".join(f"{sentence}\n" for sentence in found or ["The labelled sets are what frozen.yml records."])
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
