"""Real servers for the tests, all on free loopback ports: a stand-in for the bot's bridge, the gateway in a thread or a process."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, Self

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

WEB = Path(__file__).resolve().parents[1]
ROOT = WEB.parent
#: Seconds a server may take to come up on a slow and busy machine.
PATIENCE = 60
#: HIP_GATEWAY_KEY of the gateways here.
KEY = "a key of the tests, long enough for it"

_ID = re.compile(r"[A-Za-z0-9_-]{16,64}\Z")
#: A plan as `coaching.dialogue.results.table` writes it, in a reply of the bot.
TABLE = """Your plan for 2 days a week:

A (Mon)
• Glute bridge: 2 × 10–15
• Side plank: 2 × 20–30 seconds each side
B (Thu)
• Squat: 2 × 8–12
• Clamshell: 2 × 10–15 each side

Rest 60–90 seconds between sets."""
_FIELDS = {"conversation_id", "message_id", "text", "choice", "channel", "region", "dry_run"}


#: Ports that this test process goes through: below those that the system gives to whoever connects, and not those of
#: another worker of pytest-xdist, so that nobody takes one between its choice and its use or while its server is down.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_ports = itertools.cycle(range(20_000 + 2_000 * _WORKER, 22_000 + 2_000 * _WORKER))


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    while True:
        port = next(_ports)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_until_up(url: str, alive: Any = lambda: True, patience: float = PATIENCE) -> None:
    """Return when `url` answers 200."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if not alive():
            raise AssertionError(f"The server of {url} ended early.")
        try:
            if httpx.get(url, timeout=5, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"{url} did not answer in {patience} s.")


class ThreadedServer:
    """A server of uvicorn in a thread of this process."""

    def __init__(self, config: uvicorn.Config) -> None:
        config.timeout_graceful_shutdown = 1
        self.url = f"http://127.0.0.1:{config.port}"
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def start(self) -> None:
        self._thread.start()
        end = time.monotonic() + PATIENCE
        while not self._server.started:
            assert self._thread.is_alive() and time.monotonic() < end, "The server did not start."
            time.sleep(0.01)

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive(), "The server did not stop."


