"""The written report: hostile text stays text, the page needs nothing from outside, both files are whole."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation import pictures, report
from evaluation.cases import Case, Turn
from evaluation.scoring import Observed, Result, build, pair

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}</svg></title>&lt;"


class Tags(HTMLParser):
    """Collects what a browser would build from the page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def results(text: str = "my hip", got: str = "fitness") -> list[Result]:
    line = Case(f"{text}.tsv", (Turn(text, None, ("emergency",)),), tag=text)
    talk = Case("d.yml", (Turn(None, text, ("clarify",), must=(re.escape(text) + "!",)),), id=text)
    seen = Observed(got, (text, text), intent=text, confidence=0.4, red_flags=(text,))
    good = Case("d.yml", (Turn("hi", None, ("emergency",)),), id="good")
    return pair(
        [line, talk, good], [[seen], [Observed("clarify", (text,))], [Observed("emergency", ("x",), "emergency", 1.0)]]
    )


def page(rows: list[Result]) -> str:
    return report.render(build(rows, "model.tar.gz", 1), rows)


@pytest.mark.parametrize("got", ["fitness", HOSTILE])
def test_hostile_text_is_shown_and_does_nothing(got: str) -> None:
    harmless, hostile = Tags(page(results())), Tags(page(results(HOSTILE, got)))
    assert hostile.names == harmless.names
    assert not {"script", "img", "iframe", "link", "object"} & hostile.names
    assert not [name for name, _ in hostile.attributes if name.startswith("on")]
    assert HOSTILE in "".join(hostile.words)
    assert "49" not in "".join(word for word in hostile.words if "{{" in word)


@settings(deadline=None, max_examples=40)
@given(text=st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\0"), min_size=1))
def test_any_text_keeps_the_page_in_shape(text: str) -> None:
    assert Tags(page(results(text))).names == Tags(page(results())).names


def test_the_page_fetches_nothing() -> None:
    content = page(results())
    assert not re.search(r"(?:src|href)=|url\(|@import|https?://", content)
    assert "default-src 'none'" in content
    assert "prefers-color-scheme: dark" in content


def test_the_page_shows_every_mistake_with_its_reasons() -> None:
    words = "".join(Tags(page(results("my hip"))).words)
    for piece in (
        "Mistakes (2)",
        "expected emergency, got fitness",
        "must: my\\ hip!",
        "dialogue my hip, turn 1",
        "at 0.40",
        "Sets",
    ):
        assert piece in words


def test_the_pictures_of_nothing() -> None:
    content = page([])
    assert "there is no recall to show" in content
    assert "None." in content


@pytest.mark.parametrize(("caught", "support"), [(0, 1), (1, 1), (300, 300), (290, 300)])
def test_the_bound_lies_inside_the_picture(caught: int, support: int) -> None:
    case = Case("a", (Turn("a", None, ("emergency",)),))
    rows = pair([case] * support, [[Observed("emergency" if n < caught else "urgent")] for n in range(support)])
    picture = str(pictures.emergency_interval(build(rows, None, 0)["emergency"]))
    assert all(0 <= float(x) <= 640 for x in re.findall(r' x1?="(-?[\d.]+)"', picture))
    assert all(float(width) >= 0 for width in re.findall(r' width="(-?[\d.]+)"', picture))


@pytest.mark.parametrize("confidence", [0.0, 0.05, 0.999, 1.0, 1.2, -0.1])
def test_the_histogram_takes_any_confidence(confidence: float) -> None:
    case = Case("a", (Turn("a", None, ("emergency",)),))
    picture = str(pictures.confidence_histogram(pair([case], [[Observed("emergency", confidence=confidence)]])))
    assert picture.count(": 1 right") == 1


def test_both_files_are_written_and_replaced(tmp_path: Path) -> None:
    rows = results("caf\u00e9 \ud800")  # a lone surrogate, as YAML can spell it
    content = build(rows, "m", 1)
    for _ in range(2):
        paths = report.write(tmp_path, content, rows)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.json"]
    loaded: dict[str, Any] = json.loads(paths[0].read_text(encoding="utf-8"))
    assert loaded == content
    assert "caf\u00e9" in paths[1].read_text(encoding="utf-8")


def test_the_summary_shows_figures_and_no_text() -> None:
    rows = results("my hip", got="error")
    text = report.summary(build(rows, "m", 1))
    assert "1 of 2 caught, recall 50.0%" in text
    assert "with 95% confidence at most 97.5% are missed" in text
    assert "1 turns got no answer" in text
    assert "my hip" not in text.replace("my hip.tsv", "")
