"""The chat fits: small and large screens, zoom, touch, other directions, and what a system prefers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect
from servers import ThreadedServer

from browser.chat_page import ChatPage
from browser.conftest import Visit
from browser.watching import Watch

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
LONG_WORD = "Pneumonoultramicroscopicsilicovolcanoconiosis" * 3

SMALL_TARGETS = """() => {
  const root = document.querySelector('hip-chat').shadowRoot;
  const targets = [...root.querySelectorAll('button, a, summary, select, textarea')].filter((each) => each.checkVisibility());
  const sentence = (each) => each.closest('.bubble p, .bubble li'); // links in running text may be as high as their line
  const small = targets.filter((each) => {
    const { width, height } = each.getBoundingClientRect();
    return (width < 44 || height < 44) && !sentence(each);
  });
  return { count: targets.length, small: small.map((each) => each.outerHTML.slice(0, 120)) };
}"""
ANIMATIONS = """() => [document, document.querySelector('hip-chat').shadowRoot]
  .flatMap((root) => root.getAnimations()).length"""


def fill(chat: ChatPage) -> None:
    """Have everything in the chat that can be in it."""
    chat.open()
    chat.say(LONG_WORD)
    chat.send("plan")
    expect(chat.log.get_by_role("table")).to_be_visible()
    chat.say("hip reduction")
    chat.send("hip is out")
    expect(chat.alert).to_be_visible()


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_every_target_is_at_least_44_pixels(visit: Visit, gateway: ThreadedServer, options: dict[str, Any]) -> None:
    chat = visit(gateway.url, **options)
    expect(chat.launcher).to_be_visible()
    closed = chat.page.evaluate(SMALL_TARGETS)
    assert closed["count"] >= 3 and closed["small"] == []
    fill(chat)
    chat.send("refuse")
    expect(chat.log).to_contain_text("Sorry, I could not answer that")
    chat.menu("New conversation", "Delete my chat")
    opened = chat.page.evaluate(SMALL_TARGETS)
    assert opened["count"] >= 20 and opened["small"] == []


@pytest.mark.parametrize("size", ["Normal", "Largest"])
def test_at_320_pixels_nothing_scrolls_sideways(visit: Visit, gateway: ThreadedServer, size: str) -> None:
    chat = visit(gateway.url, viewport={"width": 320, "height": 640})
    chat.fits()
    chat.open()
    chat.fits()
    chat.summary.click()
    chat.window.get_by_label("Text size").select_option(size)
    chat.fits()
    chat.page.keyboard.press("Escape")
    chat.close()
    fill(chat)
    chat.fits()
    chat.menu("New conversation", "Delete my chat")
    chat.fits()


def test_at_400_percent_zoom_it_can_be_used(visit: Visit, gateway: ThreadedServer) -> None:
    chat = visit(gateway.url, viewport={"width": 320, "height": 256})
    expect(chat.number("999")).to_be_in_viewport(ratio=1)
    expect(chat.launcher).to_be_in_viewport(ratio=1)
    chat.open()
    chat.say("at 400 percent")
    expect(chat.field).to_be_in_viewport(ratio=1)
    expect(chat.send_button).to_be_in_viewport(ratio=1)
    expect(chat.number("999")).to_be_in_viewport(ratio=1)
    for part in (chat.echo("at 400 percent"), chat.button("The workout one"), chat.button("This helped"), chat.summary):
        part.scroll_into_view_if_needed()
        part.click(trial=True)  # nothing lies above it
    chat.button("The workout one").click()
    expect(chat.echo("/clarify_choose_fitness")).to_be_visible()
    chat.send("hip is out")
    expect(chat.alert.get_by_role("heading")).to_be_in_viewport(ratio=1)
    chat.alert.get_by_role("link", name="Call 999").click(trial=True)
    chat.fits()
    chat.button("Close the chat").click()
    expect(chat.launcher).to_be_visible()


def test_on_a_phone_it_fills_the_screen(visit: Visit, gateway: ThreadedServer) -> None:
    chat = visit(gateway.url, **PHONE)
    chat.launcher.tap()
    assert chat.window.bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 740}
    chat.expect_focus("Hip assistant")
    chat.field.tap()
    chat.say("from a phone")
    chat.page.set_viewport_size({"width": 360, "height": 300})  # as a keyboard on the screen leaves it
    for number in range(4):
        chat.say(f"above a keyboard {number}")
    expect(chat.echo("above a keyboard 3")).to_be_in_viewport()
    chat.page.set_viewport_size(PHONE["viewport"])
    chat.button("The workout one").last.tap()
    expect(chat.echo("/clarify_choose_fitness")).to_be_in_viewport()
    chat.fits()
    chat.page.keyboard.press("Tab")
    for _ in range(30):
        chat.page.keyboard.press("Tab")
        assert chat.focused() != "Search", "behind a full screen nothing is reached"
    chat.page.reload()
    expect(chat.launcher).to_be_visible()
    expect(chat.window).to_be_hidden()
    chat.launcher.tap()
    chat.button("Close the chat").tap()
    expect(chat.page.get_by_label("Search")).to_be_visible()
    chat.expect_focus("Ask about hips")


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves(visit: Visit, gateway: ThreadedServer, motion: str) -> None:
    chat = visit(gateway.url, reduced_motion=motion)
    moving = [chat.page.evaluate(ANIMATIONS)]
    for step in (chat.open, lambda: chat.send("slow 0.4"), lambda: chat.send("hip is out"), chat.summary.click):
        step()
        moving.append(chat.page.evaluate(ANIMATIONS))
    expect(chat.alert).to_be_visible()
    moving.append(chat.page.evaluate(ANIMATIONS))
    assert moving == [0] * len(moving)
    chat.page.evaluate("document.querySelector('hip-chat').shadowRoot.querySelector('dialog').animate([], 1000)")
    assert chat.page.evaluate(ANIMATIONS) == 1, "and what moves would be seen"


def test_forced_colours_keep_every_edge(visit: Visit, gateway: ThreadedServer) -> None:
    chat = visit(gateway.url, forced_colors="active")
    fill(chat)
    edges = chat.page.evaluate("""() => {
      const root = document.querySelector('hip-chat').shadowRoot;
      return [...root.querySelectorAll('dialog button, .calls a, dialog summary, textarea, .bubble, .card')]
        .filter((each) => each.checkVisibility())
        .map((each) => {
          const { borderTopColor, borderTopStyle, borderTopWidth } = getComputedStyle(each);
          return { what: each.outerHTML.slice(0, 80), borderTopColor, borderTopStyle, borderTopWidth };
        });
    }""")
    assert len(edges) > 15
    for edge in edges:
        assert edge["borderTopStyle"] != "none" and edge["borderTopWidth"] != "0px", edge
        assert not re.search(r"rgba.*, 0\)$|transparent", edge["borderTopColor"]), edge


BACKGROUND = (
    "node => getComputedStyle(node).backgroundColor.match(/\\d+/g).slice(0, 3).reduce((sum, part) => sum + +part, 0)"
)


def test_dark_follows_the_system_unless_the_site_says_otherwise(visit: Visit, gateway: ThreadedServer) -> None:
    bright = {}
    for scheme in ("light", "dark"):
        for theme in ("auto", "light", "dark"):
            chat = visit(gateway.url, color_scheme=scheme, page={"attributes": f'region="GB" theme="{theme}"'}).open()
            bright[scheme, theme] = chat.window.evaluate(BACKGROUND) > 3 * 128
            chat.page.close()
    assert bright == {
        ("light", "auto"): True,
        ("light", "light"): True,
        ("light", "dark"): False,
        ("dark", "auto"): False,
        ("dark", "light"): True,
        ("dark", "dark"): False,
    }


@pytest.mark.parametrize(
    ("direction", "position", "left"),
    [
        ("ltr", "", False),
        ("ltr", "left", True),
        ("ltr", "right", False),
        ("rtl", "", True),
        ("rtl", "left", True),
        ("rtl", "right", False),
    ],
)
def test_it_stands_in_its_corner(
    visit: Visit, gateway: ThreadedServer, direction: str, position: str, left: bool
) -> None:
    attributes = f'region="GB" position="{position}"' if position else 'region="GB"'
    chat = visit(gateway.url, page={"attributes": attributes, "direction": direction})
    for part in (chat.launcher, chat.window):
        box = part.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 1280
        assert (box["x"] + box["width"] / 2 < 640) is left
        if part is chat.launcher:
            chat.open()
    chat.fits()


def test_right_to_left_mirrors_the_chat_and_not_the_english(
    visit: Visit, gateway: ThreadedServer, watch: Watch
) -> None:
    watch.allow("ar.json")  # there are no Arabic labels: English ones
    chat = visit(gateway.url, page={"direction": "rtl", "lang": "ar"})
    fill(chat)
    field, send = chat.field.bounding_box(), chat.send_button.bounding_box()
    assert field and send and send["x"] < field["x"], "the end of the line is on the left"
    mine, answer = chat.said("hip reduction").bounding_box(), chat.echo("hip reduction").bounding_box()
    assert mine and answer and mine["x"] < answer["x"]
    assert chat.echo("hip reduction").evaluate("node => getComputedStyle(node).direction") == "ltr"
    chat.say("כמה זמן זה לוקח")
    assert chat.said("כמה זמן זה לוקח").evaluate("node => getComputedStyle(node).direction") == "rtl"
    chat.fits()
