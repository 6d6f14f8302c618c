"""Pictures for people, at the width of a phone and of a desk: $SCREENSHOTS says where to."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect
from servers import ThreadedServer

from browser.conftest import Visit

SCREENS = {
    360: {"viewport": {"width": 360, "height": 740}, "has_touch": True},
    1440: {"viewport": {"width": 1440, "height": 900}},
}


@pytest.mark.parametrize("width", list(SCREENS))
def test_pictures(visit: Visit, gateway: ThreadedServer, pictures: Path, width: int) -> None:
    chat = visit(gateway.url, path="/", **SCREENS[width])

    def picture(name: str) -> None:
        file = pictures / f"{name}-{width}.png"
        chat.page.screenshot(path=file)
        assert file.stat().st_size > 5_000

    expect(chat.launcher).to_be_visible()
    picture("closed")
    chat.open()
    picture("open")
    chat.say("hip reduction")
    picture("answer")
    chat.send("plan")
    expect(chat.log.get_by_role("table")).to_be_visible()
    picture("plan")
    chat.send("hip is out")
    expect(chat.alert).to_be_visible()
    picture("emergency")
    chat.menu()
    picture("menu")
    chat.page.keyboard.press("Escape")
    chat.page.emulate_media(color_scheme="dark")
    picture("dark")
