"""The comparison in a real browser: with and without scripts, axe, small screens."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from servers import FakeBridge

from console import replaying
from console.roles import Role
from console_browser.conftest import WIDTHS, MakeConsole, OpenPage, Running
from console_browser.looking import LEAST, OVER, SMALL, axe_finds_nothing, looks
from console_browser.states import fill


@pytest.fixture
def console(make_console: MakeConsole, bridge: FakeBridge, monkeypatch: pytest.MonkeyPatch) -> Running:
    """A console with a bot, conversations and a lead."""
    monkeypatch.setattr(replaying, "PAUSE", 0.0)
    running = make_console(bridge_url=bridge.url)
    fill(running)
    running.say("f" * 32, "slim", *(f"more {number}" for number in range(40)))
    running.add("leo", Role.LEAD)
    running.house.review.correct("b" * 32, 1, "rita", outcome="emergency")
    return running


def looked_at(page: Page, pictures: Path, name: str) -> None:
    """Assert that axe finds nothing, in both schemes, narrow and wide, and that nothing is wider than the window."""
    for look in looks(page, LEAST | WIDTHS):
        assert page.evaluate(OVER) <= 0, (name, look)
        axe_finds_nothing(page, f"{name}-{look}")
        page.screenshot(path=pictures / f"{name}-{look}.png", full_page=True)
    assert page.evaluate(SMALL) == []


def test_conversations_are_replayed_without_scripts(console: Running, open_page: OpenPage) -> None:
    page = open_page("/conversations?words=hip", "leo", java_script_enabled=False)
    page.get_by_role("link", name="Replay these").click()
    expect(page.get_by_text("5 messages of visitors will be asked")).to_be_visible()
    page.get_by_role("button", name="Replay them").click()
    expect(page.get_by_role("heading", name="Comparison 1: conversations")).to_be_visible()
    for _ in range(100):
        if not page.get_by_role("link", name="Look again").count():
            break
        page.wait_for_timeout(50)
        page.get_by_role("link", name="Look again").click()
    expect(page.get_by_text("5 of 5 asked")).to_be_visible()
    expect(page.get_by_text("2 emergencies are none any more")).to_be_visible()
    row = page.locator("tr[data-item]").first
    expect(row).to_contain_text("emergency lost")
    row.get_by_role("link").click()
    assert f"/conversations/{'b' * 32}#turn-" in page.url


def test_a_page_follows_a_replay_by_itself_and_all_pages_are_sound(
    console: Running, open_page: OpenPage, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("/comparison", "leo")
    looked_at(page, pictures, "comparison")
    page.get_by_role("button", name="Replay the change set").click()
    expect(page.get_by_text("1 of 1 asked")).to_be_visible()
    expect(page.get_by_text("1 emergency is none any more")).to_be_visible()
    page.goto("/comparison/conversations")
    looked_at(page, pictures, "comparison-filtered")
    monkeypatch.setattr(replaying, "PAUSE", 0.4)
    page.get_by_role("button", name="Replay them").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    looked_at(page, pictures, "comparison-running")
    monkeypatch.setattr(replaying, "PAUSE", 0.0)
    expect(page.get_by_text("48 of 48 asked")).to_be_visible()
    expect(page.get_by_role("button", name="Stop it")).to_have_count(0)
    page.get_by_role("link", name="All 48").click()
    looked_at(page, pictures, "comparison-done")
