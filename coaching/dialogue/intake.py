"""An intake that somebody asks for: "put me on 1,300 calories a day"."""

from __future__ import annotations

import re

from coaching import energy
from coaching.dialogue.forms import DECLINED

_ENERGY = re.compile(
    r"(?<![\d.,])(?P<kcal>[1-9]\d{2}|[1-4][,.]?\d{3})[ -]?(?:k?cals?|(?:kilo)?calories?)\b"
    r"(?! ?(?:deficit|less|below|under|surplus|snack|meal(?! plan)|breakfast|lunch|dinner|workout))",
    re.IGNORECASE,
)
#: Energy that is spent, or the size of a gap, is no intake.
_NO_INTAKE = re.compile(
    r"\b(?:deficit|burn\w*|less|below|minus|subtract|surplus|gap|cut(?:ting)? by|lose|drop by|treadmill|workout"
    r"|meal(?! plan)|snack|breakfast|lunch|dinner|extra)\b[^.;!?\n]{0,20}$",
    re.IGNORECASE,
)
#: Without a sex the women's floor counts: who is asked later has the men's.
_LOWEST = energy.floor("female")


def asked_intake(text: str) -> float | None:
    """Return the lowest intake in kcal a day that a text names, deficits and what is burnt aside."""
    found = [
        float(re.sub(r"[,.]", "", match["kcal"]))
        for match in _ENERGY.finditer(text)
        if not _NO_INTAKE.search(text[: match.start()])
    ]
    return min(found) if found else None


def is_too_low(text: str, sex: str | None) -> bool:
    """Tell whether a text names an intake under the floor: 1,200 kcal, 1,500 for men and when sex was declined."""
    intake = asked_intake(text)
    return intake is not None and intake < (energy.floor("male") if sex in ("male", DECLINED) else _LOWEST)
