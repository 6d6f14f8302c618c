"""With the real assistant behind the gateway."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from whole_system import Whole

from browser.chat_page import ChatPage
from browser.conftest import Visit


@pytest.fixture
def guest(visit: Visit, whole: Whole) -> ChatPage:
    return visit(whole.url).open()


def ask(chat: ChatPage, text: str) -> str:
    """Say it; return all that has been said since."""
    before = chat.button("This helped").count()
    chat.send(text)
    expect(chat.button("This helped")).not_to_have_count(before)
    return chat.text().rpartition(f"You said:\n{text}")[2]


def test_both_meanings_by_button_and_by_words(guest: ChatPage) -> None:
    ask(guest, "hip reduction")
    assert "workout" in ask(guest, "the workout one").lower()
    ask(guest, "hip reduction")
    before = guest.button("This helped").count()
    guest.log.get_by_role("button", name=re.compile("dislocated|medical", re.IGNORECASE)).last.click()
    expect(guest.button("This helped")).not_to_have_count(before)
    assert "dislocat" in guest.text().rpartition("You said:")[2].lower()


def test_a_calorie_dialogue_to_its_end(guest: ChatPage) -> None:
    ask(guest, "help me work out a calorie deficit")
    for answer in ("34", "no", "no", "none", "female", "168 cm", "74 kg", "skip", "moderate"):
        last = ask(guest, answer)
    assert "kcal" in last


def test_an_emergency_is_held_until_nobody_is_hurt(guest: ChatPage) -> None:
    guest.send("my hip popped out and i can't move my leg")
    expect(guest.alert.get_by_role("heading", name="Get emergency help now")).to_be_in_viewport()
    expect(guest.alert.get_by_role("link", name="Call 999")).to_have_attribute("href", "tel:999")
    guest.send("how much protein do i need")
    expect(guest.alert).to_contain_text("Nobody is hurt")
    guest.alert.get_by_role("button", name="Nobody is hurt").last.click()
    expect(guest.alert).to_have_count(0)
    assert "thrust" in ask(guest, "how do i do a hip thrust").lower()
