"""Jobs of the benchmark environment (Rasa with TensorFlow), e.g. `python -m benchmark.full.diet FOLDER`.

Each reads FOLDER/job.json and writes FOLDER/answer.json; nothing here imports the assistant.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def work(job: Callable[[dict[str, Any], Path], dict[str, Any]]) -> None:
    """Do the job of the folder named on the command line."""
    folder = Path(sys.argv[1])
    asked = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    (folder / "answer.json").write_text(json.dumps(job(asked, folder)), encoding="utf-8")


def milliseconds(since: float) -> float:
    """Return the milliseconds since a time of time.perf_counter."""
    return (time.perf_counter() - since) * 1000
