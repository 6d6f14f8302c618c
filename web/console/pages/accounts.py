"""Accounts of everybody, for admins. A password that an admin gives is shown once and must be replaced at its first login."""

from __future__ import annotations

from starlette.responses import Response

from console.accounts import Account, AccountError
from console.errors import Refusal
from console.passwords import generated
from console.roles import Role
from console.routing import Pages
from console.visits import Visit

pages = Pages()


@pages.get("/accounts", role=Role.ADMIN)
def listing(visit: Visit) -> Response:
    """List the accounts, with the form for another one."""
    return _listing(visit)


@pages.post("/accounts", role=Role.ADMIN)
def add(visit: Visit) -> Response:
    """Add an account: with a password that is shown now, or for a subject of the OpenID provider."""
    house = visit.house
    sub = visit.given("subject").strip()
    password = None if sub else generated()
    try:
        subject = house.provider.subject(sub) if sub and house.provider else None
        added = house.accounts.add(
            visit.given("name"),
            _role(visit.given("role")),
            visit.account.name,
            password=password,
            subject=subject,
            must_change=True,
        )
    except AccountError as error:
        return _listing(visit, problem=str(error), status=422)
    if password is None:
        return visit.go(f"/accounts/{added.name}")
    return visit.page("password_once.html", name=added.name, password=password)


@pages.get("/accounts/{name}", role=Role.ADMIN)
def one(visit: Visit) -> Response:
    """Show one account, and what can be done with it."""
    return _one(visit, _named(visit))


@pages.post("/accounts/{name}/role", role=Role.ADMIN)
def set_role(visit: Visit) -> Response:
    """Give the account another role."""
    found = _named(visit)
    try:
        visit.house.accounts.set_role(found.name, _role(visit.given("role")), visit.account.name)
    except AccountError as error:
        return _one(visit, found, str(error), 409)
    return visit.go(f"/accounts/{found.name}")


@pages.post("/accounts/{name}/disabled", role=Role.ADMIN)
def set_disabled(visit: Visit) -> Response:
    """Close the account, or open it again."""
    found = _named(visit)
    try:
        visit.house.accounts.set_disabled(found.name, visit.given("disabled") == "yes", visit.account.name)
    except AccountError as error:
        return _one(visit, found, str(error), 409)
    return visit.go(f"/accounts/{found.name}")


@pages.post("/accounts/{name}/reset", role=Role.ADMIN)
def reset(visit: Visit) -> Response:
    """Give the account a new password, shown now; its sessions end."""
    found = _named(visit)
    if found.name == visit.account.name:
        return _one(visit, found, "Your own password is changed on the page Password.", 409)
    password = generated()
    visit.house.accounts.set_password(found.name, password, visit.account.name, must_change=True)
    return visit.page("password_once.html", name=found.name, password=password)


@pages.post("/accounts/{name}/subject", role=Role.ADMIN)
def set_subject(visit: Visit) -> Response:
    """Link the account to a subject of the OpenID provider, or take the link away."""
    found = _named(visit)
    provider, sub = visit.house.provider, visit.given("subject").strip()
    if provider is None:
        raise Refusal(409, "No OpenID provider is set up: see HIP_CONSOLE_OIDC_ISSUER.")
    try:
        visit.house.accounts.set_subject(found.name, provider.subject(sub) if sub else None, visit.account.name)
    except AccountError as error:
        return _one(visit, found, str(error), 409)
    return visit.go(f"/accounts/{found.name}")


def _named(visit: Visit) -> Account:
    found = visit.house.accounts.get(visit.request.path_params["name"])
    if found is None:
        raise Refusal(404, "There is no account of that name.")
    return found


def _role(value: str) -> Role:
    try:
        return Role(value)
    except ValueError:
        raise AccountError(f"A role is one of {', '.join(Role)}.") from None


def _listing(visit: Visit, problem: str = "", status: int = 200) -> Response:
    return visit.page(
        "accounts.html",
        status,
        accounts=visit.house.accounts.all(),
        roles=list(Role),
        problem=problem,
        given={"name": visit.given("name"), "role": visit.given("role"), "subject": visit.given("subject")},
        has_provider=visit.house.provider is not None,
    )


def _one(visit: Visit, found: Account, problem: str = "", status: int = 200) -> Response:
    provider = visit.house.provider
    return visit.page(
        "account.html",
        status,
        found=found,
        roles=list(Role),
        problem=problem,
        open_sessions=visit.house.sessions.count(found.name),
        has_provider=provider is not None,
        sub=(found.oidc_subject or "").removeprefix(f"{provider.issuer} ") if provider else "",
    )
