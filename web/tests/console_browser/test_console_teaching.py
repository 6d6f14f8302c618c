"""Correcting in a real browser: with the keyboard alone, and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from console.roles import Role
from console_browser.conftest import OpenPage, Running
from console_browser.states import fill, teach


def test_e_goes_to_the_form_of_the_message_in_focus(console: Running, open_page: OpenPage) -> None:
    fill(console)
    page = open_page(f"/conversations/{'b' * 32}", "rita")
    keyboard, form = page.keyboard, page.locator("#intent-1")
    keyboard.press("e")
    expect(form).to_be_focused()  # of the flagged message
    keyboard.type("jer?emergency_injury")
    expect(form).to_have_value("jer?emergency_injury")
    page.get_by_role("heading", name="What was said").click()
    for _ in range(4):
        keyboard.press("j")
    expect(page.locator("#turn-4")).to_be_focused()  # a reply: the message before it is meant
    keyboard.press("e")
    expect(page.locator("#intent-3")).to_be_focused()
    keyboard.type("emergency_injury")
    keyboard.press("Tab")
    keyboard.type("emer")
    keyboard.press("Tab")
    keyboard.press("Enter")
    page.wait_for_url("**#turn-3")
    expect(page.locator("#turn-3 .corrected")).to_contain_text("Corrected by rita")
    (held,) = console.house.review.corrections()
    assert (held.sequence, held.intent, held.outcome) == (3, "emergency_injury", "emergency")


@pytest.mark.parametrize("scripts", [True, False])
def test_from_the_message_to_the_file(console: Running, open_page: OpenPage, scripts: bool) -> None:
    fill(console)
    console.add("leo", Role.LEAD)
    page = open_page(f"/conversations/{'d' * 32}", "leo", java_script_enabled=scripts)
    page.get_by_text("Correct message 1").click()
    page.get_by_label("Right intent").fill("emergency_injury")
    page.get_by_role("button", name="Correct it").click()
    page.get_by_role("link", name="Corrections").click()
    page.get_by_label("What goes out of line 1").fill("I can't walk since I fell off a bike")
    page.get_by_role("button", name="Save line 1").click()
    page.get_by_role("button", name="Close this change set").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Training lines (.yml)").click()
    assert download.value.suggested_filename == "corrections-1.yml"
    assert "      - I can't walk since I fell off a bike\n" in download.value.path().read_text(encoding="utf-8")


def test_the_keys_of_a_page_with_corrections(console: Running, open_page: OpenPage) -> None:
    fill(console)
    teach(console)
    page = open_page("/corrections", "leo")
    page.keyboard.press("j")
    expect(page.locator("[data-item]").first).to_be_focused()
    page.keyboard.press("e")  # nothing to correct here
    expect(page.locator("[data-item]").first).to_be_focused()
