"""Numbers as people read them: whole in a table, short beside an axis."""

from __future__ import annotations

#: What stands where nothing was measured.
NOTHING = "–"
MINUTE, HOUR, DAY = 60, 3600, 86_400


def count(number: float) -> str:
    """Return a whole number with its thousands apart: "12,345"."""
    return f"{number:,.0f}"


def short(number: float) -> str:
    """Return a whole number in few characters: "1,500", "20k", "1.5M"."""
    for unit, name in ((1_000_000, "M"), (1000, "k")):
        if number >= 10 * unit or (number >= unit and unit > 1000):
            return f"{number / unit:,.6g}{name}"
    return count(number)


def rate(share: float | None) -> str:
    """Return a share of 0 to 1 in per cent, with a decimal below ten per cent; None is NOTHING."""
    if share is None:
        return NOTHING
    per_cent = 100 * share
    return f"{per_cent:.1f}%" if 0 < per_cent < 9.95 else f"{per_cent:.0f}%"


def seconds(time: float | None) -> str:
    """Return a time in the unit that suits it, milliseconds to days; None is NOTHING."""
    if time is None:
        return NOTHING
    if time < 0.9995:
        return f"{1000 * time:.0f} ms"
    if time < 9.995:
        return f"{time:.2f} s"
    if time < MINUTE - 0.05:
        return f"{time:.1f} s"
    for unit, name, below in ((MINUTE, "min", HOUR), (HOUR, "h", 2 * DAY)):
        if time < below - unit / 20:
            return f"{time / unit:.1f} {name}"
    return f"{time / DAY:,.1f} days"
