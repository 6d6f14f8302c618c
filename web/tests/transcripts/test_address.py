from __future__ import annotations

from pathlib import Path

import pytest

from transcripts.address import DEFAULT_FILE, URL_VARIABLE, UnsupportedDatabaseError, address


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_plain_postgresql_urls_mean_psycopg(scheme: str) -> None:
    found = address(f"{scheme}://me:secret@host:5433/chat?sslmode=require")
    assert found.drivername == "postgresql+psycopg"
    assert (found.password, found.port, found.database, found.query) == ("secret", 5433, "chat", {"sslmode": "require"})


def test_the_url_comes_from_the_argument_then_the_environment_then_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL_VARIABLE, "sqlite:////tmp/of-environment.db")
    assert address("sqlite:////tmp/of-argument.db").database == "/tmp/of-argument.db"
    assert address().database == "/tmp/of-environment.db"
    monkeypatch.setenv(URL_VARIABLE, "")
    assert address().database == str(DEFAULT_FILE)
    monkeypatch.delenv(URL_VARIABLE)
    assert address().drivername == "sqlite+pysqlite"


def test_the_default_file_is_in_var_of_the_repository() -> None:
    assert Path(__file__).resolve().parents[3] / "var" / "record.db" == DEFAULT_FILE


@pytest.mark.parametrize(
    ("url", "fix"),
    [
        ("no url", "write sqlite"),
        ("mysql://me:secret@host/chat", "must begin with"),
        ("postgresql+asyncpg://me:secret@host/chat", "must begin with"),
        ("sqlite+aiosqlite:////tmp/x.db", "must begin with"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("sqlite:///file:x?mode=memory&uri=true", "needs a file"),
        ("postgresql://me:secret@host:port/chat", "write sqlite"),
    ],
)
def test_other_databases_are_refused_with_the_fix_and_without_the_password(url: str, fix: str) -> None:
    with pytest.raises(UnsupportedDatabaseError, match=fix) as caught:
        address(url)
    assert "secret" not in str(caught.value)
    assert URL_VARIABLE in str(caught.value)
