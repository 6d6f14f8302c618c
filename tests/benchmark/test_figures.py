"""The figures of the result, counted by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmark import figures
from benchmark.measure import Samples


def measured(factor: float = 1.0, form: bool = False, **changes: Any) -> figures.Measured:
    samples = Samples(
        first=[10.0 * factor, 20.0 * factor, 30.0 * factor],
        opening=[10.0 * factor, 12.0 * factor],
        late=[20.0 * factor, 24.0 * factor],
        form=[25.0 * factor] if form else [],
        batches={1: [(100, 4.0 * factor), (100, 6.0 * factor)], 8: [(100, 5.0 * factor)]},
    )
    values: dict[str, Any] = {
        "samples": samples, "starts": [9.0 * factor, 30.0 * factor, 10.0 * factor],
        "memory": {"server": 300.0 * factor, "action_server": 100.0 * factor}, "memory_after": {"server": 500.0},
        "training": 60.0 * factor, "lines": 12_000,
    }  # fmt: skip
    return figures.Measured(**{**values, **changes})


def test_the_figures_of_one_system() -> None:
    found = figures.system_figures(measured())
    assert found["first_turn_ms"] == {"p50": 20.0, "p95": 29.0, "p99": 29.8}
    assert found["turn_100_ms"]["p50"] == 22.0
    assert found["turn_100_to_first"] == 2.0
    assert found["form_turn_ms"] is found["form_turn_to_first"] is None
    assert found["start_up_s"] == 10.0  # the median: one slow start does not count
    assert found["memory_mib"] == 400.0
    assert found["memory_mib_by_process"] == {"server": 300.0, "action_server": 100.0}
    assert found["training_s"] == 60.0
    assert found["training_s_per_1000_lines"] == 5.0
    assert found["messages_per_s"] == {"1": 20.0, "8": 20.0}
    assert found["samples"] == {"first_turns": 3, "form_turns": 0, "long_conversations": 2, "starts": 3}


def test_the_whole_result_is_the_contract() -> None:
    found = figures.result(measured(memory={"server": 1000.0}), measured(0.5))
    assert set(found) == {"machine", "starter", "assistant", "ratios", "rasa", "date", "notes", "demands"}
    assert set(found["machine"]) == {"cores", "memory_gib", "python"}
    assert found["rasa"] == "3.6.21"
    assert found["ratios"]["first_turn_p50"] == 0.5
    assert found["ratios"]["start_up"] == 0.5
    assert found["ratios"]["memory"] == 0.2  # (150 + 50) / 1000: the action server counts
    assert found["ratios"]["memory_server_only"] == 0.15
    assert found["ratios"]["messages_per_s"] == {"1": 2.0, "8": 2.0}
    with_form = figures.result(measured(), measured(form=True))["assistant"]
    assert (with_form["form_turn_ms"]["p50"], with_form["form_turn_to_first"]) == (25.0, 1.25)
    assert json.loads(json.dumps(found, allow_nan=False)) == found


@pytest.mark.parametrize(
    ("factor", "changes", "unmet"),
    [
        (0.4, {}, []),
        (0.5, {}, ["memory", "start_up"]),
        (0.6, {}, ["first_turn_p50", "memory", "start_up"]),
        (0.4, {"training": 181.0}, ["training_s"]),
        (0.4, {"samples": Samples(first=[1.0], opening=[1.0], late=[2.1], form=[3.0])}, ["turn_100_to_first"]),
        (0.4, {"samples": Samples(first=[1.0], opening=[1.0], late=[2.0], form=[3.1])}, ["form_turn_to_first"]),
        (0.4, {"samples": Samples(first=[1.0])}, ["turn_100_to_first", "form_turn_to_first"]),
    ],
)
def test_every_demand_can_fail(factor: float, changes: dict[str, Any], unmet: list[str]) -> None:
    found = figures.result(measured(), measured(factor, form=True, **changes))
    assert [demand["figure"] for demand in found["demands"] if not demand["met"]] == unmet
    assert len(found["demands"]) == 6
