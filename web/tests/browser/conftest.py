"""Fixtures: one Chromium for this folder, a context for each test, a watch over everything that a page does."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import servers
from chromium import launched
from playwright.sync_api import Browser, BrowserContext, expect
from servers import ThreadedServer
from whole_system import Whole

from browser.chat_page import ChatPage
from browser.pages import html, serve
from browser.watching import Watch
from gateway.security import POLICY

SCREEN_READER = Path(__file__).with_name("screen_reader.js")
#: Milliseconds to wait for what must be seen, on a slow and busy machine.
PATIENCE = 12_000
DESKTOP = {"width": 1280, "height": 800}

expect.set_options(timeout=PATIENCE)

Visit = Callable[..., ChatPage]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(autouse=True)
def watch() -> Iterator[Watch]:
    """Fail the test for every console error, dialog and request elsewhere that it has not allowed."""
    watching = Watch()
    yield watching
    assert not watching.unexpected()


NewContext = Callable[..., BrowserContext]


@pytest.fixture
def new_context(browser: Browser, watch: Watch, make_gateway: object) -> Iterator[NewContext]:
    """Return a maker of browser contexts: visitors with nothing in common. No page may leave a cookie in one.

    They are closed before the gateways are stopped, which is why `make_gateway` is asked for.
    """
    made: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(**{"viewport": DESKTOP, "locale": "en-GB", **options})
        context.set_default_timeout(PATIENCE)
        context.add_init_script(path=SCREEN_READER)
        watch.follow(context)
        made.append(context)
        return context

    yield make
    cookies = [cookie for context in made for cookie in context.cookies()]
    for context in made:
        context.close()
    assert not cookies


@pytest.fixture
def visit(new_context: NewContext, watch: Watch) -> Visit:
    """Return a function that goes to a page with the chat, in a context of its own.

    Its arguments: the gateway's address; `page`: what `pages.html` takes; `path`: a page of the gateway instead;
    `policy`: the page's content security policy; `before`: called with the context first; further ones are the context's.
    """

    def go(
        server: str,
        *,
        page: dict[str, str] | None = None,
        path: str = "",
        before: Callable[[BrowserContext], None] = lambda _context: None,
        policy: str | None = POLICY,
        **options: Any,
    ) -> ChatPage:
        watch.origins.add(server)
        context = new_context(**options)
        url = server + (path or "/a-page")
        if not path:
            serve(context, url, html(**(page or {})), policy)
        before(context)
        return ChatPage(context.new_page(), url).go()

    return go


@pytest.fixture
def chat(visit: Visit, gateway: ThreadedServer) -> ChatPage:
    """An open chat on a site in Great Britain."""
    return visit(gateway.url).open()


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """What the stand-in answers besides: text -> changes of its first reply, `outcome` for that of the turn."""
    said: dict[str, dict[str, Any]] = {}
    original = servers.answer

    def answer(text: str) -> dict[str, Any]:
        turn = original(text)
        changes = dict(said.get(text, {}))
        turn["outcome"] = changes.pop("outcome", turn["outcome"])
        turn["replies"] += changes.pop("more", [])
        turn["replies"][0] |= changes
        return turn

    monkeypatch.setattr(servers, "answer", answer)
    return said


@pytest.fixture(scope="package")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """The real parts together; they end with this folder, as the browser does."""
    running = Whole(tmp_path_factory.mktemp("whole"), HIP_LIMIT_CONVERSATION="1000/minute")
    try:
        running.wait()
        yield running
    finally:
        running.stop()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Folder for screenshots: $SCREENSHOTS, or one of pytest's."""
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
