"""Takes the pictures of docs/console: `make demo-pictures`, or `python -m demo.pictures` in web/ with its development tools.

Makes a demo of its own that ends at a fixed time, shows it in a console of its own whose clock stands there, and photographs
queue, transcript and dashboard, narrow and wide, light and dark. What differs from run to run is how long answers took.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import os
import secrets
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import uvicorn
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from pydantic import SecretStr

from console.app import create_app
from console.house import House
from console.roles import Role
from console.settings import Settings
from demo.bot import bridge_of, free_port
from demo.making import make
from demo.people import read
from demo.talking import conversation_of
from gateway.settings import Settings as GatewaySettings
from transcripts.record import Record

CHROMIUM = Path("/usr/bin/chromium")
OUT = Path(__file__).resolve().parents[2] / "docs" / "console"
SEED, END = 53, datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
#: Who is signed in, and whose conversation is shown.
NAME, SHOWN = "rita", "toddler-fall"
SIZES: dict[str, ViewportSize] = {"360": {"width": 360, "height": 1200}, "1440": {"width": 1440, "height": 1000}}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
#: Quality of WebP, 0 to 100: letters stay sharp.
QUALITY = 82


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when the pictures are taken, 1 when there is no Chromium."""
    parser = argparse.ArgumentParser(
        prog="python -m demo.pictures", description="Photograph the console over the demo."
    )
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the pictures")
    asked = parser.parse_args(arguments)
    if not CHROMIUM.is_file():
        sys.stderr.write(f'{CHROMIUM} is missing: run "sudo apt-get install chromium".\n')
        return 1
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/demo.db"
        asyncio.run(_made(url))
        with _console(url) as (address, password), sync_playwright() as playwright:
            arguments_ = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments_)
            _photograph(browser, address, password, f"/conversations/{_shown(url)}", asked.out)
            browser.close()
    return 0


async def _made(url: str) -> None:
    secret = GatewaySettings().bridge_secret
    value = secret.get_secret_value() if secret else None
    people, address = read(), GatewaySettings().bridge
    await make(url, people, lambda: bridge_of(address, value, lambda line: None), seed=SEED, end=END)


def _shown(url: str) -> str:
    """Return the id of the conversation that is shown."""
    record = Record(url)
    try:
        found = conversation_of(record, next(person for person in read() if person.name == SHOWN))
    finally:
        record.close()
    if found is None:
        raise LookupError(f"The demo has no conversation of {SHOWN}.")
    return found.id


@contextmanager
def _console(url: str) -> Iterator[tuple[str, str]]:
    """Give the address of a console over the record, and the password of its one account; its clock stands still."""
    port, password = free_port(), secrets.token_urlsafe(16)
    settings = Settings(record_url=url, console_port=port, console_key=SecretStr(secrets.token_urlsafe(32)))
    app = create_app(settings, now=lambda: END)
    house: House = app.state.house
    house.accounts.add(NAME, Role.LEAD, "demo", password=password)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}", password
    finally:
        server.should_exit = True
        thread.join()


def _photograph(browser: Browser, address: str, password: str, conversation: str, out: Path) -> None:
    context = browser.new_context(base_url=address, locale="en-GB", timezone_id="UTC", reduced_motion="reduce")
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name=f"Hello, {NAME}").wait_for()
    for name, path in (("queue", "/queue"), ("transcript", conversation), ("dashboard", "/dashboard")):
        for size, viewport in SIZES.items():
            page.set_viewport_size(viewport)
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                response = page.goto(path)
                if response is None or not response.ok:
                    raise RuntimeError(f"{path} is no page to photograph.")
                if name == "transcript" and size == "360":  # what to look at first is further down
                    page.goto(f"{path}#turn-1")
                _take(page, out / f"{name}-{size}-{scheme}.webp")
    context.close()


def _take(page: Page, file: Path) -> None:
    """Take the window, not the whole page: as WebP, which Playwright's own screenshots cannot be."""
    page.evaluate("document.activeElement?.blur()")
    session = page.context.new_cdp_session(page)
    taken = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    session.detach()
    file.write_bytes(base64.b64decode(taken["data"]))


if __name__ == "__main__":
    sys.exit(main())
