"""Tokens that a form must bring back: another site can send a form in somebody's name, but cannot read one."""

from __future__ import annotations

import hmac
import secrets

#: Where a token comes back: a field of the form, or a header that htmx sends.
FIELD, HEADER = "csrf", "X-CSRF-Token"


def is_right(given: str | None, wanted: str) -> bool:
    """Compare without telling by time how much of it is right."""
    return given is not None and hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def for_stranger(key: str, browser: str) -> str:
    """Return the token of forms shown before a login: it belongs to the random `browser` that its cookie holds.

    Without it another site could sign somebody in with an account of its own, and read later what they wrote.
    """
    return hmac.new(key.encode(), b"before login " + browser.encode("utf-8", "replace"), "sha256").hexdigest()


def new_browser() -> str:
    """Return what the cookie of a browser without session holds."""
    return secrets.token_urlsafe(16)
