"""Sessions end: after a time without a request, after a time at all, with the account, with a change of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from staff import PASSWORD, Console, MakeConsole

from console.accounts import Accounts
from console.roles import Role
from transcripts.staff.review_models import accounts, sessions


def is_in(staff: object) -> bool:
    return staff.get("/").status_code == 200  # type: ignore[attr-defined]


@pytest.fixture
def both(make_console: MakeConsole, url: str) -> Console:
    return make_console(record_url=url)


def test_the_database_holds_no_token(both: Console) -> None:
    staff = both.staff("anna")
    token = staff.cookies["console"]
    with both.house.database.reading() as connection:
        (row,) = connection.execute(select(sessions)).all()
    assert row.digest == hashlib.sha256(token.encode()).hexdigest()
    assert token not in map(str, row)
    assert len(token) >= 43, "256 bits"


def test_a_session_ends_after_half_an_hour_of_nothing(both: Console) -> None:
    staff = both.staff("anna")
    for _ in range(5):
        both.clock.forward(minutes=29)
        assert is_in(staff)
    both.clock.forward(minutes=30)
    assert not is_in(staff)


def test_a_session_ends_after_twelve_hours_of_work(both: Console) -> None:
    staff = both.staff("anna")
    for _ in range(12 * 4 - 1):
        both.clock.forward(minutes=15)
        assert is_in(staff)
    both.clock.forward(minutes=15)
    assert not is_in(staff)


def test_most_requests_write_nothing(both: Console) -> None:
    staff = both.staff("anna")

    def last_at() -> object:
        with both.house.database.reading() as connection:
            return connection.execute(select(sessions.c.last_at)).scalar_one()

    before = last_at()
    both.clock.forward(seconds=59)
    assert is_in(staff) and last_at() == before
    both.clock.forward(seconds=1)
    assert is_in(staff) and last_at() == both.clock.time


def test_sessions_that_are_over_are_removed_at_the_next_login(both: Console) -> None:
    both.staff("anna")
    both.clock.forward(minutes=31)
    both.staff("bert")
    with both.house.database.reading() as connection:
        assert [row.account for row in connection.execute(select(sessions)).all()] == ["bert"]


def test_a_session_of_a_disabled_account_is_none_even_if_it_was_begun_meanwhile(both: Console) -> None:
    staff = both.staff("anna")
    with both.house.database.writing() as connection:
        connection.execute(update(accounts).values(disabled=True))
        connection.commit()
    assert not is_in(staff)


def disable(of: Accounts) -> None:
    of.set_disabled("anna", True, "boss")


def demote(of: Accounts) -> None:
    of.set_role("anna", Role.REVIEWER, "boss")


def reset(of: Accounts) -> None:
    of.set_password("anna", PASSWORD, "boss", must_change=True)


def link(of: Accounts) -> None:
    of.set_subject("anna", "https://id.example.org 7", "boss")


@pytest.mark.parametrize("change", [disable, demote, reset, link])
def test_a_change_of_the_account_ends_its_sessions(both: Console, change: Callable[[Accounts], None]) -> None:
    both.add("boss", Role.ADMIN)
    first, other = both.staff("anna", Role.LEAD), both.staff("bert")
    second = both.staff()
    second.login("anna")
    change(both.house.accounts)
    assert not is_in(first) and not is_in(second) and is_in(other)


def test_changing_ones_own_password_keeps_this_session_with_a_new_token(both: Console) -> None:
    here, there = both.staff("anna"), both.staff()
    there.login("anna")
    before = here.cookies["console"]
    new = "another four plain words"
    answer = here.post("/password", present=PASSWORD, new=new, again=new)
    assert (answer.status_code, answer.headers["location"]) == (303, "/password?done=password")
    assert is_in(here) and here.cookies["console"] != before and not is_in(there)
    assert both.staff().login("anna").status_code == 403
    assert both.staff().login("anna", new).status_code == 303
    assert ("anna", "password_changed", {"account": "anna"}) in both.audited()


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"present": "something else", "new": "another four plain words"}, "Your present password is not right."),
        ({"present": PASSWORD, "new": "short"}, "at least 12 characters"),
        ({"present": PASSWORD, "new": PASSWORD}, "is the present one"),
        ({"present": PASSWORD, "new": "another four plain words", "again": "yet another"}, "are not the same"),
    ],
)
def test_a_password_is_not_changed_for_nothing(console: Console, fields: dict[str, str], problem: str) -> None:
    staff = console.staff("anna")
    answer = staff.post("/password", **{"again": fields["new"], **fields})
    assert answer.status_code == 422 and problem in answer.text
    assert console.staff().login("anna").status_code == 303


def test_guessing_the_present_password_is_throttled(make_console: MakeConsole) -> None:
    console = make_console(console_limit_account="3/minute")
    staff = console.staff("anna")
    new = "another four plain words"
    answers = [staff.post("/password", present=f"guess {number}", new=new, again=new) for number in range(4)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 429]


def test_signing_out_everywhere_else(both: Console) -> None:
    here, there = both.staff("anna"), both.staff()
    there.login("anna")
    assert "in 1 other place" in here.get("/password").text
    assert here.post("/password/sessions").status_code == 303
    assert is_in(here) and not is_in(there)
    assert ("anna", "logout_elsewhere", {"sessions": 1}) in both.audited()
