"""A message as Block Kit wants it: docs.slack.dev/reference/block-kit/blocks (section-block, actions-block)."""

from __future__ import annotations

from typing import Any

from gateway.platforms.adapter import Part
from gateway.platforms.slack_text import chunks, escaped

#: Most characters of a section's text, most buttons of an actions block.
SECTION, ACTIONS = 3000, 25


def blocks_of(part: Part) -> list[dict[str, Any]]:
    """Return sections that are never folded behind "see more", and below them the buttons."""
    blocks: list[dict[str, Any]] = [
        {"type": "section", "expand": True, "text": _text(chunk)}
        for chunk in chunks(part.text, SECTION)
        if chunk.strip()
    ]
    for start in range(0, len(part.buttons), ACTIONS):
        elements = [
            {"type": "button", "action_id": f"choice-{number}", "text": _text(button.title), "value": button.id}
            for number, button in enumerate(part.buttons[start : start + ACTIONS], start)
        ]
        blocks.append({"type": "actions", "elements": elements})
    return blocks


def _text(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": escaped(text), "emoji": False}
