"""An SVG in pieces: its frame, its texts, the axis of days. It is made as XML, so any text in it is text.

Colours are classes of console.css; lengths are units of the view box, which has about a unit to a pixel.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from xml.etree.ElementTree import Element, SubElement, tostring

from markupsafe import Markup

from console.scales import Scale

#: A character of a text is about so wide; a text of LETTER high fits between two baselines so far apart.
LETTER, LINE = 8.0, 18
#: Days from one label of the axis to the next.
STEPS = (1, 2, 7, 14, 28, 56, 91, 182, 364)
#: Up to so many days the axis names days, and a pointer can hit one; it names months from there on.
MOST_NAMED = 180

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Size:
    """A chart is drawn for each size; the style sheet shows the one that fits. `tips`: a pointer finds numbers on it."""

    name: str
    width: int
    height: int
    tips: bool


WIDE = Size("large", 720, 290, tips=True)
NARROW = Size("small", 320, 220, tips=False)


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of the view box that values are drawn in."""

    left: float
    top: float
    right: float
    bottom: float

    def y(self, share: float) -> float:
        """Return the height of what lies at 0 (bottom) to 1 (top)."""
        return self.bottom - share * (self.bottom - self.top)

    def slots(self, number: int) -> tuple[float, list[float]]:
        """Return the width of each of so many slots beside each other, and the middle of each."""
        wide = (self.right - self.left) / number
        return wide, [self.left + (index + 0.5) * wide for index in range(number)]


def canvas(name: str, title: str, about: str, size: Size, height: float | None = None) -> Element:
    """Return an empty picture with its name and description. `name` begins its ids: once for each page."""
    key, shown = f"{name}-{size.name}", _number(height or size.height)
    svg = Element("svg", {
        "class": f"chart {size.name}", "viewBox": f"0 0 {size.width} {shown}", "role": "img",
        "aria-labelledby": f"{key}-title", "aria-describedby": f"{key}-about",
    })  # fmt: skip
    add(svg, "title", title, id=f"{key}-title")
    add(svg, "desc", about, id=f"{key}-about")
    return svg


def add(to: Element, tag: str, content: str = "", **attributes: float | str) -> Element:
    """Put an element into another and return it; `class_` is written class, `text_anchor` text-anchor."""
    made = SubElement(
        to, tag, {name.strip("_").replace("_", "-"): _number(value) for name, value in attributes.items()}
    )
    made.text = _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", content) or None
    return made


def finished(svg: Element) -> Markup:
    """Return the picture for a template."""
    return Markup(tostring(svg, encoding="unicode"))  # noqa: S704 (ElementTree has escaped all that is text)


def fitted(text: str, width: float) -> str:
    """Return the text, cut where it would be wider."""
    most = max(1, int(width / LETTER))
    return text if len(text) <= most else text[: most - 1] + "…"


def grid(svg: Element, frame: Frame, scale: Scale, skip: int = 0) -> None:
    """Draw the lines of an axis, labelled on the left, without the lowest `skip`."""
    for value, label in scale.ticks[skip:]:
        y = frame.y(scale.at(value))
        add(svg, "line", class_="grid", x1=frame.left, x2=frame.right, y1=y, y2=y)
        add(svg, "text", label, x=frame.left - 8, y=y + 4, text_anchor="end")


def days_below(svg: Element, frame: Frame, days: Sequence[date], size: Size) -> None:
    """Label some of the days under the frame, the last one in any case."""
    wide, middles = frame.slots(len(days))
    months = len(days) > MOST_NAMED
    room = (10 if months else 7.5) * LETTER
    step = next((step for step in STEPS if step * wide >= room), len(days))
    for number in range(len(days) - 1, -1, -step):
        label = f"{days[number]:%b %Y}" if months else short_day(days[number])
        half = len(label) * LETTER / 2
        x = min(max(middles[number], half), size.width - half)
        add(svg, "text", label, x=x, y=frame.bottom + 17, text_anchor="middle")


def tips(svg: Element, frame: Frame, texts: Iterable[str], number: int) -> None:
    """Let a pointer that rests on a slot find its text."""
    wide, middles = frame.slots(number)
    height = frame.bottom - frame.top
    for middle, text in zip(middles, texts):
        slot = add(
            svg, "rect", class_="slot", x=middle - wide / 2, y=frame.top, width=wide, height=height, fill_opacity=0
        )
        add(slot, "title", text)


def runs(points: Sequence[tuple[float, float] | None]) -> Iterator[list[tuple[float, float]]]:
    """Yield the points without a gap among them, run by run."""
    run: list[tuple[float, float]] = []
    for point in [*points, None]:
        if point is not None:
            run.append(point)
        elif run:
            yield run
            run = []


def short_day(day: date) -> str:
    """Return a day for an axis: "5 Nov"."""
    return f"{day.day} {day:%b}"


def long_day(day: date) -> str:
    """Return a day for a sentence or a table: "5 Nov 2026"."""
    return f"{short_day(day)} {day.year}"


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
