"""What the demo's people say is their own: no training line, no line of the labelled sets, and nearly none of either.

The corrections that its staff made name intents and outcomes that exist.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tomli
import yaml

from channels.outcome import OUTCOMES
from evaluation.overlap import SETS, compare, set_lines
from evaluation.training_lines import Line, read_training_lines

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "web" / "demo" / "people.toml"


def people() -> list[dict[str, Any]]:
    return list(tomli.loads(SCRIPT.read_text(encoding="utf-8"))["people"])


def lines() -> list[Line]:
    said = [
        (step if isinstance(step, str) else step.get("types"), one["name"]) for one in people() for step in one["does"]
    ]
    return [Line(text, f"{SCRIPT.name}: {name}") for text, name in said if text is not None]


@pytest.fixture(scope="module")
def known() -> list[Line]:
    return [*read_training_lines(ROOT / "data"), *set_lines(SETS)]


def test_no_line_is_a_training_line_or_one_of_a_set(known: list[Line]) -> None:
    said = lines()
    assert len(said) > 150 and len(known) > 10_000
    assert [(overlap.tested, overlap.trained) for overlap in compare(said, known).forbidden] == []


def test_a_copied_line_is_found(known: list[Line]) -> None:
    copied = [max(known[:500], key=lambda line: len(line.text)), max(known[-500:], key=lambda line: len(line.text))]
    said = [*lines(), *(Line(f"{line.text}!", "copied") for line in copied)]
    assert [overlap.tested.place for overlap in compare(said, known).forbidden] == ["copied", "copied"]


def test_nobody_repeats_another() -> None:
    said = lines()
    assert compare(said, []).groups == []


def test_corrections_name_what_exists() -> None:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    domain = yaml.load((ROOT / "domain.yml").read_text(encoding="utf-8"), Loader=loader)
    corrections = [right for one in people() for right in one.get("staff", {}).get("correct", {}).values()]
    assert len(corrections) > 3
    assert {right["intent"] for right in corrections if "intent" in right} <= set(domain["intents"])
    assert {right["outcome"] for right in corrections if "outcome" in right} <= set(OUTCOMES)
