"""Fixtures: one Chromium for this folder, a console in a thread, staff who are signed in."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import small_project
import uvicorn
from argon2 import PasswordHasher
from browser.conftest import PATIENCE
from browser.watching import Watch
from chromium import launched
from playwright.sync_api import Browser, BrowserContext, Page, expect
from servers import ThreadedServer, free_port

from console.app import create_app
from console.house import House
from console.roles import Role
from console.settings import Settings
from transcripts.record import Record
from transcripts.values import Reply, Understanding

PASSWORD = "four unrelated plain words"
WIDTHS = {"narrow": {"width": 360, "height": 740}, "wide": {"width": 1440, "height": 900}}

expect.set_options(timeout=PATIENCE)


class Running:
    """A console that real browsers can reach."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        port = settings.get("console_port") or free_port()
        self._record_url = f"sqlite:///{folder}/record.db"
        defaults = {
            "record_url": self._record_url,
            "console_port": port,
            "console_key": "a key of the tests, long enough for it",
            "console_limit_account": "10000/minute",
            "console_limit_address": "10000/minute",
            "console_project": small_project.make(folder / "project"),
        }
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        app = create_app(Settings(**{**defaults, **settings}), hasher=hasher)
        self.house: House = app.state.house
        self.server = ThreadedServer(uvicorn.Config(app, port=port, log_level="warning", access_log=False))
        self.url = self.server.url
        self.server.start()

    def add(self, name: str, role: Role = Role.REVIEWER, **more: Any) -> None:
        self.house.accounts.add(name, role, "test", **{"password": PASSWORD, **more})

    def say(self, conversation: str, *texts: str, outcome: str = "fitness", **understood: Any) -> None:
        """Put a conversation into the record, each text echoed."""
        record = Record(self._record_url)
        try:
            record.begin(conversation, region="GB")
            for text in texts:
                message = record.add_message(conversation, secrets.token_hex(8), text).message
                known = {"intent": "fitness_waist", "confidence": 0.9, "ms": 21.4, **understood}
                replies = [Reply(f"You said: {text}", [("Not an emergency", "/release", False)])]
                record.add_answer(conversation, message.sequence, replies, Understanding(outcome, **known))
        finally:
            record.close()


MakeConsole = Callable[..., Running]


@pytest.fixture
def make_console(tmp_path: Path) -> Iterator[MakeConsole]:
    """Return a maker of consoles with settings of their own."""
    made: list[Running] = []

    def make(**settings: Any) -> Running:
        folder = tmp_path / f"console-{len(made)}"
        folder.mkdir()
        running = Running(folder, **settings)
        made.append(running)
        return running

    yield make
    for running in made:
        running.server.stop()


@pytest.fixture
def console(make_console: MakeConsole) -> Running:
    return make_console()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def watch(console: Running) -> Iterator[Watch]:
    """Fail the test for every console error, dialog and request elsewhere that it has not allowed."""
    watching = Watch()
    watching.origins.add(console.url)
    yield watching
    assert not watching.unexpected()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser, console: Running, watch: Watch) -> Iterator[OpenPage]:
    """Return a function that opens a path in a browser of its own; `name`: signed in as this account, which must be there.

    The browsers are closed before the consoles are stopped, which is why `console` is asked for.
    """
    made: list[BrowserContext] = []

    def go(path: str = "/", name: str | None = None, **options: Any) -> Page:
        context = chromium.new_context(
            **{"viewport": WIDTHS["wide"], "locale": "en-GB", "base_url": console.url, **options}
        )
        context.set_default_timeout(PATIENCE)
        watch.follow(context)
        made.append(context)
        page = context.new_page()
        if name:
            page.goto("/login")
            sign_in(page, name)
        page.goto(path)
        return page

    yield go
    for context in made:
        context.close()


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    """Fill the form of the login page and send it."""
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login" not in url)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Folder for screenshots: $SCREENSHOTS, or one of pytest's."""
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
