"""The templates: everything that is put into a page is escaped, and a name that does not exist is an error."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).resolve().parent / "templates"


def environment(folder: Path = TEMPLATES) -> Environment:
    """Return the environment of the templates in `folder`."""
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,  # of every file, whatever its name ends with
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["time"] = shown
    made.filters["machine_time"] = machine
    made.filters["phrase"] = phrase
    return made


def shown(at: datetime | None) -> str:
    """Return a time for people, to the minute, in UTC."""
    return "never" if at is None else at.astimezone(UTC).strftime("%d %b %Y %H:%M")


def machine(at: datetime) -> str:
    """Return a time for the attribute of a <time> element."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def phrase(name: str) -> str:
    """Return a name of the code as words: `login_failed` becomes "login failed"."""
    return name.replace("_", " ")
