"""One request of somebody to one page: who it is, what was asked for, what came in a form, and how to answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from console import cookies, csrf
from console.accounts import Account
from console.errors import HEADINGS, Refusal
from console.house import House
from console.navigation import places
from console.roles import Role
from console.sessions import Session


@dataclass(frozen=True)
class Visit:
    """One request of somebody to one page.

    Attributes:
        session: None on a public page whose visitor is not signed in.
        form: the fields of a POST; their token has been checked.
        browser: what the cookie of a browser without session holds; "" with a session.
    """

    request: Request
    house: House
    session: Session | None
    form: FormData
    browser: str = ""

    @property
    def account(self) -> Account:
        """Who it is. Only for pages that declare a role: elsewhere it raises RuntimeError."""
        if self.session is None:
            raise RuntimeError("A public page has no account: declare a role.")
        return self.session.account

    @property
    def open_session(self) -> Session:
        """The session, of pages that declare a role; elsewhere it raises RuntimeError."""
        if self.session is None:
            raise RuntimeError("A public page has no session: declare a role.")
        return self.session

    @property
    def address(self) -> str:
        """The network address that the request came from."""
        return self.request.client.host if self.request.client else "unknown"

    @property
    def may_unmask(self) -> bool:
        """Whether they may see what names or reaches a person. Only for pages that declare a role."""
        return self.account.role.includes(Role.LEAD)

    @property
    def token(self) -> str:
        """What every form of this page must bring back."""
        return self.session.csrf if self.session else csrf.for_stranger(self.house.key, self.browser)

    @property
    def is_htmx(self) -> bool:
        """Whether htmx asks, for a part of the page."""
        return self.request.headers.get("HX-Request") == "true"

    def asked(self, name: str) -> str:
        """Return a value of the address, "" when it is not there."""
        return self.request.query_params.get(name, "").strip()

    def given(self, name: str) -> str:
        """Return a field of the form as it was sent, "" when it is not there."""
        value = self.form.get(name, "")
        return value if isinstance(value, str) else ""

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """Return a page; its template gets `visit` and `values`."""
        account = self.session.account if self.session else None
        text = self.house.templates.get_template(template).render(
            visit=self,
            account=account,
            places=places(account.role) if account and not account.must_change else [],
            path=self.request.url.path,
            **values,
        )
        response = HTMLResponse(text, status)
        if self.session is None:
            cookies.keep_browser(response, self.browser, self.house.settings)
        return response

    def go(self, path: str) -> Response:
        """Return a redirect after a form has been taken."""
        return RedirectResponse(path, 303)


def refused(visit: Visit, refusal: Refusal) -> Response:
    """Return the page of a refusal."""
    response = visit.page("error.html", refusal.status, heading=HEADINGS[refusal.status], message=refusal.message)
    response.headers.update(refusal.headers or {})
    if visit.is_htmx:
        response.headers.update({"HX-Retarget": "body", "HX-Reswap": "innerHTML", "HX-Reselect": "unset"})
    return response


def local(path: str) -> str:
    """Return `path` if it leads to a page of this console, else the start: nobody is sent elsewhere after signing in."""
    try:
        parts = urlsplit(path)
    except ValueError:  # such as `//[`
        return "/"
    odd = parts.scheme or parts.netloc or not path.startswith("/") or path.startswith("//") or "\\" in path
    return "/" if odd or not path.isprintable() else path
