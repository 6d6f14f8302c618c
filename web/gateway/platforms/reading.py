"""Reads what a platform has sent, of which nothing is certain but the signature."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from gateway.platforms.adapter import MalformedError
from transcripts.cleaning import clean_json


def json_object(body: bytes | str) -> dict[str, Any]:
    """Return a JSON object, all its texts fit to be stored; raises MalformedError when it is none or nested absurdly deep."""
    try:
        said = clean_json(json.loads(body, parse_constant=_no_number))
    except (ValueError, RecursionError) as error:  # bad UTF-8 is a ValueError too
        raise MalformedError(f"no JSON: {type(error).__name__}") from error
    if not isinstance(said, dict):
        raise MalformedError("no JSON object")
    return said


def mapping(value: Any) -> dict[str, Any]:
    """Return `value` when it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[Any]:
    """Return `value` when it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []


def words(value: Any) -> str:
    """Return `value` when it is a text, else ""."""
    return value if isinstance(value, str) else ""


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
