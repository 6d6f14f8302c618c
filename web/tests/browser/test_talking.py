"""A visitor comes, asks, chooses, and gets answers."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from servers import FakeBridge, ThreadedServer

from browser.chat_page import ChatPage
from browser.conftest import Visit
from browser.watching import Watch


def texts_at_the_bot(bridge: FakeBridge) -> list[str]:
    return [call.get("text") or call["choice"] for call in bridge.calls]


def test_from_the_first_visit_to_an_answer(visit: Visit, gateway: ThreadedServer, watch: Watch) -> None:
    chat = visit(gateway.url, path="/")
    expect(chat.number("112")).to_have_attribute("href", "tel:112")
    expect(chat.number("911")).to_have_attribute("href", "tel:911")
    expect(chat.fallback).to_be_hidden()
    chat.open()
    expect(chat.window).to_contain_text("I am an automated assistant with general information, not medical advice.")
    expect(chat.window).to_contain_text("Nobody watches this chat all the time.")
    expect(chat.window).to_contain_text("What you write is stored")
    assert watch.calls == [], "nothing is asked of the server before the visitor says something"
    chat.say("how wide is a hip")
    expect(chat.log).to_contain_text("Source: a test")
    expect(chat.field).to_have_value("")
    expect(chat.row("how wide is a hip")).not_to_contain_text("Sending")
    expect(chat.status).to_be_empty()


def test_a_suggestion_is_said_by_one_press(chat: ChatPage, bridge: FakeBridge) -> None:
    chat.button("I want smaller hips").dblclick()
    expect(chat.echo("I want smaller hips")).to_be_visible()
    expect(chat.button("I want smaller hips")).to_be_hidden()
    assert texts_at_the_bot(bridge) == ["I want smaller hips"]


def test_enter_sends_and_shift_enter_breaks_the_line(chat: ChatPage, bridge: FakeBridge) -> None:
    chat.field.press_sequentially("one")
    chat.field.press("Shift+Enter")
    chat.field.press_sequentially("two")
    chat.field.press("Enter")
    expect(chat.log).to_contain_text("You said: one\n\ntwo", use_inner_text=True)
    chat.field.press("Enter")
    chat.send("   ")
    chat.say("three")
    assert texts_at_the_bot(bridge) == ["one\ntwo", "three"]


def test_a_double_click_sends_once(chat: ChatPage, bridge: FakeBridge) -> None:
    chat.field.fill("only once")
    chat.send_button.dblclick()
    expect(chat.echo("only once")).to_have_count(1)
    chat.button("The workout one").dblclick()
    expect(chat.echo("/clarify_choose_fitness")).to_have_count(1)
    chat.say("and now")
    assert texts_at_the_bot(bridge) == ["only once", "/clarify_choose_fitness", "and now"]
    expect(chat.said("only once")).to_have_count(1)


def test_a_choice_is_said_with_its_title_and_known_by_its_payload(chat: ChatPage, bridge: FakeBridge) -> None:
    chat.say("hip reduction")
    chat.button("The workout one").click()
    expect(chat.row("The workout one").first).to_contain_text("You said:")
    expect(chat.echo("/clarify_choose_fitness")).to_be_visible()
    assert bridge.calls[-1]["choice"] == "/clarify_choose_fitness"
    assert "text" not in bridge.calls[-1]


def test_what_is_typed_is_never_a_choice(chat: ChatPage, bridge: FakeBridge) -> None:
    chat.say("/clarify_choose_fitness")
    assert bridge.calls[-1]["text"] == "/clarify_choose_fitness"


def test_choices_end_with_the_next_message(chat: ChatPage, bridge: FakeBridge) -> None:
    chat.say("first")
    first = chat.button("The workout one").first
    expect(first).to_be_enabled()
    chat.say("second")
    expect(first).to_be_disabled()
    first.click(force=True)
    chat.say("third")
    assert texts_at_the_bot(bridge) == ["first", "second", "third"]


def test_a_text_that_is_too_long_comes_back(chat: ChatPage, bridge: FakeBridge, watch: Watch) -> None:
    watch.allow("status of 413")
    text = "hip " * 1001
    chat.send(text)
    expect(chat.log).to_contain_text("Not sent: A message may have at most 4000 characters")
    expect(chat.number("999")).to_be_visible()
    chat.button("Edit it").click()
    expect(chat.field).to_have_value(text.strip())
    expect(chat.log).not_to_contain_text("Not sent")
    chat.say("shorter")
    assert texts_at_the_bot(bridge) == ["shorter"]


def test_lists_bold_words_and_links(chat: ChatPage, script: dict[str, dict[str, Any]]) -> None:
    script["links"] = {
        "text": "**Two** things:\n• read [the page](https://example.org/a?b=c)\n• write to us@example.org\nOr call tel:+441632960000."
    }
    chat.send("links")
    expect(chat.log.get_by_role("listitem").filter(has_text="the page")).to_have_count(1)
    for name, href in {
        "the page": "https://example.org/a?b=c",
        "us@example.org": "mailto:us@example.org",
        "tel:+441632960000": "tel:+441632960000",
    }.items():
        expect(chat.log.get_by_role("link", name=name, exact=True)).to_have_attribute("href", href)
    expect(chat.log.get_by_text("Two", exact=True)).to_have_css("font-weight", "600")


def test_a_plan_is_a_table_that_explains_each_exercise(chat: ChatPage, bridge: FakeBridge) -> None:
    chat.send("plan")
    table = chat.log.get_by_role("table", name="Session A: Mon")
    expect(table.get_by_role("row", name="Glute bridge")).to_contain_text("10")
    expect(table.get_by_role("columnheader")).to_have_text(["Exercise", "Sets", "Reps", "How"])
    table.get_by_role("button", name="How do I do this: Squat?").click()
    expect(chat.echo("/fitness_squat")).to_be_visible()
    assert bridge.calls[-1]["choice"] == "/fitness_squat"


@pytest.mark.parametrize("region", [("DE", "112"), ("US", "911"), ("AU", "000")])
def test_the_site_says_whose_number_is_shown(visit: Visit, gateway: ThreadedServer, region: tuple[str, str]) -> None:
    country, number = region
    # the browser's language is British, and says nothing about where somebody is
    chat = visit(gateway.url, page={"attributes": f'region="{country}"'})
    expect(chat.number(number)).to_be_visible()
    chat.open()
    expect(chat.number(number)).to_have_attribute("href", f"tel:{number}")
    expect(chat.number("999")).to_have_count(0)
