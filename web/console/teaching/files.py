"""Lines as files: YAML as in `data/`, a table as in `evaluation/`, both in one archive. The text of a line is stripped."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence

from console.teaching.checks import Candidate
from console.teaching.likeness import normalise
from transcripts.staff.review_values import Use

YAML_NAME, TABLE_NAME = "nlu.yml", "lines.tsv"
#: Above all training lines. The quotation marks are no ASCII: in a file of ASCII alone Rasa's reader (shared/utils/io.py)
#: decodes backslashes before it parses, so that one in a line might begin another line. No line has any; this is a second lock.
ABOVE = (
    "# Corrected in the console. “make import-reviewed” writes data/reviewed/nlu.yml anew, without other comments.\n"
)
HEADER = "text\toutcome\ttag\n"
TAG = "reviewed"
#: When everything in an archive was made: the same lines give the same bytes.
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def nlu(lines: Iterable[tuple[str, str]]) -> str:
    """Return the training data of these (intent, text), intents by name, the lines of each in their order; "" for none."""
    by_intent: dict[str, list[str]] = {}
    for intent, text in lines:
        by_intent.setdefault(intent, []).append(text)
    if not by_intent:
        return ""
    rows = ['version: "3.1"', "nlu:"]
    for intent in sorted(by_intent):
        rows += [f"  - intent: {intent}", "    examples: |", *(f"      - {text}" for text in by_intent[intent])]
    return ABOVE + "\n".join(rows) + "\n"


def rows(lines: Iterable[tuple[str, str]]) -> str:
    """Return the rows of these (text, outcome), without the header."""
    return "".join(f"{text}\t{outcome}\t{TAG}\n" for text, outcome in lines)


def training(candidates: Sequence[Candidate]) -> str:
    """Return the training lines among the candidates; "" for none."""
    return nlu((one.intent, one.text) for one in candidates if one.use == "training" and one.intent)


def table(candidates: Sequence[Candidate]) -> str:
    """Return the lines for evaluation among the candidates; "" for none."""
    found = rows((one.text, one.outcome) for one in candidates if one.use == "evaluation" and one.outcome)
    return HEADER + found if found else ""


def archive(candidates: Sequence[Candidate]) -> bytes:
    """Return a zip of both files; one that would be empty is left out."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in ((YAML_NAME, training(candidates)), (TABLE_NAME, table(candidates))):
            if text:
                made.writestr(zipfile.ZipInfo(name, _LONG_AGO), text, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def once(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the candidates with the same words for the same use but once; spelling variants are put aside."""
    first: dict[tuple[str, Use], Candidate] = {}
    for one in candidates:
        first.setdefault((normalise(one.text), one.use), one)
    return list(first.values())
