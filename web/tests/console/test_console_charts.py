"""The charts: numbers in, SVG out; whatever the numbers and names are, it is well-formed and stays within its view box."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from console import scales
from console.amounts import count, rate, seconds, short
from console.charts import Series, bars, columns, lines, opposed, strips
from console.drawing import LETTER, NARROW, WIDE, Size
from console.scales import LARGEST, drawable
from console.security import POLICY

FIRST = date(2026, 11, 1)
SIZES = [WIDE, NARROW]
Drawn = Callable[[list[list[float | None]], tuple[str, str], Size], Markup]


def days(number: int) -> list[date]:
    return [FIRST + timedelta(days=index) for index in range(number)]


def two(values: list[list[float | None]], labels: tuple[str, str]) -> list[Series]:
    return [Series(label, one, look) for label, one, look in zip(labels, values, ("back", "front"))]


def by_columns(values: list[list[float | None]], labels: tuple[str, str], size: Size) -> Markup:
    return columns("volume", labels[0], days(len(values[0])), two(values, labels), size)


def by_opposed(values: list[list[float | None]], labels: tuple[str, str], size: Size) -> Markup:
    return opposed("feedback", labels[0], days(len(values[0])), *two(values, labels), size)


def by_rates(values: list[list[float | None]], labels: tuple[str, str], size: Size) -> Markup:
    return lines("rates", labels[0], days(len(values[0])), two(values, labels), size, scales.rates, rate)


def by_times(values: list[list[float | None]], labels: tuple[str, str], size: Size) -> Markup:
    return lines("times", labels[0], days(len(values[0])), two(values, labels), size, scales.times, seconds)


def by_strips(values: list[list[float | None]], labels: tuple[str, str], size: Size) -> Markup:
    return strips("outcomes", labels[0], days(len(values[0])), two(values, labels), size)


def by_bars(values: list[list[float | None]], labels: tuple[str, str], size: Size) -> Markup:
    return bars("channels", labels[0], [labels[1]] * len(values[0]), two(values, labels), size)


CHARTS: list[Drawn] = [by_columns, by_opposed, by_rates, by_times, by_strips, by_bars]
numbers = st.none() | st.integers() | st.floats() | st.integers(0, 50)
labels = st.tuples(st.text(max_size=30), st.text(max_size=30))
values = st.integers(1, 40).flatmap(
    lambda length: st.lists(st.lists(numbers, min_size=length, max_size=length), min_size=2, max_size=2)
)


def parsed(svg: Markup) -> Element:
    return fromstring(str(svg))


def outside(svg: Element) -> list[str]:
    """What of the picture lies outside its view box, a tenth of a unit aside."""
    _, _, width, height = (float(number) for number in svg.attrib["viewBox"].split())
    found = []
    for each in svg.iter():
        for x, y in corners(each):
            if not (-0.1 <= x <= width + 0.1 and -0.1 <= y <= height + 0.1):
                found.append(f"{each.tag} {each.attrib} {each.text}: {x}, {y}")
    return found


def corners(each: Element) -> list[tuple[float, float]]:
    of = {name: float(value) for name, value in each.attrib.items() if name in ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height")}  # fmt: skip
    assert all(math.isfinite(value) for value in of.values())
    if each.tag == "rect":
        assert of["width"] >= 0 and of["height"] >= 0
        return [(of["x"], of["y"]), (of["x"] + of["width"], of["y"] + of["height"])]
    if each.tag == "line":
        return [(of["x1"], of["y1"]), (of["x2"], of["y2"])]
    if each.tag == "circle":
        return [(of["cx"] - of["r"], of["cy"] - of["r"]), (of["cx"] + of["r"], of["cy"] + of["r"])]
    if each.tag == "polyline":
        return [tuple(map(float, pair.split(","))) for pair in each.attrib["points"].split()]  # type: ignore[misc]
    if each.tag == "text":
        wide = len(each.text or "") * LETTER
        left = of["x"] - {"middle": wide / 2, "end": wide}.get(each.attrib.get("text-anchor", ""), 0)
        return [(left, of["y"] - 9), (left + wide, of["y"] + 3)]
    return []


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
@pytest.mark.parametrize("draw", CHARTS, ids=lambda draw: draw.__name__)
@settings(max_examples=40)
@given(values=values, labels=labels)
def test_any_numbers_and_names_stay_within_the_picture(
    draw: Drawn, size: Size, values: list[list[float | None]], labels: tuple[str, str]
) -> None:
    assert outside(parsed(draw(values, labels, size))) == []


@pytest.mark.parametrize("number", [1, 2, 7, 30, 90, 180, 181, 366, 731])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
@pytest.mark.parametrize("draw", CHARTS[:-1], ids=lambda draw: draw.__name__)
def test_any_range_of_days_stays_within_and_its_labels_apart(draw: Drawn, size: Size, number: int) -> None:
    many: list[list[float | None]] = [[float(index % 9) for index in range(number)], [1.0] * number]
    svg = parsed(draw(many, ("Up", "Down"), size))
    assert outside(svg) == []
    height = float(svg.attrib["viewBox"].split()[3])
    below = [corners(text) for text in svg.iter("text") if float(text.attrib["y"]) > height - 12]
    ends = sorted((left, right) for (left, _), (right, _) in below)
    assert len(ends) >= min(number, 2)
    assert all(right < left for (_, right), (left, _) in pairwise(ends)), ends


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
@pytest.mark.parametrize("draw", CHARTS, ids=lambda draw: draw.__name__)
def test_each_has_a_name_a_description_and_nothing_that_the_policy_forbids(draw: Drawn, size: Size) -> None:
    svg = parsed(draw([[1, 4, None], [0, 2, 3]], ("<script>alert(1)</script>", '"&'), size))
    assert svg.attrib["role"] == "img"
    for reference in ("aria-labelledby", "aria-describedby"):
        assert svg.find(f"*[@id='{svg.attrib[reference]}']") is not None
    assert svg.findtext("title") == "<script>alert(1)</script>"
    assert svg.findtext("desc")
    assert "style-src 'self';" in POLICY
    for each in svg.iter():
        assert each.tag in {"svg", "title", "desc", "text", "line", "rect", "circle", "polyline"}
        assert not [name for name in each.attrib if name == "style" or name.startswith("on") or "href" in name]


def test_a_description_says_what_is_highest_and_when() -> None:
    about = parsed(by_columns([[1, 1234, 3], [0, 0, 0]], ("Messages", "Conversations"), WIDE)).findtext("desc")
    assert about == "From 1 Nov 2026 to 3 Nov 2026. Messages: at most 1,234 on 2 Nov 2026. Conversations: none."
    about = parsed(by_times([[0.25], [None]], ("Half", "Most"), WIDE)).findtext("desc")
    assert about == "On 1 Nov 2026. Half: at most 250 ms. Most: none."


def test_a_pointer_finds_the_numbers_of_a_day() -> None:
    svg = parsed(by_columns([[12, 0], [4, None]], ("Messages", "Conversations"), WIDE))
    tips = [slot.findtext("title") for slot in svg.iter("rect") if slot.attrib["class"] == "slot"]
    assert tips == ["1 Nov 2026: Messages 12, Conversations 4", "2 Nov 2026: nothing"]


def heights(svg: Element, look: str) -> list[float]:
    """Of the columns; the first rectangle is the legend's sign."""
    return [float(rect.attrib["height"]) for rect in svg.iter("rect") if rect.attrib["class"] == look][1:]


