"""Slack's Web API, as far as it is used here: docs.slack.dev/reference/methods/chat.postMessage, .../apis/web-api (evaluating
responses, rate limits), .../reference/block-kit (section block, actions block, button element, text object).

Slack ignores arguments that it does not know; the stand-in refuses them, since they would be slips of ours.
"""

from __future__ import annotations

import re
import time
from typing import Any

from platforms.fakes.base import FakePlatform, Sent, WrongCallError, fields, json_body, utf16
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

TOKEN = "xoxb-111111111111-222222222222-nobodysTokenOfTheTests"

ERRORS = {"blocked": (200, "is_archived"), "absent": (200, "channel_not_found"), "error": (503, "service_unavailable")}
#: A `<` or `>`, or an `&` that begins no entity of Slack's: text that was not escaped.
UNESCAPED = re.compile(r"[<>]|&(?!(?:amp|lt|gt);)")


def failure(error: str, status: int = 200, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"ok": False, "error": error}, status, headers)


class FakeSlack(FakePlatform):
    """`say(error, status)` answers the next messages with an error of Slack's, none of them taken."""

    def __init__(self, token: str = TOKEN) -> None:
        super().__init__()
        self.url += "/api"
        self.token = token
        self._errors: list[tuple[str, int]] = []

    def say(self, error: str, status: int = 200) -> None:
        self._errors.append((error, status))

    def routes(self) -> list[BaseRoute]:
        return [Route("/api/{method}", self._called, methods=["POST"])]

    def refused(self, word: str, retry_after: int) -> Response:
        if word == "too_many":
            return failure("ratelimited", 429, {"Retry-After": str(retry_after)})
        status, error = ERRORS[word]
        return failure(error, status)

    async def _called(self, request: Request) -> Response:
        given = request.headers.get("authorization", "")
        if given != f"Bearer {self.token}":
            self.complaints.append("The token is wrong.")
            return failure("invalid_auth" if given else "not_authed")
        if request.path_params["method"] != "chat.postMessage":
            self.complaints.append(f"There is no method {request.path_params['method']}.")
            return failure("unknown_method")
        try:
            return await self._post(request)
        except WrongCallError as error:
            self.complaints.append(f"chat.postMessage: {error}")
            return failure(str(error).split(":")[0] if ":" in str(error) else "invalid_arguments")

    async def _post(self, request: Request) -> Response:
        if "charset=utf-8" not in request.headers.get("content-type", ""):
            raise WrongCallError("missing_charset")
        body = fields(
            await json_body(request),
            "chat.postMessage",
            {"channel": str, "text": str},
            {"blocks": list, "thread_ts": str, "unfurl_links": bool, "unfurl_media": bool},
        )
        if not re.fullmatch(r"[CDG][A-Z0-9]{2,}", body["channel"]):
            raise WrongCallError(f"channel_not_found: {body['channel']!r}")
        if not re.fullmatch(r"\d+\.\d+", body.get("thread_ts", "1.1")):
            raise WrongCallError("invalid_thread_ts: no time")
        if not body["text"].strip():
            raise WrongCallError("no_text: empty")
        if utf16(body["text"]) > 4000:  # more is recommended against, and above 40,000 cut off
            raise WrongCallError("msg_too_long: over 4,000")
        read, buttons = _blocks(body.get("blocks", []))
        text = _read(body["text"])
        if "blocks" in body and read.split() != text.split():
            raise WrongCallError("invalid_blocks: they do not say what the text says")
        if self._errors:
            self.tries += 1
            return failure(*self._errors.pop(0))
        stamp = f"{int(time.time())}.{len(self.sent):06}"
        message = {"type": "message", "text": body["text"], "bot_id": "B222222222", "user": "U222222222", "ts": stamp}
        success = JSONResponse({"ok": True, "channel": body["channel"], "ts": stamp, "message": message})
        return await self.take(request, Sent(body["channel"], text, buttons, body), success)


def _blocks(blocks: list[Any]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return what the blocks show, and (value, title) of their buttons."""
    if len(blocks) > 50:
        raise WrongCallError("invalid_blocks: over 50")
    shown, buttons, ids = [], [], set()
    for block in blocks:
        kind = block.get("type") if isinstance(block, dict) else None
        if kind == "section":
            fields(block, "section", {"type": str, "text": dict}, {"expand": bool, "block_id": str})
            shown.append(_plain_text(block["text"], 3000))
        elif kind == "actions":
            elements = fields(block, "actions", {"type": str, "elements": list}, {"block_id": str})["elements"]
            if not 1 <= len(elements) <= 25:
                raise WrongCallError("invalid_blocks: 1 to 25 elements")
            for button in elements:
                fields(button, "button", {"type": str, "text": dict, "action_id": str, "value": str})
                if button["type"] != "button" or button["action_id"] in ids or not 1 <= len(button["action_id"]) <= 255:
                    raise WrongCallError("invalid_blocks: no button, or its action_id is there twice or too long")
                if not 1 <= len(button["value"]) <= 2000:
                    raise WrongCallError("invalid_blocks: value of 1 to 2,000")
                ids.add(button["action_id"])
                buttons.append((button["value"], _plain_text(button["text"], 75)))
        else:
            raise WrongCallError(f"invalid_blocks: type {kind!r}")
    return "".join(shown), tuple(buttons)


def _plain_text(value: Any, most: int) -> str:
    fields(value, "text", {"type": str, "text": str}, {"emoji": bool})
    if value["type"] != "plain_text" or not 1 <= utf16(value["text"]) <= most:
        raise WrongCallError(f"invalid_blocks: no plain_text of 1 to {most}")
    return _read(value["text"])


def _read(text: str) -> str:
    if UNESCAPED.search(text):
        raise WrongCallError("invalid_blocks: &, < or > that is not escaped")
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
