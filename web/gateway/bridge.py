"""The bot, called over its loopback bridge (docs/architecture.md, section 7)."""

from __future__ import annotations

import asyncio
import time
from http import HTTPStatus
from typing import Any

import aiohttp
from pydantic import ValidationError

from gateway.replies import check

#: Seconds between two tries while the bot is away.
PAUSE = 0.4
#: Seconds for everything that is no turn.
SECONDS = 5.0
#: Connections to the bot. It answers one message at a time; more would only wait there instead of here.
CONNECTIONS = 8


class BridgeError(Exception):
    """The bot gave no answer. `answer`: a safety reply to be shown all the same, as the bridge's 200 body, or None."""

    def __init__(self, reason: str, answer: dict[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.answer = answer


class Bridge:
    """A client of the bridge at `url`; `secret` is its bearer token."""

    def __init__(self, url: str, secret: str | None) -> None:
        self._url = url
        self._client = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {secret}"} if secret else {},
            connector=aiohttp.TCPConnector(limit=CONNECTIONS),
            timeout=aiohttp.ClientTimeout(total=None),
            trust_env=False,  # the bridge is on loopback or in the same private network
        )

    async def turn(self, body: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the bridge's answer to one message.

        A bot that is away or restarting is tried again until the time is up: the bridge answers a message id once.

        Raises:
            BridgeError: no answer in `seconds`, one that cannot be read, or the bridge refused the message.
        """
        end = time.monotonic() + seconds
        reason = "no time was left"
        while (left := end - time.monotonic()) > 0:
            try:
                async with asyncio.timeout(left), self._client.post(f"{self._url}/turn", json=body) as response:
                    said = await _said(response)
            except (aiohttp.ClientError, TimeoutError) as error:
                reason = f"{type(error).__name__} at the bridge"
            else:
                if response.status == HTTPStatus.OK:
                    return _answer(said)
                reason = f"the bridge answered {response.status}: {said.get('error', 'no reason')}"
                if response.status < HTTPStatus.INTERNAL_SERVER_ERROR or said.get("answer"):
                    raise BridgeError(reason, _answer(said["answer"]) if said.get("answer") else None)
            await asyncio.sleep(min(PAUSE, max(0.0, end - time.monotonic())))
        raise BridgeError(f"no answer within {seconds:.1f} s; last: {reason}")

    async def erase(self, conversation: str) -> None:
        """Erase a conversation in the bot's own store; raises BridgeError when that could not be done."""
        path = f"{self._url}/conversations/{conversation}"
        try:
            async with asyncio.timeout(SECONDS), self._client.delete(path) as response:
                said = await _said(response)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise BridgeError(f"{type(error).__name__} at the bridge") from error
        if response.status != HTTPStatus.OK:
            raise BridgeError(f"the bridge answered {response.status}: {said.get('error', 'no reason')}")

    async def healthy(self) -> bool:
        """Tell whether the bot answers with a model."""
        try:
            async with asyncio.timeout(SECONDS), self._client.get(f"{self._url}/health") as response:
                return response.status == HTTPStatus.OK
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


def _answer(said: dict[str, Any]) -> dict[str, Any]:
    try:
        check(said)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise BridgeError(f"what the bridge answered is no answer: {where}") from None
    return said


async def _said(response: aiohttp.ClientResponse) -> dict[str, Any]:
    """Return the body, {} when it is no JSON object."""
    try:
        said = await response.json(content_type=None)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
