"""Makes transcripts/staff/hints.txt of the training data: `make hints`, after larger changes of data/.

A word, or a pair of words, is a hint when it stands in several lines of the intents that are urgent and hardly in any other
(of "popped out" and "how do I pop out of a squat" only pairs tell which is meant). Commit what comes of it with the data;
tests hold how many lines of the evaluation sets it finds, and how few it flags for nothing.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from console.teaching.project import Project
from transcripts.staff.hints import FILE, pieces
from transcripts.staff.queueing import SAFETY_INTENTS

ROOT = Path(__file__).resolve().parents[3]
#: A hint stands in so many lines, and so large a share of all lines it stands in belongs to the urgent intents.
LEAST, SHARE = 3, 0.85


def made_of(lines: Iterable[tuple[str, str]]) -> list[str]:
    """Return the hints, sorted, from (text, intent) of every line that is trained, as `Project` reads them."""
    urgent: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for text, intent in lines:
        found = set(pieces(text))
        every.update(found)
        if intent in SAFETY_INTENTS:
            urgent.update(found)
    good = {piece for piece, count in urgent.items() if count >= LEAST and count >= SHARE * every[piece]}
    return sorted(piece for piece in good if " " not in piece or good.isdisjoint(piece.split()))


def main() -> int:
    """Write the file anew; exit status 2: the training data cannot be read."""
    known = Project(ROOT).known()
    if known.problem:
        sys.stderr.write(f"{known.problem}\n")
        return 2
    found = made_of((line.text, line.labels[0]) for line in known.training.all)
    FILE.write_text("".join(f"{hint}\n" for hint in found), encoding="utf-8")
    sys.stdout.write(f"{len(found)} hints are in {FILE.relative_to(ROOT)}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
