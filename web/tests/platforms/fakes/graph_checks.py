"""What a message to the Graph API must be; each check raises WrongCallError. Sources: graph.py."""

from __future__ import annotations

import re
from typing import Any

from platforms.fakes.base import WrongCallError, fields, utf16


def person(recipient: Any) -> str:
    """Return the page-scoped id of a person."""
    psid = str(fields(recipient, "recipient", {"id": str})["id"])
    if not re.fullmatch(r"[0-9]{5,20}", psid):
        raise WrongCallError("recipient.id is no page-scoped id")
    return psid


def recipient(body: dict[str, Any]) -> str:
    if body["recipient_type"] != "individual" or ("to" in body) == ("recipient" in body):
        raise WrongCallError("exactly one of `to` and `recipient` is needed, of the type individual")
    if "to" in body and not re.fullmatch(r"\+?[0-9]{5,20}", body["to"]):
        raise WrongCallError("`to` is no telephone number")
    if "recipient" in body and not re.fullmatch(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}", body["recipient"]):
        raise WrongCallError("`recipient` is no business-scoped user id")
    return str(body.get("to") or body["recipient"])


def quick_replies(given: list[Any] | None) -> tuple[tuple[str, str], ...]:
    if given is None:
        return ()
    if not 1 <= len(given) <= 13:
        raise WrongCallError("there may be 1 to 13 quick replies")
    replies = [fields(reply, "quick_reply", {"content_type": str, "title": str, "payload": str}) for reply in given]
    for reply in replies:
        if reply["content_type"] != "text":
            raise WrongCallError("content_type is not text")
        sized(reply["title"], "quick_reply.title", 20)
        sized(reply["payload"], "quick_reply.payload", 1000, bytes_too=True)
    return tuple((reply["payload"], reply["title"]) for reply in replies)


def content(body: dict[str, Any]) -> tuple[str, tuple[tuple[str, str], ...]]:
    if body["type"] not in body or ("text" in body) == ("interactive" in body):
        raise WrongCallError("`type` does not say what the message holds")
    if body["type"] == "text":
        text = fields(body["text"], "text", {"body": str}, {"preview_url": bool})["body"]
        sized(text, "text.body", 4096)
        return text, ()
    interactive = fields(body["interactive"], "interactive", {"type": str, "body": dict, "action": dict})
    text = fields(interactive["body"], "interactive.body", {"text": str})["text"]
    sized(text, "interactive.body.text", 1024)
    reader = {"button": _reply_buttons, "list": _rows}.get(interactive["type"])
    if reader is None:
        raise WrongCallError("interactive.type is unknown")
    buttons = reader(interactive["action"])
    ids = [button for button, _title in buttons]
    if len(set(ids)) < len(ids) or any(button != button.strip() for button in ids):
        raise WrongCallError("ids must be unique, without spaces around them")
    return text, buttons


def _reply_buttons(action: Any) -> tuple[tuple[str, str], ...]:
    given = fields(action, "action", {"buttons": list})["buttons"]
    if not 1 <= len(given) <= 3:
        raise WrongCallError("there may be 1 to 3 reply buttons")
    replies = []
    for button in given:
        if fields(button, "button", {"type": str, "reply": dict})["type"] != "reply":
            raise WrongCallError("button.type is not reply")
        replies.append(fields(button["reply"], "reply", {"id": str, "title": str}))
        sized(replies[-1]["id"], "reply.id", 256, bytes_too=True)
        sized(replies[-1]["title"], "reply.title", 20)
    if len({reply["title"] for reply in replies}) < len(replies):
        raise WrongCallError("titles of reply buttons must be unique")
    return tuple((reply["id"], reply["title"]) for reply in replies)


def _rows(action: Any) -> tuple[tuple[str, str], ...]:
    fields(action, "action", {"button": str, "sections": list})
    sized(action["button"], "action.button", 20)
    sections = [fields(section, "section", {"title": str, "rows": list}) for section in action["sections"]]
    for section in sections:
        sized(section["title"], "section.title", 24)
    rows = [fields(row, "row", {"id": str, "title": str}, {"description": str}) for s in sections for row in s["rows"]]
    if not 1 <= len(sections) <= 10 or not 1 <= len(rows) <= 10:
        raise WrongCallError("there may be 1 to 10 sections, with 1 to 10 rows altogether")
    for row in rows:
        sized(row["id"], "row.id", 200, bytes_too=True)
        sized(row["title"], "row.title", 24)
        if utf16(row.get("description", "")) > 72:
            raise WrongCallError("row.description is too long")
    return tuple((row["id"], row["title"]) for row in rows)


def sized(text: str, place: str, most: int, *, bytes_too: bool = False) -> None:
    length = len(text.encode()) if bytes_too else utf16(text)
    if not text.strip() or length > most:
        raise WrongCallError(f"{place} has {length} characters: 1 to {most} are allowed")
