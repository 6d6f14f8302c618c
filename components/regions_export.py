"""Writes what the website shows of components/regions.yml: web/numbers.json and web/widget/numbers.js.

python -m components.regions_export
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from components.regions import _data

WEB = Path(__file__).resolve().parent.parent / "web"


def numbers() -> dict[str, Any]:
    """Return {dated, unknown, regions}: for every region code the texts of its lines, and `tel`, the numbers to dial."""
    data = _data()
    regions: dict[str, dict[str, Any]] = {}
    for code, region in data["regions"].items():
        entry = {
            "emergency": region["emergency"],
            "tel": _dialable(region["emergency"]),
            "crisis": region["crisis"],
            "eating_disorder": region.get("eating_disorder", data["unknown"]["eating_disorder"]),
        }
        regions |= dict.fromkeys([code, *region.get("countries", ())], entry)
    return {
        "dated": str(data["dated"]),
        "unknown": {**data["unknown"], "tel": _dialable(data["unknown"]["emergency"])},
        "regions": dict(sorted(regions.items())),
    }


def files() -> dict[Path, str]:
    """Return the content of each file that is written."""
    whole = numbers()
    codes: dict[str, list[str]] = {}
    for code, entry in whole["regions"].items():
        codes.setdefault(entry["emergency"], []).append(code)
    lines = "".join(f"  '{emergency}': '{' '.join(regions)}',\n" for emergency, regions in sorted(codes.items()))
    module = (
        "// Written by `make numbers` from components/regions.yml: the emergency bar needs no network.\n\n"
        f"export const UNKNOWN = '{whole['unknown']['emergency']}';\n\n"
        f"export const REGIONS = {{\n{lines}}};\n"
    )
    return {
        WEB / "numbers.json": json.dumps(whole, indent=1, ensure_ascii=False) + "\n",
        WEB / "widget" / "numbers.js": module,
    }


def _dialable(text: str) -> list[str]:
    return re.findall(r"[0-9]{3,}", text)


if __name__ == "__main__":
    for path, content in files().items():
        path.write_text(content, encoding="utf-8")