def test_columns_are_as_high_as_their_numbers_and_a_small_one_is_seen() -> None:
    svg = parsed(by_columns([[100, 50, 25, 0, None], [0, 0, 0, 0, 0]], ("a", "b"), WIDE))
    high, half, quarter = heights(svg, "back")
    assert (half / high, quarter / high) == (pytest.approx(0.5, abs=0.001), pytest.approx(0.25, abs=0.001))
    assert heights(svg, "front") == []
    low = heights(parsed(by_columns([[1_000_000, 1], [0, 0]], ("a", "b"), WIDE)), "back")[1]
    assert low == 2


def test_up_and_down_share_a_unit_and_a_line_between_them() -> None:
    svg = parsed(by_opposed([[8, 0], [0, 2]], ("up", "down"), WIDE))
    up, down = (
        next(rect for rect in list(svg.iter("rect"))[2:] if rect.attrib["class"] == look) for look in ("back", "front")
    )
    assert float(up.attrib["height"]) / float(down.attrib["height"]) == pytest.approx(4, abs=0.01)
    assert float(up.attrib["y"]) + float(up.attrib["height"]) == pytest.approx(float(down.attrib["y"]), abs=0.11)


def test_a_gap_breaks_a_line_and_a_single_point_is_marked() -> None:
    svg = parsed(by_times([[0.1, 0.2, None, 0.3, None, 0.4, 0.5], [None] * 7], ("p50", "p95"), WIDE))
    own = [line for line in svg.iter("polyline") if line.attrib["class"] == "stroke back"][1:]
    assert [len(line.attrib["points"].split()) for line in own] == [2, 2]
    assert len(list(svg.iter("circle"))) == 5 + 1
    long = parsed(by_times([[None, 0.1, None] * 20, [None] * 60], ("p50", "p95"), WIDE))
    assert len(list(long.iter("circle"))) == 20 + 1


