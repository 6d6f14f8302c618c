"""Accounts: what admins do with them, on both databases, and what each leaves in the log."""

from __future__ import annotations

import re
import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from staff import PASSWORD, Console, MakeConsole, Staff

from console.accounts import AccountError, Accounts
from console.roles import Role


@pytest.fixture
def both(make_console: MakeConsole, url: str) -> Console:
    return make_console(record_url=url)


@pytest.fixture
def admin(both: Console) -> Staff:
    return both.staff("anna", Role.ADMIN)


def shown_password(page: str) -> str:
    found = re.search(r"<code>([a-z2-9-]+)</code>", page)
    assert found, page
    return found[1]


def test_an_account_is_added_with_a_password_for_one_login(both: Console, admin: Staff) -> None:
    answer = admin.post("/accounts", name="Rita.K", role="reviewer")
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    given = shown_password(answer.text)
    assert given not in admin.get("/accounts").text + admin.get("/accounts/rita.k").text
    rita = both.staff()
    assert rita.login("rita.k", given).status_code == 303
    assert rita.get("/").headers["location"] == "/password"
    own = "four of my own words"
    assert rita.post("/password", present=given, new=own, again=own).headers["location"] == "/"
    assert rita.get("/").status_code == 200
    assert both.staff().login("rita.k", given).status_code == 403
    assert ("anna", "account_added", {"account": "rita.k", "role": "reviewer"}) in both.audited()
    assert given not in str(both.audited()) and own not in str(both.audited())


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"name": "anna", "role": "lead"}, "There is an account anna already"),
        ({"name": "x", "role": "lead"}, "2 to 40"),
        ({"name": "<script>", "role": "lead"}, "2 to 40"),
        ({"name": "unknown user", "role": "lead"}, "2 to 40"),
        ({"name": "Visitor", "role": "lead"}, "choose another name"),
        ({"name": "unknown", "role": "lead"}, "choose another name"),
        ({"name": "retention", "role": "lead"}, "choose another name"),
        ({"name": "rita", "role": "king"}, "reviewer, lead, admin"),
        ({"name": "", "role": ""}, "A role is one of"),
    ],
)
def test_an_account_that_cannot_be_is_refused(
    both: Console, admin: Staff, fields: dict[str, str], problem: str
) -> None:
    answer = admin.post("/accounts", **fields)
    assert answer.status_code == 422 and problem in answer.text
    assert "<script>" not in answer.text
    assert [each.name for each in both.house.accounts.all()] == ["anna"]


def test_a_role_is_changed(both: Console, admin: Staff) -> None:
    rita = both.staff("rita")
    assert admin.post("/accounts/rita/role", role="lead").status_code == 303
    assert rita.get("/").status_code == 303, "signed out"
    assert both.house.accounts.get("rita").role is Role.LEAD  # type: ignore[union-attr]
    details = {"account": "rita", "from": "reviewer", "to": "lead"}
    assert both.audited("account_role") == [("anna", "account_role", details)]
    admin.post("/accounts/rita/role", role="lead")
    assert len(both.audited("account_role")) == 1, "nothing changed, nothing noted"


def test_an_account_is_disabled_and_opened_again(both: Console, admin: Staff) -> None:
    both.add("rita")
    admin.post("/accounts/rita/disabled", disabled="yes")
    assert both.staff().login("rita").status_code == 403
    assert "disabled" in admin.get("/accounts").text
    admin.post("/accounts/rita/disabled", disabled="no")
    assert both.staff().login("rita").status_code == 303
    assert [(actor, action) for actor, action, _ in both.audited("account_disabled", "account_enabled")] == [
        ("anna", "account_disabled"),
        ("anna", "account_enabled"),
    ]


def test_a_password_is_reset(both: Console, admin: Staff) -> None:
    both.add("rita")
    given = shown_password(admin.post("/accounts/rita/reset").text)
    assert both.staff().login("rita").status_code == 403
    rita = both.staff()
    assert rita.login("rita", given).status_code == 303
    assert rita.get("/").headers["location"] == "/password"
    assert ("anna", "password_reset", {"account": "rita"}) in both.audited()
    assert "page Password" in admin.post("/accounts/anna/reset").text


@pytest.mark.parametrize(("path", "fields"), [("role", {"role": "lead"}), ("disabled", {"disabled": "yes"})])
def test_the_last_admin_stays(both: Console, admin: Staff, path: str, fields: dict[str, str]) -> None:
    both.add("away", Role.ADMIN)
    both.house.accounts.set_disabled("away", True, "test")
    answer = admin.post(f"/accounts/anna/{path}", **fields)
    assert answer.status_code == 409 and "last admin" in answer.text
    assert admin.get("/accounts").status_code == 200
    both.add("bert", Role.ADMIN)
    assert admin.post(f"/accounts/anna/{path}", **fields).status_code == 303


