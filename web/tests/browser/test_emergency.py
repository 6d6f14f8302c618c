"""What must never be missed: the emergency card, its number, and that it is said once."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from servers import ThreadedServer

from browser.chat_page import ChatPage
from browser.conftest import Visit

HEADING = "Get emergency help now"
CRISIS: dict[str, Any] = {
    "text": "I'm really sorry you are carrying this. Please talk to someone now.",
    "card": {
        "kind": "crisis",
        "heading": "Someone can talk with you now",
        "numbers": {"emergency_number": "999 or 112", "crisis_line": "Samaritans on 116 123, or text SHOUT to 85258"},
    },
    "outcome": "crisis",
}
LONG = {"text": "\n".join(f"Line {number} of a long answer." for number in range(60))}


@pytest.fixture
def alarmed(chat: ChatPage) -> ChatPage:
    chat.send("hip is out")
    expect(chat.alert).to_be_visible()
    return chat


def test_the_card_has_heading_number_and_links(alarmed: ChatPage) -> None:
    expect(alarmed.alert.get_by_role("heading", name=HEADING)).to_be_in_viewport()
    expect(alarmed.alert.get_by_text("999 or 112", exact=True)).to_be_in_viewport()
    for tel in ("999", "112"):
        expect(alarmed.alert.get_by_role("link", name=f"Call {tel}")).to_have_attribute("href", f"tel:{tel}")
    expect(alarmed.alert).to_contain_text("Call 999 or 112 now. Keep still.")
    expect(alarmed.number("999")).to_be_in_viewport(ratio=1)
    assert alarmed.window.evaluate("dialog => dialog.scrollTop") == 0, "the window itself stays where it is"


def test_it_is_said_once_and_stays_in_view(alarmed: ChatPage, script: dict[str, dict[str, Any]]) -> None:
    script["go on"] = {**LONG, "outcome": "safeguard"}
    alarmed.alert.evaluate("card => { card.marked = true }")
    alarmed.send("go on")
    expect(alarmed.log).to_contain_text("Line 59 of a long answer.")
    alarmed.log.get_by_text("Line 59").scroll_into_view_if_needed()
    assert alarmed.log.evaluate("log => log.scrollTop") > 200
    expect(alarmed.alert.get_by_role("heading", name=HEADING)).to_be_in_viewport()
    expect(alarmed.alert.get_by_role("link", name="Call 999")).to_be_in_viewport()
    assert alarmed.alert.evaluate("card => card.marked"), "a card that is made anew is said again"
    assert [each["urgent"] for each in alarmed.spoken(HEADING)] == [True]


def test_it_leaves_the_top_when_the_talk_goes_on_elsewhere(alarmed: ChatPage) -> None:
    alarmed.say("nobody is hurt")
    expect(alarmed.alert).to_have_count(0)
    expect(alarmed.log.get_by_role("heading", name=HEADING)).to_have_count(1)
    assert len(alarmed.spoken(HEADING)) == 1


def test_a_second_emergency_is_said_too(alarmed: ChatPage) -> None:
    alarmed.send("hip is out")
    expect(alarmed.said("hip is out")).to_have_count(2)
    expect(alarmed.log.get_by_role("heading", name=HEADING)).to_have_count(1)
    expect(alarmed.alert).to_have_count(1)
    assert len(alarmed.spoken(HEADING)) == 2


def test_after_a_reload_it_is_there_and_silent(alarmed: ChatPage) -> None:
    alarmed.page.reload()
    expect(alarmed.window.get_by_role("heading", name=HEADING)).to_be_in_viewport()
    expect(alarmed.window.get_by_role("link", name="Call 999")).to_be_in_viewport()
    expect(alarmed.alert).to_have_count(0)
    assert alarmed.spoken(HEADING) == []


def test_closed_and_opened_again_it_is_there_and_silent(alarmed: ChatPage) -> None:
    alarmed.close()
    alarmed.open()
    expect(alarmed.window.get_by_role("heading", name=HEADING)).to_be_in_viewport()
    expect(alarmed.alert).to_have_count(0)
    assert len(alarmed.spoken(HEADING)) == 1


def test_it_opens_the_chat_and_leaves_the_focus(chat: ChatPage, script: dict[str, dict[str, Any]]) -> None:
    script["slow 1.5"] = {
        "text": "Call 999 or 112 now.",
        "card": {**CRISIS["card"], "kind": "emergency", "heading": HEADING},
    }
    chat.send("slow 1.5")
    expect(chat.row("slow 1.5")).not_to_contain_text("Sending")
    chat.close()
    chat.page.get_by_label("Search").press_sequentially("phy")
    expect(chat.alert).to_be_visible()
    chat.expect_focus("Search")
    chat.page.keyboard.type("sio")
    expect(chat.page.get_by_label("Search")).to_have_value("physio")
    assert [each["urgent"] for each in chat.spoken(HEADING)] == [True]


def test_a_crisis_has_its_line_and_the_emergency_number(chat: ChatPage, script: dict[str, dict[str, Any]]) -> None:
    script["i want to end it"] = CRISIS
    chat.send("i want to end it")
    expect(chat.alert.get_by_role("heading", name="Someone can talk with you now")).to_be_in_viewport()
    expect(chat.alert.get_by_text("Samaritans on 116 123, or text SHOUT to 85258", exact=True)).to_be_in_viewport()
    expect(chat.alert.get_by_role("link", name="Call 116123")).to_have_attribute("href", "tel:116123")
    expect(chat.alert).to_contain_text("In danger now?")
    expect(chat.alert.get_by_role("link", name="Call 999")).to_have_attribute("href", "tel:999")


def test_an_emergency_stands_above_a_crisis(chat: ChatPage, script: dict[str, dict[str, Any]]) -> None:
    more = {"choices": [], "source": None, "response": "utter_emergency_general", "text": "Call 999 now."}
    more["card"] = {**CRISIS["card"], "kind": "emergency", "heading": HEADING}
    script["both"] = {**CRISIS, "more": [more], "outcome": "emergency"}
    chat.send("both")
    expect(chat.alert).to_have_count(2)
    expect(chat.alert.first).to_contain_text(HEADING)
    expect(chat.alert.last).to_contain_text("Someone can talk with you now")
    expect(chat.alert.first.get_by_role("heading")).to_be_in_viewport()


def test_the_bar_is_there_without_api_and_without_strings(visit: Visit, gateway: ThreadedServer, watch: Any) -> None:
    watch.allow("ERR_FAILED|Failed to fetch")
    chat = visit(gateway.url, before=lambda context: context.route("**/strings/en.json", lambda route: route.abort()))
    chat.page.route("**/api/**", lambda route: route.abort())
    expect(chat.number("999")).to_be_in_viewport()
    expect(chat.number("112")).to_have_attribute("href", "tel:112")
    expect(chat.page.get_by_text("The chat cannot be loaded. It keeps trying.")).to_be_visible()
    chat.page.context.unroute("**/strings/en.json")
    chat.open()
    expect(chat.number("999")).to_be_in_viewport()
    chat.send("are you there")
    expect(chat.status).to_contain_text("The chat takes no messages right now. What you write is kept and sent later.")
    expect(chat.status).to_contain_text(
        "If somebody may be hurt or in danger, call 999 or 112 or your local number now."
    )
    expect(chat.row("are you there")).to_contain_text("Not sent yet")
    expect(chat.number("999")).to_be_in_viewport()
    chat.page.unroute("**/api/**")
    chat.button("Try again").click()
    expect(chat.echo("are you there")).to_have_count(1)
    expect(chat.status).to_be_empty()