def test_series_differ_by_more_than_colour() -> None:
    svg = parsed(by_columns([[4], [4]], ("Messages", "Conversations"), WIDE))
    widths = {
        look: [float(r.attrib["width"]) for r in svg.iter("rect") if r.attrib["class"] == look][1]
        for look in ("back", "front")
    }
    assert widths["front"] < 0.6 * widths["back"]
    svg = parsed(by_times([[1, 2], [3, 4]], ("p50", "p95"), WIDE))
    assert len(list(svg.iter("circle"))) == 3 and len([r for r in svg.iter("rect") if "mark" in r.attrib["class"]]) == 3


@given(st.lists(numbers, max_size=20))
def test_axes_hold_what_they_are_made_for(given_values: list[float | None]) -> None:
    drawn = [value for value in map(drawable, given_values) if value is not None]
    for axis in (scales.counts(drawn), scales.rates(drawn), scales.times(drawn)):
        ticks = [tick for tick, _ in axis.ticks]
        assert 2 <= len(ticks) <= 11 and ticks == sorted(set(ticks))
        assert (axis.at(ticks[0]), axis.at(ticks[-1])) == (0, 1)
        places = [axis.at(value) for value in sorted(drawn)]
        assert places == sorted(places) and all(0 <= place <= 1 for place in places)
    assert scales.counts(drawn).top >= max(drawn, default=0)


@pytest.mark.parametrize(
    ("largest", "ticks"),
    [
        (0, ["0", "1"]), (1, ["0", "1"]), (3, ["0", "1", "2", "3"]), (15, ["0", "5", "10", "15"]), (101, ["0", "50", "100", "150"]),
        (7000, ["0", "2,000", "4,000", "6,000", "8,000"]), (60_000, ["0", "20k", "40k", "60k"]), (4_000_000, ["0", "1M", "2M", "3M", "4M"]),
    ],
)  # fmt: skip
def test_axis_of_counts(largest: int, ticks: list[str]) -> None:
    assert [label for _, label in scales.counts([largest]).ticks] == ticks


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([], ["1 s", "10 s"]), ([0.02, 0.3], ["10 ms", "100 ms", "1 s"]), ([0], ["1 ms", "10 ms"]), ([1], ["1 s", "10 s"]),
        ([5, 4000], ["1 s", "10 s", "1 min", "10 min", "1 h", "1 d"]), ([1e300], ["10 d", "100 d"]),
    ],
)  # fmt: skip
def test_axis_of_times(values: list[float], ticks: list[str]) -> None:
    assert [label for _, label in scales.times(values).ticks] == ticks


def test_axis_of_rates_ends_at_all() -> None:
    assert [label for _, label in scales.rates([0.6]).ticks] == ["0%", "20%", "40%", "60%"]
    assert [label for _, label in scales.rates([1]).ticks][-1] == "100%"
    assert [label for _, label in scales.rates([0.03]).ticks] == ["0%", "1%", "2%", "3%"]


@pytest.mark.parametrize(
    ("value", "drawn"),
    [(None, None), (math.nan, None), (math.inf, None), (-3, 0), (7, 7), (10**400, LARGEST), (1e300, LARGEST)],
)
def test_what_can_be_drawn(value: float | None, drawn: float | None) -> None:
    assert drawable(value) == drawn


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (count(1234567), "1,234,567"), (short(1500), "1,500"), (short(20_000), "20k"), (short(1_500_000), "1.5M"),
        (rate(None), "–"), (rate(0), "0%"), (rate(0.004), "0.4%"), (rate(0.0999), "10%"), (rate(1), "100%"),
        (seconds(None), "–"), (seconds(0.0042), "4 ms"), (seconds(0.9994), "999 ms"), (seconds(0.9996), "1.00 s"), (seconds(9.94), "9.94 s"), (seconds(9.996), "10.0 s"), (seconds(59.96), "1.0 min"),
        (seconds(3599), "1.0 h"), (seconds(7200), "2.0 h"), (seconds(3 * 86400), "3.0 days"),
    ],
)  # fmt: skip
def test_numbers_as_text(written: str, text: str) -> None:
    assert written == text
