"""Compare ways of understanding on the single lines of our own sets: `python -m benchmark.ablation --full-python PATH`.

Writes benchmark/results/ablation.json and the table of docs/decisions/0003-understanding.md.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import sys
import tempfile
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

from benchmark.__main__ import write
from benchmark.ablation_table import table
from benchmark.figures import machine
from benchmark.servers import CommandFailedError, end_with_this_process
from evaluation.cases import Case
from evaluation.page import BadPageError, fill
from evaluation.scoring import Observed, figures, pair
from evaluation.sets import read_sets
from training.lines import Line, read_lines

ROOT = Path(__file__).resolve().parent.parent
SETS = (ROOT / "evaluation" / "safety.tsv", ROOT / "evaluation" / "topics.tsv")
RESULTS = ROOT / "benchmark" / "results" / "ablation.json"
PAGE = ROOT / "docs" / "decisions" / "0003-understanding.md"
#: Name of the markers around the table.
ABLATION = "ablation"
SEED = 20240229


@dataclass(frozen=True)
class Job:
    """What every approach gets: training lines, labelled cases, their texts, a folder and the settings of DIET."""

    lines: list[Line]
    cases: list[Case]
    texts: list[str]
    folder: Path
    full_python: Path
    diet_lines: int
    diet_epochs: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write; returns the exit status: 0, or 2 when an approach failed."""
    options = parse(arguments)
    end_with_this_process()
    try:
        with tempfile.TemporaryDirectory(prefix="ablation-") as folder:
            found = result(job(options, Path(folder)))
        write(options.out, found)
        block = table(found)
        sys.stdout.write(f"{block}\n")
        fill(options.page, ABLATION, block)
    except (CommandFailedError, BadPageError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(prog="python -m benchmark.ablation", description="Compare ways of understanding.")
    parser.add_argument("--full-python", type=Path, required=True, help="the benchmark environment's Python")
    parser.add_argument("--diet-lines-per-intent", type=int, default=5, help="training lines for DIET (5; 0: all)")
    parser.add_argument("--diet-epochs", type=int, default=25, help="epochs of DIET (25; Rasa's default is 100)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the JSON file (benchmark/results/ablation.json)")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page that holds the table")
    return parser.parse_args(arguments)


def job(options: argparse.Namespace, folder: Path) -> Job:
    """Read training lines and sets."""
    from launcher import stand_ins

    stand_ins.install()  # before anything of Rasa is imported
    from channels.turn import typed_text

    cases = read_sets(SETS)
    texts = [typed_text(case.turns[0].text or "") or "?" for case in cases]
    lines = read_lines(ROOT / "data")
    return Job(lines, cases, texts, folder, options.full_python, options.diet_lines_per_intent, options.diet_epochs)


def result(todo: Job) -> dict[str, Any]:
    """Return the whole result: one row for each approach."""
    return {
        "machine": machine(),
        "date": datetime.now(timezone.utc).date().isoformat(),
        "sets": [path.name for path in SETS],
        "lines": len(todo.cases),
        "training_lines": len(todo.lines),
        "rows": list(rows(todo)),
    }


def rows(todo: Job) -> Iterator[dict[str, Any]]:
    """Yield the figures of every approach; null where an approach needs what cannot be had here."""
    from benchmark import approaches

    def measured(name: str, approach: Callable[[], approaches.Scored], note: str = "") -> dict[str, Any]:
        sys.stderr.write(f"{name}\n")
        try:
            scored = approach()
        except approaches.NotMeasurableError as error:
            return {**empty_row(name), "note": f"not measurable here: {error}"}
        return {**row(name, todo.cases, scored.outcomes, scored.ms, scored.training_s), "note": note}

    drawn = sample(todo.lines, todo.diet_lines) if todo.diet_lines else todo.lines
    note = f"{len(drawn):,} training lines ({f'at most {todo.diet_lines} an intent' if todo.diet_lines else 'all'})"
    diet = cache(lambda: approaches.diet(todo.full_python, todo.folder, drawn, todo.texts, todo.diet_epochs))
    encoder = cache(lambda: approaches.encoder_as_it_comes(todo.full_python, todo.folder))
    plain = "MiniLM as it comes + logistic regression"
    diet_note = f"{note}, {todo.diet_epochs} epochs"
    yield measured("Rasa's default pipeline (DIET)", lambda: diet()[0], diet_note)
    yield measured("the same, its fallback counted as out of scope", lambda: diet()[1], diet_note)
    yield measured(
        "spaCy word vectors + logistic regression",
        lambda: approaches.word_vectors(todo.full_python, todo.folder, todo.lines, todo.texts),
    )
    if todo.diet_lines:
        yield measured(plain, lambda: approaches.regression_on(encoder(), drawn, todo.texts), note)
    yield measured(plain, lambda: approaches.regression_on(encoder(), todo.lines, todo.texts))
    yield measured(
        "this assistant without the red-flag detector",
        lambda: asyncio.run(approaches.assistant(todo.cases, todo.texts, detector=False)),
    )
    alone = measured(
        "the red-flag detector alone",
        lambda: approaches.detector_alone(todo.texts),
        "knows emergencies, crises and eating disorders only",
    )
    yield {**alone, "accuracy": None}
    yield measured("this assistant", lambda: asyncio.run(approaches.assistant(todo.cases, todo.texts)))


def row(
    name: str, cases: Sequence[Case], outcomes: Sequence[str], ms: Sequence[float], training_s: float | None
) -> dict[str, Any]:
    """Return the figures of one approach by the evaluation's own definitions; ratios 0 to 1, ms is the median."""
    scored = figures(pair(cases, [[Observed(outcome)] for outcome in outcomes]))
    return {
        "name": name,
        "accuracy": scored["accuracy"],
        "emergency": scored["emergency"],
        "false_alarms": scored["false_alarms"],
        "ms_a_message": round(median(ms), 2),
        "training_s": None if training_s is None else round(training_s, 1),
    }


def empty_row(name: str) -> dict[str, Any]:
    """Return the row of an approach that cannot be measured here."""
    return {
        "name": name,
        "accuracy": None,
        "emergency": None,
        "false_alarms": None,
        "ms_a_message": None,
        "training_s": None,
    }


def sample(lines: Sequence[Line], per_intent: int) -> list[Line]:
    """Return at most `per_intent` lines of each intent, drawn with a fixed seed, in the order of `lines`."""
    by_intent: dict[str, list[int]] = defaultdict(list)
    for index, line in enumerate(lines):
        by_intent[line.intent].append(index)
    draw = random.Random(SEED)
    chosen = [index for members in by_intent.values() for index in draw.sample(members, min(per_intent, len(members)))]
    return [lines[index] for index in sorted(chosen)]


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)  # at WARNING the assistant reports each emergency, as it should elsewhere
    warnings.simplefilter("ignore")  # Rasa's dependencies are frozen: nobody can act on their deprecations here
    sys.exit(main())
