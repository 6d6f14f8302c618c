"""A conversation as the text file that its visitor downloads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from transcripts.values import Message

HEADING = "Your chat with the Hip Reduction Assistant"
NOTE = "An automated assistant: general information, not medical advice."

SPEAKERS = {"visitor": "You", "assistant": "Assistant"}
THUMBS = {"up": "helpful", "down": "not helpful"}
#: Of what a platform did not simply take.
FATES = {
    "waiting": "This has not been sent yet.",
    "sending": "This has not been sent yet.",
    "failed": "This could not be delivered.",
    "unknown": "It is not known whether this arrived.",
}
INDENT = "    "
#: Whatever some viewer takes for the end of a line, as `str.splitlines` does.
_LINE_END = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


def export_text(
    messages: Iterable[Message], begun: datetime, now: datetime, deliveries: Mapping[int, str] | None = None
) -> str:
    """Return the messages with speaker and time (UTC), each word of them as it was written, with a heading.

    What somebody wrote is indented, so that no text can pass for a line of this file. `deliveries`: the state of each
    reply to a platform, by its sequence.
    """
    states = deliveries or {}
    head = f"{HEADING}\n{NOTE}\nBegun {_time(begun)}, saved {_time(now)}. All times are UTC.\n"
    return "\n".join([head, *(_entry(message, FATES.get(states.get(message.sequence, ""))) for message in messages)])


def _entry(message: Message, fate: str | None) -> str:
    lines = [f"{SPEAKERS[message.sender]}, {_time(message.created_at)}", _indented(message.text)]
    lines += [_indented(f"[{choice.title}]") for choice in message.choices if not choice.hidden]
    if message.source:
        lines.append(_indented(f"Source: {message.source}"))
    if message.feedback:
        lines.append(f"You marked this answer as {THUMBS[message.feedback]}.")
    if message.state == "unanswered":
        lines.append("The assistant could not answer this message.")
    if fate:
        lines.append(fate)
    return "\n".join(lines) + "\n"


def _indented(text: str) -> str:
    return INDENT + _LINE_END.sub(rf"\g<0>{INDENT}", text)


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
