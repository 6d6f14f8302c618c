"""Measure what the website's gateway adds to a turn: `python -m benchmark.website`.

The same first messages go to the bridge directly, and from a visitor's POST to the reply on the visitor's event stream, in
turn. Writes benchmark/results/website.json. Exit status: 0 measured, 2 nothing could be measured.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp

from benchmark import measure
from benchmark.__main__ import write
from benchmark.messages import ASSISTANT
from benchmark.servers import Command, CommandFailedError, Servers, end_with_this_process, free_port
from benchmark.systems import ROOT, endpoints_at

RESULT = ROOT / "benchmark" / "results" / "website.json"
MODEL = ROOT / "models" / "assistant.tar.gz"
WEB_PYTHON = ROOT / "web" / ".venv" / "bin" / "python"
#: Milliseconds that the gateway may add to a turn, at the median.
AT_MOST = 6.0
WARM_UP = 24
_WIDE = {"HIP_LIMIT_BEGIN": "1000000/minute", "HIP_LIMIT_ADDRESS": "1000000/minute", "HIP_STREAMS_ADDRESS": "1000"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write the result; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmark.website", description="Measure the website's gateway.")
    parser.add_argument("--out", type=Path, default=RESULT)
    parser.add_argument("--turns", type=int, default=800, help="turns of each way (800)")
    options = parser.parse_args(arguments)
    end_with_this_process()
    try:
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            found = asyncio.run(run(Path(folder), options.turns))
    except (CommandFailedError, measure.NoAnswerError, aiohttp.ClientError, OSError) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 2
    write(options.out, found)
    sys.stdout.write(f"the gateway adds {found['added_p50_ms']} ms to a turn (at most {AT_MOST:g})\n")
    return 0


async def run(folder: Path, turns: int) -> dict[str, Any]:
    """Start bot, action server and gateway, and measure both ways in turn.

    Raises:
        CommandFailedError, NoAnswerError, aiohttp.ClientError: a process or a turn failed.
    """
    bridge_port, gateway_port = free_port(), free_port()
    servers = Servers(commands(folder, bridge_port, gateway_port))
    channel, website = measure.bridge_channel(bridge_port), f"http://127.0.0.1:{gateway_port}"
    try:
        async with measure.session() as http:
            await servers.start(lambda: _not_ready(http, website))
            direct: list[float] = []
            through: list[float] = []
            for number in range(WARM_UP + turns):
                text = ASSISTANT.first[number % len(ASSISTANT.first)]
                direct.append(await measure.turn(http, channel, measure.new_id(), text))
                through.append(await website_turn(http, website, text))
    finally:
        servers.stop()
    bridge, gateway = (measure.percentiles(times[WARM_UP:]) for times in (direct, through))
    assert bridge is not None and gateway is not None
    added = round(gateway["p50"] - bridge["p50"], 2)
    return {
        "date": datetime.date.today().isoformat(),
        "turns": turns,
        "bridge_ms": bridge,
        "website_ms": gateway,
        "added_p50_ms": added,
        "at_most": AT_MOST,
        "met": added <= AT_MOST,
    }


def commands(folder: Path, bridge_port: int, gateway_port: int) -> tuple[Command, ...]:
    """Return the three processes of the Procfile, with databases in `folder`."""
    actions_port, endpoints = free_port(), folder / "endpoints.yml"
    endpoints.write_text(endpoints_at(ROOT / "endpoints.yml", actions_port), encoding="utf-8")
    bot = (
        *(sys.executable, "-m", "launcher", "run", "-i", "127.0.0.1", "-p", str(bridge_port), "--model", str(MODEL)),
        *("--endpoints", str(endpoints), "--credentials", "credentials.yml"),
    )
    actions = (sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(actions_port))
    settings = {
        "HIP_GATEWAY_PORT": str(gateway_port),
        "HIP_BRIDGE_PORT": str(bridge_port),
        "HIP_RECORD_URL": f"sqlite:///{folder / 'record.db'}",
        "HIP_GATEWAY_KEY": "a key of the benchmark, long enough for it",
        **_WIDE,
    }
    return (
        Command("bot", bot, ROOT, folder / "bot.log", {"HIP_TRACKER_URL": f"sqlite:///{folder / 'tracker.db'}"}),
        Command("actions", actions, ROOT, folder / "actions.log", {"SANIC_HOST": "127.0.0.1"}),
        Command("gateway", (str(WEB_PYTHON), "-m", "gateway"), ROOT / "web", folder / "gateway.log", settings),
    )


async def website_turn(http: aiohttp.ClientSession, website: str, text: str) -> float:
    """Begin a chat, open its stream, then return the milliseconds from sending `text` to its reply on the stream.

    Raises:
        NoAnswerError: a status was wrong, or the fixed text for a failure came.
    """
    begun = await _json(http.post(f"{website}/api/conversations", json={}))
    path, headers = f"{website}/api/conversations/{begun['id']}", {"Authorization": f"Bearer {begun['token']}"}
    async with http.get(f"{path}/events", headers=headers) as stream:
        started = time.perf_counter()
        await _json(http.post(f"{path}/messages", json={"id": measure.new_id(), "text": text}, headers=headers))
        async for line in stream.content:
            if line.startswith(b"data:"):
                message = json.loads(line[5:])
                if message.get("sender") == "assistant":
                    if message["kind"] != "answer":
                        raise measure.NoAnswerError(f"The website had no answer to {text!r}: {message['text']}")
                    return (time.perf_counter() - started) * 1000
    raise measure.NoAnswerError(f"The stream ended before the answer to {text!r}.")


async def _json(request: Any) -> dict[str, Any]:
    async with request as response:
        body = await response.json(content_type=None)
    if response.status not in (200, 201, 202):
        raise measure.NoAnswerError(f"{response.url} answered {response.status}: {body}")
    return dict(body)


async def _not_ready(http: aiohttp.ClientSession, website: str) -> str | None:
    try:
        async with http.get(f"{website}/ready") as response:
            return None if response.status == 200 else f"/ready answered {response.status}"
    except aiohttp.ClientError as error:
        return str(error)


if __name__ == "__main__":
    sys.exit(main())
