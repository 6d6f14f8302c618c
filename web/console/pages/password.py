"""Everybody's own password and sessions."""

from __future__ import annotations

from starlette.responses import Response

from console import cookies
from console.passwords import SHORTEST, WeakPasswordError, check_new
from console.roles import Role
from console.routing import Pages
from console.signing_in import Refused
from console.visits import Visit

pages = Pages()

#: Whoever holds the session of such an account could else add a way in of their own: nothing is asked that they do not have.
NONE = "This account signs in through your organisation and has no password. An admin can give it one."


@pages.get("/password", role=Role.REVIEWER)
def form(visit: Visit) -> Response:
    """Show the form."""
    return _form(visit, done=visit.asked("done"))


@pages.post("/password", role=Role.REVIEWER)
def change(visit: Visit) -> Response:
    """Change the password; every other session of the account ends, and this one gets a new token."""
    house, account = visit.house, visit.account
    if not account.has_password:
        return _form(visit, NONE, status=409)
    new = visit.given("new")
    try:
        house.signing_in.confirm(account, visit.given("present"), visit.address)
        if new != visit.given("again"):
            raise WeakPasswordError("The two new passwords are not the same.")
        if new == visit.given("present"):
            raise WeakPasswordError("The new password is the present one.")
        check_new(new, account.name)
    except Refused as refused:
        return _form(visit, refused.message, status=429 if refused.wait else 422)
    except WeakPasswordError as error:
        return _form(visit, str(error), status=422)
    house.accounts.set_password(account.name, new, account.name)
    response = visit.go("/" if account.must_change else "/password?done=password")
    cookies.keep_session(response, house.signing_in.again(account), house.settings)
    return response


@pages.post("/password/sessions", role=Role.REVIEWER)
def sign_out_elsewhere(visit: Visit) -> Response:
    """End the account's other sessions."""
    visit.house.signing_in.out_elsewhere(visit.open_session)
    return visit.go("/password?done=sessions")


def _form(visit: Visit, problem: str = "", done: str = "", status: int = 200) -> Response:
    others = visit.house.sessions.count(visit.account.name) - 1
    return visit.page("password.html", status, problem=problem, done=done, others=others, shortest=SHORTEST)
