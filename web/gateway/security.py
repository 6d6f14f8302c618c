"""What every request passes: `Guard` (origin, and the headers of every response) and `Bodies` (size, time)."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import metrics
from gateway.errors import refusal
from gateway.platforms.limits import LIMITS
from gateway.shapes import MAX_BODY, TOO_LONG

#: Seconds in which a body must have come.
BODY_SECONDS = 10

#: The pages load nothing from elsewhere and run nothing that stands in the page itself.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
#: Everybody's page may load the widget; what it may ask of the API is decided by origin and token.
WIDGET_HEADERS = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
WIDGET_PREFIX = "/widget/"
#: Messaging platforms put several messages into one call; none of the five sends more than this.
WEBHOOKS, MAX_WEBHOOK = "/webhooks/", 1 << 20


class _BodyTooLongError(Exception):
    pass


class Guard:
    """The outermost ASGI layer.

    Args:
        app: the application.
        origins: those that may call besides the gateway's own.
        region: of the installation, for the emergency line of a refusal.
    """

    def __init__(self, app: ASGIApp, origins: frozenset[str], region: str | None) -> None:
        self._app, self._origins, self._region = app, origins, region

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on when it may come in."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        widget = scope["path"].startswith(WIDGET_PREFIX)

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = MutableHeaders(scope=message)
                for name, value in {**HEADERS, **(WIDGET_HEADERS if widget else {})}.items():
                    given.setdefault(name, value)
            await send(message)

        origin = headers.get("origin")
        if origin and not widget and not self._may_call(origin, headers.get("host", "")):
            response = refusal("forbidden_origin", "This site may not use this chat server.", self._region)
            await response(scope, receive, send_safely)
        else:
            await self._app(scope, receive, send_safely)

    def _may_call(self, origin: str, host: str) -> bool:
        return origin.lower() in self._origins or origin.partition("://")[2] == host


class Bodies:
    """Reads a request's body before the application sees it. Inside CORS's layer: the widget must learn what was wrong.

    Args:
        app: the application.
        region: as Guard's.
    """

    def __init__(self, app: ASGIApp, region: str | None) -> None:
        self._app, self._region = app, region

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on when its body has come, and is not too long."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        webhook = scope["path"].startswith(WEBHOOKS)
        largest = MAX_WEBHOOK if webhook else MAX_BODY
        try:
            body = await _body(receive, largest)
        except TimeoutError:
            _count_webhook(scope["path"], "too slow")
            await refusal("timeout", "The request took too long to arrive.", self._region)(scope, receive, send)
        except _BodyTooLongError:
            _count_webhook(scope["path"], "too long")
            message = f"A request may have at most {largest} bytes." if webhook else TOO_LONG
            await refusal("too_long", message, self._region)(scope, receive, send)
        else:
            await self._app(scope, _replayed(body, receive), send)


async def _body(receive: Receive, largest: int) -> bytes:
    """Return the whole body; raises _BodyTooLongError, TimeoutError."""
    body = bytearray()
    async with asyncio.timeout(BODY_SECONDS):
        while True:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > largest:
                raise _BodyTooLongError
            if not message.get("more_body", False):
                return bytes(body)


def _count_webhook(path: str, reason: str) -> None:
    platform = path.removeprefix(WEBHOOKS)
    if path.startswith(WEBHOOKS) and platform in LIMITS:  # whoever calls must not make new labels
        metrics.webhook_refusals.labels(platform, reason).inc()


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives `body` and then what comes after it: that the client has gone."""
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed
