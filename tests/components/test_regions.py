"""Which country's numbers are shown: only a country that is said to be the place counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import regions


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("I'm in Spain", "ES"),
        ("we live in the UK", "GB"),
        ("calling from new york", "US"),
        ("uk", "GB"),
        ("Ireland please", "IE"),
        ("I am in Northern Ireland", "GB"),
        ("in INDIA", "IN"),
        ("from \uff26rance", "FR"),
        ("i am in Norway", "EU"),
        ("near Zurich", "EU"),
        ("what is hip reduction", None),
        ("I'm not in Spain", None),
        ("not Spain but in Italy", "IT"),
        ("does Australia Post deliver protein powder to people", None),
        ("I'm in the US and my hip popped out", "US"),
        ("US please", "US"),
        ("moved to the US", "US"),
        ("HELP US SHE FELL", None),
        ("Adelaide can't walk", None),
        ("my wife, Virginia, fell", None),
        ("Sydney fell over", None),
        ("my sister is in Sydney", "AU"),
        ("I flew in from Spain, my hip popped out here in Leeds", "GB"),
        ("I'm from India but I live in the UK", "GB"),
        ("in Paris, Texas", "US"),
        ("no longer in the UK", None),
        ("my brother typed it, were in the UK", "GB"),
        ("we were in the UK last year", None),
        ("I was in France, now in Germany", "DE"),
        ("us", None),
        ("help us", None),
        ("is it in", None),
        ("", None),
    ],
)
def test_country(text: str, code: str | None) -> None:
    assert regions.find_country(text) == code


@pytest.mark.parametrize(
    "text", ["I'm in Ireland", "we live in Australia", "australia", "ok, I am in the UK", "here in Rome"]
)
def test_a_message_that_tells_a_place(text: str) -> None:
    assert regions.tells_a_place(text)


@pytest.mark.parametrize("text", ["what is the weather in Paris", "book me a flight to Madrid from London please"])
def test_a_message_that_asks_for_something_else(text: str) -> None:
    assert not regions.tells_a_place(text)


def test_first_names_are_places_of_the_file() -> None:
    assert set(regions._data()["also_first_names"]) <= set(regions._codes())


@given(st.text(st.characters(codec=None)))
def test_any_text_gives_a_known_code_or_none(text: str) -> None:
    assert regions.find_country(text) in {None, *regions.known_regions()}


@pytest.mark.parametrize("said", [True, False])
def test_every_region_fills_every_slot(said: bool) -> None:
    for code in [*regions.known_regions(), None, "XX", "gb"]:
        values = regions.slot_values(code, said)
        assert set(values) == {"emergency_number", "crisis_line", "eating_disorder_line"}
        assert all(isinstance(value, str) and value.strip() for value in values.values())


def test_a_number_that_was_not_said_stands_beside_112() -> None:
    assert regions.slot_values("AU", said=True)["emergency_number"] == "000"
    unsaid = regions.slot_values("AU", said=False)["emergency_number"]
    assert unsaid.startswith("000") and "112 / your local number" in unsaid
    assert regions.slot_values("GB", said=False)["emergency_number"] == "999 or 112 (or your local number)"
    assert regions.slot_values(None, said=False)["emergency_number"] == "112 or 911"


@pytest.mark.parametrize(
    ("country", "number"),
    [
        ("GB", "999"),
        ("IE", "112"),
        ("US", "911"),
        ("CA", "911"),
        ("AU", "000"),
        ("NZ", "111"),
        ("IN", "112"),
        ("DE", "112"),
        ("NO", "112"),
        ("PL", "112"),
    ],
)
def test_the_numbers_of_the_table(country: str, number: str) -> None:
    assert number in regions.slot_values(country, said=True)["emergency_number"]