def able_through(issuer: str | None, subject: str, console: Console) -> Accounts:
    """Accounts of a console with this provider; bert is an admin who has only a subject."""
    house = console.house
    console.add("bert", Role.ADMIN, password=None, subject=subject)
    return Accounts(house.database, house.passwords, console.clock, issuer)


@pytest.mark.parametrize("issuer", [None, "https://another.example", "https://id.example"])
def test_the_last_admin_who_can_sign_in_stays(both: Console, admin: Staff, issuer: str | None) -> None:
    accounts = able_through(issuer, "https://id.example.org 7", both)
    with pytest.raises(AccountError, match="last admin that can sign in"):
        accounts.set_disabled("anna", True, "test")
    with pytest.raises(AccountError, match="last admin that can sign in"):
        accounts.set_role("anna", Role.LEAD, "test")


def test_an_admin_who_signs_in_through_the_provider_counts(both: Console, admin: Staff) -> None:
    accounts = able_through("https://id.example.org", "https://id.example.org 7", both)
    accounts.set_disabled("anna", True, "test")
    with pytest.raises(AccountError, match="last admin that can sign in"):
        accounts.set_disabled("bert", True, "test")


def test_a_link_is_checked_where_it_is_changed(both: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    both.add("rita", password=None, subject="7")

    def another() -> None:
        raise AssertionError("a second connection")

    monkeypatch.setattr(both.house.database, "reading", another)
    with pytest.raises(AccountError, match="has no password"):
        both.house.accounts.set_subject("rita", None, "test")


def test_two_admins_cannot_disable_each_other_at_once(both: Console) -> None:
    both.add("anna", Role.ADMIN)
    both.add("bert", Role.ADMIN)
    refused: list[str] = []
    start = threading.Barrier(2)

    def disable(name: str) -> None:
        start.wait()
        try:
            both.house.accounts.set_disabled(name, True, "test")
        except AccountError:
            refused.append(name)

    threads = [threading.Thread(target=disable, args=(name,)) for name in ("anna", "bert")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(refused) == 1
    assert len([each for each in both.house.accounts.all() if not each.disabled]) == 1


def test_two_accounts_of_one_name_at_once(both: Console) -> None:
    refused: list[str] = []
    start = threading.Barrier(4)

    def add(number: int) -> None:
        start.wait()
        try:
            both.add("rita", password=f"{PASSWORD} {number}")
        except AccountError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(refused) == 3


def test_an_account_that_is_not_there(admin: Staff) -> None:
    assert admin.get("/accounts/nobody").status_code == 404
    assert admin.post("/accounts/nobody/reset").status_code == 404
    assert admin.post("/accounts/anna/subject", subject="x").status_code == 409, "no provider"


def test_the_log_cannot_be_changed(both: Console, admin: Staff) -> None:
    for statement in ("UPDATE audit SET actor = 'x'", "DELETE FROM audit"):
        with both.house.database.writing() as connection, pytest.raises(DatabaseError):
            connection.execute(text(statement))
    assert both.audited("login")


def test_the_log_is_filtered_and_paged(both: Console, admin: Staff) -> None:
    for number in range(60):
        both.add(f"rita{number}")
    both.clock.forward(days=2)
    admin.login("anna")
    first = admin.get("/audit")
    assert first.text.count("<tr>") == 51, "50 and the heading"
    older = re.search(r'href="(/audit\?before=\d+)">Older', first.text)
    assert older
    second = admin.get(older[1])
    assert "Older" not in second.text and ">Newest<" in second.text
    assert first.text.count("<tr>") + second.text.count("<tr>") - 2 == len(both.audited())
    assert admin.get("/audit?actor=ANNA&action=login").text.count("<tr>") == 3
    assert admin.get("/audit?action=login&since=2026-11-28").text.count("<tr>") == 2
    assert admin.get("/audit?action=login&until=2026-11-26").text.count("<tr>") == 2
    assert "Nothing was noted" in admin.get("/audit?actor=nobody").text


@pytest.mark.parametrize(
    "query",
    [
        "since=tomorrow",
        "until=9999-12-31",
        "before=x",
        "before=-1",
        "before=9223372036854775808",
        "before=²",
        "before=" + "9" * 5000,
    ],
)
def test_a_strange_filter_is_refused_or_finds_nothing(admin: Staff, query: str) -> None:
    assert admin.get(f"/audit?{query}").status_code in (200, 400)


@pytest.mark.parametrize("name", ["actor", "action", "conversation"])
def test_what_is_filtered_by_is_text_only(admin: Staff, name: str) -> None:
    page = admin.ask("GET", "/audit", params={name: '"><script>alert(1)</script>\0'}).text
    assert "<script>alert" not in page and ("&#34;&gt;&lt;script&gt;" in page or name == "action")
