"""Somebody who uses the console, in process: keeps cookies, brings back the token of the last form, follows no redirect."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from argon2 import PasswordHasher
from sqlalchemy import select

from console.app import create_app
from console.house import House
from console.roles import Role
from console.routing import PageRoute
from console.settings import Settings
from transcripts.models import audit
from transcripts.record import Record
from transcripts.values import Reply, Understanding

#: Weak on purpose: hundreds of tests sign in.
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "four unrelated plain words"
LOCAL = "http://127.0.0.1:8001"
KEY = "a key of the tests, long enough for it"
WIDE = {"console_limit_account": "10000/minute", "console_limit_address": "10000/minute"}
#: Without data/ and evaluation/, which take seconds to read.
NO_PROJECT = {"console_project": Path(__file__).resolve().parent}

#: What stands for a parameter of a path.
SAMPLES = {"name": "someone", "conversation": "c" * 32, "replay": "1"}

#: What a conversation's page gives back when it is marked as reviewed.
_SEEN = re.compile(r'name="seen" value="(\d+)"><input type="hidden" name="shown" value="(\w+)"')
#: What the page of the open change set gives back when that is closed.
_LINES = re.compile(r'action="/corrections/close">.*?name="shown" value="(\w+)"')
_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


class Clock:
    """The time of a console: moved by hand."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **time: float) -> None:
        self.time += timedelta(**time)


class Console:
    """A console on a database of its own."""

    def __init__(self, record_url: str, **settings: Any) -> None:
        self.clock = Clock()
        self.settings = Settings(**{"record_url": record_url, "console_key": KEY, **WIDE, **NO_PROJECT, **settings})
        self.app = create_app(self.settings, now=self.clock, hasher=HASHER)
        self.house: House = self.app.state.house

    def add(self, name: str, role: Role = Role.REVIEWER, **more: Any) -> str:
        """Add an account with PASSWORD and return its name."""
        self.house.accounts.add(name, role, "test", **{"password": PASSWORD, **more})
        return name

    def staff(self, name: str | None = None, role: Role = Role.REVIEWER, **options: Any) -> Staff:
        """Return a browser; with a name, that of a new account which is signed in."""
        staff = Staff(self, **options)
        if name:
            self.add(name, role)
            assert staff.login(name).status_code == 303
        return staff

    def say(
        self,
        *texts: str,
        conversation: str = "c" * 32,
        region: str | None = "GB",
        outcome: str = "fitness",
        **understood: Any,
    ) -> str:
        """Put a conversation into the record, each text echoed, and return its id."""
        record = Record(self.settings.record_url, now=self.clock)
        try:
            record.begin(conversation, region=region)
            for text in texts:
                message = record.add_message(conversation, secrets.token_hex(8), text).message
                known = {"intent": "fitness_waist", "confidence": 0.9, **understood}
                record.add_answer(
                    conversation, message.sequence, [Reply(f"You said: {text}")], Understanding(outcome, **known)
                )
        finally:
            record.close()
        return conversation

    def audited(self, *actions: str) -> list[tuple[str, str, dict[str, Any]]]:
        """Return actor, action and details of the audit log, in order."""
        with self.house.database.reading() as connection:
            rows = connection.execute(select(audit).order_by(audit.c.id)).all()
        return [(row.actor, row.action, row.details) for row in rows if not actions or row.action in actions]


MakeConsole = Callable[..., Console]


def path_of(route: PageRoute) -> str:
    """Return an address of a page, with SAMPLES for its parameters."""
    return route.path.format(**SAMPLES)


def paths(console: Console, method: str) -> list[str]:
    """Return an address of each page that takes `method`."""
    found = [route for route in console.app.routes if isinstance(route, PageRoute)]
    return [path_of(route) for route in found if method in (route.methods or ())]


class Staff:
    """A browser."""

    def __init__(self, console: Console, base: str = LOCAL, address: str = "127.0.0.1") -> None:
        self.cookies = httpx.Cookies()
        self.token = ""
        self.seen = {"seen": "0", "shown": "nothing"}
        self._app, self._base, self._address = console.app, base, address

    def get(self, path: str, **headers: str) -> httpx.Response:
        response = self.ask("GET", path, headers=headers)
        if found := _TOKEN.search(response.text):
            self.token = found[1]
        if marks := _SEEN.search(response.text):
            self.seen = {"seen": marks[1], "shown": marks[2]}
        return response

    def review(self, at: str) -> httpx.Response:
        """Look at the conversation at this path, and mark it as reviewed."""
        self.get(at)
        return self.post(f"{at}/reviewed", **self.seen)

    def close_set(self) -> httpx.Response:
        """Look at the open change set, and close it."""
        lines = _LINES.search(self.get("/corrections").text)
        return self.post("/corrections/close", shown=lines[1] if lines else "nothing")

    def post(
        self, path: str, token: str | None = None, headers: dict[str, str] | None = None, **fields: str
    ) -> httpx.Response:
        """Send a form with the token that this browser was shown last, or with `token`."""
        form = {"csrf": self.token if token is None else token, **fields}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, headers={**kind, **(headers or {})}, content=urlencode(form))

    def login(self, name: str, password: str = PASSWORD, **fields: str) -> httpx.Response:
        """Sign in; what comes after it is shown with the session's own token."""
        self.get("/login")
        response = self.post("/login", name=name, password=password, **fields)
        if response.status_code == 303:
            self.get("/password")
        return response

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, client=(self._address, 4711), raise_app_exceptions=True)
            async with httpx.AsyncClient(transport=transport, base_url=self._base, cookies=self.cookies) as client:
                response = await client.request(method, path, **more)
                self.cookies = client.cookies
                return response

        return asyncio.run(ask())
