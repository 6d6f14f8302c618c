"""Somebody is found, handed out and erased in a real browser, with and without scripts; a list is downloaded."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from browser.watching import Watch
from playwright.sync_api import expect

from console.roles import Role
from console_browser.conftest import OpenPage, Running
from console_browser.states import fill

GONE = "b" * 32


@pytest.mark.parametrize("scripts", [True, False])
def test_a_person_is_handed_out_and_erased(
    console: Running, open_page: OpenPage, watch: Watch, tmp_path: Path, scripts: bool
) -> None:
    watch.allow("status of 4(04|22)")
    fill(console)
    console.add("leo", Role.LEAD)
    page = open_page("/privacy", "leo", java_script_enabled=scripts)
    page.get_by_label("Id of the conversation").fill(GONE[:8])
    page.get_by_role("button", name="Find the conversation").click()
    expect(page.get_by_role("table")).to_contain_text(GONE[:8])
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the file").click()
    download.value.save_as(tmp_path / "person.json")
    (found,) = json.loads((tmp_path / "person.json").read_text())["conversations"]
    assert found["messages"][0]["text"].startswith("My hip popped out. Call me: 07700")
    page.get_by_role("button", name="Erase all of it").click()
    page.get_by_label("Type ERASE").fill("yes")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing is erased")
    page.get_by_label("Type ERASE").fill("ERASE")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("status").first).to_contain_text("1 conversation erased here")
    page.goto(f"/privacy?conversation={GONE}")
    expect(page.get_by_role("status").first).to_contain_text("the bot still has its copy")
    assert page.goto(f"/conversations/{GONE}").status == 404  # type: ignore[union-attr]


@pytest.mark.parametrize("scripts", [True, False])
def test_a_filtered_list_is_downloaded(console: Running, open_page: OpenPage, tmp_path: Path, scripts: bool) -> None:
    fill(console)
    console.add("leo", Role.LEAD)
    page = open_page("/conversations?words=hip", "leo", java_script_enabled=scripts)
    page.get_by_role("link", name="Export these").click()
    page.get_by_label("One row for each").select_option("turns")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename.startswith("turns-")
    download.value.save_as(tmp_path / "turns.csv")
    with (tmp_path / "turns.csv").open(encoding="utf-8-sig", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    assert "My hip popped out. Call me: [phone number]" in texts
    assert not any("capital of France" in one for one in texts)
