"""Accounts from the command line: `python -m console.user add NAME --role reviewer`, in the folder web/.

A password is read from the terminal, or one line of standard input; never from an argument, which everybody on the machine
can read.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Sequence

from pydantic import ValidationError

from console.accounts import Account, AccountError, Accounts
from console.house import opened
from console.oidc import Provider
from console.passwords import Passwords, WeakPasswordError, check_new
from console.roles import Role
from console.settings import Settings
from installation.settings import problems
from transcripts.address import UnsupportedDatabaseError
from transcripts.reader import utc_now
from transcripts.schema import SchemaError

#: Actor of these changes in the audit log: whoever may run programs as the owner of the record.
ACTOR = "command line"


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when it is done, 1 when it cannot be, 2 when it was asked for wrongly."""
    asked = _parser().parse_args(arguments)
    try:
        settings = Settings()
        database = opened(settings.record_url)
    except ValidationError as error:
        sys.stderr.write(problems(error))
        return 2
    except (UnsupportedDatabaseError, SchemaError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    try:
        _do(asked, Accounts(database, Passwords(), utc_now, _issuer(settings)), settings)
    except (AccountError, WeakPasswordError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        database.close()
    return 0


def _do(asked: argparse.Namespace, accounts: Accounts, settings: Settings) -> None:
    if asked.command == "list":
        sys.stdout.write("".join(f"{_line(account)}\n" for account in accounts.all()))
        return
    match asked.command:
        case "add":
            subject = _subject(settings, asked.subject) if asked.subject else None
            password = None if subject else _new_password(asked.name)
            accounts.add(asked.name, Role(asked.role), ACTOR, password=password, subject=subject)
        case "password":
            if accounts.get(asked.name) is None:
                raise AccountError(f"There is no account {asked.name!r}.")
            accounts.set_password(asked.name, _new_password(asked.name), ACTOR)
        case "role":
            accounts.set_role(asked.name, Role(asked.role), ACTOR)
        case "disable" | "enable":
            accounts.set_disabled(asked.name, asked.command == "disable", ACTOR)
    found = accounts.get(asked.name)
    assert found is not None
    sys.stdout.write(f"{_line(found)}\n")


def _line(account: Account) -> str:
    ways = [
        *(["password"] if account.has_password else []),
        *(["OpenID"] if account.oidc_subject else []),
    ]
    return f"{account.name}: {account.role}, {' and '.join(ways)}{', disabled' if account.disabled else ''}"


def _subject(settings: Settings, sub: str) -> str:
    provider = Provider.of(settings)
    if provider is None:
        raise AccountError("No OpenID provider is set up: see HIP_CONSOLE_OIDC_ISSUER.")
    return provider.subject(sub)


def _issuer(settings: Settings) -> str | None:
    provider = Provider.of(settings)
    return provider.issuer if provider else None


def _new_password(name: str) -> str:
    """Return a password that is good enough; raises WeakPasswordError."""
    if sys.stdin.isatty():
        password = getpass.getpass(f"Password of {name}: ")
        if getpass.getpass("The same again: ") != password:
            raise WeakPasswordError("The two passwords are not the same.")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    check_new(password, name)
    return password


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m console.user", description="Accounts of the review console.")
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="add an account; its password is asked for, or read from standard input")
    add.add_argument("--subject", help="its subject at the OpenID provider, instead of a password")
    role = commands.add_parser("role", help="give an account another role")
    for parser_ in (add, role):
        parser_.add_argument("--role", choices=list(map(str, Role)), required=True)
    for name, text in {
        "password": "give an account another password; its sessions end",
        "disable": "close an account; its sessions end",
        "enable": "open a closed account again",
    }.items():
        commands.add_parser(name, help=text)
    for command in commands.choices.values():
        command.add_argument("name", help="its name: 2 to 40 of a-z, 0-9, dot, dash, underscore")
    commands.add_parser("list", help="list the accounts")
    return parser


if __name__ == "__main__":
    sys.exit(main())
