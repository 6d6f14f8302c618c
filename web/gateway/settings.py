"""Everything an installation can set, read once from environment variables; docs/website.md lists them."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property

from pydantic import Field, SecretStr, field_validator

from gateway.numbers import known_region
from installation.keys import kept_key
from installation.settings import VAR, InstallationSettings, Key, Rule


class Settings(InstallationSettings):
    """Those of the gateway, with those that it shares."""

    #: Where the gateway listens.
    gateway_host: str = "127.0.0.1"
    gateway_port: int = Field(default=8000, ge=0, le=65535)
    #: Addresses of proxies whose X-Forwarded-For is believed, comma-separated; `*` believes everybody.
    gateway_proxies: str = "127.0.0.1"
    #: Other sites whose pages may embed the widget: `https://www.example.org`, comma-separated. The gateway's own always may.
    gateway_origins: str = ""
    #: Signs the visitors' tokens, at least 32 characters; without it a key is made once and kept in var/gateway.key.
    gateway_key: Key | None = None
    #: Days after its last message at which a conversation is erased, and hours after which it can only be read.
    retention_days: int = Field(default=30, ge=1, le=36_500)
    idle_hours: int = Field(default=72, ge=1, le=876_000)
    #: Most of each.
    limit_conversation: Rule = "15/minute;200/hour"
    limit_address: Rule = "120/minute"
    limit_begin: Rule = "20/minute;200/hour"
    #: Most open event streams: of one conversation, of one address, of all.
    streams_conversation: int = Field(default=6, ge=1)
    streams_address: int = Field(default=60, ge=1)
    streams: int = Field(default=1000, ge=1)
    #: Bearer token for /metrics; without it only loopback may read them.
    metrics_token: SecretStr | None = None

    @field_validator("gateway_region")
    @classmethod
    def _region(cls, value: str | None) -> str | None:
        if value and not known_region(value):
            raise ValueError("must be a two-letter country code in capitals such as GB, or EU")
        return value or None

    @field_validator("gateway_origins")
    @classmethod
    def _origins(cls, value: str) -> str:
        for origin in _listed(value):
            scheme, _, host = origin.partition("://")
            if scheme not in ("http", "https") or not host or "/" in host or "*" in host:
                raise ValueError(f"{origin!r} is no origin: write https://www.example.org, without a path")
        return value

    @cached_property
    def origins(self) -> frozenset[str]:
        """The origins that may call the API besides the gateway's own."""
        return frozenset(origin.lower() for origin in _listed(self.gateway_origins))

    @cached_property
    def key(self) -> str:
        """The key that signs tokens. Raises OSError when var/gateway.key can be neither read nor made."""
        return self.gateway_key.get_secret_value() if self.gateway_key else kept_key(VAR / "gateway.key")

    @cached_property
    def retention(self) -> timedelta:
        """Age at which a conversation is erased."""
        return timedelta(days=self.retention_days)

    @property
    def idle(self) -> timedelta:
        """Time after its last message at which a conversation takes no more."""
        return timedelta(hours=self.idle_hours)


def _listed(value: str) -> list[str]:
    return [entry.strip().rstrip("/") for entry in value.split(",") if entry.strip()]
