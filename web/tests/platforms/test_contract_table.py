"""docs/channels/README.md: the index of the pages, and the table that the contract suite has written."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from platforms.contract import BUTTONS
from platforms.contract_platforms import PLATFORMS as DRIVEN
from platforms.contract_table import BEGIN, END, PAGE, PLATFORMS, cases, table

PAGES = ("telegram.md", "slack.md", "messenger.md", "whatsapp-cloud.md", "whatsapp-twilio.md")


def rows() -> dict[str, list[str]]:
    text = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.strip().splitlines()]
    return {line[0]: line[1:] for line in lines}


def expected() -> list[str]:
    titles = []
    for name, title in cases().items():
        titles += [f"{title}: {number}" for number in BUTTONS] if name == "test_buttons" else [title]
    return titles


def test_the_table_names_every_case_and_no_other() -> None:
    head, rule, *found = rows()
    assert rows()[head] == list(PLATFORMS.values()) and set(rule) == {"-"}
    assert found == expected(), "run `python tests/platforms/contract_table.py` in web/"


def test_what_does_not_exist_is_what_the_suite_says() -> None:
    titles = cases()
    missing = {(titles[case], driven.name) for driven in DRIVEN for case in driven.lacks}
    found = {
        (title, name)
        for title, cells in list(rows().items())[2:]
        for name, cell in zip(PLATFORMS, cells, strict=True)
        if not cell.startswith("yes")
    }
    assert found == missing and all(case in titles for driven in DRIVEN for case in [*driven.lacks, *driven.remarks])
    assert [driven.name for driven in DRIVEN] == list(PLATFORMS)


def test_every_case_has_a_title_of_its_own() -> None:
    assert all(cases().values()) and len(set(cases().values())) == len(cases())


def test_the_index_names_every_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert {path.name for path in PAGE.parent.glob("*.md")} == {*PAGES, "README.md"}
    assert all(f"({page})" in text for page in PAGES)


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ('<testcase name="test_emergency[slack-sqlite]"><failure/></testcase>', "Nothing was written: test_emergency"),
        ('<testcase name="test_emergency[slack-sqlite]"/>', "not the same on both databases"),
        ('<testcase name="test_other[slack-sqlite]"/>', "no case of the suite"),
    ],
)
def test_a_red_run_writes_no_table(inside: str, words: str) -> None:
    with pytest.raises(SystemExit, match=words):
        table(ElementTree.fromstring(f"<testsuites>{inside}</testsuites>"))
