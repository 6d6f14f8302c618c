"""What a platform's settings share: they are there altogether, or the platform is off, or the start names what is missing."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class PlatformSettings(BaseSettings):
    """Read from HIP_<NAME>; set and empty is not set."""

    model_config = SettingsConfigDict(env_prefix="HIP_", env_ignore_empty=True, extra="ignore")

    #: The fields without which nothing works.
    needed: ClassVar[tuple[str, ...]]

    @field_validator("*")
    @classmethod
    def _to_the_letter(cls, value: Any) -> Any:
        """Refuse a secret with a line's end or a space from copying: it would fail at each message instead of once, here."""
        if isinstance(value, SecretStr):
            secret = value.get_secret_value()
            if not (secret.isascii() and secret.isprintable()) or secret != secret.strip():
                raise ValueError("must be printable ASCII, with no space around it")
        return value

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of what is needed and not set."""
        return tuple(f"HIP_{name.upper()}" for name in self.needed if getattr(self, name) is None)

    @property
    def begun(self) -> bool:
        """Whether anything of what is needed is set."""
        return len(self.missing) < len(self.needed)

    def given(self, name: str) -> str:
        """Return what a needed field holds; raises ValueError, with all missing names, where one is not set."""
        if self.missing:
            raise ValueError(f"not set: {', '.join(self.missing)}")
        value = getattr(self, name)
        return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def web_address(value: str) -> str:
    """Return an API's address without a slash at its end; raises ValueError. For pydantic's AfterValidator."""
    try:
        parts = urlsplit(value)
        complete = parts.scheme in ("https", "http") and parts.hostname and (parts.port or 443)
    except ValueError:  # a port that is no number, half an IPv6 address
        complete = False
    if not complete or parts.query or parts.fragment or not value.isprintable() or " " in value:
        raise ValueError("must be an address such as https://example.org, without ? and #")
    return value.rstrip("/")
