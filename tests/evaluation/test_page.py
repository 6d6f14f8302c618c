"""Generated tables: only what stands between the markers changes, and a page without them is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.page import BadPageError, fill

PAGE = "# Title\n\n<!-- figures:start -->\nold\n<!-- figures:end -->\n\nAfter.\n"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.md"
    path.write_text(PAGE, encoding="utf-8")
    return path


def test_only_what_is_between_the_markers_changes(page: Path) -> None:
    assert fill(page, "figures", "new\n")
    assert page.read_text(encoding="utf-8") == PAGE.replace("old", "new")
    assert not fill(page, "figures", "new")
    assert page.read_text(encoding="utf-8") == PAGE.replace("old", "new")


@pytest.mark.parametrize(
    "text",
    ["no markers", "<!-- figures:start -->", "<!-- figures:end -->\n<!-- figures:start -->", PAGE + PAGE],
)
def test_a_page_without_its_markers_is_refused(text: str, page: Path) -> None:
    page.write_text(text, encoding="utf-8")
    with pytest.raises(BadPageError, match="figures:start"):
        fill(page, "figures", "new")
    assert page.read_text(encoding="utf-8") == text


def test_a_page_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadPageError, match=r"absent\.md"):
        fill(tmp_path / "absent.md", "figures", "new")