class StandIn(ABC):
    """Somebody else's server, on a free port of loopback that it keeps when it is started again."""

    log_level = "warning"

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._server: ThreadedServer | None = None

    @abstractmethod
    def routes(self) -> list[BaseRoute]:
        """Its paths."""

    def start(self) -> None:
        app = Starlette(routes=self.routes())
        self._server = ThreadedServer(uvicorn.Config(app, port=self.port, log_level=self.log_level, access_log=False))
        self._server.start()

    def stop(self) -> None:
        if self._server:
            self._server.stop()
            self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class FakeBridge(StandIn):
    """Stands in for the bot. It refuses what the real bridge refuses; `test_bridge_contract.py` compares the two.

    A text tells it what to do: "slow 3" waits so many seconds, "fail" is a 503, "unstored" a 503 with a safety reply,
    "refuse" a 400, "plan" a plan card, "table" such a card with its text, "buttons 13" so many choices, "long 5000" so many
    characters; what ends with "hip is out" is an emergency. Every other text is echoed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[dict[str, Any]] = []
        self.answered: Counter[str] = Counter()
        self.erased: list[str] = []
        self.erasing_fails = False
        self._stored: dict[tuple[str, str], dict[str, Any]] = {}
        self._turns: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    def start(self) -> None:
        self._turns.clear()  # locks of a loop that has ended
        super().start()

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/webhooks/bridge/turn", self._turn, methods=["POST"]),
            Route("/webhooks/bridge/conversations/{id}", self._erase, methods=["DELETE"]),
            Route("/webhooks/bridge/health", self._health),
        ]

    async def _turn(self, request: Request) -> JSONResponse:
        body = await request.json()
        wrong = _wrong(body)
        if wrong:
            return JSONResponse({"error": wrong}, 400)
        self.calls.append(body)
        async with self._turns[body["conversation_id"], body["message_id"]]:  # a repeat waits for the first call
            return await self._answered(body)

    async def _answered(self, body: dict[str, Any]) -> JSONResponse:
        key = (body["conversation_id"], body["message_id"])
        if key in self._stored:
            return JSONResponse(self._stored[key])
        said = body.get("text") or body["choice"]
        if said.startswith("slow "):
            await asyncio.sleep(float(said.split()[1]))
        if said == "refuse":
            return JSONResponse({"error": "refused for the test"}, 400)
        if said == "fail":
            return JSONResponse({"error": "failed for the test"}, 503)
        if said == "unstored":
            return JSONResponse({"error": "not stored", "answer": answer(said)}, 503)
        self.answered[body["message_id"]] += 1
        self._stored[key] = answer(said)
        return JSONResponse(self._stored[key])

    async def _erase(self, request: Request) -> JSONResponse:
        if self.erasing_fails:
            return JSONResponse({"error": "not now"}, 503)
        self.erased.append(request.path_params["id"])
        return JSONResponse({"erased": True})

    async def _health(self, _request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok", "model": "fake.tar.gz"})


def _wrong(body: Any) -> str | None:
    if not isinstance(body, dict) or set(body) - _FIELDS:
        return f"Unknown field in {body!r}."
    if not all(isinstance(body.get(name), str) and _ID.match(body[name]) for name in ("conversation_id", "message_id")):
        return "`conversation_id` and `message_id` must be 16 to 64 characters of A-Z, a-z, 0-9, _ and -."
    if (body.get("text") is None) == (body.get("choice") is None):
        return "Exactly one of `text` and `choice` must be given."
    if body.get("text") is not None and not 0 < len(body["text"].strip()) <= 4000:
        return "`text` is empty or too long."
    return None


def answer(said: str) -> dict[str, Any]:
    """Return what the stand-in answers to `said`, in the bridge's form."""
    urgent = said == "unstored" or said.rstrip(".").endswith("hip is out")
    reply: dict[str, Any] = {
        "text": f"You said: {said}",
        "choices": [{"title": "The workout one", "payload": "/clarify_choose_fitness"}],
        "card": None,
        "source": "a test",
        "response": "utter_clarify",
    }
    if urgent:
        reply |= {
            "text": "Call 999 or 112 now. Keep still.",
            "card": {
                "kind": "emergency",
                "heading": "Get emergency help now",
                "numbers": {"emergency_number": "999 or 112", "crisis_line": "Samaritans on 116 123"},
            },
            "response": "utter_emergency_injury",
        }
    word, _, number = said.partition(" ")
    if word == "buttons" and number.isdigit():
        choices = [{"title": f"Choice {n}", "payload": f"/choice_{n}"} for n in range(1, int(number) + 1)]
        reply |= {"text": "Which one?", "choices": choices}
    if word == "long" and number.isdigit():
        reply["text"] = long_text(int(number))
    if said == "table":
        reply["text"] = TABLE
    if said in ("plan", "table"):
        exercises = [
            {"name": "Glute bridge", "sets": "2", "reps": "10", "each_side": False, "how": "/fitness_glute_bridge"},
            {"name": "Squat", "sets": "2", "reps": "8", "each_side": False, "how": "/fitness_squat"},
        ]
        reply["card"] = {
            "kind": "plan",
            "level": "beginner",
            "rest_seconds": [60, 90],
            "sessions": [{"name": "A", "weekdays": ["Mon"], "exercises": exercises}],
        }
    return {
        "replies": [reply],
        "outcome": "emergency" if urgent else "fitness",
        "intent": "emergency_injury" if urgent else "clarify",
        "confidence": 0.9,
        "alternatives": [{"intent": "clarify", "confidence": 0.9}],
        "red_flags": [],
        "region": None,
        "model": "fake.tar.gz",
        "ms": 1.0,
        "degraded": False,
    }


def long_text(characters: int) -> str:
    """Return so many characters of numbered sentences; every fifth ends a paragraph."""
    ends = (" ", " ", " ", " ", "\n\n")
    sentences = (f"This is sentence {n} of a long text.{ends[n % 5]}" for n in range(characters))
    return "".join(sentences)[: characters - 1].rstrip().ljust(characters, ".")


class GatewayProcess:
    """`python -m gateway`, as `make run` starts it."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "gateway.log"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("HIP_")}
        self._environment = {**inherited, "HIP_GATEWAY_PORT": str(self.port), **settings}
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "gateway"], cwd=WEB, env=self._environment, stdout=log, stderr=log
            )
        wait_until_up(f"{self.url}/health", lambda: self._child is not None and self._child.poll() is None)

    def kill(self) -> None:
        """End it as a crash would."""
        assert self._child is not None
        self._child.send_signal(signal.SIGKILL)
        self._child.wait(15)

    def stop(self) -> int:
        assert self._child is not None
        if self._child.poll() is None:
            self._child.terminate()
        return self._child.wait(20)
