"""Signing in and out."""

from __future__ import annotations

from starlette.responses import Response

from console import cookies
from console.roles import Role
from console.routing import PUBLIC, Pages
from console.signing_in import Refused
from console.visits import Visit, local

pages = Pages()


@pages.get("/login", role=PUBLIC)
def form(visit: Visit) -> Response:
    """Show the form, or go on when somebody is signed in."""
    after = local(visit.asked("next"))
    return visit.go(after) if visit.session else _form(visit, after)


@pages.post("/login", role=PUBLIC)
def login(visit: Visit) -> Response:
    """Take name and password."""
    after = local(visit.given("next"))
    before = cookies.session_token(visit.request, visit.house.settings)
    try:
        token = visit.house.signing_in.with_password(
            visit.given("name"), visit.given("password"), visit.address, before
        )
    except Refused as refused:
        response = _form(visit, after, refused.message, 429 if refused.wait else 403)
        if refused.wait:
            response.headers["Retry-After"] = str(refused.wait)
        return response
    response = visit.go(after)
    cookies.keep_session(response, token, visit.house.settings)
    return response


@pages.post("/logout", role=Role.REVIEWER)
def logout(visit: Visit) -> Response:
    """End the session, here and in the browser."""
    visit.house.signing_in.out(visit.open_session)
    response = visit.go("/login")
    cookies.drop_session(response, visit.house.settings)
    return response


def _form(visit: Visit, after: str, problem: str = "", status: int = 200) -> Response:
    provider = visit.house.provider
    return visit.page(
        "login.html",
        status,
        after=after,
        problem=problem,
        name=visit.given("name")[:64],
        provider=provider.label if provider else None,
    )
