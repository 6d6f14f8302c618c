"""Emergency numbers by region. web/numbers.json is written from the bot's own list by `make numbers`."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).resolve().parent.parent / "numbers.json"


@cache
def _data() -> dict[str, Any]:
    return dict(json.loads(_FILE.read_text(encoding="utf-8")))


def known_region(region: str) -> bool:
    """Tell whether `region` is a code that has numbers of its own."""
    return region in _data()["regions"]


def emergency_line(region: str | None) -> dict[str, Any]:
    """Return what every refusal carries: {text, number, tel}."""
    entry = _entry(region)
    known = region is not None and known_region(region)
    others = "your local number" if "112" in entry["emergency"] else "112 / your local number"
    number = entry["emergency"] + (f" (or {others})" if known else "")
    return {"text": f"If somebody may be hurt or in danger, call {number} now.", "number": number, "tel": entry["tel"]}


def failure_text(region: str | None) -> str:
    """Return the reply to a message that could not be answered."""
    return (
        "Sorry, I could not answer that: something is wrong on our side, and staff can see it. Please send it again in a "
        f"moment. {emergency_line(region)['text']} If you may harm yourself, call that number or a crisis line: "
        f"{_entry(region)['crisis']}."
    )


def dialable(text: str) -> list[str]:
    """Return the numbers to call in a display text: "999 or 112", "Samaritans on 116 123, or text SHOUT to 85258"."""
    found = re.findall(r"(?<!to )(?<![0-9])[0-9]+(?: [0-9]+)*", text)
    numbers = (number.replace(" ", "") for number in found)
    return list(dict.fromkeys(number for number in numbers if len(number) > 2))


def _entry(region: str | None) -> dict[str, Any]:
    data = _data()
    return dict(data["regions"].get(region, data["unknown"]))
