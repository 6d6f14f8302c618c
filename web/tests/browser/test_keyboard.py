"""Everything works by keyboard alone, and nothing that arrives takes the focus away."""

from __future__ import annotations

from playwright.sync_api import expect
from servers import FakeBridge, ThreadedServer

from browser.chat_page import ChatPage
from browser.conftest import Visit


def test_a_whole_visit_by_keyboard(visit: Visit, gateway: ThreadedServer, bridge: FakeBridge) -> None:
    chat = visit(gateway.url)
    keyboard = chat.page.keyboard
    chat.tab_to("Ask about hips")
    keyboard.press("Enter")
    expect(chat.window).to_be_visible()
    chat.expect_focus("Your message")
    keyboard.type("hip reduction")
    chat.tab_to("Send")
    keyboard.press("Enter")
    expect(chat.echo("hip reduction")).to_be_visible()
    chat.expect_focus("Your message")
    chat.tab_to("The workout one", "Shift+Tab")
    keyboard.press("Enter")
    expect(chat.echo("/clarify_choose_fitness")).to_be_visible()
    chat.tab_to("This helped")
    keyboard.press("Space")
    expect(chat.button("This helped").first).to_have_attribute("aria-pressed", "true")
    chat.expect_focus("This helped")
    chat.tab_to("Menu", "Shift+Tab")
    keyboard.press("Enter")
    chat.tab_to("New conversation")
    keyboard.press("Enter")
    chat.tab_to("Start a new one")
    keyboard.press("Enter")
    expect(chat.echo("hip reduction")).to_have_count(0)
    chat.expect_focus("Your message")
    keyboard.type("by keyboard alone")
    keyboard.press("Enter")
    expect(chat.echo("by keyboard alone")).to_be_visible()
    assert [call.get("text") for call in bridge.calls] == ["hip reduction", None, "by keyboard alone"]


def test_escape_closes_the_menu_then_the_chat(chat: ChatPage) -> None:
    chat.summary.click()
    expect(chat.button("Download as text")).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(chat.button("Download as text")).to_be_hidden()
    chat.expect_focus("Menu")
    chat.page.keyboard.press("Escape")
    expect(chat.window).to_be_hidden()
    chat.expect_focus("Ask about hips")
    chat.page.keyboard.press("Enter")
    expect(chat.window).to_be_visible()
    chat.tab_to("Close the chat", "Shift+Tab")
    chat.page.keyboard.press("Enter")
    expect(chat.window).to_be_hidden()
    chat.expect_focus("Ask about hips")


def test_the_menu_closes_when_the_focus_leaves_it(chat: ChatPage) -> None:
    chat.menu()
    expect(chat.button("Download as text")).to_be_visible()
    chat.field.click()
    expect(chat.button("Download as text")).to_be_hidden()
    chat.expect_focus("Your message")


def test_an_answer_leaves_the_focus_where_it_is(chat: ChatPage) -> None:
    chat.send("slow 0.5")
    chat.field.press_sequentially("half")
    expect(chat.echo("slow 0.5")).to_be_visible()
    chat.expect_focus("Your message")
    chat.page.keyboard.type(" sent")
    expect(chat.field).to_have_value("half sent")
    chat.field.fill("slow 0.6")
    chat.field.press("Enter")
    chat.page.get_by_label("Search").focus()
    expect(chat.echo("slow 0.6")).to_be_visible()
    chat.expect_focus("Search")


def test_a_pressed_choice_leaves_the_focus_in_the_chat(chat: ChatPage) -> None:
    chat.say("hip reduction")
    chat.tab_to("The workout one", "Shift+Tab")
    chat.page.keyboard.press("Enter")
    expect(chat.echo("/clarify_choose_fitness")).to_be_visible()
    chat.expect_focus("The workout one")
    chat.page.keyboard.press("Enter")
    chat.say("next")
    expect(chat.echo("/clarify_choose_fitness")).to_have_count(1)


def test_the_log_scrolls_by_keyboard(chat: ChatPage) -> None:
    for number in range(8):
        chat.say(f"line {number}")
    chat.tab_to("Conversation" if chat.log.get_attribute("tabindex") == "0" else "", "Shift+Tab")
    before = chat.log.evaluate("log => log.scrollTop")
    chat.page.keyboard.press("Home")
    chat.page.wait_for_function(
        """before => {
      const log = document.querySelector('hip-chat').shadowRoot.querySelector('[role=log]');
      return log.scrollTop < before;
    }""",
        arg=before,
    )


def test_every_stop_of_the_keyboard_shows_where_it_is(chat: ChatPage) -> None:
    chat.say("hip reduction")
    seen: set[str] = set()
    for _ in range(25):
        chat.page.keyboard.press("Shift+Tab")
        name = chat.focused()
        if name == "Search":
            break
        seen.add(name)
        outline = chat.page.evaluate("""() => {
          const at = document.activeElement.shadowRoot.activeElement;
          const { outlineStyle, outlineWidth } = getComputedStyle(at);
          return `${outlineStyle} ${outlineWidth}`;
        }""")
        assert outline == "solid 3px", name
    assert {"Menu", "Quick exit", "Close the chat", "The workout one", "This helped"} <= seen
