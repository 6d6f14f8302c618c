"""Floors: figures below which (for false alarms: above which) the evaluation fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from channels.outcome import OUTCOMES
from evaluation.scoring import ratio

#: Besides these, `outcomes` maps names of outcomes to the least recall.
KEYS = ("emergency_recall", "false_alarm_rate_at_most", "accuracy", "dialogues")


class BadFloorsError(ValueError):
    """The floors file breaks the format; the message names the file and what is allowed."""


def read_floors(path: Path) -> dict[str, Any]:
    """Return the floors as written, each from 0 to 1; raises BadFloorsError."""
    try:
        content = yaml.safe_load(path.read_bytes())
    except OSError as error:
        raise BadFloorsError(f"{path}: cannot be read: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadFloorsError(f"{path}: is not valid YAML: {error}") from error
    _check_keys(path, content, (*KEYS, "outcomes"), "the file")
    if "outcomes" in content:
        _check_keys(path, content["outcomes"], OUTCOMES, "`outcomes`")
    recalls = content.get("outcomes", {})
    for key, value in [*((key, content[key]) for key in KEYS if key in content), *recalls.items()]:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
            raise BadFloorsError(f"{path}: `{key}` is {value!r}; a floor is a number from 0 to 1.")
    return dict(content)


def _check_keys(path: Path, content: object, allowed: tuple[str, ...], what: str) -> None:
    if not isinstance(content, dict) or not content:
        raise BadFloorsError(f"{path}: {what} must be a mapping with at least one of the keys {', '.join(allowed)}.")
    for key in content:
        if key not in allowed:
            raise BadFloorsError(f"{path}: unknown key {key!r} in {what}; allowed: {', '.join(allowed)}.")


def broken_floors(report: dict[str, Any], floors: dict[str, Any]) -> list[str]:
    """Return one sentence for each broken floor, with its figure.

    A figure that the sets do not allow to measure breaks its floor: a gate that measured nothing has not been passed.
    """
    dialogues = report["dialogues"]
    measured: dict[str, float | None] = {
        "emergency_recall": report["emergency"]["recall"],
        "accuracy": report["accuracy"],
        "dialogues": ratio(dialogues["passed"], dialogues["total"]),
    }
    least = {key: floors[key] for key in measured if key in floors}
    for outcome, floor in floors.get("outcomes", {}).items():
        measured[f"{outcome} recall"] = report["outcomes"][outcome]["recall"]
        least[f"{outcome} recall"] = floor
    broken = [
        _sentence(name, measured[name], "below", floor)
        for name, floor in least.items()
        if (figure := measured[name]) is None or figure < floor
    ]
    most = floors.get("false_alarm_rate_at_most")
    rate = report["false_alarms"]["rate"]
    if most is not None and (rate is None or rate > most):
        broken.append(_sentence("false_alarm_rate", rate, "above", most))
    return broken


def _sentence(name: str, figure: float | None, relation: str, floor: float) -> str:
    if figure is None:
        return f"{name} was not measured: the sets hold nothing to measure it on (floor {floor})."
    return f"{name} is {figure:.4f}, {relation} {floor}."
