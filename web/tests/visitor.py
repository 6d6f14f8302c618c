"""A visitor as the tests see one: begins, says, listens to the stream."""

from __future__ import annotations

import json
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

#: Seconds to wait for what must come.
PATIENCE = 20


#: The clients of all visitors of a test; the fixture `_closed` of tests/conftest.py closes them.
open_clients: list[httpx.Client] = []


def _new_client() -> httpx.Client:
    open_clients.append(httpx.Client(timeout=30, trust_env=False))
    return open_clients[-1]


@dataclass
class Visitor:
    """One conversation over HTTP. `events` holds what the stream has brought, as (name, data)."""

    url: str
    client: httpx.Client = field(default_factory=_new_client)
    id: str = ""
    token: str = ""
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    last: int = 0
    ended_by: str = ""
    _listening: threading.Thread | None = None
    _socket: socket.socket | None = None

    def begin(self, **body: Any) -> Visitor:
        response = self.client.post(f"{self.url}/api/conversations", json=body)
        assert response.status_code == 201, response.text
        self.id, self.token = response.json()["id"], response.json()["token"]
        return self

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def path(self, rest: str = "") -> str:
        return f"{self.url}/api/conversations/{self.id}{rest}"

    def post(self, body: Any, **headers: str) -> httpx.Response:
        return self.client.post(self.path("/messages"), json=body, headers={**self.headers, **headers})

    def say(self, text: str, client_id: str | None = None) -> dict[str, Any]:
        response = self.post({"id": client_id or secrets.token_hex(16), "text": text})
        assert response.status_code == 202, response.text
        return dict(response.json())

    def choose(self, choice: str) -> httpx.Response:
        return self.post({"id": secrets.token_hex(16), "choice": choice})

    def messages(self, after: int = 0) -> list[dict[str, Any]]:
        response = self.client.get(self.path(f"/messages?after={after}"), headers=self.headers)
        assert response.status_code == 200, response.text
        return list(response.json()["messages"])

    def replies(self, sequence: int) -> list[dict[str, Any]]:
        return [message for message in self.messages() if message["reply_to"] == sequence]

    def reply(self, sequence: int) -> dict[str, Any]:
        """Wait for the reply to a message, by polling."""
        return wait_for(lambda: self.replies(sequence))[0]

    def listen(self) -> Visitor:
        """Open the stream in a thread, from the last message seen on; returns when it is open."""
        opened = threading.Event()
        self._listening = threading.Thread(target=self._read, args=(opened,), daemon=True)
        self._listening.start()
        assert opened.wait(PATIENCE), f"The stream did not open: {self.ended_by}"
        return self

    def hang_up(self) -> None:
        """Cut the stream as a lost network does."""
        assert self._socket is not None and self._listening is not None
        self._socket.shutdown(socket.SHUT_RDWR)
        self._listening.join(PATIENCE)
        assert not self._listening.is_alive()

    @property
    def listening(self) -> bool:
        return self._listening is not None and self._listening.is_alive()

    def streamed(self) -> list[dict[str, Any]]:
        """Return the messages that the streams have brought."""
        return [data for name, data in list(self.events) if name == "message"]

    def _read(self, opened: threading.Event) -> None:
        headers = {**self.headers, "Last-Event-ID": str(self.last)}
        name = ""
        try:
            with self.client.stream("GET", self.path("/events"), headers=headers, timeout=None) as response:
                if response.status_code != httpx.codes.OK:
                    self.ended_by = f"{response.status_code} {response.read()!r}"
                    return
                self._socket = response.extensions["network_stream"].get_extra_info("socket")
                opened.set()
                for line in response.iter_lines():
                    if line.startswith("event:"):
                        name = line[6:].strip()
                    elif line.startswith("id:"):
                        self.last = int(line[3:])
                    elif line.startswith("data:"):
                        self.events.append((name, json.loads(line[5:])))
        except httpx.HTTPError as error:
            self.ended_by = repr(error)  # cut, by hang_up or by the server's end


def wait_for(what: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Return the first truthy value of `what()`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("It did not come in time.")
