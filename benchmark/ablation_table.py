"""The ablation's table in docs/decisions/0003-understanding.md: pure functions."""

from __future__ import annotations

from typing import Any


def table(found: dict[str, Any]) -> str:
    """Return the Markdown table of a result and the sentences below it."""
    lines = [
        "| way of understanding | accuracy | emergency recall | false alarms | ms a message | |",
        "|---|---:|---:|---:|---:|---|",
    ]
    lines += ["| " + " | ".join(_cells(entry)) + " |" for entry in found["rows"]]
    size = found["machine"]
    sentences = (
        f"{found['date']}, {found['lines']} single lines of {' and '.join(found['sets'])}, never trained on; "
        f"{found['training_lines']:,} training lines unless a row says otherwise; {size['cores']} cores, "
        f"{size['memory_gib']} GiB.\n"
        "Accuracy is by outcome; recall and false alarms as in the evaluation's report; ms is the median time of "
        "understanding alone."
    )
    return "\n".join([*lines, "", sentences])


def _cells(entry: dict[str, Any]) -> list[str]:
    ms = entry["ms_a_message"]
    return [
        entry["name"],
        _percent(entry["accuracy"]),
        _percent((entry["emergency"] or {}).get("recall")),
        _percent((entry["false_alarms"] or {}).get("rate")),
        "-" if ms is None else f"{ms:.1f}",
        entry["note"],
    ]


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"
