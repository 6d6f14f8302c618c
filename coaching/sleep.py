"""Sleep: is it enough, and which suggestions fit. Adults: 7 hours or more (AASM 2015), 7-9 by the article."""

from __future__ import annotations

from dataclasses import dataclass

from coaching.ranges import Range

#: Hours a night that are accepted as an answer, and those that are enough.
HOURS, ENOUGH = Range(0, 24), Range(7, 9)
#: Of the suggestions that fit this many are given.
_MOST = 3


@dataclass(frozen=True)
class Sleep:
    """Is it under, within or over 7-9 hours; what fits, most fitting first; does trouble call for a professional."""

    short: bool
    long: bool
    suggestions: tuple[str, ...]
    professional: bool


def check_in(hours: float, falling: bool, staying: bool, caffeine: bool, screens: bool) -> Sleep:
    """Return two or three suggestion keys for somebody's nights.

    Args:
        hours: of sleep a night.
        falling: trouble falling asleep.
        staying: trouble staying asleep.
        caffeine: in the afternoon or evening.
        screens: in the last hour before bed.

    Keys: screens_off, caffeine_before_noon, earlier_bedtime, wind_down, get_up_when_awake, cool_dark_quiet, less_alcohol,
    same_times.

    Raises:
        OutOfRangeError: for hours outside 0-24.
    """
    HOURS.check("sleep", hours)
    short = hours < ENOUGH.low
    fitting = {
        "caffeine_before_noon": caffeine,
        "screens_off": screens,
        "wind_down": falling,
        "cool_dark_quiet": staying,
        "earlier_bedtime": short and not falling and not staying,
        "get_up_when_awake": falling or staying,
        "less_alcohol": staying,
        "same_times": True,
    }
    keys = [key for key, fits in fitting.items() if fits]
    if len(keys) == 1:
        keys.append("cool_dark_quiet")
    return Sleep(short, hours > ENOUGH.high, tuple(keys[:_MOST]), falling or staying)
