"""Walks every guided dialogue on the trained assistant: `python -m evaluation.paths --out DIR`.

At each question of each dialogue it branches: every interruption, and after it every kind of answer (paths.yml). After
each turn it asserts what must always hold. It writes DIR/paths.md, the coverage table with every violation.

Exit status: 0 no violation, 1 some, 2 nothing was walked.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import re
import sys
import warnings
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import yaml

from evaluation.__main__ import NoAssistantError, load_assistant, quieten
from evaluation.runner import choice_payload

#: Dialogue -> what begins it.
DIALOGUES = {
    "calorie_deficit": "help me work out a calorie deficit",
    "training_plan": "make me a training plan please",
    "protein": "work out my protein for me",
    "sleep": "help me sleep better",
    "stress": "help me with my stress",
    "hydration": "help me work out how much I should drink",
    "cardio": "make me a cardio plan",
    "measuring": "guide me through measuring my hips",
}
#: A personal figure of energy, protein, rate, plan or minutes.
FIGURE = re.compile(
    r"\d\s*(?:kcal|calories)|\d\s*g (?:of protein|a day)|\d\s*×\s*\d|\d\s*(?:kg|lb) (?:a week|in \d+ weeks)"
    r"|\d\s*minutes a week",
    re.IGNORECASE,
)
#: Figures in texts for everybody: the floors, and what children and teenagers do.
GENERAL = re.compile(r"\b1,[25]00(?: kcal)?\b|60 minutes", re.IGNORECASE)
#: Questions at most in one dialogue; more is a circle.
_MOST_QUESTIONS = 14


@dataclass
class Walk:
    """What was walked: turns for each (dialogue, slot), interruptions and kinds of answers seen there, violations."""

    turns: Counter[tuple[str, str]] = field(default_factory=Counter)
    interruptions: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    answers: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """A conversation at a question: its id, the slot asked for, the choices offered, the words that led there."""

    conversation: str
    asked: str | None
    choices: tuple[dict[str, str], ...]
    path: tuple[str, ...]
    forbidden: bool = False


class Walker:
    """Drives the assistant and keeps what it saw."""

    def __init__(self, assistant: Any, request: Any) -> None:
        self._assistant = assistant
        self._request = request
        self._number = 0
        self.walk = Walk()

    async def all_dialogues(self, names: Sequence[str]) -> Walk:
        """Walk the dialogues of these names; returns what was seen."""
        for name in names:
            async for place in self._questions(name):
                await self._branch(name, place)
        return self.walk

    async def _questions(self, dialogue: str) -> AsyncIterator[Place]:
        place = await self._say(Place(self._new_id(), None, (), ()), DIALOGUES[dialogue], dialogue, "start")
        for _ in range(_MOST_QUESTIONS):
            if place.asked is None:
                return
            yield place
            place = await self._say(
                await self._fork(place), plan()["answers"][place.asked]["plain"], dialogue, place.asked
            )
        self._violation("never ends", place)

    async def _branch(self, dialogue: str, place: Place) -> None:
        key = (dialogue, str(place.asked))
        for name, interruption in plan()["interruptions"].items():
            between = await self._fork(place)
            if interruption:
                between = await self._interrupted(between, interruption, dialogue)
            self.walk.interruptions.setdefault(key, set()).add(name)
            for kind, said in _answers(str(place.asked)):
                # an old button is still on the screen when what came in between offers others
                shown = (
                    place.choices if isinstance(said, dict) and not _offers(between.choices, said) else between.choices
                )
                at = replace(await self._fork(between), choices=shown)
                await self._say(at, said, dialogue, str(place.asked))
                self.walk.answers.setdefault(key, set()).add(kind)

    async def _interrupted(self, place: Place, interruption: dict[str, Any], dialogue: str) -> Place:
        before = await self._facts(place.conversation)
        after = await self._say(place, interruption["say"], dialogue, str(place.asked), interruption["outcomes"])
        if interruption["ends"] == "no" and after.asked is None:
            self._violation("the dialogue is over", after)
        if interruption["ends"] == "yes" and after.asked is not None:
            self._violation("the dialogue goes on", after)
        disclosed = interruption["outcomes"][0] in ("emergency", "crisis", "eating_disorder")
        if disclosed and await self._facts(place.conversation) != before:
            self._violation("a disclosure has left a trace in a slot", after)
        return Place(after.conversation, after.asked, after.choices, after.path, interruption.get("forbids", False))

    async def _say(
        self, place: Place, said: str | dict[str, Any], dialogue: str, slot: str, outcomes: Sequence[str] = ()
    ) -> Place:
        """Say or press something, check the answer, and return where that leads."""
        self.walk.turns[dialogue, slot] += 1
        title = said if isinstance(said, str) else f"[{said['choice']}]"
        path = (*place.path, title)
        text = said if isinstance(said, str) else None
        choice = None if isinstance(said, str) else choice_payload(said["choice"], place.choices)
        try:
            answer = await self._assistant.answer(
                self._request(conversation_id=place.conversation, message_id=self._new_id(), text=text, choice=choice)
            )
        except Exception as error:  # a path that breaks the assistant is a finding; the other paths are still walked
            self._violation(f"{type(error).__name__}: {error}", Place(place.conversation, None, (), path))
            return Place(place.conversation, None, (), path, place.forbidden)
        asked = await self._asked(place.conversation)
        choices = tuple(choice for reply in answer["replies"] for choice in reply["choices"])
        after = Place(place.conversation, asked, choices, path, place.forbidden)
        self._check(after, answer, outcomes)
        return after

    def _check(self, place: Place, answer: dict[str, Any], outcomes: Sequence[str]) -> None:
        texts = [reply["text"] for reply in answer["replies"]]
        if not texts or not all(text.strip() for text in texts):
            self._violation("no reply", place)
        if any("None" in text.split() or re.search(r"\{\w*\}", text) for text in texts):
            self._violation(f"an unfilled value in {texts}", place)
        if outcomes and answer["outcome"] not in outcomes:
            self._violation(f"outcome {answer['outcome']} instead of {' or '.join(outcomes)}", place)
        figures = GENERAL.sub("", "\n".join(texts))
        if place.forbidden and (found := FIGURE.search(figures)):
            self._violation(f"a forbidden figure: {found[0]!r}", place)
        last = answer["replies"][-1]
        open_end = place.asked is not None and not last["response"].startswith(
            ("utter_ask_", "utter_fitness_dialogue_which")
        )
        if open_end:
            self._violation(f"the question of {place.asked} was not asked again but {last['response']}", place)
        if place.asked is None and not place.choices and answer["outcome"] not in ("smalltalk", "handoff"):
            self._violation(f"no way on: {[reply['response'] for reply in answer['replies']]}", place)
        if answer["degraded"]:
            self._violation("an action failed", place)

    def _violation(self, what: str, place: Place) -> None:
        self.walk.violations.append(f"{what}: {' → '.join(place.path)}")

    async def _fork(self, place: Place) -> Place:
        conversation = self._new_id()
        twin = (await self._assistant.store.retrieve(place.conversation)).copy()
        twin.sender_id = conversation
        await self._assistant.store.save(twin)
        return Place(conversation, place.asked, place.choices, place.path, place.forbidden)

    async def _asked(self, conversation: str) -> str | None:
        tracker = await self._assistant.store.retrieve(conversation)
        return str(tracker.get_slot("requested_slot")) if tracker.active_loop_name else None

    async def _facts(self, conversation: str) -> dict[str, Any]:
        tracker = await self._assistant.store.retrieve(conversation)
        return {slot: tracker.get_slot(slot) for slot in plan()["answers"]}

    def _new_id(self) -> str:
        self._number += 1
        return f"walk-{self._number:011d}"


@cache
def plan() -> dict[str, Any]:
    """Return paths.yml."""
    return dict(yaml.safe_load((Path(__file__).parent / "paths.yml").read_text(encoding="utf-8")))


def _answers(slot: str) -> Iterator[tuple[str, str | dict[str, str]]]:
    yield from plan()["answers"][slot].items()
    yield from plan()["others"].items()


def _offers(choices: Sequence[dict[str, str]], said: dict[str, str]) -> bool:
    return any(choice["title"] == said["choice"] for choice in choices)


def table(walk: Walk) -> str:
    """Return the coverage table and the violations, as Markdown."""
    lines = ["| dialogue | question | interruptions | kinds of answer | turns |", "|---|---|---:|---:|---:|"]
    for (dialogue, slot), turns in walk.turns.items():
        if slot != "start":
            key = (dialogue, slot)
            seen = len(walk.interruptions.get(key, ())), len(walk.answers.get(key, ()))
            lines.append(f"| {dialogue} | {slot} | {seen[0]} | {seen[1]} | {turns} |")
    total = sum(walk.turns.values())
    lines.append(f"| all | {len(walk.answers)} questions | | | {total} |")
    lines += ["", f"Violations: {len(walk.violations)}", "", *(f"- {violation}" for violation in walk.violations)]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Walk, write, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.paths", description="Walk every guided dialogue.")
    parser.add_argument("--out", type=Path, required=True, help="folder for paths.md")
    parser.add_argument("--dialogue", action="append", choices=sorted(DIALOGUES), help="only this one; repeatable")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (as many as cores)")
    options = parser.parse_args(arguments)
    try:
        walked = walk(options.dialogue or list(DIALOGUES), options.jobs)
    except NoAssistantError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    report = table(walked)
    (options.out / "paths.md").write_text(report, encoding="utf-8")
    sys.stdout.write(report)
    return 1 if walked.violations else 0


def walk(names: Sequence[str], jobs: int) -> Walk:
    """Walk the dialogues in `jobs` processes, each with an assistant of its own; raises NoAssistantError."""
    shares = [share for start in range(jobs) if (share := list(names[start::jobs]))]
    with ProcessPoolExecutor(len(shares), mp_context=get_context("spawn")) as pool:
        return together(list(pool.map(_walk_alone, shares)))


def together(walks: Sequence[Walk]) -> Walk:
    """Return several walks as one."""
    whole = Walk()
    for one in walks:
        whole.turns.update(one.turns)
        whole.interruptions |= one.interruptions
        whole.answers |= one.answers
        whole.violations += one.violations
    return whole


def _walk_alone(names: Sequence[str]) -> Walk:
    logging.basicConfig(level=logging.ERROR)
    quieten()
    warnings.simplefilter("ignore")
    return asyncio.run(_walk(names))


async def _walk(names: Sequence[str]) -> Walk:
    assistant, request = await load_assistant()
    return await Walker(assistant, request).all_dialogues(names)


if __name__ == "__main__":
    sys.exit(main())
