"""Staff review in a real browser: a whole queue by keys alone and by forms alone, two at once, hostile texts, on paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from browser.watching import Watch
from playwright.sync_api import Page, expect

from console.roles import Role
from console_browser.conftest import PASSWORD, OpenPage, Running
from console_browser.states import fill
from console_browser.test_console_using import PAYLOADS, tab_to

FALL, ASKED, TIE = "a" * 32, "b" * 32, "c" * 32
CLOSE = [{"intent": "medical_reduction", "confidence": 0.45}, {"intent": "fitness_hips", "confidence": 0.41}]
#: What the browser says of our own answer 409.
CONFLICT = "status of 409"
#: Chromium's report of anything that a page's policy did not let happen.
VIOLATIONS = """document.addEventListener('securitypolicyviolation', (event) =>
  { document.documentElement.lang = 'x-heard'; window.violated(`${event.violatedDirective} ${event.blockedURI}`); })"""


def three(console: Running) -> None:
    """Add rita, and three conversations of which the fall is the most urgent."""
    console.add("rita")
    console.say(ASKED, "how much water a day")
    console.say(TIE, "hip reduction", alternatives=CLOSE, intent="clarify", confidence=0.45)
    console.say(FALL, "hello", "I fell and my leg looks short", "is it bad", outcome="emergency")


def shown(page: Page) -> str:
    """Return the conversation that the page shows, "" where it shows none."""
    found = re.search("/conversations/([0-9a-f]{32})", page.url)
    return found[1] if found else ""


def test_from_the_login_to_an_empty_queue_with_the_keyboard_alone(console: Running, open_page: OpenPage) -> None:
    three(console)
    page = open_page("/queue")
    keys = page.keyboard
    expect(page.get_by_label("Name")).to_be_focused()
    keys.type("rita")
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    page.wait_for_load_state()  # with the script that reads the keys

    # the first is opened by its link, and taken by Tab and Enter
    keys.press("j")
    expect(page.locator("[data-item] a").first).to_be_focused()
    keys.press("Enter")
    page.wait_for_url(f"**/conversations/{FALL}*")
    tab_to(page, "button", "Review it")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Give it up")).to_be_visible()
    page.wait_for_load_state()
    keys.press("f")
    expect(page.locator("li.turn:target")).to_have_id("turn-1")
    keys.press("j")
    keys.press("k")
    expect(page.locator("#turn-1")).to_be_focused()
    keys.press("e")
    field = page.locator(".turn .correct :focus")
    expect(field).to_have_count(1)
    keys.type("jr?")  # typed, not obeyed
    assert shown(page) == FALL
    expect(page.get_by_role("dialog")).to_be_hidden()
    tab_to(page, "textbox", "New note")
    keys.type("Rung back.")
    tab_to(page, "button", "Add the note")
    keys.press("Enter")
    expect(page.locator(".staff-note")).to_contain_text("Rung back.")
    page.wait_for_load_state()
    keys.press("r")
    page.wait_for_url("**/queue")
    expect(page.get_by_text("2 conversations to review")).to_be_visible()

    # the others by n and r
    reviewed = []
    for left in (1, 0):
        keys.press("n")
        page.wait_for_url("**/conversations/*")
        reviewed.append(shown(page))
        keys.press("r")
        page.wait_for_url("**/queue")
        expect(page.get_by_text(re.compile(rf"^{left} conversations? to review"))).to_be_visible()
    assert reviewed == [TIE, ASKED]
    expect(page.get_by_text("Nothing waits here.")).to_be_visible()
    keys.press("n")
    expect(page.get_by_role("status")).to_contain_text("Nothing is left")

    # and what was reviewed is found again
    tab_to(page, "link", "Conversations")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Conversations", exact=True)).to_be_visible()
    page.wait_for_load_state()
    keys.press("/")
    expect(page.get_by_label("Words")).to_be_focused()
    keys.type("leg looks short")
    keys.press("Enter")
    expect(page.locator("[data-item]")).to_have_count(1)
    page.wait_for_load_state()
    tab_to(page, "button", "Show")  # out of the fields, where a question mark is one
    keys.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    keys.press("Escape")
    tab_to(page, "button", "Sign out")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_from_the_login_to_an_empty_queue_with_forms_alone(console: Running, open_page: OpenPage) -> None:
    three(console)
    page = open_page("/queue", java_script_enabled=False)
    page.get_by_label("Name").fill("rita")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    reviewed = []
    for left in (2, 1, 0):
        page.get_by_role("button", name="Review the next one").click()
        reviewed.append(shown(page))
        page.get_by_label("New tag").fill("seen by hand")
        page.get_by_role("button", name="Add the tag").click()
        page.get_by_label("New note").fill("Nothing to do.")
        page.get_by_role("button", name="Add the note").click()
        page.get_by_label("Look again on").fill("2026-12-01")
        page.get_by_role("button", name="Save the day").click()
        page.get_by_label("For", exact=True).select_option("rita")
        page.get_by_role("button", name="Assign").click()
        page.locator("details.correct summary").first.click()
        page.get_by_label("Right outcome").first.select_option("emergency")
        page.get_by_role("button", name="Correct it").first.click()
        expect(page.locator(".corrected")).to_contain_text("emergency")
        page.get_by_role("button", name="Mark as reviewed").click()
        expect(page.get_by_text(re.compile(rf"^{left} conversations? to review"))).to_be_visible()
    assert reviewed == [FALL, TIE, ASKED]
    expect(page.get_by_text("Nothing waits here.")).to_be_visible()
    page.get_by_role("link", name="Conversations").click()
    page.get_by_label("Words").fill("leg looks short")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("[data-item]")).to_have_count(1)
    page.locator("[data-item] h2 a").click()
    expect(page.get_by_text("reviewed by rita")).to_be_visible()
    page.get_by_role("button", name="Back into the queue").click()
    page.goto("/queue")
    expect(page.get_by_text("1 conversation to review")).to_be_visible()


def test_two_reviewers_at_once(console: Running, open_page: OpenPage, watch: Watch) -> None:
    watch.allow(CONFLICT)
    three(console)
    console.add("leo", Role.LEAD)
    rita, leo = open_page("/queue", "rita"), open_page("/queue", "leo")
    rita.get_by_role("button", name="Review the next one").click()
    assert shown(rita) == FALL
    leo.reload()
    expect(leo.locator("[data-item]").first).to_contain_text("rita is reviewing it")
    leo.get_by_role("button", name="Review the next one").click()
    assert shown(leo) == TIE, "the one that rita has is passed over"

    # leo looks at hers, and may not mark it
    leo.goto(f"/conversations/{FALL}")
    expect(leo.get_by_role("status")).to_contain_text("rita is reviewing this conversation")
    leo.get_by_role("button", name="Mark as reviewed").click()
    expect(leo.get_by_role("alert")).to_contain_text("rita is reviewing this conversation")

    # he takes it over; now she may not, until he gives it up
    leo.get_by_role("button", name="Take it over").click()
    expect(leo.get_by_role("button", name="Give it up")).to_be_visible()
    rita.get_by_role("button", name="Mark as reviewed").click()
    expect(rita.get_by_role("alert")).to_contain_text("leo is reviewing this conversation")
    leo.get_by_role("button", name="Give it up").click()

    # the visitor writes while her page is open
    console.say(FALL, "it is getting numb", outcome="emergency")
    rita.get_by_role("button", name="Mark as reviewed").click()
    expect(rita.get_by_role("alert")).to_contain_text("The conversation went on meanwhile")
    expect(rita.get_by_text("it is getting numb", exact=True)).to_be_visible()
    rita.get_by_role("button", name="Mark as reviewed").click()
    expect(rita.get_by_text("2 conversations to review")).to_be_visible()

    # and the next message puts it back, for him to see
    console.say(FALL, "it is blue now", outcome="emergency")
    leo.goto("/queue")
    expect(leo.locator("[data-item]").first.get_by_role("link")).to_contain_text(FALL[:8])


@pytest.mark.parametrize(
    "path", ["/queue", "/conversations?words=xss", f"/conversations/{ASKED}", "/dashboard", "/audit"]
)
def test_hostile_texts_violate_no_policy_and_load_nothing(
    console: Running, open_page: OpenPage, watch: Watch, path: str
) -> None:
    console.add("anna", Role.ADMIN)
    for number, payload in enumerate(PAYLOADS):
        flags, others = [{"name": payload, "evidence": [payload]}], [{"intent": payload, "confidence": 0.4}]
        console.say(ASKED, payload, intent=payload, model=payload, red_flags=flags, alternatives=others)
        with suppress(ValueError):  # with an address in it
            console.house.review.tag(ASKED, "anna", f"{number} {payload}"[:60])
        console.house.review.add_note(ASKED, "anna", payload)
    page = open_page("/", "anna")
    ran: list[str] = []
    violated: list[str] = []
    asked: list[str] = []
    page.expose_function("xss", lambda: ran.append(page.url))
    page.expose_function("violated", lambda what: violated.append(what))
    page.add_init_script(VIOLATIONS)
    page.on("request", lambda request: asked.append(request.url))
    answer = page.goto(path)
    assert answer is not None and answer.ok
    page.wait_for_load_state("networkidle")
    assert (ran, violated) == ([], [])
    assert asked and all(url.startswith(f"{console.url}/") for url in asked)
    assert {url.removeprefix(console.url).partition("?")[0] for url in asked} <= {
        path.partition("?")[0], "/static/console.css", "/static/htmx.min.js", "/static/keyboard.js", "/static/icon.svg",
    }  # fmt: skip
    # the listener hears: the policy refuses what a hostile text would need
    watch.allow("Content Security Policy|status of 404")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=xss()>')")
    expect(page.locator("img[src=x]")).to_have_count(1)
    expect(page.locator("html[lang=x-heard]")).to_have_count(1)
    assert not ran


def conversation(page: Page) -> None:
    """What of a conversation is on paper."""
    expect(page.get_by_role("heading", name="What was said")).to_be_visible()
    expect(page.locator("li.turn").first).to_be_visible()
    expect(page.locator(".understood").first).to_be_visible()
    expect(page.locator(".staff-note").first).to_be_visible()
    expect(page.locator(".tag").first).to_be_visible()


def queue(page: Page) -> None:
    """What of the queue is on paper."""
    expect(page.locator("[data-item]").first).to_be_visible()
    expect(page.get_by_text("to review")).to_be_visible()


@pytest.mark.parametrize(("path", "holds"), [(f"/conversations/{'b' * 32}", conversation), ("/queue", queue)])
def test_on_paper(
    console: Running, open_page: OpenPage, pictures: Path, path: str, holds: Callable[[Page], None]
) -> None:
    fill(console)
    page = open_page(path, "rita", color_scheme="dark")
    page.emulate_media(media="print")
    holds(page)
    for hidden in page.locator(
        "header, footer, .chips, main :is(button, input:not([type=hidden]), textarea, select)"
    ).all():
        expect(hidden).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("h1").evaluate("each => getComputedStyle(each).color") == "rgb(21, 39, 42)"
    page.set_viewport_size({"width": 700, "height": 1000})  # about A4
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    printed = page.pdf(format="A4")
    (pictures / f"paper{path.replace('/', '-')[:14]}.pdf").write_bytes(printed)
    assert printed.startswith(b"%PDF") and len(printed) > 5_000
