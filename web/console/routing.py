"""How pages are declared: each says who may see it, and is only called for a visit that has been checked."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from console import cookies, csrf
from console.errors import Refusal
from console.house import House
from console.roles import Role
from console.visits import Visit, refused

#: What a page declares that people see before they have signed in.
PUBLIC: Final = None
#: Most fields of a form.
FIELDS = 500
#: Where somebody may go whose password was given by somebody else: to choose one, or out.
CHOOSE_PASSWORD = "/password"  # noqa: S105 (a path)
STILL_OPEN = frozenset({CHOOSE_PASSWORD, "/logout"})
STALE = "This form is out of date, perhaps because you have signed in anew. Go back, load the page again, and repeat."

Handler = Callable[[Visit], Response] | Callable[[Visit], Awaitable[Response]]


class PageRoute(Route):
    """A route that knows its `role`; None: public."""

    def __init__(self, path: str, endpoint: Callable[[Request], Awaitable[Response]], method: str, role: Role | None):
        super().__init__(path, endpoint, methods=[method])
        self.role = role


class Pages:
    """Collects the pages of a module: `@pages.get("/accounts", role=Role.ADMIN)`. There is no way to leave the role out.

    A handler may be a plain function, which runs in a worker thread, or async. The form of a POST has been checked.
    """

    def __init__(self) -> None:
        self.routes: list[PageRoute] = []

    def get(self, path: str, *, role: Role | None) -> Callable[[Handler], Handler]:
        """Add a page that is looked at; it changes nothing."""
        return self._add(path, "GET", role)

    def post(self, path: str, *, role: Role | None) -> Callable[[Handler], Handler]:
        """Add what takes a form."""
        return self._add(path, "POST", role)

    def _add(self, path: str, method: str, role: Role | None) -> Callable[[Handler], Handler]:
        def add(handler: Handler) -> Handler:
            async def endpoint(request: Request) -> Response:
                return await _answer(request, handler, role)

            self.routes.append(PageRoute(path, endpoint, method, role))
            return handler

        return add


async def _answer(request: Request, handler: Handler, role: Role | None) -> Response:
    visit = await visit_of(request)
    try:
        if role is not None:
            _check_role(visit, role)
        if request.method == "POST":
            form = await request.form(max_files=0, max_fields=FIELDS)
            visit = replace(visit, form=form)
            _check_token(visit)
        if inspect.iscoroutinefunction(handler):
            return await handler(visit)  # type: ignore[no-any-return]
        return await run_in_threadpool(handler, visit)  # type: ignore[arg-type]
    except Elsewhere as elsewhere:
        return _sent(visit, elsewhere.path)
    except Refusal as refusal:
        return refused(visit, refusal)


class Elsewhere(Exception):  # noqa: N818 (it is an answer, not a fault)
    """The visitor has to go to another page first."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


async def visit_of(request: Request) -> Visit:
    """Return the visit of a request whose form has not been read."""
    house: House = request.app.state.house
    token = cookies.session_token(request, house.settings)
    session = await run_in_threadpool(house.sessions.find, token) if token else None
    browser = "" if session else cookies.browser(request, house.settings) or csrf.new_browser()
    return Visit(request, house, session, FormData(), browser)


def _check_role(visit: Visit, role: Role) -> None:
    path = visit.request.url.path
    if visit.session is None:
        raise Elsewhere(f"/login?next={quote(_wanted(visit.request), safe='')}")
    if visit.account.must_change and path not in STILL_OPEN:
        raise Elsewhere(CHOOSE_PASSWORD)
    if not visit.account.role.includes(role):
        raise Refusal(
            403, f"This page is for the role {role}, and yours is {visit.account.role}. An admin can change it."
        )


def _check_token(visit: Visit) -> None:
    given = visit.request.headers.get(csrf.HEADER) or visit.given(csrf.FIELD)
    if not csrf.is_right(given, visit.token):
        raise Refusal(403, STALE)


def _wanted(request: Request) -> str:
    """Return where to go after signing in: the page that was asked for; after a form the start, its fields are lost."""
    if request.method != "GET":
        return "/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _sent(visit: Visit, path: str) -> Response:
    if visit.is_htmx:  # it would follow a redirect itself and put the other page into this one
        return Response(status_code=200, headers={"HX-Redirect": path})
    return RedirectResponse(path, 303)
