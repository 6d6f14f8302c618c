"""The README's table is made of the result file, and of nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmark import table

RESULT = table.ROOT / "benchmark" / "results" / "latest.json"
PAGE = "# Title\n\n<!-- benchmark:start -->\nold\n<!-- benchmark:end -->\n\nAfter.\n"


def system(**changes: Any) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "first_turn_ms": {"p50": 28.94, "p95": 35.0, "p99": 41.0}, "form_turn_ms": None,
        "form_turn_to_first": None,
        "turn_100_ms": {"p50": 87.0, "p95": 90.0, "p99": 99.0}, "turn_100_to_first": 3.011, "start_up_s": 33.04,
        "memory_mib": 1200.4, "training_s": 66.2, "training_s_per_1000_lines": 970.1, "messages_per_s": {"1": 30.1},
        "samples": {"first_turns": 250, "long_conversations": 30},
    }  # fmt: skip
    return {**figures, **changes}


def demand(figure: str, at_most: float, met: bool) -> dict[str, Any]:
    return {"figure": figure, "name": figure, "value": 0.3, "at_most": at_most, "met": met}


@pytest.fixture
def found() -> dict[str, Any]:
    return {
        "machine": {"cores": 2, "memory_gib": 24, "python": "3.10.13"}, "rasa": "3.6.21", "date": "2024-02-29",
        "starter": system(), "assistant": system(turn_100_to_first=1.1, messages_per_s={"1": 90.0}),
        "ratios": {"first_turn_p50": 0.334, "turn_100_p50": None, "messages_per_s": {"1": 2.99}},
        "demands": [demand("first_turn_p50", 0.5, True), demand("turn_100_to_first", 2.0, False),
                    demand("training_s", 180.0, True)],
    }  # fmt: skip


WEBSITE = {"website_ms": {"p50": 17.04}, "added_p50_ms": 4.2, "at_most": 6.0, "met": True}
CONSOLE = {"messages": 100_000, "slowest_p95_ms": 292.2, "at_most": 300.0, "met": True}


def test_the_rows(found: dict[str, Any]) -> None:
    lines = table.table(found, WEBSITE, CONSOLE).splitlines()
    assert "| website: message to reply on the stream, p50 | - | 17.0 ms | - | - |" in lines
    assert "| website: on top of the bridge's turn, p50 | - | 4.2 ms | - | at most 6 ms |" in lines
    assert "at most 6 ms, **not met**" in table.table(found, {**WEBSITE, "met": False}, CONSOLE)
    slowest = "console: slowest page of queue, search and list with 100,000 messages, p95"
    assert f"| {slowest} | - | 292 ms | - | at most 300 ms |" in lines
    assert "| first turn, p50 | 28.9 ms | 28.9 ms | 0.33 | at most 0.5 |" in lines
    assert "| turn 100, p50 | 87.0 ms | 87.0 ms | - | - |" in lines
    assert "| turn 100, times turn 1 | 3.01 | 1.10 | - | at most 2, **not met** |" in lines
    assert "| turn in a form, p50 | - | - | - | - |" in lines
    assert "| training | 66 s | 66 s | - | at most 180 s |" in lines
    assert "| messages per second, 1 visitor | 30 | 90 | 2.99 | - |" in lines
    assert "2024-02-29, Rasa 3.6.21, 2 cores, 24 GiB, Python 3.10.13; 250 first turns" in table.table(
        found, WEBSITE, CONSOLE
    )
    found["assistant"] |= {"form_turn_ms": {"p50": 12.0}, "form_turn_to_first": 0.41}
    assert "| turn in a form, p50 | - | 12.0 ms | - | - |" in table.table(found, WEBSITE, CONSOLE)
    assert "| turn in a form, times a first turn | - | 0.41 | - | - |" in table.table(found, WEBSITE, CONSOLE)


def test_a_page_without_markers_is_left_alone(
    tmp_path: Path, found: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "page.md").write_text("# Title\n")
    (tmp_path / "result.json").write_text(json.dumps(found))
    arguments = ["--result", str(tmp_path / "result.json"), "--page", str(tmp_path / "page.md")]
    for name, result in (("website", WEBSITE), ("console", CONSOLE)):
        (tmp_path / f"{name}.json").write_text(json.dumps(result))
        arguments += [f"--{name}", str(tmp_path / f"{name}.json")]
    assert table.main(arguments) == 2
    assert "benchmark:start" in capsys.readouterr().err
    assert (tmp_path / "page.md").read_text() == "# Title\n"


def test_the_command(tmp_path: Path, found: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "page.md").write_text(PAGE)
    arguments = ["--result", str(tmp_path / "result.json"), "--page", str(tmp_path / "page.md")]
    for name, result in (("website", WEBSITE), ("console", CONSOLE)):
        (tmp_path / f"{name}.json").write_text(json.dumps(result))
        arguments += [f"--{name}", str(tmp_path / f"{name}.json")]
    assert table.main(arguments) == 2  # nothing was measured
    assert "result.json" in capsys.readouterr().err
    (tmp_path / "result.json").write_text(json.dumps(found))
    assert table.main(arguments) == 0
    assert (tmp_path / "page.md").read_text() == PAGE.replace("old", table.table(found, WEBSITE, CONSOLE))


def test_the_readme_shows_the_latest_result_and_it_names_no_machine() -> None:
    results = (RESULT, RESULT.with_name("website.json"), RESULT.with_name("console.json"))
    written = [path.read_text(encoding="utf-8") for path in results]
    readme = (table.ROOT / "README.md").read_text(encoding="utf-8")
    assert table.table(*map(json.loads, written)) in readme
    assert not [
        word for word in ("/home", "/root", "/tmp", "/work", "localhost", "hostname") if word in "".join(written)
    ]
