"""Measure Rasa's starter and this assistant in one run: `python -m benchmark --starter-python PATH`.

Exit status: 0 measured, 1 measured and a demand is not met (only with --check), 2 nothing could be measured.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from benchmark import figures, measure, systems
from benchmark.servers import CommandFailedError, Servers, end_with_this_process

RESULTS = systems.ROOT / "benchmark" / "results" / "latest.json"
#: First turns of each system before anything is measured.
WARM_UP = 24


@dataclass(frozen=True)
class Plan:
    """How much of each is measured; counts are for one system and one round."""

    rounds: int
    starts: int
    first_turns: int
    conversations: int
    messages: int


@dataclass
class Subject:
    """A system, its processes and what was measured of it so far."""

    system: systems.System
    servers: Servers
    training: float
    starts: list[float] = field(default_factory=list)
    memory: dict[str, float] = field(default_factory=dict)
    samples: measure.Samples = field(default_factory=measure.Samples)

    def measured(self) -> figures.Measured:
        """Return the measurements, with the memory as it is now; the processes must be running."""
        return figures.Measured(
            samples=self.samples,
            starts=self.starts,
            memory=self.memory,
            memory_after=self.servers.memory_mib(),
            training=self.training,
            lines=self.system.lines,
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write the result; returns the exit status."""
    options = parse(arguments)
    end_with_this_process()
    plan = Plan(options.rounds, options.starts, options.first_turns, options.conversations, options.messages)
    try:
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            found = asyncio.run(run(options.starter_python, Path(folder), plan))
    except (CommandFailedError, measure.NoAnswerError, aiohttp.ClientError, OSError) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 2
    write(options.out, found)
    for demand in found["demands"]:
        verdict = "met" if demand["met"] else "NOT MET"
        sys.stdout.write(f"{demand['name']}: {demand['value']} (at most {demand['at_most']}): {verdict}\n")
    return 1 if options.check and not all(demand["met"] for demand in found["demands"]) else 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options; the defaults measure 250 first turns and 30 long conversations of each system."""
    parser = argparse.ArgumentParser(prog="python -m benchmark", description="Measure against Rasa's own starter.")
    parser.add_argument("--starter-python", type=Path, required=True, help="a Python with all of Rasa 3.6.21")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the JSON file (benchmark/results/latest.json)")
    parser.add_argument("--rounds", type=_positive, default=5, help="how often the systems take turns (5)")
    parser.add_argument("--starts", type=_positive, default=3, help="start-ups of each system (3, the median counts)")
    parser.add_argument("--first-turns", type=_positive, default=50, help="first turns a round (50)")
    parser.add_argument("--conversations", type=_positive, default=6, help="conversations of 100 turns a round (6)")
    parser.add_argument("--messages", type=_positive, default=160, help="messages of each throughput batch (160)")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a demand is not met")
    return parser.parse_args(arguments)


async def run(starter_python: Path, folder: Path, plan: Plan) -> dict[str, Any]:
    """Train, start, warm up and measure both systems in turn; return the result.

    Raises:
        CommandFailedError, NoAnswerError, aiohttp.ClientError: a process or a turn failed.
    """
    _tell("making and training Rasa's starter (rasa init)")
    made = (systems.starter(starter_python, folder / "starter"), systems.assistant(folder / "assistant"))
    subjects = []
    for system in made:
        _tell(system.train.name)
        subjects.append(Subject(system, Servers(system.serve), system.train.run()))
    starter, assistant = subjects
    try:
        async with measure.session() as http:
            for number in range(plan.starts):
                for subject in subjects:
                    _tell(f"start {number + 1} of {plan.starts}: {subject.system.name}")
                    subject.servers.stop()
                    subject.starts.append(await _start(http, subject))
            for subject in subjects:
                await _warm_up(http, subject)
            for number in range(plan.rounds):
                for subject in subjects:
                    _tell(f"round {number + 1} of {plan.rounds}: {subject.system.name}")
                    await _round(http, subject, plan)
        return figures.result(starter.measured(), assistant.measured())
    finally:
        for subject in subjects:
            subject.servers.stop()


def write(path: Path, found: dict[str, Any]) -> None:
    """Write the result as JSON, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(json.dumps(found, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    part.replace(path)


async def _start(http: aiohttp.ClientSession, subject: Subject) -> float:
    system = subject.system
    return await subject.servers.start(lambda: measure.problem(http, system.channel, system.messages.first[0]))


async def _warm_up(http: aiohttp.ClientSession, subject: Subject) -> None:
    """Answer every kind of message before anything counts; memory is read here, after the same few turns in both."""
    for text in subject.system.messages.first:
        await measure.until_answered(http, subject.system.channel, text)  # the action server may start later
    await measure.first_turns(http, subject.system.channel, subject.system.messages.first, WARM_UP)
    subject.memory = subject.servers.memory_mib()


async def _round(http: aiohttp.ClientSession, subject: Subject, plan: Plan) -> None:
    channel, messages, samples = subject.system.channel, subject.system.messages, subject.samples
    samples.first += await measure.first_turns(http, channel, messages.first, plan.first_turns)
    for _ in range(plan.conversations):
        times = await measure.conversation(http, channel, measure.long_conversation(messages.long_conversation))
        samples.opening.append(times[0])
        samples.late.append(times[-1])
        if messages.form:
            samples.form += (await measure.conversation(http, channel, messages.form))[1:]
    for visitors in measure.PARALLEL_VISITORS:
        done = await measure.batch(http, channel, messages.long_conversation, visitors, plan.messages)
        samples.batches.setdefault(visitors, []).append(done)


def _positive(value: str) -> int:
    number = int(value)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _tell(what: str) -> None:
    sys.stderr.write(f"{what}\n")


if __name__ == "__main__":
    sys.exit(main())
