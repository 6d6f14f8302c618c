"""Meta's Graph API, for what is used of it: a page's Send API and a telephone number's Cloud API.

Under developers.facebook.com/documentation/business-messaging: messenger-platform/send-messages, .../quick-replies, .../sender-actions,
.../error-codes; whatsapp/messages/text-messages, .../interactive-reply-buttons-messages, .../interactive-list-messages,
whatsapp/typing-indicators, whatsapp/business-scoped-user-ids, whatsapp/support/error-codes. Errors have the form of
developers.facebook.com/docs/graph-api/guides/error-handling.
"""

from __future__ import annotations

import itertools
from abc import abstractmethod
from collections import deque
from typing import Any, ClassVar

from platforms.fakes.base import FakePlatform, Sent, WrongCallError, fields, json_body
from platforms.fakes.graph_checks import content, person, quick_replies, recipient, sized
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

#: Nobody's.
TOKEN = "EAAtests0000of0000a0000token0000that0000opens0000nothing"
VERSION = "v25.0"
PAGE, PHONE_ID = "1906385232743451", "106540352242922"


def failure(
    status: int, code: int, message: str = "", subcode: int | None = None, *, transient: bool | None = None
) -> JSONResponse:
    """Return an error as the Graph API words it."""
    error: dict[str, Any] = {
        "message": message or f"(#{code}) An error of the tests",
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "BLBz/WZt8dN",
    }
    more = {"error_subcode": subcode, "is_transient": transient}
    return JSONResponse({"error": error | {name: value for name, value in more.items() if value is not None}}, status)


class FakeGraph(FakePlatform):
    """`fail(status, code)` refuses the next message with any error; it comes before the script's words."""

    #: The node whose /messages is called.
    node: str
    #: Word of a script -> (status, code, message, subcode).
    refusals: ClassVar[dict[str, tuple[int, int, str, int | None]]]

    def __init__(self, token: str = TOKEN) -> None:
        super().__init__()
        self.url += f"/{VERSION}"
        self.token = token
        self._failures: deque[JSONResponse] = deque()
        self._numbers = itertools.count(1)

    def routes(self) -> list[BaseRoute]:
        return [Route("/{path:path}", self._called, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])]

    def fail(self, status: int, code: int, subcode: int | None = None, *, transient: bool | None = None) -> None:
        self._failures.append(failure(status, code, subcode=subcode, transient=transient))

    def refused(self, word: str, retry_after: int) -> Response:
        status, code, message, subcode = self.refusals[word]
        response = failure(status, code, message, subcode, transient=True if word == "error" else None)
        if word == "too_many":
            response.headers["Retry-After"] = str(retry_after)
        return response

    async def take(self, request: Request, message: Sent, success: Response) -> Response:
        if self._failures:
            self.tries += 1
            return self._failures.popleft()
        return await super().take(request, message, success)

    async def _called(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            self.complaints.append("The bearer token is missing or wrong.")
            return failure(401, 190, "Invalid OAuth access token.")
        if request.method != "POST" or request.url.path != f"/{VERSION}/{self.node}/messages" or request.url.query:
            self.complaints.append(f"There is no {request.method} {request.url}.")
            return failure(400, 100, "Unsupported request: it does not exist, or misses permissions", 33)
        try:
            return await self._message(request, await json_body(request))
        except WrongCallError as error:
            self.complaints.append(str(error))
            return failure(400, 100, f"(#100) Invalid parameter: {error}")

    @abstractmethod
    async def _message(self, request: Request, body: dict[str, Any]) -> Response:
        """Answer a call of /messages; raises WrongCallError."""


class FakeMessenger(FakeGraph):
    """A page's Send API."""

    node = PAGE
    refusals: ClassVar = {
        "too_many": (429, 613, "(#613) Calls to this api have exceeded the rate limit.", None),
        "error": (500, 2, "An unexpected error has occurred. Please retry your request later.", None),
        "blocked": (400, 551, "(#551) This person isn't available right now.", 1545041),
        "absent": (400, 100, "(#100) No matching user found", 2018001),
    }

    async def _message(self, request: Request, body: dict[str, Any]) -> Response:
        if "sender_action" in body:
            fields(body, "body", {"recipient": dict, "sender_action": str})
            psid = person(body["recipient"])
            if body["sender_action"] not in ("mark_seen", "typing_on", "typing_off"):
                raise WrongCallError("sender_action is unknown")
            self.calls.append(("sender_action", body))
            return JSONResponse({"recipient_id": psid})
        fields(body, "body", {"recipient": dict, "messaging_type": str, "message": dict})
        psid = person(body["recipient"])
        if body["messaging_type"] not in ("RESPONSE", "UPDATE"):
            raise WrongCallError("messaging_type is none that needs no tag")
        message = fields(body["message"], "message", {"text": str}, {"quick_replies": list})
        sized(message["text"], "message.text", 2000)
        sent = Sent(psid, message["text"], quick_replies(message.get("quick_replies")), body)
        success = {"recipient_id": psid, "message_id": f"m_AG5Hz2Uq7tuwNEhXfYYKj8mJEM-{next(self._numbers)}"}
        return await self.take(request, sent, JSONResponse(success))


class FakeWhatsApp(FakeGraph):
    """A telephone number's Cloud API."""

    node = PHONE_ID
    refusals: ClassVar = {
        "too_many": (429, 130429, "(#130429) Rate limit hit", None),
        "error": (500, 131000, "(#131000) Something went wrong", None),
        "blocked": (400, 131026, "(#131026) Message undeliverable", None),
        "absent": (400, 131030, "(#131030) Recipient phone number not in allowed list", None),
    }

    async def _message(self, request: Request, body: dict[str, Any]) -> Response:
        if body.get("messaging_product") != "whatsapp":
            raise WrongCallError("messaging_product is not whatsapp")
        if "status" in body:
            texts = {"messaging_product": str, "status": str, "message_id": str}
            fields(body, "body", texts, {"typing_indicator": dict})
            if body["status"] != "read" or not body["message_id"].startswith("wamid."):
                raise WrongCallError("only a message can be read")
            if body.get("typing_indicator", {"type": "text"}) != {"type": "text"}:
                raise WrongCallError("typing_indicator.type is unknown")
            self.calls.append(("read", body))
            return JSONResponse({"success": True})
        fields(
            body,
            "body",
            {"messaging_product": str, "recipient_type": str, "type": str},
            {"to": str, "recipient": str, "text": dict, "interactive": dict},
        )
        to = recipient(body)
        text, buttons = content(body)
        success = {
            "messaging_product": "whatsapp",
            "contacts": [{"input": to, **({"wa_id": to} if "to" in body else {"user_id": to})}],
            "messages": [{"id": f"wamid.HBgLMTY1MDUwNzY1MjAVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA{next(self._numbers)}"}],
        }
        return await self.take(request, Sent(to, text, buttons, body), JSONResponse(success))
