"""What platforms call: POST and GET /webhooks/{platform}. Acknowledged when everything of the call is in the record."""

from __future__ import annotations

import logging
from collections import defaultdict
from http import HTTPStatus

from fastapi import APIRouter
from fastapi import Request as HttpRequest
from fastapi.responses import Response

from gateway import metrics
from gateway.platforms.adapter import Adapter, Arrival, MalformedError, RefusedError, Request
from gateway.platforms.service import Platforms
from gateway.security import WEBHOOKS

logger = logging.getLogger(__name__)

router = APIRouter(prefix=WEBHOOKS.rstrip("/"), include_in_schema=False)

#: Reasons that are counted by their own name, for each platform.
MOST_REASONS = 12

_reasons: defaultdict[str, set[str]] = defaultdict(set)


@router.api_route("/{platform}", methods=["GET", "POST"])
async def webhook(platform: str, request: HttpRequest) -> Response:
    """Take a call of a platform. Nobody reads these answers but programs: they are empty or a word."""
    platforms: Platforms = request.app.state.platforms
    adapter = platforms.adapters.get(platform)
    if adapter is None:
        return Response(status_code=HTTPStatus.NOT_FOUND)
    call = Request(
        method=request.method,
        url=_url(platforms.public_url, request),
        headers={name.lower(): value for name, value in request.headers.items()},
        query=dict(request.query_params),
        body=await request.body(),  # gateway.security has seen to its size
    )
    try:
        adapter.verify(call)
        arrivals = adapter.parse(call) if call.method == "POST" else []
        answer = adapter.answer(call)
    except RefusedError as error:
        return _refuse(platform, str(error), error.status)
    except MalformedError as error:
        logger.info("%s sent something that is not as documented: %s", platform, error)
        return _refuse(platform, "malformed", HTTPStatus.BAD_REQUEST)
    except Exception as error:  # no input may lead to a 500; the error's text may hold words of a message
        logger.error("%s sent something that could not be read: %s", platform, type(error).__name__)
        return _refuse(platform, "malformed", HTTPStatus.BAD_REQUEST)
    if call.method == "GET" and answer is None:
        return _refuse(platform, "GET", HTTPStatus.METHOD_NOT_ALLOWED)
    if not await _taken(platforms, adapter, arrivals):
        return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "5"})
    if answer is None:
        return Response()
    return Response(answer.body, answer.status, media_type=answer.content_type)


async def _taken(platforms: Platforms, adapter: Adapter, arrivals: list[Arrival]) -> bool:
    """Put all of a call into the record; False: something is not there, and the platform must deliver it again.

    What is there already is told from what is not by its event id.
    """
    done = True
    for arrival in arrivals:
        try:
            await platforms.inbox.take(adapter, arrival)
        except Exception as error:  # the others of the call are taken all the same
            logger.error("An arrival from %s is not in the record: %s", adapter.name, type(error).__name__)
            platforms.say_out_of_order(adapter, arrival)
            done = False
    return done


def _url(public_url: str | None, request: HttpRequest) -> str:
    """Return the address as the world sees it, to the letter: Twilio signs it."""
    if public_url is None:
        return str(request.url)
    query = request.scope.get("query_string", b"").decode("latin-1")
    path = request.scope.get("raw_path", request.url.path.encode()).decode("latin-1")
    return f"{public_url}{path}?{query}" if query else f"{public_url}{path}"


def _refuse(platform: str, reason: str, status: int) -> Response:
    known = _reasons[platform]
    if reason not in known and len(known) >= MOST_REASONS:
        reason = "other"
    known.add(reason)
    metrics.webhook_refusals.labels(platform, reason).inc()
    return Response(status_code=status)
