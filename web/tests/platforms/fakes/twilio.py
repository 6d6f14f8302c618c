"""Twilio's Messages resource as www.twilio.com/docs/messaging/api/message-resource describes it, for WhatsApp.

Errors have the form of www.twilio.com/docs/usage/twilios-response; their codes: www.twilio.com/docs/api/errors.
"""

from __future__ import annotations

import base64
import itertools
import re
from collections import deque
from http import HTTPStatus
from urllib.parse import parse_qsl

from platforms.fakes.base import FakePlatform, Sent, WrongCallError, utf16
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

#: Nobody's.
ACCOUNT, TOKEN = "AC" + "0123456789abcdef" * 2, "a-token-of-the-tests-0123456789a"
NUMBER = "whatsapp:+14155238886"

REFUSALS = {
    "too_many": (429, 20429, "Too Many Requests"),
    "error": (503, 20503, "Service unavailable"),
    "blocked": (400, 21610, "Attempt to send to unsubscribed recipient"),
    "absent": (400, 21211, "The 'To' number is not a valid phone number."),
}


def failure(status: int, code: int, message: str = "An error of the tests") -> JSONResponse:
    """Return an error as Twilio words it."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    return JSONResponse({"code": code, "message": message, "more_info": more, "status": status}, status)


class FakeTwilio(FakePlatform):
    """`fail(status, code)` refuses the next message with any error; it comes before the script's words."""

    def __init__(self, account: str = ACCOUNT, token: str = TOKEN, number: str = NUMBER) -> None:
        super().__init__()
        self.account, self.token, self.number = account, token, number
        self._failures: deque[JSONResponse] = deque()
        self._numbers = itertools.count(1)

    def routes(self) -> list[BaseRoute]:
        return [Route("/{path:path}", self._called, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])]

    def fail(self, status: int, code: int) -> None:
        self._failures.append(failure(status, code))

    def refused(self, word: str, retry_after: int) -> Response:
        response = failure(*REFUSALS[word])
        if word == "too_many":
            response.headers["Retry-After"] = str(retry_after)
        return response

    async def take(self, request: Request, message: Sent, success: Response) -> Response:
        if self._failures:
            self.tries += 1
            return self._failures.popleft()
        return await super().take(request, message, success)

    async def _called(self, request: Request) -> Response:
        wanted = "Basic " + base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        if request.headers.get("authorization") != wanted:
            self.complaints.append("Account or token is missing or wrong.")
            return failure(401, 20003, "Authenticate")
        path = f"/2010-04-01/Accounts/{self.account}/Messages.json"
        if request.method != "POST" or request.url.path != path or request.url.query:
            self.complaints.append(f"There is no {request.method} {request.url}.")
            return failure(404, 20404, "The requested resource was not found")
        try:
            form = await _form(request)
            message = self._message(form)
        except WrongCallError as error:
            self.complaints.append(str(error))
            return failure(400, 21602, str(error))
        made = {
            "sid": f"SM{next(self._numbers):032x}",
            "account_sid": self.account,
            "from": form["From"],
            "to": form["To"],
            "body": form["Body"],
            "status": "queued",
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "num_media": "0",
            "num_segments": "1",
        }
        return await self.take(request, message, JSONResponse(made, HTTPStatus.CREATED))

    def _message(self, form: dict[str, str]) -> Sent:
        if form.keys() != {"From", "To", "Body"}:
            raise WrongCallError(f"Only From, To and Body are known, and needed: {sorted(form)}.")
        if form["From"] != self.number:
            raise WrongCallError("From is no sender of this account.")
        if not re.fullmatch(r"whatsapp:(\+[1-9][0-9]{6,14}|[A-Z]{2}\.[A-Za-z0-9]{1,128})", form["To"]):
            raise WrongCallError("To is no WhatsApp address.")
        if not form["Body"].strip() or utf16(form["Body"]) > 1600:
            raise WrongCallError(f"Body has {utf16(form['Body'])} characters: 1 to 1600 are allowed.")
        return Sent(form["To"], form["Body"], (), dict(form))


async def _form(request: Request) -> dict[str, str]:
    if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
        raise WrongCallError(f"The content type is {request.headers.get('content-type')!r}.")
    try:
        pairs = parse_qsl((await request.body()).decode(), keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError as error:
        raise WrongCallError(f"The body is no form: {error}.") from error
    if len(dict(pairs)) < len(pairs):
        raise WrongCallError("A field comes twice.")
    return dict(pairs)
