"""Refusals, as pages that say what to do."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import PlainTextResponse, Response

#: Status -> heading of the page.
HEADINGS = {
    400: "That request cannot be understood",
    403: "You may not do this",
    404: "There is no such page",
    405: "There is no such page",
    409: "That cannot be done now",
    422: "Something in the form is not right",
    429: "Too many attempts",
    500: "Something is wrong on our side",
}


class Refusal(Exception):  # noqa: N818 (it is an answer, not a fault)
    """Ends a request with an error page.

    Args:
        status: a key of HEADINGS.
        message: a plain sentence with the fix.
        headers: further response headers.
    """

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers


def plain(status: int, message: str) -> Response:
    """Return a refusal without a page around it, for what comes before anybody is known."""
    return PlainTextResponse(f"{message}\n", status)
