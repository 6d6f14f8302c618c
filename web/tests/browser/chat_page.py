"""A page with the chat on it, as its visitor sees it: found by roles, labels and words."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

#: Name of the focused element, through shadow roots.
_FOCUSED = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at?.ariaLabel || at?.labels?.[0]?.textContent.trim() || at?.textContent.trim() || '';
}"""


class ChatPage:
    """The chat on `page`; `url` is the address of the page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.launcher = page.get_by_role("button", name="Ask about hips")
        self.window = page.get_by_role("dialog", name="Hip assistant")
        self.log = self.window.get_by_role("log", name="Conversation")
        self.field = self.window.get_by_role("textbox", name="Your message")
        self.send_button = self.window.get_by_role("button", name="Send", exact=True)
        self.status = self.window.get_by_role("status")
        self.alert = page.get_by_role("alert")
        self.summary = self.window.get_by_text("Menu", exact=True)
        self.fallback = page.get_by_text("The chat needs JavaScript.")

    def go(self) -> ChatPage:
        self.page.goto(self.url)
        return self

    def open(self) -> ChatPage:
        self.launcher.click()
        expect(self.window).to_be_visible()
        return self

    def close(self) -> None:
        self.button("Close the chat").click()
        expect(self.launcher).to_be_visible()

    def another_tab(self) -> ChatPage:
        return ChatPage(self.page.context.new_page(), self.url).go()

    def send(self, text: str) -> None:
        self.field.fill(text)
        self.field.press("Enter")

    def say(self, text: str) -> None:
        """Send `text` and wait for the stand-in's echo."""
        self.send(text)
        expect(self.echo(text).last).to_be_visible()

    def said(self, text: str) -> Locator:
        """What the visitor has said: the words of a bubble."""
        return self.log.get_by_role("paragraph").filter(has_text=re.compile(f"^{re.escape(text)}$"))

    def row(self, text: str) -> Locator:
        """The same with the note below it, such as "Not sent yet"."""
        return self.said(text).locator("..")

    def echo(self, text: str) -> Locator:
        """The stand-in's answer to `text`."""
        return self.window.get_by_text(f"You said: {text}", exact=True)

    def button(self, name: str) -> Locator:
        return self.window.get_by_role("button", name=name, exact=True)

    def number(self, tel: str) -> Locator:
        """The link of the emergency bar that dials `tel`; the bar of the closed or of the open chat, whichever is shown."""
        return self.page.get_by_role("link", name=tel, exact=True)

    def menu(self, *names: str) -> None:
        """Open the menu and press one entry after the other."""
        self.summary.click()
        for name in names:
            self.window.get_by_text(name, exact=True).click()

    def focused(self) -> str:
        """Name of the element that has the focus; empty: none has."""
        return str(self.page.evaluate(_FOCUSED))

    def expect_focus(self, name: str) -> None:
        """Wait until the element of this name has the focus: a window that closes gives it back a moment later."""
        try:
            self.page.wait_for_function(f"name => ({_FOCUSED})() === name", arg=name)
        except PlaywrightTimeoutError:
            assert self.focused() == name
            raise

    def tab_to(self, name: str, key: str = "Tab") -> None:
        """Press `key` until the element of this name has the focus."""
        passed = []
        for _ in range(40):
            self.page.keyboard.press(key)
            passed.append(self.focused())
            if passed[-1] == name:
                return
        raise AssertionError(f"{key} does not lead to {name!r}, but to {passed}")

    def spoken(self, text: str) -> list[dict[str, Any]]:
        """What the screen reader said that contains `text`: [{text, urgent}]; of this page load."""
        heard = self.page.evaluate("window.spoken")
        return [each for each in heard if text in each["text"]]

    def text(self) -> str:
        """All words of the conversation, for their order."""
        return self.log.inner_text()

    def fits(self) -> None:
        """Nothing is wider than the screen, and no part of the window scrolls sideways but a bubble with a table in it."""
        wide = self.page.evaluate(
            """() => {
              const root = document.querySelector('hip-chat').shadowRoot;
              const parts = [document.documentElement, ...root.querySelectorAll('dialog, dialog *')]
                .filter((part) => !part.closest('table') && !part.querySelector(':scope > table'));
              const sideways = parts.filter((part) => part.scrollWidth > part.clientWidth + 1
                && (part.localName === 'html' || /auto|scroll/.test(getComputedStyle(part).overflowX)));
              const outside = parts.filter((part) => {
                const { left, right, width } = part.getBoundingClientRect();
                return width > 1 && (left < -1 || right > innerWidth + 1);
              });
              return [...sideways, ...outside].map((part) => `${part.localName}.${part.className}: ${part.textContent.slice(0, 40)}`);
            }"""
        )
        assert not wide, json.dumps(wide, indent=1)
