"""Telegram's Bot API as core.telegram.org/bots/api describes it (sections "Making requests", sendMessage, sendChatAction,
answerCallbackQuery, getMe, InlineKeyboardMarkup, ResponseParameters), for the methods that are used here."""

from __future__ import annotations

import re
import time
from typing import Any

from platforms.fakes.base import FakePlatform, Sent, WrongCallError, fields, json_body, utf16
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

#: A token of the form that @BotFather gives; nobody's.
TOKEN = "987654321:AAtests-of-a-bot-that-is-nobodys_0123"
NAME = "hip_help_bot"

CHAT_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "record_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
}
REFUSALS = {
    "blocked": (403, "Forbidden: bot was blocked by the user"),
    "absent": (400, "Bad Request: chat not found"),
    "error": (500, "Internal Server Error"),
}


def failure(status: int, description: str, **parameters: int) -> JSONResponse:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    return JSONResponse(body | ({"parameters": parameters} if parameters else {}), status)


class FakeTelegram(FakePlatform):
    """`migrate(old, new)` makes a group a supergroup; `say(status, description)` refuses the next message so."""

    def __init__(self, token: str = TOKEN) -> None:
        super().__init__()
        self.token = token
        self._migrated: dict[int, int] = {}
        self._errors: list[tuple[int, str]] = []

    def routes(self) -> list[BaseRoute]:
        return [Route("/{bot}/{method}", self._called, methods=["POST"])]

    def migrate(self, old: int, new: int) -> None:
        self._migrated[old] = new

    def say(self, status: int, description: str) -> None:
        self._errors.append((status, description))

    def refused(self, word: str, retry_after: int) -> Response:
        if word == "too_many":
            return failure(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)
        return failure(*REFUSALS[word])

    async def _called(self, request: Request) -> Response:
        if request.path_params["bot"] != f"bot{self.token}":
            self.complaints.append("The token in the path is wrong.")
            wellformed = re.fullmatch(r"bot\d+:[\w-]{30,}", request.path_params["bot"])
            return failure(401, "Unauthorized") if wellformed else failure(404, "Not Found")
        method = request.path_params["method"]
        known = {
            "sendMessage": self._send,
            "sendChatAction": self._action,
            "answerCallbackQuery": self._answered,
            "getMe": self._me,
        }
        if method not in known:
            self.complaints.append(f"There is no method {method}.")
            return failure(404, "Not Found")
        try:
            return await known[method](request, await json_body(request))
        except WrongCallError as error:
            self.complaints.append(f"{method}: {error}")
            return failure(400, f"Bad Request: {error}")

    async def _send(self, request: Request, body: dict[str, Any]) -> Response:
        fields(
            body,
            "sendMessage",
            {"chat_id": int, "text": str},
            {"message_thread_id": int, "link_preview_options": dict, "reply_markup": dict},
        )
        if not body["text"].strip():
            raise WrongCallError("message text is empty")
        if utf16(body["text"]) > 4096:
            raise WrongCallError("message is too long")
        fields(body.get("link_preview_options", {}), "link_preview_options", {}, {"is_disabled": bool})
        message = Sent(str(body["chat_id"]), body["text"], _buttons(body.get("reply_markup")), body)
        if self._errors:
            self.tries += 1
            return failure(*self._errors.pop(0))
        new = self._migrated.get(body["chat_id"])
        if new:
            return failure(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=new)
        chat = {"id": body["chat_id"], "type": "private" if body["chat_id"] > 0 else "supergroup"}
        result = {"message_id": len(self.sent) + 1, "date": int(time.time()), "chat": chat, "text": body["text"]}
        return await self.take(request, message, JSONResponse({"ok": True, "result": result}))

    async def _action(self, _request: Request, body: dict[str, Any]) -> Response:
        fields(body, "sendChatAction", {"chat_id": int, "action": str}, {"message_thread_id": int})
        if body["action"] not in CHAT_ACTIONS:
            raise WrongCallError("wrong parameter action in request")
        return self._noted("sendChatAction", body)

    async def _answered(self, _request: Request, body: dict[str, Any]) -> Response:
        fields(
            body,
            "answerCallbackQuery",
            {"callback_query_id": str},
            {"text": str, "show_alert": bool, "cache_time": int},
        )
        if utf16(body.get("text", "")) > 200:
            raise WrongCallError("MESSAGE_TOO_LONG")
        return self._noted("answerCallbackQuery", body)

    async def _me(self, _request: Request, body: dict[str, Any]) -> Response:
        fields(body, "getMe", {})
        self.calls.append(("getMe", body))
        bot = {"id": int(self.token.split(":")[0]), "is_bot": True, "first_name": "Hip help", "username": NAME}
        return JSONResponse({"ok": True, "result": bot})

    def _noted(self, method: str, body: dict[str, Any]) -> Response:
        self.calls.append((method, body))
        return JSONResponse({"ok": True, "result": True})


def _buttons(markup: Any) -> tuple[tuple[str, str], ...]:
    if markup is None:
        return ()
    rows = fields(markup, "reply_markup", {"inline_keyboard": list})["inline_keyboard"]
    if not rows or not all(isinstance(row, list) and 0 < len(row) <= 8 for row in rows):
        raise WrongCallError("inline keyboard expected, with 1 to 8 buttons a row")
    buttons = [fields(button, "button", {"text": str, "callback_data": str}) for row in rows for button in row]
    if len(buttons) > 100:
        raise WrongCallError("reply markup is too long")
    for button in buttons:
        if not button["text"].strip():
            raise WrongCallError("BUTTON_TEXT_INVALID")
        if not 1 <= len(button["callback_data"].encode()) <= 64:
            raise WrongCallError("BUTTON_DATA_INVALID")
    return tuple((button["callback_data"], button["text"]) for button in buttons)
