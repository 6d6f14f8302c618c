"""Every page declares who may see it, and nobody else does: each page x role."""

from __future__ import annotations

import pytest
from staff import Console, MakeConsole, path_of
from starlette.routing import Mount

from console.roles import Role
from console.routing import PUBLIC, PageRoute, Pages
from transcripts.staff.filtering import Filters

OIDC = {
    "console_oidc_issuer": "https://id.example.org",
    "console_oidc_client": "console",
    "console_oidc_secret": "a secret",
}
#: Pages that anybody may see; a new one is added here on purpose.
PUBLIC_PAGES = {"/health", "/ready", "/login", "/oidc/start", "/oidc/callback"}


@pytest.fixture
def full(make_console: MakeConsole) -> Console:
    console = make_console(**OIDC)
    console.add("someone", Role.ADMIN)
    console.say("hip reduction")
    console.house.review.stop_replay(console.house.review.replay_filtered(Filters(), "test"), "test")
    return console


def routes(console: Console) -> list[PageRoute]:
    found = [route for route in console.app.routes if not (isinstance(route, Mount) and route.path == "/static")]
    assert all(isinstance(route, PageRoute) for route in found), "a route without a role"
    return found


def method(route: PageRoute) -> str:
    return "POST" if route.methods and "POST" in route.methods else "GET"


def test_only_these_pages_are_public(full: Console) -> None:
    assert {route.path for route in routes(full) if route.role is PUBLIC} == PUBLIC_PAGES


def test_a_page_cannot_be_declared_without_a_role() -> None:
    with pytest.raises(TypeError):
        Pages().get("/open")  # type: ignore[call-arg]


def test_strangers_are_sent_to_the_login_and_back(full: Console) -> None:
    stranger = full.staff()
    for route in routes(full):
        if route.role is PUBLIC:
            continue
        stranger.get("/login")
        answer = stranger.get(path_of(route)) if method(route) == "GET" else stranger.post(path_of(route))
        assert answer.status_code == 303, route.path
        wanted = path_of(route) if method(route) == "GET" else "/"
        assert answer.headers["location"] == f"/login?next={wanted.replace('/', '%2F')}"


@pytest.mark.parametrize("role", list(Role))
def test_each_page_is_open_to_its_roles_and_closed_to_the_others(full: Console, role: Role) -> None:
    tried = 0
    for number, route in enumerate(routes(full)):
        if route.role is PUBLIC:
            continue
        staff = full.staff(f"{role}{number}", role)  # anew for each: one of the pages signs out
        before = full.audited()
        answer = staff.get(path_of(route)) if method(route) == "GET" else staff.post(path_of(route))
        if role.includes(route.role):
            assert answer.status_code not in (401, 403, 404, 405, 500), (role, route.path)
        else:
            assert answer.status_code == 403, (role, route.path)
            assert f"for the role {route.role}" in answer.text
            assert full.audited() == before, "and nothing has changed"
        tried += 1
    assert tried >= 26


@pytest.mark.parametrize("role", list(Role))
def test_whoever_has_to_choose_a_password_can_do_nothing_else(full: Console, role: Role) -> None:
    full.add("fresh", role, must_change=True)
    staff = full.staff()
    staff.login("fresh")
    for route in routes(full):
        if route.role is PUBLIC or route.path in ("/password", "/logout"):
            continue
        answer = staff.get(path_of(route)) if method(route) == "GET" else staff.post(path_of(route))
        assert (answer.status_code, answer.headers["location"]) == (303, "/password"), route.path
    assert "Choose a password" in staff.get("/password").text


def test_each_role_includes_those_before_it() -> None:
    included = {role: [other for other in Role if role.includes(other)] for role in Role}
    assert included == {
        Role.REVIEWER: [Role.REVIEWER],
        Role.LEAD: [Role.REVIEWER, Role.LEAD],
        Role.ADMIN: [Role.REVIEWER, Role.LEAD, Role.ADMIN],
    }


def test_the_bar_leads_only_where_somebody_may_go(console: Console) -> None:
    assert "/accounts" not in console.staff("rita", Role.REVIEWER).get("/").text
    admin = console.staff("anna", Role.ADMIN).get("/").text
    assert 'href="/accounts"' in admin and 'href="/audit"' in admin
