"""How answers that are a number of days, hours or minutes are read."""

from __future__ import annotations

import re

from coaching import cardio, plans, sleep, stress
from coaching.numerals import NUMBER, hours, number, plain
from coaching.ranges import Range
from coaching.units import ALONE, lengths, masses

#: What is accepted of each slot.
ACCEPTED: dict[str, Range] = {
    "days": plans.DAYS,
    "sleep_hours": sleep.HOURS,
    "stress_minutes": stress.MINUTES,
    "cardio_minutes": cardio.MINUTES,
    "cardio_days": cardio.DAYS,
}
_WEEKDAYS = re.compile(
    r"\b(?:mon(?:days?)?|tue(?:s(?:days?)?)?|wed(?:s|nesdays?)?|thu(?:rs?(?:days?)?)?|fri(?:days?)?|sat(?:urdays?)?"
    r"|sun(?:days?)?)\b"
)
_TIMES = {"once": 1, "twice": 2, "thrice": 3}
_DAYS = re.compile(
    r"\b(?P<words>once|twice|thrice)\b|(?<![0-9.])(?P<low>[0-9]{1,2})(?: ?(?:-|to|or) ?(?P<high>[0-9]{1,2}))?"
    r" ?(?:x\b|days?\b|times?\b|sessions?\b|nights?\b|evenings?\b|mornings?\b|workouts?\b)"
    r"|(?P<all>\b(?:every ?(?:single )?day|daily|all week|7 days)\b)|(?P<alternate>\bevery (?:other|2nd|second) day\b)"
    r"|(?P<weekend>\bweekends?\b)|(?P<weekdays>\bweekdays\b)"
)
_MONDAY_TO_FRIDAY = re.compile(r"\bmon(?:days?)? ?(?:-|to|till|until|through|thru) ?fri")
_MINUTES = re.compile(
    r"(?<![0-9.])(?P<low>[0-9]{1,4}(?:\.[0-9]+)?)(?: ?(?:-|to|or) ?(?P<high>[0-9]{1,4}(?:\.[0-9]+)?))? ?"
    r"(?:(?P<hours>hours?|hrs?|h)(?![a-z])"
    r"(?: ?(?:and )?(?P<rest>[0-9]{1,2})(?! ?(?:x|days?|times?|sessions?|nights?|evenings?|mornings?|workouts?)\b)"
    r" ?(?:minutes?|mins?|m)?\b)?|(?P<minutes>minutes?|mins?|m)\b)"
    r"|(?P<half>\b(?:half (?:an|a) (?:hour|hr)|.50 (?:an|a) (?:hour|hr)|\.50 hour)\b)|(?P<quarter>\bquarter of an hour\b)"
    r"|(?P<an>\b(?:an|1 full|a whole|a good) hour\b)(?P<more> and a (?:half|\.50))?"
)
_NONE = re.compile(
    r"^(?:none|no|nope|nothing|zero|0|nil|nada|never|not (?:any|much|at all|really|a lot)|hardly (?:any|anything)|barely any\w*"
    r"|i (?:don.t|do not)(?: really)? (?:do|have)(?: any)?)\b|\bno (?:time|cardio|spare|minutes?|exercise)\b"
    r"|\b0 (?:minutes|mins)\b"
)
_BARE = re.compile(rf"{NUMBER}{ALONE}")
#: "Since 2 years", "5 nights a week": no number of hours.
_DAYS_AND_LONGER = re.compile(
    rf"(?:{NUMBER} ?(?:-|to|or) ?)?{NUMBER} ?(?:days?|nights?|weeks?|wks?|months?|years?|yrs?)(?![a-z])"
)
_HOURS_OF_SLEEP = re.compile(r"\bhours?\b|\bhrs?\b|[0-9] ?h\b|\bsleep\b|\bnight\b")


def amount(slot: str, text: str, asked: bool) -> float | None:
    """Return the number that a text gives to a slot of ACCEPTED, accepted or not; None when it gives none.

    The mean stands for a span of hours or minutes, the lower end for one of days.
    """
    words = _without_measures(plain(text))
    if slot in ("days", "cardio_days"):
        return _days(words, asked)
    if slot == "sleep_hours":
        return _sleep_hours(words, asked)
    if slot == "cardio_minutes":
        return _week_of_minutes(words, asked)
    return _minutes(words, asked)


def _days(words: str, asked: bool) -> float | None:
    if _MONDAY_TO_FRIDAY.search(words):
        return 5.0
    if len(named := {day[:3] for day in _WEEKDAYS.findall(words)}) > 1:
        return float(len(named))
    match = _DAYS.search(words)
    if match is None:
        only = _bare(_MINUTES.sub(";", words))
        return only[0] if asked and only and len(only) <= 2 else None
    if match["words"]:
        return float(_TIMES[match["words"]])
    if match["all"]:
        return 7.0
    if match["alternate"]:
        return 3.0
    if match["weekend"] or match["weekdays"]:
        return 2.0 if match["weekend"] else 5.0
    return float(match["low"])


def _sleep_hours(words: str, asked: bool) -> float | None:
    words = _DAYS_AND_LONGER.sub(";", words)
    found = hours(words)
    if not found or not (asked or _HOURS_OF_SLEEP.search(words)):
        return None
    span = re.search(r"[0-9] ?(?:[ap]m)?,? ?(?:-|to|till?|until|or|maybe|sometimes) ?[0-9]", words)
    if span is None or len(found) < 2:
        named = re.search(r"([0-9]+(?:[.,][0-9]+)?) ?(?:hours?|hrs?)\b", words) if len(found) > 1 else None
        return number(named[1]) if named else found[0]
    between = found[1] - found[0]
    if between in Range(0, 4):
        return (found[0] + found[1]) / 2
    return between % 12  # no span of hours, but two times of the clock: "from 11 to 7"


def _without_measures(words: str) -> str:
    """Return a text without the weights and lengths in it: "sorry, I meant 68 kg" tells no minutes."""
    for start, end, _ in sorted((*masses(words), *lengths(words)), reverse=True):
        words = f"{words[:start]};{words[end:]}"
    return words


def _bare(words: str) -> tuple[float, ...]:
    """Return the numbers that no unit claims: the 68 of "68 kg" is no number of minutes."""
    return tuple(number(found[0]) for found in _BARE.finditer(words))


def _minutes(words: str, asked: bool) -> float | None:
    match = _MINUTES.search(words)
    if match:
        return _of(match)
    if asked and _NONE.search(words):
        return 0.0
    only = _bare(words)
    return only[0] if asked and len(only) == 1 else None


def _week_of_minutes(words: str, asked: bool) -> float | None:
    match = _MINUTES.search(words)
    if match is None:
        return _minutes(words, asked)
    minutes = _of(match)
    rest = words[match.end() :]
    days = _days(words[: match.start()] + rest, asked=False)
    told_of_a_week = re.match(
        r" ?(?:a|per|each|every|in a|/) ?(?:week|wk)\b| weekly\b|.{0,10}\bin (?:all|total)\b", rest
    )
    return minutes * days if days and not told_of_a_week else minutes


def _of(match: re.Match[str]) -> float:
    if match["half"]:
        return 30.0
    if match["quarter"]:
        return 15.0
    if match["an"]:
        return 90.0 if match["more"] else 60.0
    low = float(match["low"])
    mean = (low + float(match["high"] or low)) / 2
    return mean * 60 + float(match["rest"] or 0) if match["hours"] else mean
