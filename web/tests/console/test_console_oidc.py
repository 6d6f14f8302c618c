"""Signing in through an OpenID provider, against a stand-in on loopback: what holds, and everything that must not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from oidc_provider import CLIENT, SECRET, FakeProvider
from staff import LOCAL, Console, MakeConsole, Staff

from console.roles import Role

CALLBACK = f"{LOCAL}/oidc/callback"


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    fake = FakeProvider(CALLBACK)
    fake.start()
    try:
        yield fake
    finally:
        fake.stop()


@pytest.fixture
def linked(make_console: MakeConsole, provider: FakeProvider) -> Console:
    """A console with the provider, and anna, whose subject it vouches for."""
    console = make_console(console_oidc_issuer=provider.issuer, console_oidc_client=CLIENT, console_oidc_secret=SECRET)
    console.add("anna", Role.LEAD, password=None, subject=f"{provider.issuer} {provider.sub}")
    return console


def away(staff: Staff, path: str = "/oidc/start") -> str:
    """Go to the provider, and return the address that it sends the browser back to."""
    sent = staff.get(path)
    assert sent.status_code == 302, sent.text
    back = httpx.get(sent.headers["location"], trust_env=False, follow_redirects=False).headers["location"]
    assert back.startswith(CALLBACK)
    return back.removeprefix(LOCAL)


def is_refused(console: Console, staff: Staff, answer: httpx.Response) -> bool:
    assert answer.status_code == 403 and "console" not in staff.cookies
    assert [action for _, action, _ in console.audited("login")] == []
    return staff.get("/").status_code == 303


def test_whoever_is_vouched_for_is_signed_in(linked: Console, provider: FakeProvider) -> None:
    staff = linked.staff()
    assert 'href="/oidc/start?next=/"' in staff.get("/login").text
    answer = staff.get(away(staff, "/oidc/start?next=/password"))
    assert answer.status_code == 200, "no redirect: the Strict cookie would not come along from another site"
    assert '<meta http-equiv="refresh" content="0; url=/password">' in answer.text
    assert "Hello, anna" in staff.get("/").text
    assert linked.audited("login") == [("anna", "login", {"method": "oidc", "address": "127.0.0.1"})]
    assert "console-oidc" not in staff.cookies, "state, nonce and verifier are gone"


def test_state_nonce_and_challenge_are_new_each_time(linked: Console, provider: FakeProvider) -> None:
    for _ in range(2):
        away(linked.staff())
    first, second = provider.asked
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]


def test_the_cookie_of_the_way_there_is_no_session(linked: Console) -> None:
    staff = linked.staff()
    cookie = staff.get("/oidc/start").headers["set-cookie"]
    assert cookie.startswith("console-oidc=") and "path=/oidc" in cookie
    for attribute in ("httponly", "samesite=lax", "Max-Age=600"):
        assert attribute.lower() in cookie.lower()


def test_a_subject_without_account_is_refused(linked: Console, provider: FakeProvider) -> None:
    provider.sub = "somebody else"
    staff = linked.staff()
    answer = staff.get(away(staff))
    assert is_refused(linked, staff, answer) and "Ask an admin to link it" in answer.text
    assert linked.audited("login_failed") == [
        ("unknown", "login_failed", {"reason": "unknown subject", "address": "127.0.0.1"})
    ]


def test_a_disabled_account_is_refused(linked: Console) -> None:
    linked.house.accounts.set_disabled("anna", True, "test")
    staff = linked.staff()
    assert is_refused(linked, staff, staff.get(away(staff)))
    assert linked.audited("login_failed")[0][0] == "anna"


def test_the_same_subject_of_another_provider_is_nobody(linked: Console, provider: FakeProvider) -> None:
    linked.house.accounts.set_subject("anna", f"https://elsewhere.example {provider.sub}", "test")
    staff = linked.staff()
    assert is_refused(linked, staff, staff.get(away(staff)))


SPOILT: list[dict[str, Any]] = [
    {"nonce": "of another login"},
    {"nonce": None},
    {"aud": "another client"},
    {"aud": ["another client"], "azp": CLIENT},
    {"aud": None},
    {"iss": "https://elsewhere.example"},
    {"iss": None},
    {"exp": 1_700_000_000},  # long ago
    {"exp": None},
    {"sub": None},
    {"sub": ""},
]


@pytest.mark.parametrize("claims", SPOILT, ids=str)
def test_a_token_with_a_wrong_claim_is_refused(linked: Console, provider: FakeProvider, claims: dict[str, Any]) -> None:
    provider.spoil = claims
    staff = linked.staff()
    assert is_refused(linked, staff, staff.get(away(staff)))
    assert linked.audited("login_failed")[0][0] == "unknown"


@pytest.mark.parametrize("forgery", ["key", "none", "secret"])
def test_a_token_that_is_not_signed_by_the_provider_is_refused(
    linked: Console, provider: FakeProvider, forgery: str
) -> None:
    provider.forge, provider.algorithms = forgery, ["RS256", "HS256", "none"]
    staff = linked.staff()
    assert is_refused(linked, staff, staff.get(away(staff)))


def test_an_answer_without_token_is_refused(linked: Console, provider: FakeProvider) -> None:
    provider.without_token = True
    staff = linked.staff()
    assert is_refused(linked, staff, staff.get(away(staff)))


@pytest.mark.parametrize("change", [{"state": "another"}, {"state": ""}, {"code": "another"}, {"code": ""}])
def test_an_answer_to_another_question_is_refused(linked: Console, change: dict[str, str]) -> None:
    staff = linked.staff()
    back = urlsplit(away(staff))
    asked = {name: values[0] for name, values in parse_qs(back.query).items()}
    assert is_refused(linked, staff, staff.get(f"{back.path}?{urlencode({**asked, **change})}"))


def test_a_stolen_answer_is_worth_nothing_in_another_browser(linked: Console, provider: FakeProvider) -> None:
    back = away(linked.staff())
    victim = linked.staff()
    assert is_refused(linked, victim, victim.get(back))
    away(victim)
    assert is_refused(linked, victim, victim.get(back)), "nor with a login of its own on the way"
    assert provider.exchanged == 0


def test_an_answer_works_once(linked: Console) -> None:
    staff = linked.staff()
    back = away(staff)
    assert staff.get(back).status_code == 200
    staff.post("/logout", token=staff.get("/password").text.split('name="csrf" value="')[1].split('"')[0])
    assert staff.get(back).status_code == 403


def test_a_changed_cookie_is_no_cookie(linked: Console) -> None:
    staff = linked.staff()
    back = away(staff)
    cookie = staff.cookies["console-oidc"]
    staff.cookies.delete("console-oidc")
    staff.cookies.set("console-oidc", "e30" + cookie[3:], domain="127.0.0.1", path="/oidc")
    assert is_refused(linked, staff, staff.get(back))


def test_whoever_cancels_there_is_told(linked: Console, provider: FakeProvider) -> None:
    provider.cancelled = True
    staff = linked.staff()
    answer = staff.get(away(staff))
    assert is_refused(linked, staff, answer) and "did not work" in answer.text


def test_new_keys_of_the_provider_are_fetched(linked: Console, provider: FakeProvider) -> None:
    first = linked.staff()
    assert first.get(away(first)).status_code == 200
    provider.new_key()
    second = linked.staff()
    assert second.get(away(second)).status_code == 200


def test_a_provider_that_is_down_or_another_one_is_no_way_in(linked: Console, provider: FakeProvider) -> None:
    provider.named = "https://elsewhere.example"
    assert linked.staff().get("/oidc/start").status_code == 500
    provider.stop()
    answer = linked.staff().get("/oidc/start")
    assert answer.status_code == 500 and "did not work" in answer.text
    assert linked.staff().get("/login").status_code == 200, "passwords still work"


def test_a_password_is_no_way_in_for_an_account_without(linked: Console) -> None:
    assert linked.staff().login("anna", "").status_code == 403


def test_an_account_without_password_gives_itself_none(linked: Console) -> None:
    staff = linked.staff()
    staff.get(away(staff))
    page = staff.get("/password")
    assert 'name="new"' not in page.text and "has no password" in page.text
    new = "four of my own words"
    answer = staff.post("/password", present="", new=new, again=new)
    assert answer.status_code == 409 and "An admin can give it one" in answer.text
    assert linked.house.accounts.stored_hash("anna") is None
    assert linked.audited("password_changed") == []
    assert linked.staff().login("anna", new).status_code == 403


def test_a_flood_of_answers_does_not_fill_the_log(linked: Console) -> None:
    for _ in range(20):
        assert linked.staff().get("/oidc/callback").status_code == 403
    reason = "the OpenID provider vouched for nobody"
    assert linked.audited("login_failed") == [("unknown", "login_failed", {"reason": reason, "address": "127.0.0.1"})]


@pytest.mark.parametrize(("path", "status"), [("/oidc/start", 302), ("/oidc/callback", 403)])
def test_each_step_is_taken_only_so_often_from_one_address(
    make_console: MakeConsole, provider: FakeProvider, path: str, status: int
) -> None:
    settings = {"console_oidc_issuer": provider.issuer, "console_oidc_client": CLIENT, "console_oidc_secret": SECRET}
    console = make_console(console_limit_address="3/minute", **settings)
    answers = [console.staff(address="10.0.0.1").get(path) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [status] * 3 + [429] * 2
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert console.staff(address="10.0.0.2").get(path).status_code == status
    assert console.staff(address="10.0.0.1").login("nobody").status_code == 403, "passwords have a limit of their own"


def test_an_admin_links_and_unlinks(linked: Console, provider: FakeProvider) -> None:
    admin = linked.staff("boss", Role.ADMIN)
    answer = admin.post("/accounts", name="rita", role="reviewer", subject="7")
    assert (answer.status_code, answer.headers["location"]) == (303, "/accounts/rita")
    assert 'value="7"' in admin.get("/accounts/rita").text
    assert admin.post("/accounts/rita/subject", subject=provider.sub).status_code == 409, "that is anna's"
    assert admin.post("/accounts/rita/subject", subject="").status_code == 409, "it could not sign in"
    assert admin.post("/accounts/rita/subject", subject="8").status_code == 303
    provider.sub = "8"
    staff = linked.staff()
    staff.get(away(staff))
    assert "Hello, rita" in staff.get("/").text
    assert [actor for actor, _, _ in linked.audited("account_linked")] == ["boss"]


def test_after_is_local_too(linked: Console) -> None:
    staff = linked.staff()
    answer = staff.get(away(staff, "/oidc/start?next=https://evil.example"))
    assert 'content="0; url=/"' in answer.text


def test_without_a_provider_there_is_nothing_of_it(console: Console) -> None:
    assert console.staff().get("/oidc/start").status_code == 404
    assert "oidc" not in console.staff().get("/login").text
