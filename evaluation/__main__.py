"""Score the trained assistant on labelled sets: `python -m evaluation --set PATH [...] --out DIR [--floors FILE]`.

Exit status: 0 evaluated, 1 a floor is broken, 2 nothing was evaluated (bad set or floors file, no model).
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog

from evaluation import report as reports
from evaluation import runner, scoring
from evaluation.cases import BadSetError, Case
from evaluation.floors import BadFloorsError, broken_floors, read_floors
from evaluation.sets import read_sets


class NoAssistantError(RuntimeError):
    """No assistant could be loaded; the message says why."""


class BadFolderError(OSError):
    """The folder of the report cannot be made."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, run, score, write; returns the exit status. Nothing is written before all sets are read and run."""
    parser = argparse.ArgumentParser(
        prog="python -m evaluation", description="Score the trained assistant on labelled sets."
    )
    parser.add_argument(
        "--set", dest="sets", type=Path, action="append", required=True, help="a .tsv or .yml; repeatable"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for report.json and report.html")
    parser.add_argument("--floors", type=Path, help="fail when a figure breaks a floor of this file")
    options = parser.parse_args(arguments)
    try:
        cases = read_sets(options.sets)
        floors = read_floors(options.floors) if options.floors else {}
        _make_folder(options.out)
        observed, model, seconds = asyncio.run(_observe(cases))
    except (BadSetError, BadFloorsError, NoAssistantError, BadFolderError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    results = scoring.pair(cases, observed)
    report = scoring.build(results, model, seconds)
    paths = reports.write(options.out, report, results)
    sys.stdout.write(reports.summary(report))
    sys.stdout.write("".join(f"{path}\n" for path in paths))
    broken = broken_floors(report, floors)
    for sentence in broken:
        sys.stderr.write(f"floor broken: {sentence}\n")
    return 1 if broken else 0


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadFolderError(f"{out}: cannot be the folder of the report: {error.strerror}.") from error


async def _observe(cases: Sequence[Case]) -> tuple[list[list[scoring.Observed]], str | None, float]:
    assistant, request = await load_assistant()
    started = time.perf_counter()
    observed = await runner.run(cases, assistant, request, _progress)
    return observed, getattr(assistant, "model", None), time.perf_counter() - started


async def load_assistant() -> tuple[Any, Any]:
    """Return the trained assistant and its request class; raises NoAssistantError."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"  # Rasa would otherwise report errors to Sentry
    quieten()
    from launcher import stand_ins

    stand_ins.install()  # before anything of Rasa is imported
    from channels.turn import Assistant, TurnFailedError, TurnRequest

    try:
        return await Assistant.load(model=None), TurnRequest
    except TurnFailedError as error:
        raise NoAssistantError(str(error)) from error


def quieten() -> None:
    """Keep debug logs off: by default Rasa's print every text and state, which is slow and spreads the sets."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _progress(done: int, total: int) -> None:
    sys.stderr.write(f"{done} of {total} conversations\n")


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)  # at WARNING the assistant reports each emergency, as it should elsewhere
    logging.getLogger("evaluation").setLevel(logging.WARNING)
    warnings.simplefilter("ignore")  # Rasa's dependencies are frozen: nobody can act on their deprecations here
    sys.exit(main())
