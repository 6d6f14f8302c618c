"""Write the table of benchmark/results/latest.json into README.md: `python -m benchmark.table`.

The table goes between `<!-- benchmark:start -->` and `<!-- benchmark:end -->`; figures are never typed by hand.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from evaluation.page import BadPageError, fill

ROOT = Path(__file__).resolve().parent.parent
BENCHMARK = "benchmark"


def main(arguments: Sequence[str] | None = None) -> int:
    """Replace the table; returns the exit status: 0, or 2 when there is no result or the page lacks the markers."""
    parser = argparse.ArgumentParser(prog="python -m benchmark.table", description="Write the table into README.md.")
    parser.add_argument("--result", type=Path, default=ROOT / "benchmark" / "results" / "latest.json")
    parser.add_argument("--website", type=Path, default=ROOT / "benchmark" / "results" / "website.json")
    parser.add_argument("--console", type=Path, default=ROOT / "benchmark" / "results" / "console.json")
    parser.add_argument("--page", type=Path, default=ROOT / "README.md")
    options = parser.parse_args(arguments)
    try:
        results = (options.result, options.website, options.console)
        fill(options.page, BENCHMARK, table(*(json.loads(path.read_text(encoding="utf-8")) for path in results)))
    except (OSError, BadPageError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def table(found: dict[str, Any], website: dict[str, Any], console: dict[str, Any]) -> str:
    """Return the Markdown table of all results and the sentences below it."""
    lines = ["| | Rasa's starter | this assistant | ratio | demanded |", "|---|---:|---:|---:|---|"]
    rows = [*_rows(found), *_website_rows(website), _console_row(console)]
    lines += ["| " + " | ".join(cell or "-" for cell in row) + " |" for row in rows]
    return "\n".join([*lines, "", _sentences(found)])


def _rows(found: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield title, both systems' figures, ratio and demand; an empty text where there is none."""
    systems, ratios = (found["starter"], found["assistant"]), found["ratios"]
    limits = {
        demand["figure"]: _limit(demand, " s" if demand["figure"].endswith("_s") else "") for demand in found["demands"]
    }

    def row(title: str, shown: Callable[[dict[str, Any]], str], figure: str = "") -> tuple[str, ...]:
        ratio = "" if ratios.get(figure) is None else f"{ratios[figure]:.2f}"
        return (title, *map(shown, systems), ratio, limits.get(figure, ""))

    yield row("first turn, p50", lambda system: _ms(system["first_turn_ms"], "p50"), "first_turn_p50")
    yield row("first turn, p95", lambda system: _ms(system["first_turn_ms"], "p95"), "first_turn_p95")
    yield row("first turn, p99", lambda system: _ms(system["first_turn_ms"], "p99"))
    yield row("turn 100, p50", lambda system: _ms(system["turn_100_ms"], "p50"), "turn_100_p50")
    yield row("turn 100, times turn 1", lambda system: f"{system['turn_100_to_first']:.2f}", "turn_100_to_first")
    yield row("turn in a form, p50", lambda system: _ms(system["form_turn_ms"], "p50"))
    yield row(
        "turn in a form, times a first turn",
        lambda system: _times(system["form_turn_to_first"]),
        "form_turn_to_first",
    )
    yield row("start-up", lambda system: f"{system['start_up_s']:.1f} s", "start_up")
    yield row("resident memory", lambda system: f"{system['memory_mib']:.0f} MiB", "memory")
    yield row("training", lambda system: f"{system['training_s']:.0f} s", "training_s")
    yield row("training, 1,000 lines", lambda system: f"{system['training_s_per_1000_lines']:.1f} s")
    for visitors, ratio in ratios["messages_per_s"].items():
        rates = [f"{system['messages_per_s'][visitors]:.0f}" for system in systems]
        title = f"messages per second, {visitors} {'visitor' if visitors == '1' else 'visitors'}"
        yield (title, *rates, f"{ratio:.2f}", "")


def _website_rows(website: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    yield ("website: message to reply on the stream, p50", "", _ms(website["website_ms"], "p50"), "", "")
    yield (
        "website: on top of the bridge's turn, p50",
        "",
        f"{website['added_p50_ms']:.1f} ms",
        "",
        _limit(website, " ms"),
    )


def _console_row(console: dict[str, Any]) -> tuple[str, ...]:
    title = f"console: slowest page of queue, search and list with {console['messages']:,} messages, p95"
    return (title, "", f"{console['slowest_p95_ms']:.0f} ms", "", _limit(console, " ms"))


def _sentences(found: dict[str, Any]) -> str:
    machine, samples = found["machine"], found["assistant"]["samples"]
    sentences = [
        f"{found['date']}, Rasa {found['rasa']}, {machine['cores']} cores, {machine['memory_gib']} GiB, Python "
        f"{machine['python']}; {samples['first_turns']} first turns and {samples['long_conversations']} conversations "
        "of 100 turns of each system, in turn, over HTTP.",
        "Only ratios carry over to other machines. The assistant's memory includes its action server.",
    ]
    return "\n".join(sentences)


def _times(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.2f}"


def _limit(demand: dict[str, Any], unit: str = "") -> str:
    return f"at most {demand['at_most']:g}{unit}{'' if demand['met'] else ', **not met**'}"


def _ms(percentiles: dict[str, float] | None, rank: str) -> str:
    return f"{percentiles[rank]:.1f} ms" if percentiles else ""


if __name__ == "__main__":
    sys.exit(main())
