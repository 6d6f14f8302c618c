"""What Messenger and the WhatsApp Cloud API share: the signed webhook, its handshake, the errors of the Graph API.

Webhooks: developers.facebook.com/docs/graph-api/webhooks/getting-started. Errors: .../docs/graph-api/guides/error-handling,
.../documentation/business-messaging/messenger-platform/error-codes and .../whatsapp/support/error-codes.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import httpx

from gateway.platforms.adapter import (
    Adapter,
    Answer,
    FateUnknownError,
    MalformedError,
    NotSentError,
    RefusedError,
    RejectedError,
    Request,
    SendError,
)
from gateway.platforms.calling import IN_BETWEEN, call, client, json_of, wait_of
from gateway.platforms.reading import json_object, listed, mapping

logger = logging.getLogger(__name__)

#: A version of the Graph API lives for two years at least; this one is of 2026.
GRAPH = "https://graph.facebook.com/v25.0"
#: An access token that is wrong, expired or revoked: messages wait until staff have set another.
UNAUTHORISED = frozenset({0, 102, 190})
#: Too much was sent: by the app, the user, the page or number; after complaints; or to one person.
TOO_MUCH = frozenset({4, 17, 32, 341, 368, 613, 80006, 80007, 130429, 131048, 131056})
#: Out of order on their side.
OUT_OF_ORDER = frozenset({1, 2, 1200, 131000, 131016, 131057, 133004})
PASSING = UNAUTHORISED | TOO_MUCH | OUT_OF_ORDER
#: (code, subcode) of an error that comes although the message was sent: Messenger's "Received invalid JSON reply".
SENT_ALL_THE_SAME = frozenset({(1, 1357046)})
MOST_OF_AN_ID = 200


class MetaAdapter(Adapter):
    """Verifies webhooks and posts to /<sender>/messages, `sender` being the id of a page or of a telephone number."""

    def __init__(self, url: str, sender: str, token: str, app_secret: str, verify_token: str) -> None:
        self._app_secret = app_secret.encode()
        self._verify_token = verify_token
        self._messages = f"{url}/{sender}/messages"
        self._client = client({"Authorization": f"Bearer {token}"})  # not in the address: that is written into logs

    def verify(self, request: Request) -> None:
        """Raise RefusedError unless Meta sent this: 403 for a handshake, 401 for a signature that is not of the body."""
        if request.method == "GET":
            subscribes = request.query.get("hub.mode") == "subscribe"
            if not subscribes or not _same(request.query.get("hub.verify_token", ""), self._verify_token):
                raise RefusedError("the verify token is wrong", 403)
            return
        expected = "sha256=" + hmac.new(self._app_secret, request.body, hashlib.sha256).hexdigest()
        if not _same(request.headers.get("x-hub-signature-256", ""), expected):
            raise RefusedError("X-Hub-Signature-256 is missing or wrong")

    def answer(self, request: Request) -> Answer | None:
        """Return the challenge of a handshake."""
        return Answer(request.query.get("hub.challenge", "")) if request.method == "GET" else None

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _post(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return answered(await call(self._client, "POST", self._messages, json=body))

    async def _tell(self, *bodies: Mapping[str, Any]) -> None:
        """Post what is of no account, such as a typing indicator."""
        try:
            for body in bodies:
                await self._post(body)
        except SendError as error:
            logger.info("%s was not told of an arrival: %s", self.name, error)


def answered(response: httpx.Response) -> dict[str, Any]:
    """Return what the API says of a call that it has done.

    Raises:
        NotSentError: too much, out of order, or a token that is no longer good.
        RejectedError: any other error of the API: outside the window, blocked, no such person.
        FateUnknownError: this is no answer of the Graph API, or not one that says what became of the message.
    """
    said, status = json_of(response), response.status_code
    if response.is_success and "error" not in said:
        return said
    error = mapping(said.get("error"))
    code, subcode = error.get("code"), error.get("error_subcode")
    if not isinstance(code, int):
        raise FateUnknownError(f"HTTP {status}")
    reason = f"error {code}/{subcode} (HTTP {status})" if isinstance(subcode, int) else f"error {code} (HTTP {status})"
    if (code, subcode) in SENT_ALL_THE_SAME or status in IN_BETWEEN:
        raise FateUnknownError(reason)
    if code in PASSING or error.get("is_transient") is True or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise NotSentError(reason, wait_of(response))
    raise RejectedError(reason)


def entries(request: Request, kind: str) -> list[dict[str, Any]]:
    """Return the entries of a webhook call, none when it is not about `kind`, such as "page". Raises MalformedError."""
    said = json_object(request.body)
    if not isinstance(said.get("entry"), list):
        raise MalformedError("entry is missing or no array")
    return objects(said["entry"]) if said.get("object") == kind else []


def objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects of an array. What is no object is left out: the rest of a batch is not lost for it."""
    return [item for item in listed(value) if isinstance(item, dict)]


def identity(value: Any) -> str | None:
    """Return the id of a person or message; None for what cannot be one."""
    fits = isinstance(value, str) and 0 < len(value) <= MOST_OF_AN_ID and value.isascii() and value.isprintable()
    return value if fits else None


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(errors="backslashreplace"), wanted.encode())
