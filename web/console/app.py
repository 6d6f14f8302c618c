"""The console as one ASGI app: `create_app` for tests and for uvicorn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from console.catching_up import catch_up
from console.errors import HEADINGS, Refusal
from console.house import House
from console.oidc import TIME_THERE
from console.pages import (
    accounts,
    audit,
    comparison,
    conversations,
    corrections,
    dashboard,
    export,
    health,
    home,
    login,
    oidc,
    password,
    privacy,
    queue,
    reviewing,
    transcript,
)
from console.routing import PageRoute, visit_of
from console.security import Guard
from console.settings import Settings
from console.visits import refused
from transcripts.reader import utc_now

STATIC = Path(__file__).resolve().parent / "static"
#: The modules of pages; each has a `pages`.
MODULES = (
    health,
    login,
    home,
    queue,
    conversations,
    export,
    transcript,
    reviewing,
    dashboard,
    comparison,
    corrections,
    privacy,
    password,
    accounts,
    audit,
)


def create_app(
    settings: Settings | None = None,
    *,
    now: Callable[[], datetime] = utc_now,
    hasher: PasswordHasher | None = None,
) -> Starlette:
    """Return the app. Its database is opened here, and closed at shut-down.

    Args:
        settings: None: those of the environment.
        now, hasher: for tests, see `House`.

    Raises:
        transcripts.address.UnsupportedDatabaseError, transcripts.schema.SchemaError: see `House`.
    """
    settings = settings or Settings()
    house = House(settings, now, hasher)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        ended = asyncio.Event()
        background = asyncio.create_task(catch_up(house.review, ended))
        try:
            house.replaying.begin()
            house.project.warm()
            yield
        finally:
            ended.set()
            await background
            house.close()

    modules = (*MODULES, oidc) if house.provider else MODULES
    routes: list[PageRoute] = [route for module in modules for route in module.pages.routes]
    app = Starlette(
        routes=[*routes, Mount("/static", _Revalidated(directory=STATIC), name="static")],
        middleware=[
            # within Starlette's own layer for faults, which would answer them first and raise them again
            Middleware(Guard, hosts=settings.hosts, is_https=settings.is_https),
            *([_state_of_logins(house)] if house.provider else []),
        ],
        exception_handlers={HTTPException: _http_error},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # one address for each page
    app.state.house = house
    return app


class _Revalidated(StaticFiles):
    """Files that a browser asks for anew each time (304 when unchanged): page and style must be of one version."""

    def file_response(self, *arguments: Any, **named: Any) -> Response:
        """Return Starlette's response, with the header."""
        response = super().file_response(*arguments, **named)
        response.headers["Cache-Control"] = "no-cache"
        return response


def _state_of_logins(house: House) -> Middleware:
    """Return what keeps state, nonce and verifier while somebody is at the OpenID provider: a signed cookie of ten minutes.

    It must be SameSite=Lax: the provider sends the browser back from its own site.
    """
    return Middleware(
        SessionMiddleware,
        secret_key=house.key,
        session_cookie="__Secure-console-oidc" if house.settings.is_https else "console-oidc",
        max_age=TIME_THERE,
        path="/oidc",
        same_site="lax",
        https_only=house.settings.is_https,
    )


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = error.status_code if error.status_code in HEADINGS else 400
    message = "Look for it in the bar above, or on the start page." if status in (404, 405) else f"{error.detail}."
    return refused(await visit_of(request), Refusal(status, message, error.headers))
