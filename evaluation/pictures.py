"""The pictures of the report as inline SVG: geometry in Python, colours by the page's style sheet (light and dark)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from channels.outcome import OUTCOMES
from evaluation.scoring import Result, confusion

#: Columns of the histogram of confidence, 0 to 1.
BINS = 20
_CELL, _LEFT, _TOP = 44, 128, 104


def _svg(width: int, height: int, label: str, parts: Iterable[Markup]) -> Markup:
    head = Markup('<svg viewBox="0 0 {w} {h}" style="max-width:{w}px" role="img" aria-label="{label}">')
    return head.format(w=width, h=height, label=label) + Markup("").join(parts) + Markup("</svg>")


def _text(x: float, y: float, content: object, anchor: str = "middle", extra: Markup | str = "") -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}" {}>{}</text>').format(x, y, anchor, extra, content)


def _rect(x: float, y: float, width: float, height: float, kind: str, opacity: float, title: str) -> Markup:
    return Markup(
        '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" class="{}" fill-opacity="{:.2f}">'
        "<title>{}</title></rect>"
    ).format(x, y, width, height, kind, opacity, title)


def confusion_matrix(results: Sequence[Result]) -> Markup:
    """Return the matrix of expected first alternative (rows) by what was got (columns), shaded by share of the row."""
    cells = confusion(results)
    got = {outcome for _, outcome in cells}
    columns = [*OUTCOMES, *sorted(got - set(OUTCOMES))]  # `error`, or a name that the assistant should not know
    totals = {row: sum(turns for (name, _), (turns, _) in cells.items() if name == row) for row in OUTCOMES}
    parts: list[Markup] = []
    for index, column in enumerate(columns):
        x = _LEFT + index * _CELL + _CELL / 2
        turned = Markup('transform="rotate(-50 {:.1f} {})"').format(x, _TOP - 10)
        parts.append(_text(x, _TOP - 10, column, "start", turned))
    for index, row in enumerate(OUTCOMES):
        y = _TOP + index * _CELL
        parts.append(_text(_LEFT - 8, y + _CELL / 2 + 4, row, "end"))
        for position, column in enumerate(columns):
            turns, accepted = cells.get((row, column), (0, 0))
            x = _LEFT + position * _CELL
            title = f"expected {row}, got {column}: {turns} turns, {accepted} of them accepted"
            # Never fully opaque: the number on it must stay legible in both colour schemes.
            opacity = 0.12 + 0.5 * turns / totals[row] if turns else 0.04
            kind = "empty" if not turns else "right" if accepted == turns else "wrong"
            parts.append(_rect(x + 1, y + 1, _CELL - 2, _CELL - 2, kind, opacity, title))
            if turns:
                parts.append(_text(x + _CELL / 2, y + _CELL / 2 + 4, turns))
    width, height = _LEFT + len(columns) * _CELL + 60, _TOP + len(OUTCOMES) * _CELL + 8
    return _svg(width, height, "Confusion matrix of outcomes", parts)


def confidence_histogram(results: Sequence[Result]) -> Markup:
    """Return the turns by confidence, right (passed) and wrong stacked; turns without a confidence are left out."""
    right, wrong = [0] * BINS, [0] * BINS
    for result in results:
        confidence = result.observed.confidence
        if confidence is not None:
            slot = min(max(int(confidence * BINS), 0), BINS - 1)
            (right if result.passed else wrong)[slot] += 1
    highest = max([1, *(a + b for a, b in zip(right, wrong, strict=True))])
    width, height, left, bottom = 640, 240, 40, 204
    step, scale = (width - left - 10) / BINS, (bottom - 16) / highest
    parts = [_text(left - 6, 22, highest, "end"), _text(left - 6, bottom + 4, 0, "end")]
    for index in range(BINS):
        x, label = left + index * step, f"{index / BINS:.2f} to {(index + 1) / BINS:.2f}"
        tall, short = right[index] * scale, wrong[index] * scale
        parts.append(_rect(x + 1, bottom - tall, step - 2, tall, "right", 0.7, f"{label}: {right[index]} right"))
        parts.append(
            _rect(x + 1, bottom - tall - short, step - 2, short, "wrong", 0.8, f"{label}: {wrong[index]} wrong")
        )
    parts.append(
        Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" class="axis"/>').format(left, bottom, width - 10, bottom)
    )
    parts += [_text(left + (width - left - 10) * tick / 4, bottom + 20, f"{tick / 4:.2f}") for tick in range(5)]
    return _svg(width, height, "Turns by confidence, right and wrong", parts)


def emergency_interval(emergency: Mapping[str, Any]) -> Markup:
    """Return recall as a bar and, as a line, what the misses still leave possible (`1 - miss_upper95`)."""
    recall, bound = emergency["recall"], emergency["miss_upper95"]
    if recall is None or bound is None:
        return Markup("<p>{}</p>").format("No line expects an emergency and nothing else: there is no recall to show.")
    least = 1 - bound
    start = min(0.9, int(least * 10) / 10)  # an axis from 0 would hide what matters
    left, right, y = 20, 620, 30
    places = {
        name: left + (value - start) / (1 - start) * (right - left) for name, value in (("r", recall), ("l", least))
    }
    label = f"Emergency recall {recall:.3f}, at least {least:.3f} with 95% confidence"
    parts = [
        _rect(left, y, places["r"] - left, 24, "right", 0.7, label),
        Markup('<line x1="{0:.1f}" y1="{1}" x2="{0:.1f}" y2="{2}" class="bound"/>').format(places["l"], y - 8, y + 32),
        _text(places["l"], y - 13, f"at least {least:.3f}", "end" if places["l"] > 300 else "start"),
        Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" class="axis"/>').format(left, y + 32, right, y + 32),
        _text(left, y + 50, f"{start:.1f}"),
        _text(right, y + 50, "1.0"),
    ]
    return _svg(640, 90, label, parts)


def percent(value: float | None) -> str:
    """Return a ratio as `97.3%`, an undefined one as a dash."""
    return "\u2013" if value is None else f"{100 * value:.1f}%"


def legend(kind: str, words: str) -> Markup:
    """Return a patch of the colour of `kind` beside what it means."""
    return Markup('<span class="key {}"></span>{}').format(kind, escape(words))
