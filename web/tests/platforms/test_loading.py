"""Which platforms are on, and what is said of settings that are missing."""

from __future__ import annotations

import asyncio
import logging

import pytest

from gateway.platforms.limits import LIMITS
from gateway.platforms.loading import PLATFORMS, SettingsError, load

TELEGRAM = {"HIP_TELEGRAM_TOKEN": "12345:abcdefghijklmnopqrstuvwxyzABCDEFGHI", "HIP_TELEGRAM_SECRET": "s3cret"}
SLACK = {"HIP_SLACK_TOKEN": "xoxb-1", "HIP_SLACK_SIGNING_SECRET": "0123456789abcdef0123456789abcdef"}
MESSENGER = {
    "HIP_MESSENGER_TOKEN": "EAAx",
    "HIP_MESSENGER_APP_SECRET": "0123456789abcdef0123456789abcdef",
    "HIP_MESSENGER_VERIFY_TOKEN": "verify",
    "HIP_MESSENGER_PAGE": "1234",
}
WHATSAPP = {
    "HIP_WHATSAPP_TOKEN": "EAAx",
    "HIP_WHATSAPP_APP_SECRET": "0123456789abcdef0123456789abcdef",
    "HIP_WHATSAPP_VERIFY_TOKEN": "verify",
    "HIP_WHATSAPP_PHONE_ID": "1234",
}
TWILIO = {
    "HIP_TWILIO_ACCOUNT": "AC" + "0" * 32,
    "HIP_TWILIO_TOKEN": "0123456789abcdef0123456789abcdef",
    "HIP_TWILIO_FROM": "whatsapp:+14155238886",
}
ALL = {"telegram": TELEGRAM, "slack": SLACK, "messenger": MESSENGER, "whatsapp": WHATSAPP, "twilio": TWILIO}
PUBLIC = {"HIP_PUBLIC_URL": "https://chat.example.org/"}


def loaded(monkeypatch: pytest.MonkeyPatch, **environment: str) -> tuple[list[str], str | None]:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    async def names() -> tuple[list[str], str | None]:
        adapters, public_url = load()
        for name, adapter in adapters.items():
            assert adapter.name == name and adapter.limits is LIMITS[name]
            await adapter.close()
        return list(adapters), public_url

    return asyncio.run(names())


def test_without_settings_every_platform_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    assert loaded(monkeypatch) == ([], None)
    assert loaded(monkeypatch, **PUBLIC) == ([], "https://chat.example.org")


@pytest.mark.parametrize("platform", ALL)
def test_a_platform_with_its_settings_is_on(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    assert loaded(monkeypatch, **ALL[platform], **PUBLIC) == ([platform], "https://chat.example.org")


def test_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {name: value for settings in ALL.values() for name, value in settings.items()}
    assert loaded(monkeypatch, **environment, **PUBLIC)[0] == list(ALL) == [adapter.name for _, adapter in PLATFORMS]


@pytest.mark.parametrize(("platform", "left_out"), [(platform, name) for platform in ALL for name in ALL[platform]])
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, platform: str, left_out: str) -> None:
    given = {name: value for name, value in ALL[platform].items() if name != left_out}
    with pytest.raises(SettingsError) as raised:
        loaded(monkeypatch, **given, **PUBLIC)
    (problem,) = raised.value.problems
    assert left_out in problem and platform in problem
    assert not any(value in str(raised.value) for name, value in given.items() if len(value) > 6)


def test_set_and_empty_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = {name: "" for settings in ALL.values() for name in settings}
    assert loaded(monkeypatch, **everything, HIP_PUBLIC_URL="") == ([], None)


def test_twilio_needs_the_address_that_it_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="HIP_PUBLIC_URL"):
        loaded(monkeypatch, **TWILIO)


def test_wrong_values_are_named_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {**TELEGRAM, "HIP_TELEGRAM_TOKEN": "no such token", "HIP_PUBLIC_URL": "chat.example.org"}
    with pytest.raises(SettingsError) as raised:
        loaded(monkeypatch, **wrong, HIP_MESSENGER_PAGE="a page")
    said = " ".join(raised.value.problems)
    assert "HIP_TELEGRAM_TOKEN" in said and "HIP_PUBLIC_URL" in said and "HIP_MESSENGER_PAGE" in said
    assert "no such token" not in said


@pytest.mark.parametrize("secret", ["EAAx\n", " EAAx", "EAA\u00e9x", "EAA\rx"])
def test_a_secret_that_no_header_can_carry_is_said_at_the_start(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    with pytest.raises(SettingsError, match="HIP_MESSENGER_TOKEN: ") as raised:
        loaded(monkeypatch, **{**MESSENGER, "HIP_MESSENGER_TOKEN": secret})
    assert "EAA" not in str(raised.value)


@pytest.mark.parametrize(
    "address",
    ["https://", "https:///bot", "ftp://a.example", "https://a.example:x", "https://a b", "https://a/?b=c", "//a"],
)
def test_an_address_that_is_none_is_said_at_the_start(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    with pytest.raises(SettingsError, match="HIP_SLACK_URL: "):
        loaded(monkeypatch, **SLACK, HIP_SLACK_URL=address)


def test_no_client_logs_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    loaded(monkeypatch, **TELEGRAM)
    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
    assert not logging.getLogger("httpcore.http11").isEnabledFor(logging.DEBUG)
