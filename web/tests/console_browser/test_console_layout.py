"""No page is wider than its window, from 320 px up and with large text; targets are large; paper shows what matters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from browser.watching import Watch
from playwright.sync_api import Page

from console_browser.conftest import OpenPage, Running
from console_browser.looking import OVER, SMALL, fits, looks
from console_browser.states import REFUSALS, STATES, audit


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_pages_fit(
    console: Running, open_page: OpenPage, watch: Watch, pictures: Path, state: Callable[..., Page]
) -> None:
    watch.allow(REFUSALS)
    page = state(console, open_page)
    fits(page, 320)
    for look in looks(page):
        assert page.evaluate(OVER) <= 0, look
        assert page.evaluate(SMALL) == [], look
        page.screenshot(path=pictures / f"{state.__name__}-{look}.png", full_page=True)


def test_paper_shows_the_log_alone(console: Running, open_page: OpenPage, pictures: Path) -> None:
    page = audit(console, open_page)
    page.emulate_media(media="print", color_scheme="dark")
    for hidden in ("header", "form.filters", "footer"):
        assert not page.locator(hidden).first.is_visible()
    assert page.get_by_role("table").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.screenshot(path=pictures / "audit-print.png")
