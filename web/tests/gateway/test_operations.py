"""Health, readiness, metrics, and the settings."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from servers import ROOT, WEB, FakeBridge, ThreadedServer
from visitor import Visitor

from gateway import settings as gateway_settings
from gateway.settings import Settings
from transcripts.record import Record


def test_health_and_readiness(gateway: ThreadedServer, bridge: FakeBridge, monkeypatch: pytest.MonkeyPatch) -> None:
    assert httpx.get(f"{gateway.url}/health").json() == {"status": "ok"}
    assert httpx.get(f"{gateway.url}/ready").json() == {"record": True, "bot": True}
    bridge.stop()
    response = httpx.get(f"{gateway.url}/ready")
    assert (response.status_code, response.json()) == (503, {"record": True, "bot": False})
    bridge.start()

    def broken(_: Record) -> None:
        raise OSError("gone, says the test")

    monkeypatch.setattr(Record, "check", broken)
    response = httpx.get(f"{gateway.url}/ready")
    assert (response.status_code, response.json()) == (503, {"record": False, "bot": True})


def test_metrics_count_and_hold_no_words(visitor: Visitor) -> None:
    visitor.reply(visitor.say("unmistakable words")["sequence"])
    text = visitor.client.get(f"{visitor.url}/metrics").text
    assert 'hip_messages_total{channel="widget"}' in text and 'hip_turns_total{outcome="fitness"}' in text
    assert "unmistakable" not in text and visitor.id not in text


def test_metrics_need_their_token_when_there_is_one(make_gateway: Any) -> None:
    server = make_gateway(metrics_token="a token of the tests")
    assert httpx.get(f"{server.url}/metrics").status_code == 401
    assert httpx.get(f"{server.url}/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert (
        httpx.get(f"{server.url}/metrics", headers={"Authorization": "Bearer a token of the tests"}).status_code == 200
    )


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HIP_GATEWAY_REGION", "gb", "country code"),
        ("HIP_GATEWAY_KEY", "short", "at least 32"),
        ("HIP_GATEWAY_PORT", "http", "integer"),
        ("HIP_GATEWAY_ORIGINS", "clinic.example", "is no origin"),
        ("HIP_GATEWAY_ORIGINS", "https://*.example", "is no origin"),
        ("HIP_LIMIT_ADDRESS", "many", ""),
        ("HIP_RETENTION_DAYS", "0", "greater than or equal to 1"),
        ("HIP_RETENTION_DAYS", "999999", "less than or equal to 36500"),
        ("HIP_IDLE_HOURS", "99999999", "less than or equal to 876000"),
    ],
)
def test_a_wrong_setting_ends_the_start_with_its_name(name: str, value: str, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gateway"], cwd=WEB, env={name: value}, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert name in done.stderr and said in done.stderr and "Traceback" not in done.stderr


def test_a_key_is_made_once_and_kept_for_the_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_settings, "VAR", tmp_path / "var")
    key = Settings().key
    assert len(key) >= 32 and Settings().key == key
    assert stat.S_IMODE((tmp_path / "var" / "gateway.key").stat().st_mode) == 0o600


def test_secrets_are_not_printed() -> None:
    printed = repr(Settings(gateway_key="k" * 40, bridge_secret="very secret", metrics_token="secret too"))
    assert "kkkk" not in printed and "secret too" not in printed and "very secret" not in printed


def test_a_short_key_is_refused_in_python_too() -> None:
    with pytest.raises(ValidationError):
        Settings(gateway_key="short")


def test_every_setting_is_in_the_example_and_in_the_docs() -> None:
    names = {f"HIP_{name.upper()}" for name in Settings.model_fields}
    example = set(re.findall(r"^#? ?(HIP_[A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    assert names - example == set()
    docs = "".join((ROOT / "docs" / page).read_text(encoding="utf-8") for page in ("website.md", "operations.md"))
    assert {name for name in names if f"`{name}`" not in docs} == set()
