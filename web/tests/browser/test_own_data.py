"""What a visitor can do with the chat: begin anew, take it along, delete it, judge answers, leave in a hurry."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect
from servers import FakeBridge, ThreadedServer
from visitor import wait_for

from browser.chat_page import ChatPage
from browser.conftest import Visit
from browser.watching import Watch


def at_the_server(gateway: ThreadedServer, watch: Watch, conversation: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {watch.tokens[conversation]}"}
    return httpx.get(f"{gateway.url}/api/conversations/{conversation}/messages", headers=headers, trust_env=False)


def test_a_deleted_chat_is_gone_everywhere(
    chat: ChatPage, gateway: ThreadedServer, bridge: FakeBridge, watch: Watch
) -> None:
    chat.say("to be deleted")
    other = chat.another_tab().open()
    expect(other.echo("to be deleted")).to_have_count(1)
    [conversation] = watch.tokens
    assert at_the_server(gateway, watch, conversation).status_code == 200
    chat.menu("Delete my chat")
    expect(chat.window).to_contain_text("It cannot be brought back.")
    assert at_the_server(gateway, watch, conversation).status_code == 200, "not before it is confirmed"
    chat.button("Delete it").click()
    for tab in (chat, other):
        expect(tab.status).to_contain_text("This chat was deleted")
        expect(tab.echo("to be deleted")).to_have_count(0)
    assert at_the_server(gateway, watch, conversation).status_code == 410
    wait_for(lambda: bridge.erased == [conversation])
    chat.button("New conversation").click()
    expect(chat.status).to_be_empty()
    chat.say("a new one")
    assert len(watch.tokens) == 2
    expect(other.echo("a new one")).to_have_count(1)


def test_a_new_conversation_leaves_the_old_one_at_the_server(
    chat: ChatPage, gateway: ThreadedServer, watch: Watch
) -> None:
    chat.say("the old one")
    [old] = watch.tokens
    chat.menu("New conversation", "Start a new one")
    expect(chat.echo("the old one")).to_have_count(0)
    expect(chat.status).to_be_empty()
    chat.say("the new one")
    assert len(watch.tokens) == 2
    texts = [message["text"] for message in at_the_server(gateway, watch, old).json()["messages"]]
    assert texts == ["the old one", "You said: the old one"]


def test_the_chat_can_be_taken_along(chat: ChatPage, tmp_path: Path) -> None:
    chat.say("keep this")
    chat.summary.click()
    with chat.page.expect_download() as download:
        chat.button("Download as text").click()
    assert download.value.suggested_filename == "chat.txt"
    download.value.save_as(tmp_path / "chat.txt")
    text = (tmp_path / "chat.txt").read_text(encoding="utf-8")
    assert text.index("keep this") < text.index("You said: keep this")


def test_thumbs_are_kept_and_can_be_taken_back(chat: ChatPage, gateway: ThreadedServer, watch: Watch) -> None:
    def kept() -> str | None:
        [conversation] = watch.tokens
        return at_the_server(gateway, watch, conversation).json()["messages"][1]["feedback"]

    chat.say("judge this")
    up, down = chat.button("This helped"), chat.button("This did not help")
    expect(up).to_have_attribute("aria-pressed", "false")
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    wait_for(lambda: kept() == "up")
    chat.page.reload()
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(down).to_have_attribute("aria-pressed", "false")
    down.click()
    wait_for(lambda: kept() == "down")
    expect(up).to_have_attribute("aria-pressed", "false")
    down.click()
    wait_for(lambda: kept() is None)
    expect(down).to_have_attribute("aria-pressed", "false")


def test_the_text_size_is_kept(chat: ChatPage) -> None:
    chat.say("how large")

    def size() -> float:
        return float(chat.echo("how large").evaluate("node => parseFloat(getComputedStyle(node).fontSize)"))

    normal = size()
    chat.summary.click()
    chat.window.get_by_label("Text size").select_option("Largest")
    assert size() >= 1.4 * normal
    chat.page.reload()
    expect(chat.echo("how large")).to_be_visible()
    assert size() >= 1.4 * normal


def test_the_quick_exit_leaves_nothing(visit: Visit, gateway: ThreadedServer, watch: Watch) -> None:
    chat = visit(gateway.url, page={"attributes": 'region="GB" exit="/health"'})
    chat.page.evaluate("localStorage.setItem('of the site', '1')")
    chat.page.goto(f"{gateway.url}/pages/icon.svg")
    chat.go().open()
    chat.say("my secret")
    other = chat.another_tab().open()
    expect(other.echo("my secret")).to_have_count(1)
    chat.field.fill("another secret")
    left = chat.button("Quick exit").evaluate(
        "button => { button.click(); return document.querySelector('hip-chat').shadowRoot.textContent; }"
    )
    assert "secret" not in left, "the screen is clear before the next page has come"
    expect(other.echo("my secret")).to_have_count(0)
    chat.page.wait_for_url("**/health")
    assert chat.page.evaluate("Object.keys(localStorage)") == ["of the site"]
    assert chat.page.evaluate("sessionStorage.length") == 0
    chat.page.go_back()
    assert chat.page.url.endswith("/icon.svg"), "the page with the chat is no longer in the history"
    chat.go().open()
    expect(chat.field).to_have_value("")
    expect(chat.echo("my secret")).to_have_count(0)


@pytest.mark.parametrize("exit_to", ["javascript:alert(1)", "data:text/html,x", ""])
def test_the_quick_exit_leads_to_a_page_or_to_an_empty_one(visit: Visit, gateway: ThreadedServer, exit_to: str) -> None:
    chat = visit(gateway.url, page={"attributes": f'region="GB" exit="{exit_to}"'}).open()
    chat.button("Quick exit").click()
    chat.page.wait_for_url("about:blank")
