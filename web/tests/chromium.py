"""Debian's Chromium for the tests: installed where it is missing and that is allowed, and launched."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")


@contextmanager
def launched() -> Iterator[Browser]:
    """Yield a browser.

    Playwright's loop counts as running in this thread while it lives; `asyncio.run` in tests of other folders would refuse.
    So a fixture that holds one has scope "package", not "session".
    """
    if not CHROMIUM.exists():
        _install()
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


def _install() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-q"], check=False)
        subprocess.run(["apt-get", "install", "-qy", "chromium"], check=False)
    if not CHROMIUM.exists():
        pytest.fail(f'{CHROMIUM} is missing: run "sudo apt-get install chromium", then test again.', pytrace=False)
