"""What tells the series of a chart apart, and the legend that names them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from xml.etree.ElementTree import Element

from console.drawing import add, fitted

#: Draws the sign of a series around a point.
Sign = Callable[[float, float], None]
Mark = Callable[[Element, str, float, float], None]


def legend(svg: Element, labels: Sequence[tuple[str, Sign]], width: float) -> None:
    """Name what is drawn, in one line on top; each label has what draws its sign around a point."""
    room = min(width / len(labels), 180)
    for number, (label, sign) in enumerate(labels):
        sign(number * room + 10, 9)
        add(svg, "text", fitted(label, room - 32), x=number * room + 27, y=13)


def block(svg: Element, look: str) -> Sign:
    """Return the sign of columns and bars."""

    def sign(x: float, y: float) -> None:
        add(svg, "rect", class_=look, x=x - 6, y=y - 6, width=12, height=12)

    return sign


def stroke(svg: Element, look: str, mark: Mark) -> Sign:
    """Return the sign of a line with its marks."""

    def sign(x: float, y: float) -> None:
        add(svg, "polyline", class_=f"stroke {look}", points=f"{x - 9:.1f},{y:.1f} {x + 9:.1f},{y:.1f}")
        mark(svg, look, x, y)

    return sign


def disc(svg: Element, look: str, x: float, y: float) -> None:
    """Mark a point of the first line."""
    add(svg, "circle", class_=f"mark {look}", cx=x, cy=y, r=3.5)


def square(svg: Element, look: str, x: float, y: float) -> None:
    """Mark a point of the second line."""
    add(svg, "rect", class_=f"mark {look}", x=x - 3.5, y=y - 3.5, width=7, height=7)
