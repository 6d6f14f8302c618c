"""Waits until bridge, gateway and console answer and says what to do next; the last process of `make run`."""

from __future__ import annotations

import os
import signal
import sys
import time
from types import FrameType

import requests

from channels.bridge_names import SECRET_VARIABLE

PORT_VARIABLE = "HIP_BRIDGE_PORT"
DEFAULT_PORT = 5005
GATEWAY_PORT_VARIABLE = "HIP_GATEWAY_PORT"
DEFAULT_GATEWAY_PORT = 8000
CONSOLE_PORT_VARIABLE = "HIP_CONSOLE_PORT"
DEFAULT_CONSOLE_PORT = 8001
#: Seconds to wait for a first start on a slow machine.
PATIENCE = 180


def bridge_url(path: str) -> str:
    """Return the loopback address of the bridge's route `path`."""
    return f"http://127.0.0.1:{os.environ.get(PORT_VARIABLE, DEFAULT_PORT)}/webhooks/bridge/{path}"


def bridge_headers() -> dict[str, str]:
    """Return the bearer token when a shared secret is set."""
    secret = os.environ.get(SECRET_VARIABLE)
    return {"Authorization": f"Bearer {secret}"} if secret else {}


def is_healthy() -> bool:
    """Tell whether the bridge answers that a model is loaded."""
    try:
        return requests.get(bridge_url("health"), headers=bridge_headers(), timeout=5).status_code == requests.codes.ok
    except requests.RequestException:
        return False


def website_url() -> str:
    """Return the loopback address of the demonstration page."""
    return f"http://127.0.0.1:{os.environ.get(GATEWAY_PORT_VARIABLE, DEFAULT_GATEWAY_PORT)}/"


def website_is_ready() -> bool:
    """Tell whether the gateway, its record and the bot behind it answer."""
    try:
        return requests.get(f"{website_url()}ready", timeout=5).status_code == requests.codes.ok
    except requests.RequestException:
        return False


def console_url() -> str:
    """Return the loopback address of the review console."""
    return f"http://127.0.0.1:{os.environ.get(CONSOLE_PORT_VARIABLE) or DEFAULT_CONSOLE_PORT}/"


def console_is_ready() -> bool:
    """Tell whether the console and the record behind it answer."""
    try:
        return requests.get(f"{console_url()}ready", timeout=5).status_code == requests.codes.ok
    except requests.RequestException:
        return False


def main() -> int:
    """Return 1 when something has not come up in time; otherwise stay until stopped."""
    signal.signal(signal.SIGTERM, _stop)
    started = time.monotonic()
    parts = (("bridge", is_healthy), ("website gateway", website_is_ready), ("review console", console_is_ready))
    for name, is_up in parts:
        while not is_up():
            if time.monotonic() - started > PATIENCE:
                sys.stdout.write(f"The {name} did not come up. `make doctor` names what is missing.\n")
                return 1
            time.sleep(0.5)
    sys.stdout.write(
        f"\nThe assistant is ready.\n"
        f"  website:  {website_url()}   a page with the chat\n"
        f"  console:  {console_url()}   where staff review; make console-user NAME=anna makes the first account\n"
        f"  terminal: make shell, in a second terminal\n"
        f"  bridge:   {bridge_url('turn')}\n"
        "Ctrl-C here stops everything.\n\n"
    )
    sys.stdout.flush()
    while True:
        signal.pause()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main())
