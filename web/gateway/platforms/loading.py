"""Which platforms are on: told from the environment, once, at start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from gateway.platforms.adapter import Adapter
from gateway.platforms.messenger import Messenger, MessengerSettings
from gateway.platforms.platform_settings import web_address
from gateway.platforms.slack import Slack, SlackSettings
from gateway.platforms.telegram import Telegram, TelegramSettings
from gateway.platforms.whatsapp_cloud import WhatsAppCloud, WhatsAppSettings
from gateway.platforms.whatsapp_twilio import TwilioSettings, WhatsAppTwilio

#: Settings and adapter of each platform.
PLATFORMS: tuple[tuple[type[Any], type[Any]], ...] = (
    (TelegramSettings, Telegram),
    (SlackSettings, Slack),
    (MessengerSettings, Messenger),
    (WhatsAppSettings, WhatsAppCloud),
    (TwilioSettings, WhatsAppTwilio),
)
PUBLIC_URL = "HIP_PUBLIC_URL"
#: Platforms that sign the address under which they call the gateway.
SIGNS_THE_ADDRESS = ("twilio",)


class PublicSettings(BaseSettings):
    """HIP_PUBLIC_URL."""

    model_config = SettingsConfigDict(env_prefix="HIP_", env_ignore_empty=True, extra="ignore")

    #: The gateway's address as the world sees it, such as https://chat.example.org.
    public_url: Annotated[str, AfterValidator(web_address)] | None = None


class SettingsError(Exception):
    """Settings that are missing or wrong; `problems`: a sentence for each, with its name and never its value."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = list(problems)


def load() -> tuple[dict[str, Adapter], str | None]:
    """Return the adapters of the platforms that are on, by name, and HIP_PUBLIC_URL without a slash at its end.

    Raises:
        SettingsError: a platform has some of its settings, not all that it needs, or a wrong one.
    """
    problems: list[str] = []
    public = _read(PublicSettings, problems)
    wanted = [(_read(kind, problems), adapter) for kind, adapter in PLATFORMS]
    on = [(settings, adapter) for settings, adapter in wanted if settings and settings.begun]
    for settings, adapter in on:
        missing = list(settings.missing)
        if adapter.name in SIGNS_THE_ADDRESS and public and public.public_url is None:
            missing.append(PUBLIC_URL)
        problems += [f"{name}: missing; {adapter.name} needs it, or none of its settings." for name in missing]
    if problems:
        raise SettingsError(problems)
    return {adapter.name: adapter.from_settings(settings) for settings, adapter in on}, public.public_url


def _read(kind: type[Any], problems: list[str]) -> Any:
    """Return the settings, or None and say what is wrong with them."""
    try:
        return kind()
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            name = "_".join(str(part) for part in problem["loc"][:1])
            problems.append(f"HIP_{name.upper()}: {problem['msg']}.")
        return None
