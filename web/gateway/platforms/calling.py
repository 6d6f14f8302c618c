"""One call of a platform's API, its failures told apart by what they say of the message: not sent, refused, unknown."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import httpx

from gateway.platforms.adapter import FateUnknownError, NotSentError

#: Seconds for a connection, and for the answer.
CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 15.0
#: Statuses of a proxy that has passed the call on and got no good answer.
IN_BETWEEN = (HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT)
#: Seconds that a platform may ask to wait; more is cut to this.
LONGEST_WAIT = 3600.0


def client(headers: Mapping[str, str] | None = None, auth: tuple[str, str] | None = None) -> httpx.AsyncClient:
    """Return a client; it follows no redirect, and uses the proxies that the environment names."""
    for name in ("httpx", "httpcore"):  # at INFO they log addresses of calls, and Telegram's hold the token
        logging.getLogger(name).setLevel(logging.WARNING)
    return httpx.AsyncClient(headers=headers, auth=auth, timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS))


async def call(client: httpx.AsyncClient, method: str, url: str, **given: Any) -> httpx.Response:
    """Return the response, whatever its status but 429.

    Raises:
        NotSentError: there was no connection, or too much was sent already (429).
        FateUnknownError: the request may have arrived.
    """
    try:
        response = await client.request(method, url, **given)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise NotSentError(type(error).__name__) from error
    except httpx.RequestError as error:  # a time-out, a lost connection, a body that cannot be decoded
        raise FateUnknownError(type(error).__name__) from error
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        raise NotSentError("429", wait_of(response))
    return response


def wait_of(response: httpx.Response) -> float | None:
    """Return the seconds of Retry-After, or None."""
    try:
        seconds = float(response.headers.get("Retry-After", ""))
    except ValueError:
        return None
    return min(max(0.0, seconds), LONGEST_WAIT) if math.isfinite(seconds) else None


def json_of(response: httpx.Response) -> dict[str, Any]:
    """Return the body as a JSON object; {} when it is none."""
    try:
        said = response.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
