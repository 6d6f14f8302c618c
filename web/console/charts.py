"""The charts of the dashboard: numbers in, SVG out. Which is which is told by shape, place and label, never by colour alone.

Every chart is of days beside each other, except `bars`. A number that is missing leaves a gap; what is not 0 can be seen,
however small it is beside the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from xml.etree.ElementTree import Element

from markupsafe import Markup

from console import scales
from console.amounts import count, short
from console.drawing import (
    LETTER,
    LINE,
    MOST_NAMED,
    Frame,
    Size,
    add,
    canvas,
    days_below,
    finished,
    fitted,
    grid,
    long_day,
    runs,
    tips,
)
from console.scales import Scale, drawable
from console.signs import block, disc, legend, square, stroke

#: Least height of a column that stands for something.
LEAST = 2.0
#: How much of its slot a column fills: the first, and the one in front of it.
FILLS = (0.84, 0.42)
#: Up to so many points of a line are marked, and a single one always.
MARKED = 45


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers of 0 and above, one for each day (or bar); `look` is a class of console.css."""

    label: str
    values: Sequence[float | None]
    look: str

    @property
    def drawn(self) -> list[float | None]:
        """The numbers as they can be drawn."""
        return [drawable(value) for value in self.values]

    @property
    def there(self) -> list[float]:
        """Those that are not missing."""
        return [value for value in self.drawn if value is not None]


def columns(name: str, title: str, days: Sequence[date], series: Sequence[Series], size: Size) -> Markup:
    """Return columns of counts; those of the second series stand, narrower, in front of those of the first."""
    svg = canvas(name, title, _about(days, series, count), size)
    frame = _frame(size)
    scale = scales.counts([value for one in series for value in one.there])
    legend(svg, [(one.label, block(svg, one.look)) for one in series], size.width)
    grid(svg, frame, scale)
    for one, fill in zip(series, FILLS):
        _columns(svg, frame, one, scale, fill)
    return _with_days(svg, frame, days, series, count, size)


def opposed(name: str, title: str, days: Sequence[date], above: Series, below: Series, size: Size) -> Markup:
    """Return columns of counts up from a line in the middle, and down from it."""
    both = (above, below)
    svg = canvas(name, title, _about(days, both, count), size)
    frame = _frame(size)
    scale = scales.counts([value for one in both for value in one.there])
    up, down = (scale.holding(one.there) for one in both)
    middle = frame.top + (frame.bottom - frame.top) * up.top / (up.top + down.top)
    legend(svg, [(one.label, block(svg, one.look)) for one in both], size.width)
    upper = Frame(frame.left, frame.top, frame.right, middle)
    lower = Frame(frame.left, frame.bottom, frame.right, middle)
    for half, one, ticks in ((lower, below, down), (upper, above, up)):
        grid(svg, half, ticks, skip=int(half is lower))
        _columns(svg, half, one, ticks, FILLS[0])
    return _with_days(svg, frame, days, both, count, size)


def lines(
    name: str,
    title: str,
    days: Sequence[date],
    series: Sequence[Series],
    size: Size,
    scale_of: Callable[[Sequence[float]], Scale],
    written: Callable[[float], str],
) -> Markup:
    """Return a line for each series: the first is whole with discs, the second dashed with squares.

    Args:
        scale_of: makes the axis for all numbers; `scales.rates` or `scales.times`.
        written: a number as text.
    """
    svg = canvas(name, title, _about(days, series, written), size)
    frame = _frame(size)
    scale = scale_of([value for one in series for value in one.there])
    signs = (disc, square)
    legend(svg, [(one.label, stroke(svg, one.look, sign)) for one, sign in zip(series, signs)], size.width)
    grid(svg, frame, scale)
    _, middles = frame.slots(len(days))
    for one, sign in zip(series, signs):
        points = [None if value is None else (x, frame.y(scale.at(value))) for x, value in zip(middles, one.drawn)]
        for run in runs(points):
            if len(run) > 1:
                path = " ".join(f"{x:.1f},{y:.1f}" for x, y in run)
                add(svg, "polyline", class_=f"stroke {one.look}", points=path)
            if len(run) == 1 or len(days) <= MARKED:
                for x, y in run:
                    sign(svg, one.look, x, y)
    return _with_days(svg, frame, days, series, written, size)


