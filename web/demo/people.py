"""The people of the demo, as people.toml describes them; its first lines say what a person may do."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

FILE = Path(__file__).with_name("people.toml")

Doing = Literal["types", "presses", "sends", "thumb"]
Thumb = Literal["up", "down"]
#: Where somebody writes from: the website, and the platforms with an address that belongs to nobody.
CHANNELS = ("widget", "telegram", "slack", "messenger", "whatsapp", "twilio")


class ScriptError(ValueError):
    """The script cannot be read; the message says where, and what is allowed."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody does.

    Attributes:
        what: "types" the text; "presses" the button whose title begins so (types it where there is none);
            "sends" what is no text, by its word (a platform's alone); "thumb" on the last answer, "up" or "down".
        away: the bot does not answer just then.
        hours: that went by since the step before.
    """

    what: Doing
    text: str
    away: bool = False
    hours: float = 0.0


@dataclass(frozen=True, slots=True)
class Work:
    """What staff did with the conversation afterwards.

    Attributes:
        by: who.
        correct: (number of the person's message from 1, what it was: {"intent": ..., "outcome": ...}, one or both).
        follow_up: days from the end of the demo.
    """

    by: str
    tags: tuple[str, ...] = ()
    note: str = ""
    assigned: str = ""
    claimed: bool = False
    reviewed: bool = False
    follow_up: int | None = None
    correct: tuple[tuple[int, dict[str, str]], ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who talks to the bot. `hour`: when they begin (UTC); `undelivered`: the platform refused the last answer."""

    name: str
    channel: str
    region: str | None
    steps: tuple[Step, ...]
    public: bool = False
    undelivered: bool = False
    hour: int | None = None
    work: Work | None = None

    @property
    def conversation(self) -> str:
        """The id of the conversation on the website; the same in each run, whatever the seed."""
        return hashlib.sha256(f"demo conversation of {self.name}".encode()).hexdigest()[:32]

    @property
    def address(self) -> str:
        """The address on a platform: nobody's."""
        return f"demo:{self.name}"

    def event(self, number: int) -> str:
        """Return a platform's id of the person's message `number`, from 1."""
        return f"demo {self.name} {number}"

    @property
    def typed(self) -> list[str]:
        """Everything that is typed."""
        return [step.text for step in self.steps if step.what == "types"]


def read(path: Path = FILE) -> tuple[Person, ...]:
    """Return the people, in the order of the file.

    Raises:
        ScriptError: something in it does not exist, is missing or twice.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ScriptError(f"{path}: {error}") from error
    _only(found, {"people"}, str(path))
    people = tuple(_person(each) for each in found.get("people", ()))
    names = [person.name for person in people]
    twice = sorted({name for name in names if names.count(name) > 1})
    if not people or twice:
        raise ScriptError(f"{path}: " + (f"twice in the script: {', '.join(twice)}." if twice else "nobody is in it."))
    return people


def _person(given: dict[str, Any]) -> Person:
    where = f"the person {given.get('name', 'without a name')!r}"
    _only(given, {"name", "who", "channel", "region", "does", "public", "undelivered", "hour", "staff"}, where)
    for needed in ("name", "who", "does"):
        if not given.get(needed):
            raise ScriptError(f"{where}: `{needed}` is missing.")
    channel = given.get("channel", CHANNELS[0])
    if channel not in CHANNELS:
        raise ScriptError(f"{where}: channel {channel!r} does not exist; write one of: {', '.join(CHANNELS)}.")
    steps = tuple(_step(each, where) for each in given["does"])
    if steps[0].what == "thumb" or (channel == CHANNELS[0] and any(step.what == "sends" for step in steps)):
        raise ScriptError(f"{where}: a thumb needs an answer, and only people on a platform send what is no text.")
    return Person(
        name=given["name"],
        channel=channel,
        region=given.get("region"),
        steps=steps,
        public=given.get("public", False),
        undelivered=given.get("undelivered", False),
        hour=given.get("hour"),
        work=_work(given["staff"], sum(step.what != "thumb" for step in steps), where) if "staff" in given else None,
    )


def _step(given: Any, where: str) -> Step:
    if isinstance(given, str):
        return Step("types", given)
    _only(given, {*get_args(Doing), "away", "hours"}, where)
    done: list[Doing] = [what for what in get_args(Doing) if what in given]
    if len(done) != 1:
        raise ScriptError(f"{where}: a step is exactly one of: {', '.join(get_args(Doing))}.")
    text = given[done[0]]
    if done[0] == "thumb" and text not in get_args(Thumb):
        raise ScriptError(f"{where}: a thumb is up or down, not {text!r}.")
    return Step(done[0], text, given.get("away", False), float(given.get("hours", 0)))


def _work(given: dict[str, Any], messages: int, where: str) -> Work:
    _only(given, set(Work.__slots__), where)
    if not given.get("by"):
        raise ScriptError(f"{where}: `by` of the staff is missing.")
    correct = []
    for number, right in given.get("correct", {}).items():
        _only(right, {"intent", "outcome"}, where)
        if not number.isdecimal() or not 1 <= int(number) <= messages:
            raise ScriptError(f"{where}: there is no message {number} to correct.")
        correct.append((int(number), dict(right)))
    return Work(**{**given, "tags": tuple(given.get("tags", ())), "correct": tuple(correct)})


def _only(given: dict[str, Any], allowed: set[str], where: str) -> None:
    if unknown := sorted(set(given) - allowed):
        raise ScriptError(f"{where}: {', '.join(unknown)} does not exist; allowed: {', '.join(sorted(allowed))}.")
