"""Settings that gateway and console share, what a key and a limit must be, and how wrong ones are told."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from installation.limits import readable

#: Where what is kept between runs lies: beside the bot's own conversations.
VAR = Path(__file__).resolve().parents[2] / "var"
SHORTEST_KEY = 32


def _long_enough(key: SecretStr) -> SecretStr:
    if len(key.get_secret_value()) < SHORTEST_KEY:
        raise ValueError(f"must have at least {SHORTEST_KEY} characters")
    return key


#: Signs something that comes back from a browser.
Key = Annotated[SecretStr, AfterValidator(_long_enough)]
#: `15/minute` lets 15 come at once, then one every 4 seconds; several, separated by `;`, hold together.
Rule = Annotated[str, AfterValidator(readable)]


class InstallationSettings(BaseSettings):
    """Read from HIP_<NAME>; a wrong value ends the start with its name and what is allowed. An empty one counts as not set."""

    model_config = SettingsConfigDict(env_prefix="HIP_", extra="ignore", env_ignore_empty=True)

    #: The bridge of the bot.
    bridge_url: str = ""
    bridge_port: int = Field(default=5005, ge=1, le=65535)
    bridge_secret: SecretStr | None = None
    #: Region of the emergency number (ISO 3166-1 alpha-2, or EU) where a page names none; the gateway checks it.
    gateway_region: str | None = None
    #: The record's database, an SQLAlchemy URL; without it the SQLite file var/record.db.
    record_url: str | None = None

    @cached_property
    def bridge(self) -> str:
        """Address of the bridge, without a slash at its end."""
        return (self.bridge_url or f"http://127.0.0.1:{self.bridge_port}").rstrip("/") + "/webhooks/bridge"


def problems(error: ValidationError) -> str:
    """Return a line for each wrong setting, with its name and without its value."""
    lines = []
    for problem in error.errors():
        name = "_".join(str(part) for part in problem["loc"])
        message = problem["msg"].removeprefix("Value error, ")
        lines.append(f"HIP_{name.upper()}: {message}.\n" if name else f"{message}.\n")
    return "".join(lines)
