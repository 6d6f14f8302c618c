"""The loopback bridge, the one Rasa channel of this project; its contract is in docs/architecture.md, section 7."""

from __future__ import annotations

import hmac
import ipaddress
import logging
import os
from collections.abc import Awaitable, Callable
from dataclasses import fields
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse, json

from channels.bridge_names import SECRET_VARIABLE
from channels.turn import Assistant, BadTurnError, TurnFailedError, TurnRequest

logger = logging.getLogger(__name__)

_FIELDS = frozenset(field.name for field in fields(TurnRequest))


class BridgeInput(InputChannel):
    """Mounted by Rasa under /webhooks/bridge/ (credentials.yml)."""

    @classmethod
    def name(cls) -> str:
        return "bridge"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the routes turn, conversations/<id> and health. `on_new_message` is not used: it hides failures."""
        bridge = Blueprint("bridge")

        @bridge.listener("after_server_start")
        async def check_model(app: Sanic, _loop: object) -> None:
            try:
                await _assistant(app).check()
            except TurnFailedError as error:  # health says why, and every turn is refused with the reason
                app.ctx.unfit = str(error)
                logger.exception("The assistant is not fit to answer.")

        @bridge.middleware("request")
        async def authenticate(request: Request) -> HTTPResponse | None:
            return _refusal(request)

        @bridge.exception(InvalidUsage)
        async def not_json(_request: Request, error: InvalidUsage) -> HTTPResponse:
            return _error(400, str(error))

        @bridge.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            try:
                return json(await _assistant(request.app).answer(_turn_request(request)))
            except BadTurnError as error:
                return _error(400, str(error))
            except TurnFailedError as error:
                return _error(503, str(error), error.answer)

        @bridge.delete("/conversations/<conversation_id:str>")
        async def erase(request: Request, conversation_id: str) -> HTTPResponse:
            try:
                return json({"erased": await _assistant(request.app).erase(conversation_id)})
            except BadTurnError as error:
                return _error(400, str(error))
            except TurnFailedError as error:
                return _error(503, str(error))

        @bridge.get("/health")
        async def health(request: Request) -> HTTPResponse:
            try:
                assistant = _assistant(request.app)
                await assistant.check()
            except TurnFailedError as error:
                return _error(503, str(error))
            return json({"status": "ok", "model": assistant.model})

        return bridge


def _assistant(app: Sanic) -> Assistant:
    """Return the app's assistant, made from Rasa's agent at the first call; raises TurnFailedError when it is unfit."""
    if getattr(app.ctx, "unfit", None):
        raise TurnFailedError(app.ctx.unfit)
    assistant = getattr(app.ctx, "assistant", None)
    if assistant is None:
        agent = getattr(app.ctx, "agent", None)
        if agent is None or not agent.is_ready():
            raise TurnFailedError("No model is loaded: run `make train` and start again.")
        assistant = app.ctx.assistant = Assistant(agent)
    return assistant


def _turn_request(request: Request) -> TurnRequest:
    body = request.json
    if not isinstance(body, dict):
        raise BadTurnError("The body must be a JSON object.")
    unknown = sorted(set(body) - _FIELDS)
    if unknown:
        raise BadTurnError(f"Unknown field {', '.join(unknown)}; allowed are {', '.join(sorted(_FIELDS))}.")
    missing = sorted({"conversation_id", "message_id"} - set(body))
    if missing:
        raise BadTurnError(f"Missing field {', '.join(missing)}.")
    return TurnRequest(**body)


def _refusal(request: Request) -> HTTPResponse | None:
    secret = os.environ.get(SECRET_VARIABLE)
    if secret:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(errors="surrogateescape"), f"Bearer {secret}".encode()):
            return _error(401, "The bearer token is missing or wrong.")
        return None
    if not ipaddress.ip_address(request.ip).is_loopback:
        return _error(403, f"Only loopback may call the bridge while {SECRET_VARIABLE} is not set.")
    return None


def _error(status: int, reason: str, answer: dict[str, Any] | None = None) -> HTTPResponse:
    """Return an error body; `answer` holds a safety reply that the gateway must show all the same."""
    return json({"error": reason, **({"answer": answer} if answer else {})}, status=status)
