"""The chat survives a reload, a second tab, and a browser that keeps nothing."""

from __future__ import annotations

import re
import time

import httpx
import pytest
from playwright.sync_api import expect
from servers import FakeBridge, ThreadedServer
from visitor import wait_for

from browser.chat_page import ChatPage
from browser.conftest import Visit
from browser.watching import Watch


def test_a_reload_keeps_everything_and_says_nothing_again(chat: ChatPage) -> None:
    chat.say("before the reload")
    assert len(chat.spoken("You said: before the reload")) == 1, "an answer is said once"
    assert chat.spoken("The workout one"), "with its choices"
    chat.say("and another")
    chat.field.fill("half a sent")
    before = chat.text()
    chat.page.reload()
    expect(chat.echo("and another")).to_be_visible()
    assert chat.text() == before
    expect(chat.field).to_have_value("half a sent")
    assert chat.spoken("You said: ") == [], "what was said before is silent"
    chat.say("after the reload")
    assert [each["text"] for each in chat.spoken("You said: ")] == [
        each["text"] for each in chat.spoken("You said: after the reload")
    ]
    assert len(chat.spoken("You said: after the reload")) == 1


def test_every_answer_is_said_once_and_the_visitors_own_words_never(chat: ChatPage) -> None:
    for word in ("alpha", "beta", "gamma"):
        chat.say(word)
    said = [each["text"] for each in chat.spoken("")]
    for word in ("alpha", "beta", "gamma"):
        assert len([text for text in said if f"You said: {word}" in text]) == 1
        assert word not in said


def test_a_closed_chat_stays_closed_and_tells_of_new_answers(chat: ChatPage) -> None:
    chat.send("slow 1")
    expect(chat.row("slow 1")).not_to_contain_text("Sending")
    chat.close()
    expect(chat.page.get_by_text("New answers: 1", exact=True)).to_be_visible()
    chat.expect_focus("Ask about hips")
    chat.page.reload()
    expect(chat.page.get_by_text("New answers: 1", exact=True)).to_be_visible()
    expect(chat.window).to_be_hidden()
    chat.open()
    expect(chat.echo("slow 1")).to_be_visible()


def open_streams(gateway: ThreadedServer) -> float:
    text = httpx.get(f"{gateway.url}/metrics", trust_env=False).text
    found = re.search(r"^hip_streams_open ([\d.]+)$", text, re.MULTILINE)
    assert found
    return float(found[1])


def test_two_tabs_show_the_same_by_one_stream(chat: ChatPage, gateway: ThreadedServer, bridge: FakeBridge) -> None:
    none = open_streams(gateway)
    chat.say("from the first")
    second = chat.another_tab()
    second.open()
    for tab in (chat, second):
        expect(tab.echo("from the first")).to_have_count(1)
    second.say("from the second")
    expect(chat.echo("from the second")).to_have_count(1)
    chat.say("the first again")
    expect(second.echo("the first again")).to_have_count(1)
    assert chat.text() == second.text()
    wait_for(lambda: open_streams(gateway) == none + 1)
    assert [call["text"] for call in bridge.calls] == ["from the first", "from the second", "the first again"]
    chat.page.close()
    second.say("alone now")
    wait_for(lambda: open_streams(gateway) == none + 1)
    expect(second.echo("alone now")).to_have_count(1)


def test_two_tabs_that_send_at_the_same_moment_begin_one_conversation(
    visit: Visit, gateway: ThreadedServer, bridge: FakeBridge, watch: Watch
) -> None:
    tabs = {"one": visit(gateway.url).open()}
    tabs["two"] = tabs["one"].another_tab().open()
    moment = (time.time() + 0.5) * 1000
    for text, tab in tabs.items():
        tab.field.fill(text)
        tab.send_button.evaluate("(button, at) => { setTimeout(() => button.click(), at - Date.now()) }", moment)
    for tab in tabs.values():
        for text in tabs:
            expect(tab.echo(text)).to_have_count(1)
    assert watch.calls.count("POST /api/conversations") == 1
    assert sorted(call["text"] for call in bridge.calls) == ["one", "two"]


FORBIDDEN = """
for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, {
  get() { throw new DOMException('The operation is insecure.', 'SecurityError'); },
});
"""
FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"


@pytest.mark.parametrize("trouble", [FORBIDDEN, FULL], ids=["forbidden", "full"])
def test_a_browser_that_keeps_nothing_chats(visit: Visit, gateway: ThreadedServer, trouble: str) -> None:
    chat = visit(gateway.url, before=lambda context: context.add_init_script(trouble)).open()
    chat.say("one")
    chat.say("two")
    expect(chat.echo("one")).to_have_count(1)
