"""`python -m console.user`: the first account, and what may be done where no page is reached."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from servers import WEB
from staff import PASSWORD, Console

from console import user
from console.roles import Role


@pytest.fixture(autouse=True)
def _environment(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIP_RECORD_URL", str(console.settings.record_url))
    monkeypatch.setenv("HIP_CONSOLE_KEY", "a key of the tests, long enough for it")


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, typed: str = "") -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    return user.main(arguments)


def test_the_first_account_can_sign_in(
    console: Console, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "add", "anna", "--role", "admin", typed=f"{PASSWORD}\n") == 0
    assert capsys.readouterr().out == "anna: admin, password\n"
    staff = console.staff()
    assert staff.login("anna").status_code == 303
    assert staff.get("/accounts").status_code == 200, "its own password need not be changed"
    assert ("command line", "account_added", {"account": "anna", "role": "admin"}) in console.audited()


def test_a_password_is_asked_for_twice(
    console: Console, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = iter([PASSWORD, "another", PASSWORD, PASSWORD])
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(typed))
    terminal = io.StringIO()
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stdin", terminal)
    assert user.main(["add", "anna", "--role", "admin"]) == 1
    assert "not the same" in capsys.readouterr().err
    assert user.main(["add", "anna", "--role", "admin"]) == 0


def test_a_password_is_never_an_argument(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--password", PASSWORD], [PASSWORD]):
        with pytest.raises(SystemExit) as ended:
            run(monkeypatch, "add", "anna", "--role", "admin", *arguments)
        assert ended.value.code == 2


@pytest.mark.parametrize(
    ("arguments", "typed", "problem"),
    [
        (["add", "anna", "--role", "admin"], "short\n", "at least 12"),
        (["add", "anna", "--role", "admin"], "", "at least 12"),
        (["add", "rita", "--role", "lead"], f"{PASSWORD}\n", "There is an account rita already"),
        (["add", "ä", "--role", "lead"], f"{PASSWORD}\n", "2 to 40"),
        (["add", "anna", "--role", "lead", "--subject", "7"], "", "HIP_CONSOLE_OIDC_ISSUER"),
        (["password", "nobody"], f"{PASSWORD}\n", "no account"),
        (["role", "nobody", "--role", "lead"], "", "no account"),
        (["disable", "nobody"], "", "no account"),
        (["disable", "boss"], "", "last admin"),
    ],
)
def test_what_cannot_be_is_said(
    console: Console,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    typed: str,
    problem: str,
) -> None:
    console.add("rita")
    console.add("boss", Role.ADMIN)
    assert run(monkeypatch, *arguments, typed=typed) == 1
    assert problem in capsys.readouterr().err


def test_the_rest_of_an_accounts_life(
    console: Console, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    console.add("boss", Role.ADMIN)
    rita = console.staff("rita")
    assert run(monkeypatch, "role", "rita", "--role", "lead") == 0
    assert rita.get("/").status_code == 303
    assert run(monkeypatch, "password", "rita", typed="another four plain words\n") == 0
    assert console.staff().login("rita", "another four plain words").status_code == 303
    assert run(monkeypatch, "disable", "rita") == 0
    capsys.readouterr()
    assert run(monkeypatch, "list") == 0
    assert capsys.readouterr().out == "boss: admin, password\nrita: lead, password, disabled\n"
    assert run(monkeypatch, "enable", "rita") == 0


def test_it_runs_as_a_program(tmp_path: Path) -> None:
    environment = {**os.environ, "HIP_RECORD_URL": f"sqlite:///{tmp_path}/new.db", "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "console.user", "add", "anna", "--role", "admin"]
    done = subprocess.run(
        command, cwd=WEB, env=environment, input=f"{PASSWORD}\n", text=True, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "anna: admin, password\n", "")


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("HIP_CONSOLE_PORT", "many")
    assert run(monkeypatch, "list") == 2
    assert "HIP_CONSOLE_PORT" in capsys.readouterr().err
