"""Measure the console's half of the record: `python -m benchmark.console`.

With 100,000 messages in SQLite and in PostgreSQL: queue, search, filtered lists and figures, each just after a visitor's turn
was stored; and what marking changed conversations adds to a turn. Writes benchmark/results/console.json. Exit status: 0
measured, 2 nothing could be measured. The work is done by `benchmark/console_record.py` in the environment of `web/`.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmark.__main__ import write
from benchmark.systems import ROOT

RESULT = ROOT / "benchmark" / "results" / "console.json"
WEB = ROOT / "web"
WEB_PYTHON = WEB / ".venv" / "bin" / "python"
#: Milliseconds that a page of the queue, of a search or of a filtered list may take, at the 95th percentile.
AT_MOST = 300.0
#: What that is of, by how its names begin; the dashboard's figures and a transcript are measured beside them.
LIMITED = ("queue", "counts", "search", "list")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write the result; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmark.console", description="Measure queue, search and lists.")
    parser.add_argument("--out", type=Path, default=RESULT)
    parser.add_argument("--messages", type=int, default=100_000, help="messages in the record (100000)")
    parser.add_argument("--rounds", type=int, default=40, help="rounds of everything (40)")
    options = parser.parse_args(arguments)
    program = (str(WEB_PYTHON), "-m", "benchmark.console_record", str(options.messages), str(options.rounds))
    path = os.pathsep.join(map(str, (ROOT, WEB, WEB / "tests")))
    done = subprocess.run(
        program, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, check=False
    )
    if done.returncode:
        return 2
    measured = json.loads(done.stdout)
    pages = [
        one["p95"] for base in measured.values() for name, one in base["pages_ms"].items() if name.startswith(LIMITED)
    ]
    slowest = max(pages)
    write(
        options.out,
        {
            "date": datetime.date.today().isoformat(),
            "messages": options.messages,
            "rounds": options.rounds,
            **measured,
            "slowest_p95_ms": slowest,
            "at_most": AT_MOST,
            "met": slowest <= AT_MOST,
        },
    )
    sys.stdout.write(f"the slowest page takes {slowest} ms at the 95th percentile (at most {AT_MOST:g})\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
