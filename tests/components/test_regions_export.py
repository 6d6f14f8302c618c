"""The website's numbers are those of components/regions.yml."""

from __future__ import annotations

from components import regions
from components.regions_export import files, numbers


def test_the_files_are_up_to_date() -> None:
    for path, content in files().items():
        assert path.read_text(encoding="utf-8") == content, "run `make numbers`"


def test_every_region_has_a_number_to_dial() -> None:
    exported = numbers()
    assert set(exported["regions"]) == regions.known_regions()
    assert exported["regions"]["GB"]["tel"] == ["999", "112"]
    assert exported["regions"]["PT"]["tel"] == ["112"]
    assert exported["unknown"]["tel"] == ["112", "911"]
    for entry in [exported["unknown"], *exported["regions"].values()]:
        assert entry["tel"]
        assert all(number in entry["emergency"] for number in entry["tel"])
