"""Everything an installation can set for the console, read once from environment variables; docs/console.md lists them."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from installation.keys import kept_key
from installation.settings import VAR, InstallationSettings, Key, Rule

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class Settings(InstallationSettings):
    """Those of the console, with those that it shares. Only comparisons ask the bot."""

    #: Where the console listens.
    console_host: str = "127.0.0.1"
    console_port: int = Field(default=8001, ge=0, le=65535)
    #: Its address as staff see it, `https://review.example.org`. Needed as soon as it listens elsewhere than on loopback.
    console_url: str | None = None
    #: Addresses of proxies whose X-Forwarded-For is believed, comma-separated; `*` believes everybody.
    console_proxies: str = "127.0.0.1"
    #: Signs what stands in a browser before somebody is signed in; without it made once and kept in var/console.key.
    console_key: Key | None = None
    #: A session ends after so many minutes without a request, and so many hours after its login.
    console_idle_minutes: int = Field(default=30, ge=1)
    console_session_hours: int = Field(default=12, ge=1)
    #: Most logins that are tried: with one name from one address, and from one address with any.
    console_limit_account: Rule = "5/minute;30/hour"
    console_limit_address: Rule = "20/minute;200/hour"
    #: OpenID Connect: the provider's issuer, this client's id and secret there, and what stands on the button.
    console_oidc_issuer: str | None = None
    console_oidc_client: str | None = None
    console_oidc_secret: SecretStr | None = None
    console_oidc_label: str = "Sign in with your organisation"
    #: The folder with data/ and evaluation/, which corrections are compared with; without it the one this program is in.
    console_project: Path | None = None

    @field_validator("console_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError("must be an address without a path: https://review.example.org")
        return value.rstrip("/")

    @field_validator("console_oidc_issuer")
    @classmethod
    def _issuer(cls, value: str | None) -> str | None:
        if value is not None and not _is_protected(value):
            raise ValueError("must begin with https:// (http:// only on loopback)")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.console_url is None and not _is_loopback(self.console_host):
            raise ValueError("HIP_CONSOLE_URL is missing: a console that others can reach needs its https:// address")
        if self.console_url is not None and not _is_protected(self.console_url):
            raise ValueError(
                "HIP_CONSOLE_URL must begin with https:// (http:// only on loopback): passwords cross the network"
            )
        if self.console_oidc_issuer and not (self.console_oidc_client and self.console_oidc_secret):
            raise ValueError("HIP_CONSOLE_OIDC_ISSUER needs HIP_CONSOLE_OIDC_CLIENT and HIP_CONSOLE_OIDC_SECRET too")
        if self.console_oidc_client and not self.console_oidc_issuer:
            raise ValueError("HIP_CONSOLE_OIDC_CLIENT needs HIP_CONSOLE_OIDC_ISSUER too")
        return self

    @cached_property
    def address(self) -> str:
        """The address as staff see it, without a slash at its end."""
        host = f"[{self.console_host}]" if ":" in self.console_host else self.console_host
        return self.console_url or f"http://{host}:{self.console_port}"

    @property
    def is_https(self) -> bool:
        """Whether staff come by https: cookies are then never sent otherwise."""
        return self.address.startswith("https://")

    @cached_property
    def hosts(self) -> frozenset[str]:
        """Names under which the console may be asked for; any other could be a page of a stranger."""
        named = urlsplit(self.address).hostname
        return LOOPBACK_NAMES | ({named} if named else set())

    @cached_property
    def key(self) -> str:
        """The key. Raises OSError when var/console.key can be neither read nor made."""
        return self.console_key.get_secret_value() if self.console_key else kept_key(VAR / "console.key")

    @property
    def idle(self) -> timedelta:
        """Time without a request after which a session ends."""
        return timedelta(minutes=self.console_idle_minutes)

    @property
    def longest(self) -> timedelta:
        """Time after its login at which a session ends."""
        return timedelta(hours=self.console_session_hours)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_protected(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or ""))
