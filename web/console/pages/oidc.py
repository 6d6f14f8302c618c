"""Signing in through the OpenID provider; the app has these pages only when one is set up."""

from __future__ import annotations

import logging

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from console import cookies
from console.errors import Refusal
from console.oidc import CALLBACK, START, Provider, ProviderError
from console.routing import PUBLIC, Pages
from console.signing_in import Refused
from console.visits import Visit, local

logger = logging.getLogger(__name__)

pages = Pages()

#: Where the page to go to afterwards waits, beside the state of the login.
AFTER = "after"
NOBODY = "Your organisation's sign-in did not work. Try again; if it stays so, an admin finds the reason in the log."


@pages.get(START, role=PUBLIC)
async def start(visit: Visit) -> Response:
    """Send the browser to the provider."""
    _limit(visit, START)
    visit.request.session[AFTER] = local(visit.asked("next"))
    try:
        return await _provider(visit).leave(visit.request)
    except ProviderError as error:
        logger.warning("%s", error)
        raise Refusal(500, NOBODY) from error


@pages.get(CALLBACK, role=PUBLIC)
async def callback(visit: Visit) -> Response:
    """Take the browser back, with a code that is worth one ID token."""
    _limit(visit, CALLBACK)
    request, house = visit.request, visit.house
    after = local(request.session.pop(AFTER, "/"))
    before = cookies.session_token(request, house.settings)
    try:
        subject = await _provider(visit).arrive(request)
        token = await run_in_threadpool(house.signing_in.with_subject, subject, visit.address, before)
    except ProviderError as error:
        logger.warning("%s", error)
        await run_in_threadpool(house.signing_in.note_unvouched, visit.address)
        raise Refusal(403, NOBODY) from error
    except Refused as refused:
        raise Refusal(403, refused.message) from refused
    # No redirect: the browser comes from another site, so it would not send a SameSite=Strict cookie along with one.
    response = visit.page("arrived.html", after=after)
    cookies.keep_session(response, token, house.settings)
    return response


def _limit(visit: Visit, step: str) -> None:
    try:
        visit.house.signing_in.may_go_on(step, visit.address)
    except Refused as refused:
        raise Refusal(429, refused.message, {"Retry-After": str(refused.wait)}) from refused


def _provider(visit: Visit) -> Provider:
    provider = visit.house.provider
    assert provider is not None, "the pages are only there with a provider"
    return provider
