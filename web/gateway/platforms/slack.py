"""Slack: an app of one workspace, by the Events API, interactivity and chat.postMessage. docs/channels/slack.md: set-up."""

from __future__ import annotations

import json
import logging
import re
from http import HTTPStatus
from typing import Annotated, ClassVar, Self
from urllib.parse import parse_qs

from pydantic import AfterValidator, SecretStr, field_validator
from slack_sdk.signature import SignatureVerifier

from gateway.platforms import calling
from gateway.platforms.adapter import (
    Adapter,
    Answer,
    Arrival,
    FateUnknownError,
    Limits,
    MalformedError,
    NotSentError,
    Part,
    RefusedError,
    RejectedError,
    Request,
)
from gateway.platforms.limits import LIMITS
from gateway.platforms.platform_settings import PlatformSettings, web_address
from gateway.platforms.reading import json_object, words
from gateway.platforms.slack_blocks import blocks_of
from gateway.platforms.slack_events import destination, happened, pressed
from gateway.platforms.slack_text import escaped

logger = logging.getLogger(__name__)

#: Errors of docs.slack.dev/reference/methods/chat.postMessage that say that nothing was posted, and pass: too much, out of
#: order, or a token that staff have to replace.
PASSING = frozenset(
    {
        *(
            "ratelimited",
            "rate_limited",
            "message_limit_exceeded",
            "service_unavailable",
            "request_timeout",
            "team_added_to_org",
        ),
        *("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope"),
    }
)
#: Errors after which, as that page says, some of it may have been done all the same.
PERHAPS_DONE = frozenset({"fatal_error", "internal_error"})


class SlackSettings(PlatformSettings):
    """HIP_SLACK_TOKEN, HIP_SLACK_SIGNING_SECRET, HIP_SLACK_URL; without the first two Slack is off."""

    needed: ClassVar[tuple[str, ...]] = ("slack_token", "slack_signing_secret")

    #: The bot's token: xoxb-...
    slack_token: SecretStr | None = None
    #: It signs what Slack sends (the app's page "Basic Information").
    slack_signing_secret: SecretStr | None = None
    slack_url: Annotated[str, AfterValidator(web_address)] = "https://slack.com/api"

    @field_validator("slack_token")
    @classmethod
    def _bot(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"xoxb-[A-Za-z0-9-]+", value.get_secret_value()):
            raise ValueError("must be the token of the bot user: xoxb-...")
        return value


class Slack(Adapter):
    """An address is "channel/user", or "channel/user/thread": in channels always with the thread."""

    name: ClassVar[str] = "slack"
    limits: ClassVar[Limits] = LIMITS["slack"]

    def __init__(self, settings: SlackSettings) -> None:
        self._verifier = SignatureVerifier(settings.given("slack_signing_secret"))
        self._url = settings.slack_url
        headers = {
            "Authorization": f"Bearer {settings.given('slack_token')}",
            "Content-Type": "application/json; charset=utf-8",
        }
        self._client = calling.client(headers)

    @classmethod
    def from_settings(cls, settings: SlackSettings) -> Self | None:
        """Return the adapter, or None where Slack is off; raises ValueError with the names of what is missing."""
        return cls(settings) if settings.begun else None

    def verify(self, request: Request) -> None:
        """Check the signature and that it is at most five minutes old; raises RefusedError.

        docs.slack.dev/authentication/verifying-requests-from-slack
        """
        time, signature = (request.headers.get(f"x-slack-{name}") for name in ("request-timestamp", "signature"))
        try:
            valid = self._verifier.is_valid(request.body, time, signature)
        except (ValueError, TypeError, OverflowError) as error:  # a time that is no number, a body that is no UTF-8
            raise RefusedError(f"unreadable signature: {type(error).__name__}") from error
        if not valid:
            raise RefusedError("wrong or old signature")

    def answer(self, request: Request) -> Answer | None:
        """Return the challenge of the handshake (docs.slack.dev/reference/events/url_verification)."""
        if _is_form(request):
            return None
        try:
            said = json_object(request.body)
        except MalformedError:
            return None  # `parse` says so
        return Answer(words(said.get("challenge"))) if said.get("type") == "url_verification" else None

    def parse(self, request: Request) -> list[Arrival]:
        """Return what somebody wrote or pressed. Slack delivers an event again with the same event_id and X-Slack-Retry-Num."""
        if _is_form(request):
            return pressed(json_object(_payload(request.body)))
        said = json_object(request.body)
        if said.get("type") == "app_rate_limited":
            logger.warning(
                "Slack holds events back: over 30,000 an hour, or too many calls that were not answered in time."
            )
        return happened(said) if said.get("type") == "event_callback" else []

    async def send(self, address: str, part: Part) -> None:
        """Post plain text, with its buttons below; `text` is for notifications and screen readers."""
        try:
            where = destination(address)
        except ValueError as error:
            raise RejectedError(str(error)) from error
        body = where | {
            "text": escaped(part.text),
            "blocks": blocks_of(part),
            "unfurl_links": False,
            "unfurl_media": False,
        }
        content = json.dumps(body, ensure_ascii=False).encode()
        response = await calling.call(self._client, "POST", f"{self._url}/chat.postMessage", content=content)
        said, status = calling.json_of(response), response.status_code
        if said.get("ok") is True:
            return
        why = words(said.get("error"))
        if (
            said.get("ok") is not False
            or not re.fullmatch(r"[a-z_]{1,64}", why)
            or status in calling.IN_BETWEEN
            or why in PERHAPS_DONE
        ):
            raise FateUnknownError(f"{status} {why[:64]}")
        if why in PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise NotSentError(why, calling.wait_of(response))
        raise RejectedError(why)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _is_form(request: Request) -> bool:
    """Tell whether this comes from interactivity (docs.slack.dev/interactivity/handling-user-interaction)."""
    return (
        request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/x-www-form-urlencoded"
    )


def _payload(body: bytes) -> str:
    try:
        (payload,) = parse_qs(body.decode(), strict_parsing=True, errors="strict", max_num_fields=10)["payload"]
    except (ValueError, KeyError) as error:
        raise MalformedError(f"no payload: {type(error).__name__}") from error
    return payload
