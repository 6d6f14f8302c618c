"""Text is shown as text, whoever wrote it. The page here has no content security policy: nothing else would stop a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect
from servers import ThreadedServer

from browser.chat_page import ChatPage
from browser.conftest import Visit
from browser.payloads import LINKS, MARKUP

#: Elements that the chat is made of; what else is in it was injected.
KNOWN = (
    "div p span h2 h3 button details summary label select option header form textarea dialog "
    "ul ol li a b table caption tr th td svg path"
)
FOREIGN = """(known) => {
  const chat = document.querySelector('hip-chat');
  const inside = [...chat.shadowRoot.querySelectorAll('*')];
  const event = (node) => node.getAttributeNames().some((name) => /^on|^style$|^srcdoc$|^formaction$/.test(name));
  const link = (node) => node.localName === 'a' && !/^(https|mailto|tel):$/.test(node.protocol);
  const made = inside.filter((node) => !known.split(' ').includes(node.localName) || event(node) || link(node));
  const outside = [...document.querySelectorAll('script, iframe, object, embed, base, style')].slice(1);
  return [...made, ...outside, ...document.querySelectorAll('hip-chat hip-chat')].map((node) => node.outerHTML.slice(0, 200));
}"""
ALARM = "window.ran = []; window.xss = () => { window.ran.push(new Error().stack); };"

Unprotected = Callable[[], ChatPage]


@pytest.fixture
def unprotected(visit: Visit, gateway: ThreadedServer) -> ChatPage:
    def prepare(context: BrowserContext) -> None:
        context.add_init_script(ALARM)

    return visit(gateway.url, policy=None, before=prepare).open()


def assert_harmless(chat: ChatPage) -> None:
    assert chat.page.evaluate(FOREIGN, KNOWN) == []
    assert chat.page.evaluate("window.ran") == []


def paragraphs(chat: ChatPage) -> list[str]:
    return chat.log.get_by_role("paragraph").all_text_contents()


def test_markup_of_visitor_and_bot_is_shown_verbatim(unprotected: ChatPage) -> None:
    for payload in MARKUP:
        unprotected.send(payload)
        expect(unprotected.log.get_by_role("paragraph").filter(has_text="You said: ").last).to_have_text(
            f"You said: {payload}"
        )
    shown = paragraphs(unprotected)
    for payload in MARKUP:
        assert payload in shown, "the visitor's words"
        assert f"You said: {payload}" in shown, "the bot's words"
    assert_harmless(unprotected)
    unprotected.page.reload()
    expect(unprotected.echo("**<img src=x onerror=xss()>")).to_be_visible()
    assert paragraphs(unprotected) == shown
    assert_harmless(unprotected)


def test_links_lead_to_the_web_to_a_mailbox_or_to_a_telephone_only(unprotected: ChatPage) -> None:
    links = unprotected.log.get_by_role("link")
    for payload in LINKS:
        unprotected.send(payload)
    unprotected.send("[press](https://good.example/x)")
    expect(links).to_have_count(1)
    assert links.all_text_contents() == ["press"]
    assert links.get_attribute("href") == "https://good.example/x"
    shown = paragraphs(unprotected)
    assert [payload for payload in LINKS if f"You said: {payload}" not in shown] == []
    assert_harmless(unprotected)


def test_no_field_of_a_reply_becomes_markup(unprotected: ChatPage, script: dict[str, dict[str, Any]]) -> None:
    bad = "<img src=x onerror=xss()>"
    exercise = {"name": bad, "sets": bad, "reps": bad, "each_side": True, "how": "/fitness_squat"}
    plan = {"kind": "plan", "level": bad, "sessions": [{"name": bad, "weekdays": [bad], "exercises": [exercise]}]}
    alarm = {"kind": "emergency", "heading": bad, "numbers": {"emergency_number": f"999 {bad}", "crisis_line": bad}}
    choices = [{"title": bad, "payload": "/clarify_choose_fitness"}]
    script["plan it"] = {"text": bad, "source": bad, "choices": choices, "card": plan}
    script["alarm"] = {"text": bad, "source": bad, "choices": choices, "card": alarm, "outcome": "emergency"}
    unprotected.send("plan it")
    expect(unprotected.log.get_by_role("table")).to_have_count(1)
    unprotected.log.get_by_role("button", name=bad, exact=True).last.click()
    expect(unprotected.echo("/clarify_choose_fitness")).to_be_visible()
    unprotected.send("alarm")
    expect(unprotected.alert.get_by_role("heading", name=bad)).to_be_visible()
    assert_harmless(unprotected)


def test_attributes_of_the_element_are_text_too(visit: Visit, gateway: ThreadedServer) -> None:
    bad = "&quot;&gt;&lt;img src=x onerror=xss()&gt;"
    attributes = f'region="{bad}" locale="../{bad}" theme="{bad}" position="{bad}" privacy="javascript:xss()"'
    chat = visit(
        gateway.url,
        policy=None,
        page={"attributes": attributes},
        before=lambda context: context.add_init_script(ALARM),
    ).open()
    expect(chat.number("112")).to_be_visible()
    expect(chat.window.get_by_text("More about privacy")).to_have_count(0)
    chat.say("hello")
    assert_harmless(chat)
