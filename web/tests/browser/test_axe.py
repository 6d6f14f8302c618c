"""axe finds nothing against WCAG 2.2 A and AA, in any state of the chat, in light and dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from servers import ThreadedServer

from browser.chat_page import ChatPage
from browser.conftest import Visit
from browser.test_emergency import CRISIS
from browser.watching import Watch

OPTIONS = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
RULES = "axe.getRules(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).length"


def opened(chat: ChatPage) -> None:
    chat.open()


def answered(chat: ChatPage) -> None:
    chat.open()
    chat.say("hip reduction")
    chat.button("This helped").click()
    chat.say("and older choices are disabled")


def emergency(chat: ChatPage) -> None:
    answered(chat)
    chat.send("hip is out")
    expect(chat.alert).to_be_visible()


def crisis(chat: ChatPage) -> None:
    chat.open()
    chat.send("crisis")
    expect(chat.alert).to_be_visible()


def plan(chat: ChatPage) -> None:
    chat.open()
    chat.send("plan")
    expect(chat.log.get_by_role("table")).to_be_visible()


def offline(chat: ChatPage) -> None:
    chat.open()
    chat.page.context.set_offline(True)
    expect(chat.status).to_contain_text("You are offline.")
    chat.send("kept")
    expect(chat.row("kept")).to_contain_text("Not sent yet")


def error(chat: ChatPage) -> None:
    chat.open()
    chat.send("refuse")
    expect(chat.log).to_contain_text("Sorry, I could not answer that")
    chat.send("x" * 4001)
    expect(chat.button("Edit it")).to_be_visible()
    chat.page.route("**/api/**", lambda route: route.abort())
    chat.send("kept")
    expect(chat.button("Try again")).to_be_visible()


def menu(chat: ChatPage) -> None:
    chat.open()
    chat.menu("New conversation", "Delete my chat")
    expect(chat.button("Delete it")).to_be_visible()


def deleted(chat: ChatPage) -> None:
    answered(chat)
    chat.menu("Delete my chat", "Delete it")
    expect(chat.button("New conversation")).to_be_visible()


def unloaded(chat: ChatPage) -> None:
    chat.page.route("**/strings/*", lambda route: route.abort())
    chat.page.reload()
    expect(chat.page.get_by_text("The chat cannot be loaded.")).to_be_visible()


def closed(chat: ChatPage) -> None:
    answered(chat)
    chat.send("slow 0.5")
    chat.close()
    expect(chat.page.get_by_text("New answers: 1", exact=True)).to_be_visible()


STATES = [closed, opened, answered, emergency, crisis, plan, offline, error, menu, deleted, unloaded]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_nothing_is_found(
    visit: Visit,
    gateway: ThreadedServer,
    watch: Watch,
    script: dict[str, dict[str, Any]],
    state: Callable[[ChatPage], None],
) -> None:
    watch.allow("ERR_|Failed to fetch|status of 413")
    script["crisis"] = CRISIS
    chat = visit(gateway.url)
    state(chat)
    for scheme in ("light", "dark"):
        chat.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        results = Axe().run(chat.page, options=OPTIONS)
        assert not results.violations_count, f"{scheme}: {results.generate_report()}"
        looked_at = {node["target"][0][-1] for each in results.response["passes"] for node in each["nodes"]}
        assert len(results.response["passes"]) > 10 and len(looked_at) > 5, "axe looks into the chat"


def test_nothing_is_found_on_the_page_of_the_gateway(visit: Visit, gateway: ThreadedServer) -> None:
    chat = visit(gateway.url, path="/")
    for scheme in ("light", "dark"):
        chat.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        results = Axe().run(chat.page, options=OPTIONS)
        assert not results.violations_count, f"{scheme}: {results.generate_report()}"


def test_axe_finds_what_is_wrong(chat: ChatPage) -> None:
    chat.send_button.evaluate("button => button.removeAttribute('aria-label')")
    results = Axe().run(chat.page, options=OPTIONS)
    assert [each["id"] for each in results.response["violations"]] == ["button-name"]
