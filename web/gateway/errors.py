"""Refusals. Each says what to do, and carries the emergency line: nothing is silent."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import metrics
from gateway.numbers import emergency_line

logger = logging.getLogger(__name__)

#: Code -> HTTP status.
STATUS = {
    "bad_request": 400,
    "unauthorised": 401,
    "forbidden_origin": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "timeout": 408,
    "gone": 410,
    "too_long": 413,
    "rate_limited": 429,
    "too_many_streams": 429,
    "unavailable": 503,
}


class ApiError(Exception):
    """A refusal.

    Args:
        code: a key of STATUS.
        message: a plain sentence with the fix.
        region: whose emergency number is shown; None: that of the installation.
        headers: further response headers.
    """

    def __init__(
        self, code: str, message: str, region: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.region, self.headers = code, message, region, headers


def refusal(
    code: str, message: str, region: str | None, headers: Mapping[str, str] | None = None, status: int | None = None
) -> JSONResponse:
    """Return the response of a refusal, counted in the metrics."""
    metrics.refusals.labels(code).inc()
    body = {"error": {"code": code, "message": message}, "emergency": emergency_line(region)}
    return JSONResponse(body, status or STATUS[code], dict(headers or {}))


def install(app: FastAPI, region: str | None) -> None:
    """Answer every error of `app` in this form; `region` is the installation's."""

    @app.exception_handler(ApiError)
    async def api_error(_request: Request, error: ApiError) -> JSONResponse:
        return refusal(error.code, error.message, error.region or region, error.headers)

    @app.exception_handler(RequestValidationError)
    async def malformed(_request: Request, error: RequestValidationError) -> JSONResponse:
        return refusal("bad_request", _first_problem(error.errors()), region)

    @app.exception_handler(HTTPException)
    async def http_error(_request: Request, error: HTTPException) -> JSONResponse:
        code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "bad_request")
        return refusal(code, f"{error.detail}.", region, error.headers, error.status_code)


class CatchFaults:
    """Answers what nothing else has caught in the same form, and logs it. An ASGI layer inside that of CORS.

    A handler for Exception would not do: Starlette raises the error again after it, and uvicorn cuts the connection.
    """

    def __init__(self, app: ASGIApp, region: str | None) -> None:
        self._app, self._region = app, region

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; raises only when the response had begun."""
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception:
            if started or scope["type"] != "http":
                raise
            logger.exception("A request failed: %s %s", scope["method"], scope["path"])
            message = "Something is wrong on our side. Please try again in a moment."
            await refusal("unavailable", message, self._region)(scope, receive, send)


def _first_problem(problems: Any) -> str:
    first = problems[0]
    place = ".".join(str(part) for part in first["loc"] if part != "body") or "body"
    return f"{place}: {first['msg']}."
