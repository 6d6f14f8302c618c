"""Slack's way of writing text: docs.slack.dev/messaging/formatting-message-text (escaping, and what stands in < and >)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from gateway.platforms.limits import slack_units

_MARKED = re.compile(r"<([^<>\n]*)>")


def escaped(text: str) -> str:
    """Return `text` as it is sent: Slack turns these three entities back, and no others."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str, us: Collection[str] = ()) -> str:
    """Return an incoming text as it was typed, without mentions of the users `us`; a mention alone stays."""
    bare = _unmarked(_MARKED.sub(lambda found: "" if _user(found[1]) in us else found[0], text))
    return bare or _unmarked(text)


def mentioned(text: str) -> str | None:
    """Return the id of the user who is mentioned first."""
    return next(filter(None, (_user(found[1]) for found in _MARKED.finditer(text))), None)


def chunks(text: str, most: int) -> Iterator[str]:
    """Yield `text` in pieces of at most `most` units (`limits.slack_units`), cut behind whitespace where there is some."""
    start = 0
    while start < len(text):
        size, end, space = 0, start, start
        while end < len(text) and (size := size + slack_units(text[end])) <= most:
            end += 1
            space = end if text[end - 1].isspace() else space
        end = space if end < len(text) and space > start else end
        yield text[start:end]
        start = end


def _unmarked(text: str) -> str:
    typed = _MARKED.sub(_typed, text)
    return typed.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _user(inside: str) -> str | None:
    return inside[1:].partition("|")[0] if inside.startswith("@") else None


def _typed(found: re.Match[str]) -> str:
    inside, _, label = found[1].partition("|")
    if inside.startswith(("@", "#")):  # <@U012AB3CD|name>, <#C123ABC456|name>
        return inside[0] + (label or inside[1:])
    if inside.startswith("!"):  # <!here>, <!subteam^SAZ94GDB8|@team>, <!date^...|words>
        return label or "@" + inside[1:].partition("^")[0]
    if label and label != inside.removeprefix("mailto:").removeprefix("tel:"):
        address = inside.partition("://")[2] or inside
        return label if label in (inside, address) else f"{label} ({inside})"  # a link behind other words
    return label or inside  # <https://example.com>, <mailto:a@example.com|a@example.com>
