"""The gateway as one ASGI app: `create_app` for tests and for uvicorn."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp

from gateway import api, errors, metrics
from gateway.bridge import Bridge
from gateway.platforms import webhooks
from gateway.platforms.loading import load
from gateway.security import Bodies, Guard
from gateway.service import Service
from gateway.settings import Settings
from transcripts.record import Record

WEB = Path(__file__).resolve().parent.parent
PAGES = Path(__file__).resolve().parent / "pages"


def create_app(settings: Settings | None = None) -> ASGIApp:
    """Return the app. Its parts are made at start-up, and closed at shut-down.

    Raises:
        gateway.platforms.loading.SettingsError: the settings of a messaging platform are incomplete or wrong.
    """
    settings = settings or Settings()
    adapters, public_url = load()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        secret = settings.bridge_secret.get_secret_value() if settings.bridge_secret else None
        record = Record(settings.record_url)
        service = Service(settings, record, Bridge(settings.bridge, secret), adapters, public_url)
        app.state.service, app.state.platforms = service, service.platforms
        await service.start()
        try:
            yield
        finally:
            await service.stop()

    # no documentation pages: they would load scripts from elsewhere
    app = FastAPI(
        title="Hip Reduction Assistant, chat API",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    errors.install(app, settings.gateway_region)
    app.include_router(api.router)
    app.include_router(webhooks.router)
    _add_operations(app, settings)
    app.mount("/widget", _files(WEB / "widget"), name="widget")
    app.mount("/pages", _files(PAGES), name="pages")

    page = (PAGES / "demo.html").read_text(encoding="utf-8").replace("{region}", settings.gateway_region or "")

    @app.get("/", include_in_schema=False)
    async def demo() -> HTMLResponse:
        return HTMLResponse(page)

    app.add_middleware(Bodies, region=settings.gateway_region)
    app.add_middleware(errors.CatchFaults, region=settings.gateway_region)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=sorted(settings.origins),
        allow_methods=["GET", "POST", "PUT", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Last-Event-ID"],
        expose_headers=["Retry-After"],
        max_age=600,
    )
    return Guard(app, settings.origins, settings.gateway_region)


class _Revalidated(StaticFiles):
    """Files that a browser asks for anew each time (304 when unchanged): the widget's modules must be of one version."""

    def file_response(self, *arguments: Any, **named: Any) -> Response:
        """Return Starlette's response, with the header."""
        response = super().file_response(*arguments, **named)
        response.headers["Cache-Control"] = "no-cache"
        return response


def _files(folder: Path) -> ASGIApp:
    return GZipMiddleware(_Revalidated(directory=folder))  # files alone: an event stream must not be held back


def _add_operations(app: FastAPI, settings: Settings) -> None:
    @app.get("/health")
    async def health() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @app.get("/ready", responses={503: {}})
    async def ready(request: Request) -> JSONResponse:
        """The record and the bot answer too."""
        parts = await (await api.service_of(request)).ready()
        return JSONResponse(parts, 200 if all(parts.values()) else 503)

    @app.get("/metrics", include_in_schema=False)
    async def prometheus(request: Request) -> Response:
        if not _may_read_metrics(request, settings):
            raise errors.ApiError("unauthorised", "Metrics need the bearer token of HIP_METRICS_TOKEN.")
        await (await api.service_of(request)).count()
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)


def _may_read_metrics(request: Request, settings: Settings) -> bool:
    if settings.metrics_token:
        wanted = f"Bearer {settings.metrics_token.get_secret_value()}"
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(errors="surrogateescape"), wanted.encode())
    try:
        return ipaddress.ip_address(api.address_of(request)).is_loopback
    except ValueError:
        return False
