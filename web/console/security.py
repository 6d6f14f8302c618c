"""What every request passes: host, origin, size, time, and the headers of every response."""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.errors import plain

logger = logging.getLogger(__name__)

#: Most bytes of a request, and seconds in which it must have come: forms only, no uploads.
MAX_BODY = 256 << 10
BODY_SECONDS = 10
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
STATIC = "/static/"

#: Nothing from elsewhere, nothing that stands in the page itself, no frame around it, no form to elsewhere.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # not no-referrer: with it a browser sends `Origin: null` with our own forms
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
#: Pages hold what people said about their health: no cache keeps them, nor the browser after signing out.
NOT_KEPT = {"Cache-Control": "no-store"}
HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}


class _BodyTooLongError(Exception):
    pass


class _BodyTooSlowError(Exception):
    pass


class Guard:
    """The outermost ASGI layer of ours.

    Args:
        app: the application.
        hosts: names under which the console may be asked for. A page of a stranger that has pointed its own name at this
            machine (DNS rebinding) asks under another.
        is_https: whether browsers come by https.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str], is_https: bool) -> None:
        self._app, self._hosts = app, hosts
        self._headers = {**HEADERS, **(HTTPS_ONLY if is_https else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on when it may come in."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False
        is_static = scope["path"].startswith(STATIC)

        async def send_safely(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                given = MutableHeaders(scope=message)
                for name, value in {**self._headers, **({} if is_static else NOT_KEPT)}.items():
                    given.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        try:
            host, origin = urlsplit(f"//{headers.get('host', '')}").hostname, urlsplit(headers.get("origin", "")).netloc
        except ValueError:
            await plain(400, "The request's Host or Origin is malformed.")(scope, receive, send_safely)
            return
        if host not in self._hosts:
            await plain(400, "This console is not reached under that name: see HIP_CONSOLE_URL.")(
                scope, receive, send_safely
            )
            return
        if scope["method"] not in SAFE_METHODS and not _is_own(headers, origin):
            await plain(403, "This form came from another site.")(scope, receive, send_safely)
            return
        try:
            await self._app(scope, _limited(receive), send_safely)
        except _BodyTooLongError:
            await plain(413, f"A request may have at most {MAX_BODY} bytes.")(scope, receive, send_safely)
        except _BodyTooSlowError:
            if started:
                raise
            await plain(408, "The request took too long to arrive.")(scope, receive, send_safely)
        except Exception:
            if started:
                raise
            logger.exception("A request failed: %s %s", scope["method"], scope["path"])
            await plain(500, "Something is wrong on our side. The log says what.")(scope, receive, send_safely)


def _is_own(headers: Headers, origin: str) -> bool:
    """Tell whether a form came from the console's own pages, as far as the browser says: beside the tokens, not instead.

    `origin` is the host and port of the Origin header, "" when it has none.
    """
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    return "origin" not in headers or origin == headers.get("host")


def _limited(receive: Receive) -> Receive:
    """Return a `receive` that raises _BodyTooLongError, or _BodyTooSlowError."""
    read, complete = 0, False
    give_up: float | None = None

    async def limited() -> Message:
        nonlocal read, complete, give_up
        if complete:
            return await receive()
        give_up = give_up or asyncio.get_running_loop().time() + BODY_SECONDS
        try:
            async with asyncio.timeout_at(give_up):
                message = await receive()
        except TimeoutError as error:
            raise _BodyTooSlowError from error
        read += len(message.get("body", b""))
        if read > MAX_BODY:
            raise _BodyTooLongError
        complete = not message.get("more_body", False)
        return message

    return limited
