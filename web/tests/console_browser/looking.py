"""What is wrong with a page in a real browser: told by axe, wider than its window, too small to tap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from console_browser.conftest import WIDTHS

OPTIONS = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}}
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL = """() => [...document.querySelectorAll('main :is(button, .button, input:not([type=hidden]), select), header :is(a, button)')]
  .filter(each => each.checkVisibility() && !each.closest('.sr') && !each.matches('.sr'))
  .map(each => [each.outerHTML.slice(0, 80), each.getBoundingClientRect().height])
  .filter(([, height]) => height < 44)"""
#: The narrowest window, that of a wide one at 400% zoom.
LEAST = {"least": {"width": 320, "height": 640}}


def looks(page: Page, sizes: Mapping[str, dict[str, int]] = WIDTHS) -> Iterator[str]:
    """Show the page narrow and wide, light and dark; yield the name of each look, `narrow-light` for one."""
    for name, size in sizes.items():
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            yield f"{name}-{scheme}"


def axe_finds_nothing(page: Page, look: str) -> None:
    """Assert that axe has something to look at, and finds nothing wrong."""
    results = Axe().run(page, options=OPTIONS)
    assert not results.violations_count, f"{look}: {results.generate_report()}"
    assert len(results.response["passes"]) > 10


def fits(page: Page, width: int) -> None:
    """Assert that in a window of `width` pixels nothing is wider than the window."""
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate(OVER) <= 0, width
