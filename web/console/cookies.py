"""The console's two cookies: who is signed in, and which browser a login form was given to. No script can read them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from console.settings import Settings

#: By https a browser takes a __Host- cookie only from this very host, whole: no neighbour can plant one.
SESSION, BROWSER = "console", "console-before"
HOST = "__Host-"


def name(plain: str, settings: Settings) -> str:
    """Return the name of a cookie in this installation."""
    return f"{HOST}{plain}" if settings.is_https else plain


def session_token(request: Request, settings: Settings) -> str | None:
    """Return the token of the session that the browser claims, or None."""
    return request.cookies.get(name(SESSION, settings)) or None


def browser(request: Request, settings: Settings) -> str | None:
    """Return what a browser without session was given, or None."""
    return request.cookies.get(name(BROWSER, settings)) or None


def keep_session(response: Response, token: str, settings: Settings) -> None:
    """Give the browser its session; the cookie ends with the browser, the session on the server before that."""
    _set(response, SESSION, token, settings)
    _drop(response, BROWSER, settings)


def drop_session(response: Response, settings: Settings) -> None:
    """Take the session away from the browser."""
    _drop(response, SESSION, settings)


def keep_browser(response: Response, value: str, settings: Settings) -> None:
    """Give a browser without session what its forms belong to."""
    _set(response, BROWSER, value, settings)


def _set(response: Response, plain: str, value: str, settings: Settings) -> None:
    response.set_cookie(
        name(plain, settings), value, path="/", secure=settings.is_https, httponly=True, samesite="strict"
    )


def _drop(response: Response, plain: str, settings: Settings) -> None:
    response.delete_cookie(name(plain, settings), path="/", secure=settings.is_https, httponly=True, samesite="strict")
