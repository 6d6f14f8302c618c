"""What all pages share: headers, nothing inline, nothing from elsewhere, escaping, errors that say what to do."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re

import httpx
import pytest
from jinja2 import UndefinedError
from sqlalchemy import insert
from staff import LOCAL, Console, MakeConsole, paths

from console import security
from console.app import STATIC
from console.rendering import TEMPLATES, environment
from console.roles import Role
from transcripts.models import audit

HOSTILE = """<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7*7 }}"""


def test_every_answer_has_the_headers(console: Console) -> None:
    console.add("someone")
    console.say("hip reduction")
    staff = console.staff("anna", Role.ADMIN)
    answers = [
        staff.get(path) for path in [*paths(console, "GET"), "/nothing", "/static/console.css", "/static/nothing"]
    ]
    answers += [staff.post("/logout", token="wrong"), console.staff(base="http://evil.example").get("/")]
    for answer in answers:
        for name, value in security.HEADERS.items():
            assert answer.headers[name] == value, answer.url
        assert "server" not in answer.headers
        static = answer.url.path.startswith("/static/")
        assert answer.headers.get("cache-control") == (
            "no-cache" if static and answer.status_code == 200 else None if static else "no-store"
        )


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    assert "unsafe" not in security.POLICY and "*" not in security.POLICY and "http" not in security.POLICY
    for directive in ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"):
        assert directive in security.POLICY


def test_no_template_has_anything_inline_or_from_elsewhere() -> None:
    templates = list(TEMPLATES.glob("*.html"))
    assert len(templates) >= 10
    for template in templates:
        text = template.read_text(encoding="utf-8")
        assert not re.search(
            r"<style|\sstyle=|\son[a-z]+=|javascript:|hx-on|hx-vals=.js:|https?://|\|\s*safe|Markup", text
        ), template.name
        for script in re.findall(r"<script[^>]*>", text):
            assert 'src="/static/' in script, template.name
    css = (STATIC / "console.css").read_text(encoding="utf-8")
    assert not re.search(r"@import|url\(|https?:", css)


def test_htmx_may_evaluate_nothing_and_keeps_no_page() -> None:
    base = (TEMPLATES / "base.html").read_text(encoding="utf-8")
    found = re.search(r"name=\"htmx-config\" content='([^']+)'", base)
    assert found
    config = json.loads(found[1])
    wanted = {
        "allowEval": False,
        "allowScriptTags": False,
        "selfRequestsOnly": True,
        "includeIndicatorStyles": False,
        "historyCacheSize": 0,
    }
    assert {name: config[name] for name in wanted} == wanted


def test_vendored_files_are_as_published() -> None:
    listed = json.loads((STATIC / "vendored.json").read_text(encoding="utf-8"))
    for name, about in listed.items():
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == about["sha256"], name
        assert (STATIC / about["licence"]).read_text(encoding="utf-8").startswith("Zero-Clause BSD")
    assert f'version:"{listed["htmx.min.js"]["version"]}"' in (STATIC / "htmx.min.js").read_text(encoding="utf-8")
    own = {"console.css", "icon.svg", "keyboard.js"}
    vendored = set(listed) | {about["licence"] for about in listed.values()} | {"vendored.json"}
    assert {path.name for path in STATIC.iterdir()} - own == vendored


def test_whatever_stands_in_the_log_is_text_only(console: Console) -> None:
    staff = console.staff("anna", Role.ADMIN)
    row = {
        "at": console.clock(),
        "actor": HOSTILE,
        "action": HOSTILE,
        "conversation_id": HOSTILE,
        "details": {HOSTILE: HOSTILE},
    }
    with console.house.database.writing() as connection:
        connection.execute(insert(audit), row)
        connection.commit()
    page = staff.get("/audit").text
    assert "<script>alert" not in page and "<img src=x" not in page and "{{ 7*7 }}" in page
    assert page.count("&lt;script&gt;alert(1)") >= 5


@pytest.mark.parametrize("path", ["/login?next=", "/accounts/", "/audit?actor=", "/password?done="])
def test_whatever_stands_in_the_address_is_text_only(console: Console, path: str) -> None:
    staff = console.staff() if "login" in path else console.staff("anna", Role.ADMIN)
    page = staff.ask("GET", path + "%3Cscript%3Ealert(1)%3C/script%3E%22%3E").text
    assert "<script>alert" not in page


def test_a_name_that_a_template_lacks_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ nothing }}").render()


def test_what_is_not_there_has_a_page(console: Console) -> None:
    staff = console.staff("anna")
    missing, method = staff.get("/nothing"), staff.get("/logout")
    assert missing.status_code == 404 and "There is no such page" in missing.text and "Sign out" in missing.text
    assert method.status_code == 405
    assert staff.get("/static/../app.py").status_code == 404
    assert console.staff().get("/nothing").status_code == 404


def test_a_page_that_is_not_there_spoils_no_login_form(console: Console) -> None:
    console.add("anna")
    staff = console.staff()
    staff.get("/login")
    token = staff.token
    staff.ask("GET", "/favicon.ico")
    assert staff.post("/login", token=token, name="anna", password="four unrelated plain words").status_code == 303


def test_htmx_is_sent_to_the_login_as_a_whole_and_shown_errors_as_a_whole(console: Console) -> None:
    htmx = {"HX-Request": "true"}
    sent = console.staff().get("/audit", **htmx)
    assert sent.status_code == 200 and sent.headers["hx-redirect"].startswith("/login?next=") and not sent.text
    refused = console.staff("rita").get("/audit", **htmx)
    assert refused.status_code == 403 and refused.headers["hx-retarget"] == "body"


def test_a_fault_says_so_and_tells_nothing(
    console: Console, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    staff = console.staff("anna", Role.ADMIN)

    def broken() -> None:
        raise RuntimeError("a secret of the database")

    monkeypatch.setattr(console.house.accounts, "all", broken)
    answer = staff.get("/accounts")
    assert answer.status_code == 500 and "Something is wrong on our side" in answer.text
    assert "secret" not in answer.text and "A request failed: GET /accounts" in caplog.text


def test_a_request_that_is_too_long_is_refused(console: Console) -> None:
    staff = console.staff("anna")
    assert staff.post("/password", present="x" * (300 << 10)).status_code == 413
    assert staff.ask("POST", "/password", data={f"field{number}": "x" for number in range(600)}).status_code == 400
    files = {"file": ("x", b"x")}
    assert staff.ask("POST", "/password", data={"csrf": staff.token}, files=files).status_code == 400, "no uploads"


def test_a_request_that_comes_too_slowly_is_refused(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "BODY_SECONDS", 0.05)

    async def ask() -> httpx.Response:
        async def drops():  # type: ignore[no-untyped-def]
            yield b"name="
            await asyncio.sleep(1)
            yield b"x"

        transport = httpx.ASGITransport(console.app)
        async with httpx.AsyncClient(transport=transport, base_url=LOCAL) as client:
            kind = {"content-type": "application/x-www-form-urlencoded"}
            return await client.post("/login", content=drops(), headers=kind)

    assert asyncio.run(ask()).status_code == 408


@pytest.mark.parametrize("host", ["[", "[::1", "127.0.0.1]"])
def test_a_malformed_host_is_refused(console: Console, host: str) -> None:
    answer = console.staff().get("/login", Host=host)
    assert answer.status_code == 400 and "malformed" in answer.text
    assert (
        answer.headers["content-security-policy"] == security.POLICY and answer.headers["cache-control"] == "no-store"
    )


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_malformed_origin_is_refused(console: Console, method: str) -> None:
    answer = console.staff("anna").ask(method, "/password", headers={"Origin": "http://["})
    assert answer.status_code == 400 and "malformed" in answer.text
    assert (
        answer.headers["content-security-policy"] == security.POLICY and answer.headers["cache-control"] == "no-store"
    )


def test_health(make_console: MakeConsole) -> None:
    console = make_console()
    staff = console.staff()
    assert staff.get("/health").json() == {"status": "ok"}
    assert staff.get("/ready").json() == {"record": True}
    assert not staff.cookies
