"""Telegram: a bot with a webhook (core.telegram.org/bots/api). docs/channels/telegram.md says how to set it up."""

from __future__ import annotations

import hmac
import logging
import re
from http import HTTPStatus
from typing import Annotated, Any, ClassVar, Self

import httpx
from pydantic import AfterValidator, SecretStr, field_validator

from gateway.platforms import calling
from gateway.platforms.adapter import (
    Adapter,
    Arrival,
    FateUnknownError,
    Limits,
    NotSentError,
    Part,
    RefusedError,
    RejectedError,
    Request,
    SendError,
)
from gateway.platforms.limits import LIMITS
from gateway.platforms.platform_settings import PlatformSettings, web_address
from gateway.platforms.reading import json_object, mapping
from gateway.platforms.telegram_updates import Bot, arrivals, destination, moved

logger = logging.getLogger(__name__)

#: Statuses that say our token is wrong: nothing was sent, and it can be as soon as the token is right.
WRONG_TOKEN = (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND)


class TelegramSettings(PlatformSettings):
    """HIP_TELEGRAM_TOKEN, HIP_TELEGRAM_SECRET, HIP_TELEGRAM_URL; without the first two Telegram is off."""

    needed: ClassVar[tuple[str, ...]] = ("telegram_token", "telegram_secret")

    #: The bot's token, from @BotFather.
    telegram_token: SecretStr | None = None
    #: What `setWebhook` was given as `secret_token`: 1 to 256 of A-Z a-z 0-9 _ - (core.telegram.org/bots/api#setwebhook).
    telegram_secret: SecretStr | None = None
    telegram_url: Annotated[str, AfterValidator(web_address)] = "https://api.telegram.org"

    @field_validator("telegram_token")
    @classmethod
    def _token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"\d{1,18}:[A-Za-z0-9_-]+", value.get_secret_value()):
            raise ValueError("must be as @BotFather gave it: digits, a colon, letters")
        return value

    @field_validator("telegram_secret")
    @classmethod
    def _secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
            raise ValueError("must be 1 to 256 characters of A-Z a-z 0-9 _ -")
        return value


class Telegram(Adapter):
    """An address is "chat", in groups "chat/user", in a topic "chat/user/topic"."""

    name: ClassVar[str] = "telegram"
    limits: ClassVar[Limits] = LIMITS["telegram"]

    def __init__(self, settings: TelegramSettings) -> None:
        token = settings.given("telegram_token")
        self._secret = settings.given("telegram_secret").encode()
        self._url = f"{settings.telegram_url}/bot{token}"
        self._bot = Bot(int(token.partition(":")[0]))
        self._moved: dict[int, int] = {}
        self._client = calling.client()
        self._client.event_hooks["response"].append(_tell_the_wait)

    @classmethod
    def from_settings(cls, settings: TelegramSettings) -> Self | None:
        """Return the adapter, or None where Telegram is off; raises ValueError with the names of what is missing."""
        return cls(settings) if settings.begun else None

    def verify(self, request: Request) -> None:
        """Compare X-Telegram-Bot-Api-Secret-Token; raises RefusedError."""
        given = request.headers.get("x-telegram-bot-api-secret-token", "")
        if not hmac.compare_digest(given.encode(errors="surrogateescape"), self._secret):
            raise RefusedError("wrong secret token")

    def parse(self, request: Request) -> list[Arrival]:
        """Return at most one arrival: Telegram sends one update a call."""
        update = json_object(request.body)
        if change := moved(update):
            self._moved[change[0]] = change[1]
        return arrivals(update, self._bot)

    async def send(self, address: str, part: Part) -> None:
        """Send plain text, a button a row. A group that has become a supergroup is followed there."""
        body: dict[str, Any] = {"text": part.text, "link_preview_options": {"is_disabled": True}}
        if part.buttons:
            rows = [[{"text": button.title, "callback_data": button.id}] for button in part.buttons]
            body["reply_markup"] = {"inline_keyboard": rows}
        where = self._where(address)
        try:
            await self._call("sendMessage", where | body)
        except _MovedError as error:
            self._moved[where["chat_id"]] = error.chat
            await self._call("sendMessage", where | body | {"chat_id": error.chat})

    async def received(self, arrival: Arrival) -> None:
        """Stop the pressed button's spinning, show "typing", and ask once for our own name."""
        try:
            if arrival.token:
                await self._call("answerCallbackQuery", {"callback_query_id": arrival.token})
            await self._call("sendChatAction", self._where(arrival.address) | {"action": "typing"})
            if self._bot.name is None:
                name = mapping((await self._call("getMe", {})).get("result")).get("username")
                self._bot = Bot(self._bot.id, name) if isinstance(name, str) else self._bot
        except SendError as error:
            logger.info("Telegram was not told of an arrival: %s", error)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _where(self, address: str) -> dict[str, int]:
        try:
            where = destination(address)
        except ValueError as error:
            raise RejectedError("no address of Telegram") from error
        return where | {"chat_id": self._moved.get(where["chat_id"], where["chat_id"])}

    async def _call(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        """Call a method; its failures as core.telegram.org/bots/api#making-requests describes them."""
        response = await calling.call(self._client, "POST", f"{self._url}/{method}", json=body)
        said, status = calling.json_of(response), response.status_code
        if said.get("ok") is True:
            return said
        why = f"{status} {str(said.get('description'))[:200]}"
        if said.get("ok") is not False or not isinstance(said.get("description"), str) or status in calling.IN_BETWEEN:
            raise FateUnknownError(f"{status}")
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in WRONG_TOKEN:
            raise NotSentError(why)
        chat = mapping(said.get("parameters")).get("migrate_to_chat_id")
        raise _MovedError(why, chat) if isinstance(chat, int) else RejectedError(why)


class _MovedError(RejectedError):
    """The group is a supergroup now, with the id `chat`."""

    def __init__(self, reason: str, chat: int) -> None:
        super().__init__(reason)
        self.chat = chat


async def _tell_the_wait(response: httpx.Response) -> None:
    """Put `parameters.retry_after` (core.telegram.org/bots/api#responseparameters) where `calling.wait_of` looks."""
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        await response.aread()
        seconds = mapping(calling.json_of(response).get("parameters")).get("retry_after")
        if isinstance(seconds, int | float):
            response.headers["Retry-After"] = str(seconds)
