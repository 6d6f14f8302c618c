"""Settings: what does not fit together ends the start with a name, and every one is described."""

from __future__ import annotations

import logging
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from servers import ROOT
from staff import KEY

from console import __main__, oidc, settings
from console.settings import Settings
from installation.keys import kept_key
from installation.settings import problems

OIDC = {
    "console_oidc_issuer": "https://id.example.org",
    "console_oidc_client": "console",
    "console_oidc_secret": "a-secret-of-the-tests",
}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"console_port": 70000}, "HIP_CONSOLE_PORT: "),
        ({"console_key": "a-secret-of-the-tests"}, "HIP_CONSOLE_KEY: must have at least 32"),
        ({"console_host": "0.0.0.0"}, "HIP_CONSOLE_URL is missing"),
        ({"console_url": "http://review.example.org"}, "HIP_CONSOLE_URL must begin with https://"),
        ({"console_url": "review.example.org"}, "HIP_CONSOLE_URL: must be an address"),
        ({"console_url": "https://example.org/review"}, "HIP_CONSOLE_URL: must be an address"),
        ({"console_limit_account": "often"}, "HIP_CONSOLE_LIMIT_ACCOUNT: "),
        ({"console_limit_address": "5/fortnight"}, "HIP_CONSOLE_LIMIT_ADDRESS: "),
        ({"console_idle_minutes": 0}, "HIP_CONSOLE_IDLE_MINUTES: "),
        ({**OIDC, "console_oidc_issuer": "http://id.example.org"}, "HIP_CONSOLE_OIDC_ISSUER: must begin with https://"),
        ({**OIDC, "console_oidc_secret": None}, "HIP_CONSOLE_OIDC_SECRET"),
        ({**OIDC, "console_oidc_issuer": None}, "HIP_CONSOLE_OIDC_ISSUER"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not(given: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(**given)
    text = problems(caught.value)
    assert named in text and "a-secret-of-the-tests" not in text


def test_the_start_ends_with_status_2(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("HIP_CONSOLE_HOST", "0.0.0.0")
    assert __main__.main() == 2
    assert "HIP_CONSOLE_URL" in capsys.readouterr().err
    monkeypatch.setenv("HIP_CONSOLE_HOST", "")
    monkeypatch.setenv("HIP_CONSOLE_KEY", KEY)
    monkeypatch.setenv("HIP_RECORD_URL", "mysql://x")
    assert __main__.main() == 2
    assert "HIP_RECORD_URL" in capsys.readouterr().err


def test_the_log_has_no_address_that_the_provider_is_asked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIP_CONSOLE_HOST", "0.0.0.0")
    client = oidc.httpx2._client.logger
    monkeypatch.setattr(client, "level", logging.NOTSET)
    monkeypatch.setattr(logging.root, "level", logging.INFO)
    assert __main__.main() == 2
    assert client.getEffectiveLevel() > logging.INFO


def test_it_listens_on_loopback_only_unless_told_otherwise() -> None:
    assert (Settings().console_host, Settings().address) == ("127.0.0.1", "http://127.0.0.1:8001")
    assert not Settings().is_https
    told = Settings(console_host="0.0.0.0", console_url="https://review.example.org/")
    assert told.address == "https://review.example.org" and told.is_https
    assert "review.example.org" in told.hosts and "0.0.0.0" not in told.hosts


def test_a_key_is_made_once_for_this_user_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "VAR", tmp_path / "var")
    first = Settings().key
    assert len(first) >= 32 and Settings().key == first
    file = tmp_path / "var" / "console.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["console.key"], "no draft is left"
    assert kept_key(tmp_path / "var" / "other.key") != first


def test_every_setting_is_in_the_example_and_in_the_documentation() -> None:
    names = {f"HIP_{name.upper()}" for name in Settings.model_fields if name.startswith("console_")}
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "console.md").read_text(encoding="utf-8")
    assert names == set(re.findall(r"HIP_CONSOLE_[A-Z_]+", example))
    assert names == set(re.findall(r"HIP_CONSOLE_[A-Z_]+", page))


def test_the_defaults_in_the_documentation_are_those_of_the_code() -> None:
    page = (ROOT / "docs" / "console.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(HIP_CONSOLE_[A-Z_]+)` \| ([^|]+) \|", page, re.MULTILINE))
    for name, field in Settings.model_fields.items():
        if name.startswith("console_") and field.default is not None:
            assert rows[f"HIP_{name.upper()}"] == str(field.default), name
