"""Signing in and out: one answer for everything that is wrong, limits, and a row in the log for each."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from staff import HASHER, LOCAL, PASSWORD, Console, MakeConsole

from console import passwords, throttle
from console.roles import Role
from console.signing_in import WRONG
from installation.limits import network

WRONG_PASSWORD = "four unrelated wrong words"


def test_the_right_password_opens_a_session(console: Console) -> None:
    console.add("anna")
    staff = console.staff()
    answer = staff.login("  ANNA ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Hello, anna" in staff.get("/").text
    assert console.audited("login") == [("anna", "login", {"method": "password", "address": "127.0.0.1"})]


def no_such(_console: Console) -> tuple[str, str]:
    return "nobody", PASSWORD


def wrong_password(console: Console) -> tuple[str, str]:
    return console.add("nobody"), WRONG_PASSWORD


def disabled(console: Console) -> tuple[str, str]:
    console.add("nobody")
    console.house.accounts.set_disabled("nobody", True, "test")
    return "nobody", PASSWORD


def without_password(console: Console) -> tuple[str, str]:
    return console.add("nobody", password=None, subject="https://id.example.org 7"), PASSWORD


def overlong(console: Console) -> tuple[str, str]:
    return console.add("nobody"), PASSWORD * 1000


FAILURES = [no_such, wrong_password, disabled, without_password, overlong]


@pytest.mark.parametrize("failure", FAILURES)
def test_all_failures_look_the_same(
    make_console: MakeConsole, failure: Callable[[Console], tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    console = make_console()
    staff = console.staff()
    staff.get("/login")
    name, password = failure(console)
    verified: list[str] = []
    verify = PasswordHasher.verify

    def spy(hasher: PasswordHasher, stored: str, given: str) -> bool:
        verified.append(stored)
        return verify(hasher, stored, given)

    monkeypatch.setattr(PasswordHasher, "verify", spy)
    answer = staff.post("/login", name=name, password=password)
    assert answer.status_code == 403 and WRONG in answer.text
    assert "console" not in staff.cookies, "no session"
    text = re.sub(r'name="csrf" value="[^"]+"|X-CSRF-Token": "[^"]+"', "", answer.text)
    assert "disabled" not in text and "unknown" not in text
    assert len(verified) == 1, "the same work"
    assert verified[0].startswith("$argon2id$v=19$m=8,t=1,p=1$")


def test_the_log_says_why_but_not_what_was_typed(console: Console) -> None:
    console.add("anna")
    staff = console.staff()
    staff.login("anna", WRONG_PASSWORD)
    staff.login("a password in the wrong field", "anna")
    assert console.audited("login_failed") == [
        ("anna", "login_failed", {"reason": "wrong password", "address": "127.0.0.1"}),
        ("unknown", "login_failed", {"reason": "unknown name", "address": "127.0.0.1"}),
    ]


@pytest.mark.parametrize("name", ["anna", "nobody"])
def test_one_name_is_tried_only_so_often_from_one_address(make_console: MakeConsole, name: str) -> None:
    console = make_console(console_limit_account="3/minute")
    console.add("anna")
    answers = [console.staff(address="10.0.0.1").login(name, WRONG_PASSWORD) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [403, 403, 403, 429, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert "Too many attempts: wait" in answers[-1].text
    assert console.staff(address="10.0.0.1").login(name).status_code == 429, "not even with the right password"


def test_nobody_elsewhere_keeps_somebody_out(make_console: MakeConsole) -> None:
    console = make_console(console_limit_account="3/minute")
    anna = console.staff("anna", address="10.0.0.2")
    for _ in range(6):
        console.staff(address="10.0.0.1").login("anna", WRONG_PASSWORD)
    assert console.staff(address="10.0.0.2").login("anna").status_code == 303
    new = "another four plain words"
    assert anna.post("/password", present=PASSWORD, new=new, again=new).status_code == 303, "nor from changing it"


@pytest.mark.parametrize("name", ["anna", "nobody"])
def test_one_name_is_tried_only_so_often_from_everywhere(
    make_console: MakeConsole, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(throttle, "EVERYWHERE", "3/minute")
    console = make_console()
    console.add("anna")
    tries = [console.staff(address=f"10.0.0.{number}").login(name, WRONG_PASSWORD) for number in range(5)]
    assert [answer.status_code for answer in tries] == [403, 403, 403, 429, 429]


def test_one_address_tries_only_so_often_and_locks_nobody_out(make_console: MakeConsole) -> None:
    console = make_console(console_limit_address="3/minute", console_limit_account="3/minute")
    console.add("anna")
    flood = [
        console.staff(address="10.0.0.1").login(f"name{number}", WRONG_PASSWORD).status_code for number in range(5)
    ]
    assert flood == [403, 403, 403, 429, 429]
    for _ in range(5):
        assert console.staff(address="10.0.0.1").login("anna", WRONG_PASSWORD).status_code == 429
    assert console.staff(address="10.0.0.2").login("anna").status_code == 303


def test_a_household_of_ipv6_is_one_address(make_console: MakeConsole) -> None:
    console = make_console(console_limit_address="2/minute")
    tries = [console.staff(address=f"2001:db8:0:7::{number}").login("nobody").status_code for number in (1, 2, 3)]
    assert tries == [403, 403, 429]
    assert console.staff(address="2001:db8:0:8::1").login("nobody").status_code == 403
    assert network("::ffff:10.0.0.1") == "10.0.0.1" and network("unknown") == "unknown"


def test_a_flood_does_not_fill_the_log(make_console: MakeConsole) -> None:
    console = make_console(console_limit_account="2/minute")
    console.add("anna")
    for _ in range(20):
        console.staff().login("anna", WRONG_PASSWORD)
    reasons = [details["reason"] for _, _, details in console.audited("login_failed")]
    assert reasons == ["wrong password", "wrong password", "too many attempts"]


def test_a_flood_of_names_does_not_fill_the_log(make_console: MakeConsole) -> None:
    console = make_console(console_limit_address="2/minute")
    for number in range(20):
        console.staff().login(f"name{number}", WRONG_PASSWORD)
    reasons = [details["reason"] for _, _, details in console.audited("login_failed")]
    assert reasons == ["unknown name", "unknown name", "too many attempts"]


def test_signing_out_ends_the_session_on_the_server(console: Console) -> None:
    staff = console.staff("anna")
    kept = dict(staff.cookies)
    answer = staff.post("/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert "console" not in staff.cookies
    staff.cookies.update(kept)
    assert staff.get("/").status_code == 303
    assert console.audited("logout") == [("anna", "logout", {})]


@pytest.mark.parametrize(
    "after",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "evil",
        "/\n/x",
        "///x",
        "//[",
        "http://[",
    ],
)
def test_nobody_is_sent_elsewhere(console: Console, after: str) -> None:
    console.add("anna")
    staff = console.staff()
    assert staff.login("anna", next=after).headers["location"] == "/"
    assert staff.ask("GET", "/login", params={"next": after}).headers["location"] == "/"


def test_one_comes_back_to_the_page_that_was_asked_for(console: Console) -> None:
    console.add("anna", Role.ADMIN)
    staff = console.staff()
    sent = staff.get("/audit?actor=anna&action=login").headers["location"]
    assert 'value="/audit?actor=anna&amp;action=login"' in staff.get(sent).text
    assert (
        staff.login("anna", next="/audit?actor=anna&action=login").headers["location"]
        == "/audit?actor=anna&action=login"
    )


def test_a_planted_session_is_never_taken_up(console: Console) -> None:
    thief, victim = console.staff("thief"), console.staff()
    console.add("anna")
    victim.cookies.set("console", thief.cookies["console"], domain="127.0.0.1", path="/")
    victim.get("/password")
    assert victim.post("/login", name="anna", password=PASSWORD).status_code == 303
    assert victim.cookies["console"] != thief.cookies["console"]
    assert thief.get("/").status_code == 303, "and it has ended"


def test_cookies_by_http_and_by_https(make_console: MakeConsole) -> None:
    console = make_console()
    console.add("anna")
    answer = console.staff().login("anna")
    assert "console=" in answer.headers["set-cookie"] and "Secure" not in answer.headers["set-cookie"]
    secure = make_console(console_url="https://review.example.org", record_url=console.settings.record_url)
    staff = secure.staff(base="https://review.example.org")
    answer = staff.login("anna")
    begun = next(value for value in answer.headers.get_list("set-cookie") if value.startswith("__Host-console="))
    for attribute in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
        assert attribute in begun
    assert "Domain" not in begun and "Max-Age" not in begun
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert staff.get("/").status_code == 200


def test_an_old_hash_is_made_anew(console: Console) -> None:
    old = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    console.add("anna")
    with console.house.database.writing() as connection:
        connection.exec_driver_sql("UPDATE accounts SET password_hash = ?", (old,))
        connection.commit()
    assert console.staff().login("anna").status_code == 303
    renewed = console.house.accounts.stored_hash("anna")
    assert renewed != old and renewed and HASHER.verify(renewed, PASSWORD)


def test_passwords_are_argon2id_as_the_library_recommends() -> None:
    hashed = passwords.Passwords().hash(PASSWORD)
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_composed_and_a_decomposed_password_are_the_same(console: Console) -> None:
    console.add("anna", password="caf\u00e9 au lait every day")
    assert console.staff().login("anna", "cafe\u0301 au lait every day").status_code == 303


@pytest.mark.parametrize("password", ["short", "a" * 12, "x" * 257, "my name is Anna!"])
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(passwords.WeakPasswordError):
        passwords.check_new(password, "anna")


def test_generated_passwords_are_good_and_differ() -> None:
    made = {passwords.generated() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        passwords.check_new(password, "anna")
        assert re.fullmatch(r"([a-z2-9]{4}-){4}[a-z2-9]{4}", password)


def test_a_console_of_another_name_is_not_reached(console: Console) -> None:
    answer = console.staff(base="http://rebound.example:8001").get("/login")
    assert answer.status_code == 400 and "HIP_CONSOLE_URL" in answer.text
    assert console.staff(base=LOCAL.replace("127.0.0.1", "localhost")).get("/login").status_code == 200
