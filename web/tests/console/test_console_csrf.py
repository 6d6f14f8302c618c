"""No form of another site is taken: token, origin, what the browser says about where it comes from."""

from __future__ import annotations

import pytest
from staff import Console, MakeConsole, paths
from test_console_roles import OIDC

from console.rendering import TEMPLATES
from console.roles import Role


@pytest.mark.parametrize("token", ["", "wrong", "é", "of another session"])
def test_no_form_is_taken_without_the_token_of_this_session(make_console: MakeConsole, token: str) -> None:
    console = make_console(**OIDC)
    console.add("someone", Role.ADMIN)
    other, staff = console.staff("other", Role.ADMIN), console.staff("anna", Role.ADMIN)
    before = console.audited()
    forms = paths(console, "POST")
    assert len(forms) >= 20
    for path in forms:
        answer = staff.post(path, token=other.token if token == "of another session" else token, name="x")
        assert answer.status_code == 403 and "out of date" in answer.text, path
    assert console.audited() == before
    assert staff.get("/").status_code == 200


def test_the_token_may_come_in_the_header_that_htmx_sends(console: Console) -> None:
    staff = console.staff("anna")
    assert f'X-CSRF-Token": "{staff.token}"' in staff.get("/").text
    right = staff.post("/password/sessions", token="", headers={"X-CSRF-Token": staff.token})
    wrong = staff.post("/password/sessions", token=staff.token, headers={"X-CSRF-Token": "wrong"})
    assert (right.status_code, wrong.status_code) == (303, 403)


def test_a_login_form_belongs_to_the_browser_it_was_given_to(console: Console) -> None:
    console.add("anna")
    thief, victim = console.staff(), console.staff()
    thief.get("/login")
    victim.get("/login")
    assert victim.post("/login", token=thief.token, name="anna", password="x").status_code == 403
    fresh = console.staff()
    assert fresh.post("/login", token=thief.token, name="anna", password="x").status_code == 403
    assert console.audited("login_failed") == [], "it was not even tried"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:9999"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://127.0.0.1:8001", "Sec-Fetch-Site": "same-origin"}, 303),
    ],
)
def test_where_a_form_comes_from(console: Console, headers: dict[str, str], status: int) -> None:
    staff = console.staff("anna")
    assert staff.post("/password/sessions", headers=headers).status_code == status


def test_every_form_in_a_page_brings_its_token(console: Console) -> None:
    for template in TEMPLATES.glob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert text.count('method="post"') == text.count("{{ token() }}"), template.name


def test_looking_changes_nothing(console: Console) -> None:
    staff = console.staff("anna", Role.ADMIN)
    console.add("someone")
    console.say("hip reduction")
    before = console.audited()
    for path in paths(console, "GET"):
        staff.get(path)
    assert console.audited() == before
