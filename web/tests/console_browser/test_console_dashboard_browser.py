"""The dashboard in a real Chromium: without scripts, with htmx, with the keyboard, narrow and wide, light and dark, on paper."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from browser.watching import Watch
from playwright.sync_api import Page, expect

from console_browser.conftest import OpenPage, Running
from console_browser.looking import SMALL, axe_finds_nothing, fits, looks
from console_browser.states import fill

NOTHING = "/dashboard?since=2020-01-01&until=2020-01-07"
WRONG = "/dashboard?since=2026-11-26&until=2026-11-20"
#: What Chromium says on a page with days that mean nothing.
REFUSED = "status of 400"
#: Texts of shown charts that stand out of their picture, or are smaller than ten pixels.
BAD_TEXTS = """() => [...document.querySelectorAll('svg.chart')].filter(svg => svg.checkVisibility()).flatMap(svg => {
  const whole = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].filter(text => {
    const box = text.getBoundingClientRect();
    const size = 13 * whole.width / svg.viewBox.baseVal.width;
    return box.left < whole.left - 1 || box.right > whole.right + 1 || size < 10;
  }).map(text => `${svg.id} ${text.textContent}`);
})"""
#: Texts of shown charts that lie on each other.
OVERLAPS = """() => [...document.querySelectorAll('svg.chart')].filter(svg => svg.checkVisibility()).flatMap(svg => {
  const all = [...svg.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
  return all.flatMap(([one, a], index) => all.slice(index + 1).filter(([, b]) =>
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3).map(([other]) => `${one} / ${other}`));
})"""


def today(days_ago: int = 0) -> str:
    return (datetime.now(UTC).date() - timedelta(days=days_ago)).isoformat()


def opened(console: Running, open_page: OpenPage, path: str = "/dashboard", **options: object) -> Page:
    fill(console)
    console.house.review.catch_up()
    return open_page(path, "rita", **options)


@pytest.mark.parametrize("path", ["/dashboard", NOTHING, WRONG])
def test_axe_finds_nothing(console: Running, open_page: OpenPage, watch: Watch, path: str) -> None:
    watch.allow(REFUSED)
    page = opened(console, open_page, path)
    for more in page.locator("summary").all():
        more.click()
    for look in looks(page):
        axe_finds_nothing(page, look)


@pytest.mark.parametrize("days", [30, 90, 1])
def test_its_charts_fit(console: Running, open_page: OpenPage, pictures: Path, days: int) -> None:
    page = opened(console, open_page, f"/dashboard?since={today(days - 1)}")
    for width in (320, 360, 640, 641, 800, 1024, 1100, 1440):
        fits(page, width)
        assert page.evaluate(SMALL) == []
        assert page.evaluate(BAD_TEXTS) == [], width
        assert page.evaluate(OVERLAPS) == [], width
        assert page.locator("svg.chart:visible").count() == 7, width
    for look in looks(page):
        page.screenshot(path=pictures / f"dashboard-{days}-{look}.png", full_page=True)


@pytest.mark.parametrize("path", [NOTHING, WRONG])
def test_its_messages_fit(console: Running, open_page: OpenPage, watch: Watch, path: str) -> None:
    watch.allow(REFUSED)
    page = opened(console, open_page, path)
    for width in (320, 360, 1440):
        fits(page, width)
        assert page.evaluate(SMALL) == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
def test_days_are_chosen_and_a_number_leads_to_its_list(console: Running, open_page: OpenPage, scripts: bool) -> None:
    page = opened(console, open_page, java_script_enabled=scripts)
    expect(page.get_by_role("heading", name="Conversations and messages")).to_be_visible()
    page.get_by_label("From").fill("2020-01-01")
    page.get_by_label("To, with that day").fill("2020-01-07")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Nothing in these days.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/dashboard\?since=2020-01-01&until=2020-01-07"))
    page.get_by_role("link", name="7 days").click()
    expect(page.get_by_role("link", name="7 days")).to_have_attribute("aria-current", "page")
    page.locator(".key-figures div", has_text="Emergencies").get_by_role("link").click()
    expect(page.get_by_role("heading", name="Conversations", exact=True)).to_be_visible()
    expect(page.locator(".row")).to_have_count(1)


def test_a_screen_reader_is_told_what_a_chart_shows(console: Running, open_page: OpenPage) -> None:
    page = opened(console, open_page)
    chart = page.get_by_role("img", name="Conversations and messages")
    expect(chart).to_have_count(1)
    expect(chart).to_have_accessible_description(
        re.compile(r"Messages: at most \d+ on .+ Conversations: at most \d+ on ")
    )
    table = page.get_by_role("region", name="Table: Conversations and messages")
    expect(table.get_by_role("row")).to_have_count(31)
    table.focus()
    before = table.evaluate("box => box.scrollTop")
    page.keyboard.press("PageDown")
    page.wait_for_function("([box, before]) => box.scrollTop > before", arg=[table.element_handle(), before])


def test_colours_are_of_the_sheet_in_light_and_dark(console: Running, open_page: OpenPage) -> None:
    page = opened(console, open_page)
    looks, colours = ("text", ".front", ".back", ".alarm", ".good-mark", ".second"), {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        colours[scheme] = {
            look: page.locator(f"svg.chart.large {look}:not(.stroke)").first.evaluate(
                "each => getComputedStyle(each).fill"
            )
            for look in looks
        }
    assert "rgb(0, 0, 0)" not in [*colours["light"].values(), *colours["dark"].values()]
    assert [look for look in looks if colours["light"][look] == colours["dark"][look]] == []


def test_paper_shows_charts_and_whole_tables(console: Running, open_page: OpenPage) -> None:
    page = opened(console, open_page)
    page.emulate_media(media="print")
    assert not page.locator("form.filters").is_visible()
    assert page.locator("svg.chart:visible").count() == 7
    table = page.get_by_role("region", name="Table: Feedback")
    assert table.evaluate("box => box.scrollHeight <= box.clientHeight + 1")