def strips(
    name: str, title: str, days: Sequence[date], series: Sequence[Series], size: Size, height: float = 24
) -> Markup:
    """Return a strip of columns for each series, one below the other, each on a scale of its own that names its highest day."""
    beside = size.tips
    left, room = (150.0, 62.0) if beside else (0.0, 0.0)
    pitch = height + (8 if beside else LINE + 8)
    bottom = len(series) * pitch
    svg = canvas(name, title, _about(days, series, count), size, bottom + 24)
    for number, one in enumerate(series):
        base = (number + 1) * pitch - 4
        frame = Frame(left, base - height, size.width - room, base)
        top = max(one.there, default=0)
        _columns(svg, frame, one, Scale(((0, ""), (max(top, 1), ""))), FILLS[0])
        add(svg, "line", class_="base", x1=frame.left, x2=frame.right, y1=base, y2=base)
        label_y = base - 1 if beside else frame.top - 5
        add(svg, "text", fitted(one.label, left - 12 if beside else 190), x=0, y=label_y)
        most = f"most {short(top)}" if top else "none"
        add(svg, "text", most, class_="faint", x=size.width, y=label_y, text_anchor="end")
    return _with_days(svg, Frame(left, 0, size.width - room, bottom), days, series, count, size)


def bars(name: str, title: str, labels: Sequence[str], series: Sequence[Series], size: Size) -> Markup:
    """Return a bar for each label; those of the second series lie, narrower, on those of the first, which are named."""
    pitch = 2 * LINE + 8
    most = {one.label: max(one.there, default=0) for one in series}
    about = " ".join(f"{label}: {count(number)} at most." for label, number in most.items())
    svg = canvas(name, title, about, size, LINE + 8 + len(labels) * pitch)
    scale = Scale(((0, ""), (max(1, *most.values()), "")))
    legend(svg, [(one.label, block(svg, one.look)) for one in series], size.width)
    for number, label in enumerate(labels):
        top = LINE + 8 + number * pitch
        values = [one.drawn[number] for one in series]
        named = fitted(_named(series, values, size), size.width * 0.7)
        room = size.width - len(named) * LETTER - 10
        add(svg, "text", fitted(label, room), x=0, y=top + 14, class_="strong")
        add(svg, "text", named, x=size.width, y=top + 14, text_anchor="end")
        for one, value, fill in zip(series, values, FILLS):
            if value:
                thick = LINE * fill
                wide = max(LEAST, scale.at(value) * (size.width - 1))
                y = top + LINE + 2 + (LINE - thick) / 2
                add(svg, "rect", class_=one.look, x=0.5, y=y, width=wide, height=thick)
    return finished(svg)


def _named(series: Sequence[Series], values: Sequence[float | None], size: Size) -> str:
    """Return the numbers of a bar; on a narrow chart in the order of the legend."""
    there = [(one.label.lower(), short(value)) for one, value in zip(series, values) if value is not None]
    return ", ".join(f"{number} {label}" if size.tips else number for label, number in there)


def _frame(size: Size) -> Frame:
    return Frame(58, 28, size.width - 20, size.height - 24)


def _columns(svg: Element, frame: Frame, one: Series, scale: Scale, fill: float) -> None:
    """Draw a column from the bottom of the frame for each number; a frame whose bottom is above its top draws them downward."""
    wide, middles = frame.slots(len(one.values))
    width = min(max(wide * fill, 0.5), 64 * fill)
    for x, value in zip(middles, one.drawn):
        if value:
            height = scale.at(value) * abs(frame.bottom - frame.top)
            height = min(max(height, LEAST), abs(frame.bottom - frame.top))
            y = frame.bottom - height if frame.top < frame.bottom else frame.bottom
            add(svg, "rect", class_=one.look, x=x - width / 2, y=y, width=width, height=height)


def _with_days(
    svg: Element,
    frame: Frame,
    days: Sequence[date],
    series: Sequence[Series],
    written: Callable[[float], str],
    size: Size,
) -> Markup:
    days_below(svg, frame, days, size)
    if size.tips and len(days) <= MOST_NAMED:
        tips(svg, frame, [_tip(day, number, series, written) for number, day in enumerate(days)], len(days))
    return finished(svg)


def _tip(day: date, number: int, series: Sequence[Series], written: Callable[[float], str]) -> str:
    values = [(one.label, drawable(one.values[number])) for one in series]
    named = [f"{label} {written(value)}" for label, value in values if value]
    return f"{long_day(day)}: {', '.join(named) or 'nothing'}"


def _about(days: Sequence[date], series: Sequence[Series], written: Callable[[float], str]) -> str:
    """Describe the chart in a few sentences; the numbers themselves are in the table beside it."""
    found = [f"From {long_day(days[0])} to {long_day(days[-1])}." if len(days) > 1 else f"On {long_day(days[0])}."]
    for one in series:
        top = max(one.there, default=0)
        on = f" on {long_day(days[one.drawn.index(top)])}" if top and len(days) > 1 else ""
        found.append(f"{one.label}: at most {written(top)}{on}." if top else f"{one.label}: none.")
    return " ".join(found)
