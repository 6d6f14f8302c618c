"""axe finds nothing against WCAG 2.2 A and AA on any page, in light and dark, narrow and wide."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser.watching import Watch
from playwright.sync_api import Page

from console_browser.conftest import OpenPage, Running
from console_browser.looking import OPTIONS, axe_finds_nothing, looks
from console_browser.states import REFUSALS, STATES, login


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_nothing_is_found(console: Running, open_page: OpenPage, watch: Watch, state: Callable[..., Page]) -> None:
    watch.allow(REFUSALS)
    page = state(console, open_page)
    for look in looks(page):
        axe_finds_nothing(page, look)


def test_axe_finds_what_is_wrong(console: Running, open_page: OpenPage) -> None:
    page = login(console, open_page)
    page.locator("label[for=password]").evaluate("label => label.remove()")
    assert "label" in [each["id"] for each in Axe().run(page, options=OPTIONS).response["violations"]]
