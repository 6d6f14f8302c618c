"""From samples to the figures of benchmark/results/latest.json, their ratios and demands: pure functions."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from datetime import datetime, timezone
from os import cpu_count
from statistics import median
from typing import Any

import psutil

from benchmark.measure import Samples, percentiles
from benchmark.systems import SERVER

RASA = "3.6.21"


@dataclass(frozen=True)
class Demand:
    """One demand: the figure at `path` of the result must be at most `at_most`."""

    name: str
    path: tuple[str, ...]
    at_most: float


DEMANDS = (
    Demand("first turn p50, times the starter's", ("ratios", "first_turn_p50"), 0.5),
    Demand("resident memory, times the starter's", ("ratios", "memory"), 0.45),
    Demand("start-up, times the starter's", ("ratios", "start_up"), 0.4),
    Demand("turn 100, times the first turn of its conversation", ("assistant", "turn_100_to_first"), 2.0),
    Demand("turn in a form, times a first turn", ("assistant", "form_turn_to_first"), 3.0),
    Demand("training, seconds", ("assistant", "training_s"), 180.0),
)


#: What a reader of the figures must know.
NOTES = {
    "memory_mib": "resident memory of every process that answers, children included: the assistant's counts its "
    "action server too, the starter needs none.",
    "turn_100_to_first": "p50 of turn 100 to p50 of turn 1 of the same conversations, with the same message.",
    "form_turn_ms": "null for the starter: it has no form.",
    "messages_per_s": "by number of visitors who write at the same time; they share the cores with the servers.",
}


@dataclass(frozen=True)
class Measured:
    """Everything measured of one system.

    Attributes:
        samples: its turns.
        starts: seconds of each start-up.
        memory: resident MiB by process, after the warm-up.
        memory_after: the same after the last round.
        training: seconds of one training from nothing.
        lines: training lines.
    """

    samples: Samples
    starts: list[float]
    memory: dict[str, float]
    memory_after: dict[str, float]
    training: float
    lines: int


def system_figures(measured: Measured) -> dict[str, Any]:
    """Return the figures of one system; times of turns in ms, None where nothing was measured."""
    samples = measured.samples
    opening, late = percentiles(samples.opening), percentiles(samples.late)
    first, form = percentiles(samples.first), percentiles(samples.form)
    return {
        "first_turn_ms": first,
        "form_turn_ms": form,
        "form_turn_to_first": round(form["p50"] / first["p50"], 3) if form and first else None,
        "turn_100_ms": late,
        "turn_100_to_first": round(late["p50"] / opening["p50"], 3) if late and opening else None,
        "start_up_s": round(median(measured.starts), 2),
        "memory_mib": round(sum(measured.memory.values()), 1),
        "memory_mib_by_process": _rounded(measured.memory),
        "memory_mib_after_load": round(sum(measured.memory_after.values()), 1),
        "training_s": round(measured.training, 1),
        "training_lines": measured.lines,
        "training_s_per_1000_lines": round(measured.training * 1000 / measured.lines, 2),
        "messages_per_s": {str(visitors): _rate(done) for visitors, done in samples.batches.items()},
        "samples": {
            "first_turns": len(samples.first),
            "form_turns": len(samples.form),
            "long_conversations": len(samples.late),
            "starts": len(measured.starts),
        },
    }


def ratios(starter: dict[str, Any], assistant: dict[str, Any]) -> dict[str, Any]:
    """Return assistant / starter for each figure; below 1 is better, except for messages per second."""
    server = [system["memory_mib_by_process"][SERVER] for system in (assistant, starter)]
    return {
        "first_turn_p50": _ratio(_of(assistant, "first_turn_ms", "p50"), _of(starter, "first_turn_ms", "p50")),
        "first_turn_p95": _ratio(_of(assistant, "first_turn_ms", "p95"), _of(starter, "first_turn_ms", "p95")),
        "turn_100_p50": _ratio(_of(assistant, "turn_100_ms", "p50"), _of(starter, "turn_100_ms", "p50")),
        "start_up": _ratio(assistant["start_up_s"], starter["start_up_s"]),
        "memory": _ratio(assistant["memory_mib"], starter["memory_mib"]),
        "memory_server_only": _ratio(*server),
        "training": _ratio(assistant["training_s"], starter["training_s"]),
        "training_per_1000_lines": _ratio(assistant["training_s_per_1000_lines"], starter["training_s_per_1000_lines"]),
        "messages_per_s": {
            visitors: _ratio(rate, starter["messages_per_s"][visitors])
            for visitors, rate in assistant["messages_per_s"].items()
        },
    }


def result(starter: Measured, assistant: Measured) -> dict[str, Any]:
    """Return the whole result: JSON values only, nothing that names the machine."""
    left, right = system_figures(starter), system_figures(assistant)
    figures: dict[str, Any] = {
        "machine": machine(),
        "starter": left,
        "assistant": right,
        "ratios": ratios(left, right),
        "rasa": RASA,
        "date": datetime.now(timezone.utc).date().isoformat(),
        "notes": NOTES,
    }
    return {**figures, "demands": demands(figures)}


def demands(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every demand with its value and whether it is met."""
    listed = []
    for demand in DEMANDS:
        value: Any = figures
        for key in demand.path:
            value = value[key]
        met = value is not None and value <= demand.at_most
        listed.append(
            {"figure": demand.path[-1], "name": demand.name, "value": value, "at_most": demand.at_most, "met": met}
        )
    return listed


def machine() -> dict[str, Any]:
    """Return the size of this machine, without its name."""
    return {
        "cores": cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "python": platform.python_version(),
    }


def _rate(batches: list[tuple[int, float]]) -> float:
    return round(sum(count for count, _ in batches) / sum(seconds for _, seconds in batches), 1)


def _of(system: dict[str, Any], figure: str, rank: str) -> float | None:
    return system[figure][rank] if system[figure] else None


def _ratio(value: float | None, base: float | None) -> float | None:
    return None if value is None or not base else round(value / base, 3)


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 1) for name, value in values.items()}
