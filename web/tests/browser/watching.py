"""Watches everything that a page does while a test runs: what it logs, where it asks, what it leaves behind."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Request, WebError


class Watch:
    """Follows browser contexts. `trouble` is what no test may cause: console errors and warnings, a dialog, a request elsewhere.

    Attributes:
        origins: where a page may ask; everything else is trouble.
        calls: method and path of each request to the chat's API, in order.
        tokens: conversation id -> its token, of all conversations that were asked for.
    """

    def __init__(self) -> None:
        self.trouble: list[str] = []
        self.origins: set[str] = set()
        self.calls: list[str] = []
        self.tokens: dict[str, str] = {}
        self._allowed: list[re.Pattern[str]] = []

    def allow(self, pattern: str) -> None:
        """Expect console messages that match `pattern`, as a lost network causes them."""
        self._allowed.append(re.compile(pattern))

    def follow(self, context: BrowserContext) -> None:
        """Watch all pages of `context`."""
        context.on("console", self._console)
        context.on("weberror", self._web_error)
        context.on("request", self._request)
        context.on("dialog", self._dialog)

    def unexpected(self) -> list[str]:
        """Return the trouble that no test has allowed."""
        return [what for what in self.trouble if not any(pattern.search(what) for pattern in self._allowed)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.trouble.append(f"{message.type}: {message.text} ({message.location['url']})")

    def _web_error(self, error: WebError) -> None:
        self.trouble.append(f"exception: {error.error}")

    def _dialog(self, dialog: Dialog) -> None:
        self.trouble.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https") and f"{address.scheme}://{address.netloc}" not in self.origins:
            self.trouble.append(f"request elsewhere: {request.url}")
        if address.path.startswith("/api/"):
            self.calls.append(f"{request.method} {address.path}")
            found = re.match(r"/api/conversations/([0-9a-f]{32})", address.path)
            token = request.headers.get("authorization", "").removeprefix("Bearer ")
            if found and token:
                self.tokens[found[1]] = token
