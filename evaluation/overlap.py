"""`python -m evaluation.overlap`: does a line of the labelled sets occur, or nearly occur, among the training lines?

Shows places, and texts only with --texts: whoever writes training lines must not read the sets. Exit status: 0 no
overlap, 1 overlap, 2 a file that cannot be read.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from evaluation.cases import BadSetError
from evaluation.page import BadPageError, fill
from evaluation.sets import read_set
from evaluation.similarity import near_pairs, normalise, trigrams
from evaluation.training_lines import BadTrainingDataError, Line, read_training_lines

ROOT = Path(__file__).resolve().parent.parent
#: Made by the first `make import-reviewed`.
REVIEWED = ROOT / "evaluation" / "reviewed.tsv"
SETS = (
    *(
        ROOT / "evaluation" / name
        for name in ("safety.tsv", "topics.tsv", "dialogues.yml", "unseen.tsv", "unseen.yml", "coaching.yml")
    ),
    *([REVIEWED] if REVIEWED.is_file() else []),
)
#: Anybody types "hip reduction" or "thanks": bare terms of up to so many words are no overlap, but listed.
BARE_WORDS = 3
#: Name in the markers of a page.
MARKER = "overlap"
QUANTILES = (0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0)


@dataclass(frozen=True)
class Overlap:
    """A line of a set, the training line most like it, and how alike they are (1.0 equal when normalised)."""

    tested: Line
    trained: Line
    similarity: float

    @property
    def bare(self) -> bool:
        """The line is a bare term that anybody types."""
        return len(normalise(self.tested.text).split()) <= BARE_WORDS


@dataclass(frozen=True)
class Comparison:
    """What is known about the sets beside the training lines.

    Attributes:
        overlaps: at most one for each set line, in the order of the sets; `bare` ones are allowed.
        nearest: for each set line with a trigram, the highest similarity to a training line, 0 to 1.
        openings: how many lines begin with the same three (normalised) words, by opening.
        groups: set lines that are equal or near-equal to each other, two or more a group.
    """

    overlaps: list[Overlap]
    nearest: list[float]
    openings: Counter[str]
    groups: list[list[Line]]

    @property
    def forbidden(self) -> list[Overlap]:
        """The overlaps that are no bare terms."""
        return [overlap for overlap in self.overlaps if not overlap.bare]


def set_lines(paths: Sequence[Path]) -> list[Line]:
    """Return every typed text of the sets; buttons are left out. Raises BadSetError."""
    return [
        Line(turn.text, f"{path}:{turn.line}")
        for path in paths
        for case in read_set(path)
        for turn in case.turns
        if turn.text is not None
    ]


def compare(tested: Sequence[Line], trained: Sequence[Line]) -> Comparison:
    """Compare the lines of the sets with the training lines, and with each other."""
    rows, columns = [normalise(line.text) for line in tested], [normalise(line.text) for line in trained]
    known = {text: index for index, text in reversed(list(enumerate(columns)))}
    pairs, nearest = near_pairs(rows, columns)
    best = {row: (known[text], 1.0) for row, text in enumerate(rows) if text in known}
    for row, column, value in pairs:
        if value > best.get(row, (0, 0.0))[1]:
            best[row] = (column, value)
    return Comparison(
        overlaps=[Overlap(tested[row], trained[column], value) for row, (column, value) in sorted(best.items())],
        nearest=[float(value) for value, text in zip(nearest, rows, strict=True) if trigrams(text)],
        openings=Counter(" ".join(text.split()[:3]) for text in rows),
        groups=_groups(tested, rows),
    )


def _groups(tested: Sequence[Line], rows: Sequence[str]) -> list[list[Line]]:
    first: dict[str, int] = {}
    links = [(row, first.setdefault(text, row)) for row, text in enumerate(rows)]
    links += [(row, column) for row, column, _ in near_pairs(rows, rows)[0]]
    size = len(rows)
    ones = np.ones(len(links), dtype=bool)
    graph = coo_matrix((ones, ([a for a, _ in links], [b for _, b in links])), shape=(size, size))
    members: dict[int, list[Line]] = {}
    for line, label in zip(tested, connected_components(graph, directed=False)[1] if size else [], strict=True):
        members.setdefault(int(label), []).append(line)
    return [group for group in members.values() if len(group) > 1]


def figures(comparison: Comparison) -> list[str]:
    """Return how near the sets are to the training lines and to each other: sentences without a line of either."""
    lines, rows = sum(comparison.openings.values()), []
    if comparison.nearest:
        values = [float(np.quantile(np.array(comparison.nearest), quantile)) for quantile in QUANTILES]
        shown = "  ".join(f"{100 * q:g}%: {value:.2f}" for q, value in zip(QUANTILES, values, strict=True))
        rows += ["Similarity of a set line to the nearest training line, quantiles:", f"  {shown}"]
    shared = sum(count > 1 for count in comparison.openings.values())
    rows.append(
        f"{len(comparison.openings)} distinct openings (first three words) in {lines} lines; {shared} are shared."
    )
    rows.append(
        f"{len(comparison.groups)} groups of set lines that paraphrase each other, {sum(map(len, comparison.groups))} lines."
    )
    return rows


def describe(comparison: Comparison, texts: bool = False) -> str:
    """Return the comparison for a terminal; the texts of set lines only with `texts`, bare terms always."""
    found, lines = comparison, sum(comparison.openings.values())
    rows = [f"{len(found.forbidden)} of {lines} set lines overlap with training lines."]
    for overlap in found.forbidden:
        rows.append(f"  {overlap.tested.place} = {overlap.trained.place} ({overlap.similarity:.2f})")
        if texts:
            rows += [f"    {overlap.tested.text}", f"    {overlap.trained.text}"]
    bare = Counter(normalise(overlap.tested.text) for overlap in found.overlaps if overlap.bare)
    rows.append(f"{sum(bare.values())} bare terms of up to {BARE_WORDS} words occur in both, which is allowed:")
    rows.append("  " + "; ".join(f"{term} ({count})" for term, count in sorted(bare.items())) if bare else "  none")
    rows += figures(found)
    if texts:
        rows += [f"  {count} x {opening}" for opening, count in found.openings.most_common(10) if count > 1]
    for group in found.groups:
        rows.append("  " + ", ".join(line.place for line in group))
        rows += [f"    {line.text}" for line in group if texts]
    return "\n".join(rows) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare and describe; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.overlap", description="Compare sets with training lines."
    )
    parser.add_argument(
        "--set", dest="sets", type=Path, action="append", help="a set; by default the three frozen ones"
    )
    parser.add_argument("--data", type=Path, default=ROOT / "data", help="folder of the training lines")
    parser.add_argument("--texts", action="store_true", help="show texts: not for whoever writes training lines")
    parser.add_argument("--page", type=Path, help="a Markdown page to write the figures into")
    options = parser.parse_args(arguments)
    try:
        tested, trained = set_lines(options.sets or SETS), read_training_lines(options.data)
        if not trained:
            raise BadTrainingDataError(
                f"{options.data}: no training line found; a comparison with nothing proves nothing."
            )
        comparison = compare(tested, trained)
        if options.page:
            fill(options.page, MARKER, "\n".join(["```", *figures(comparison), "```"]))
    except (BadSetError, BadTrainingDataError, BadPageError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(describe(comparison, options.texts))
    return 1 if comparison.forbidden else 0


if __name__ == "__main__":
    sys.exit(main())
