"""People use the console: with the keyboard alone, without scripts, with htmx, through a provider on another site."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from browser.payloads import LINKS, MARKUP
from browser.watching import Watch
from oidc_provider import CLIENT, SECRET, FakeProvider
from playwright.sync_api import Page, expect
from servers import free_port

from console.roles import Role
from console_browser.conftest import PASSWORD, MakeConsole, OpenPage, Running, sign_in
from console_browser.states import fill

#: What htmx would act on besides, were it markup.
HTMX = [
    '<div hx-get="/logout" hx-trigger="load"></div>',
    '<div hx-on:htmx:load="xss()" hx-trigger="load" hx-get="/"></div>',
    '<form hx-post="/logout" hx-trigger="load"></form>',
    '<div hx-vals="js:{x: xss()}" hx-get="/" hx-trigger="load"></div>',
]
PAYLOADS = [*MARKUP, *LINKS, *HTMX]


def tab_to(page: Page, role: str, name: str, most: int = 40) -> None:
    """Press Tab until the focus is on what a screen reader calls so."""
    wanted = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate_all("found => found.includes(document.activeElement)"):
            return
    raise AssertionError(f"Tab does not reach {role} {name!r}.")


def test_an_account_is_added_with_the_keyboard_alone(console: Running, open_page: OpenPage) -> None:
    console.add("anna", Role.ADMIN)
    page = open_page("/accounts")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("anna")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Accounts", exact=True)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, "textbox", "Name")
    page.keyboard.type("rita")
    tab_to(page, "combobox", "Role")
    page.keyboard.type("lead")
    tab_to(page, "button", "Add")
    page.keyboard.press("Enter")
    expect(page.locator(".once")).to_have_text(re.compile("[a-z0-9-]{24}"))
    assert console.house.accounts.get("rita").role is Role.LEAD  # type: ignore[union-attr]
    tab_to(page, "button", "Sign out")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_first_login_with_and_without_scripts(console: Running, open_page: OpenPage, scripts: bool) -> None:
    console.add("rita", must_change=True)
    page = open_page("/", java_script_enabled=scripts)
    sign_in(page, "rita")
    expect(page.get_by_role("heading", name="Choose a password")).to_be_visible()
    expect(page.get_by_role("navigation")).to_have_count(0)
    page.get_by_label("The password you were given").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill("four of my own words")
    page.get_by_label("New password again").fill("four of my own words")
    page.get_by_role("button", name="Save the password").click()
    expect(page.get_by_role("heading", name="Hello, rita")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, "rita", "four of my own words")
    expect(page.get_by_role("heading", name="Hello, rita")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_log_is_filtered_with_and_without_scripts(console: Running, open_page: OpenPage, scripts: bool) -> None:
    console.add("anna", Role.ADMIN)
    console.add("rita")
    page = open_page("/audit", "anna", java_script_enabled=scripts)
    expect(page.locator("#entries tbody tr")).to_have_count(3)
    page.get_by_label("What").select_option("account_added")
    if not scripts:
        page.get_by_role("button", name="Show").click()
    expect(page.locator("#entries tbody tr")).to_have_count(2)
    assert "action=account_added" in page.url
    page.reload()
    expect(page.locator("#entries tbody tr")).to_have_count(2)
    expect(page.get_by_label("What")).to_have_value("account_added")
    page.go_back()
    expect(page.locator("#entries tbody tr")).to_have_count(3)


def test_htmx_keeps_nothing_in_the_browser_and_evaluates_nothing(
    console: Running, open_page: OpenPage, watch: Watch
) -> None:
    console.add("anna", Role.ADMIN)
    page = open_page("/audit", "anna")
    page.get_by_label("What").select_option("login")
    expect(page.locator("#entries tbody tr")).to_have_count(1)
    assert "Audit log" not in page.evaluate("JSON.stringify([sessionStorage, localStorage])")
    watch.allow("Content Security Policy|htmx:evalDisallowedError|unsafe-eval")
    page.evaluate(
        """() => { const button = document.createElement('button'); button.setAttribute('hx-on:click', 'window.evil = 1');
        document.querySelector('main').append(button); htmx.process(button); button.click(); }"""
    )
    assert page.evaluate("window.evil") is None


def test_a_session_that_is_over_leads_htmx_to_the_login(console: Running, open_page: OpenPage) -> None:
    console.add("anna", Role.ADMIN)
    page = open_page("/audit", "anna")
    console.house.accounts.set_password("anna", PASSWORD, "test")
    page.get_by_label("What").select_option("login")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(page, "anna")
    assert "/audit?" in page.url and "action=login" in page.url


def test_after_signing_out_back_shows_nothing(console: Running, open_page: OpenPage) -> None:
    console.add("anna", Role.ADMIN)
    page = open_page("/accounts", "anna")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_no_script_can_read_the_cookie(console: Running, open_page: OpenPage) -> None:
    console.add("anna")
    page = open_page("/", "anna")
    assert page.evaluate("document.cookie") == ""
    (cookie,) = page.context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == ("console", True, "Strict")


def test_a_form_of_another_site_does_nothing(console: Running, open_page: OpenPage, watch: Watch) -> None:
    watch.allow("status of 403|elsewhere: http://localhost")
    console.add("anna")
    page = open_page("/", "anna")
    other = console.url.replace("127.0.0.1", "localhost")  # another site to the browser, the same console
    watch.origins.add(other)
    page.route(
        f"{other}/evil",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f'<form method="post" action="{console.url}/logout"><button>Win</button></form>',
        ),
    )
    page.goto(f"{other}/evil")
    page.get_by_role("button", name="Win").click()
    expect(page.get_by_text("This form came from another site.")).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("heading", name="Hello, anna")).to_be_visible()


def test_signing_in_through_the_provider(make_console: MakeConsole, open_page: OpenPage, watch: Watch) -> None:
    port = free_port()
    local = f"http://localhost:{port}"  # another site than the provider: a strict cookie would not come back from there
    with FakeProvider(f"{local}/oidc/callback") as provider:
        running = make_console(
            console_port=port,
            console_url=local,
            console_oidc_issuer=provider.issuer,
            console_oidc_client=CLIENT,
            console_oidc_secret=SECRET,
            console_oidc_label="Sign in with Example Clinic",
        )
        running.add("anna", password=None, subject=f"{provider.issuer} {provider.sub}")
        watch.origins |= {local, provider.issuer}
        page = open_page(f"{local}/password")
        page.get_by_role("link", name="Sign in with Example Clinic").click()
        expect(page.get_by_role("heading", name="Your account")).to_be_visible()
        assert page.url == f"{local}/password"


def test_a_search_that_is_refused_says_why(console: Running, open_page: OpenPage, watch: Watch) -> None:
    watch.allow("status of 400")
    fill(console)
    page = open_page("/queue", "rita")
    page.keyboard.press("/")
    expect(page.get_by_role("heading", name="Conversations", exact=True)).to_be_visible()
    page.get_by_label("Words").fill("07700")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("masked")).to_be_visible()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_a_queue_is_reviewed_with_the_keyboard_alone(console: Running, open_page: OpenPage) -> None:
    fill(console)
    page = open_page("/queue", "rita")
    keyboard = page.keyboard
    keyboard.press("j")
    expect(page.locator("[data-item] a").first).to_be_focused()
    keyboard.press("j")
    expect(page.locator("[data-item] a").nth(1)).to_be_focused()
    keyboard.press("k")
    expect(page.locator("[data-item] a").first).to_be_focused()
    keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    reviewed = []
    while True:
        expect(page.get_by_role("heading", name="Queue")).to_be_visible()
        keyboard.press("n")
        page.wait_for_url(lambda url: "/conversations/" in url or "empty=yes" in url)
        if "empty=yes" in page.url:
            break
        reviewed.append(page.url.partition("/conversations/")[2][0])
        keyboard.press("j")
        expect(page.locator("li.turn:focus")).to_have_count(1)
        page.get_by_label("New note").focus()
        keyboard.type("jkr?")
        expect(page.get_by_label("New note")).to_have_value("jkr?")
        page.get_by_role("heading", name="Notes").click()
        keyboard.press("r")
        page.wait_for_url("**/queue")
    assert reviewed[0] == "b" and sorted(reviewed) == ["a", "b", "e"], "c is for leo, and d is in his hands"


def test_a_conversation_is_reviewed_without_scripts(console: Running, open_page: OpenPage) -> None:
    fill(console)
    page = open_page("/queue?reason=emergency", "rita", java_script_enabled=False)
    page.get_by_role("button", name="Review the next one").click()
    assert page.url.endswith(f"/conversations/{'b' * 32}#turn-1")
    page.get_by_label("New tag").fill("seen")
    page.get_by_role("button", name="Add the tag").click()
    expect(page.get_by_role("button", name="Remove the tag seen")).to_be_visible()
    page.get_by_role("button", name="Mark as reviewed").click()
    expect(page.get_by_text("4 conversations to review")).to_be_visible()


def test_a_hostile_conversation_runs_nothing(console: Running, open_page: OpenPage) -> None:
    console.add("leo", Role.LEAD)
    for number, payload in enumerate(PAYLOADS):
        console.say("b" * 32, payload, intent=payload, red_flags=[{"name": payload, "evidence": [payload]}])
        console.house.review.add_note("b" * 32, "leo", payload)
        with suppress(ValueError):  # with an address in it
            console.house.review.tag("b" * 32, "leo", f"{number} {payload}"[:60])
    ran: list[str] = []
    page = open_page("/", "leo")
    page.expose_function("xss", lambda: ran.append(page.url))
    page.goto("/queue")
    page.goto(f"/conversations/{'b' * 32}")
    page.get_by_role("button", name="Show what is masked").click()
    page.get_by_text("Nothing is masked").wait_for()
    assert page.locator("li.visitor .text").count() == len(PAYLOADS)
    assert page.locator(".text *, .understood dd *:not(b), .tag *").count() == 0
    shown = page.locator("li.visitor .text").evaluate_all("found => found.map(each => each.textContent)")
    with_feeds = [text.replace("\r", "\n") for text in PAYLOADS]
    assert shown == with_feeds
    assert ran == []
