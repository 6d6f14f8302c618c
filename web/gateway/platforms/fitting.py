"""Makes a reply fit a platform: messages that are short enough, and choices as buttons or as numbers to type."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.platforms.adapter import Button, Limits, Part
from gateway.platforms.splitting import pieces

#: Above buttons that have a message of their own, and above numbers.
CHOOSE, REPLY_WITH_A_NUMBER = "Choose:", "Reply with a number:"

_NUMBER = re.compile(r"[#(]?\s*([0-9]{1,3})\ufe0f?\u20e3?\s*[.)]?")


def parts(text: str, buttons: Sequence[Button], limits: Limits, urgent: bool) -> list[Part]:
    """Return a reply as the messages to send, in order; [] for a reply that is empty.

    Not a character of the text is lost but whitespace at the cuts. An urgent text comes first, complete, without anything
    beside it; of another one the last message holds the choices when it has room for them.
    """
    texts = pieces(text, limits.text, limits.size)
    if not buttons:
        return [Part(piece) for piece in texts]
    if are_numbered(buttons, limits):
        return [Part(piece) for piece in _with_numbers(texts, buttons, limits, urgent)]
    hung = tuple(
        Button(button.id, button.title.strip()) for button in buttons
    )  # as long as `are_numbered` has measured
    if texts and not urgent and limits.size(texts[-1]) <= limits.text_with_buttons:
        return [*map(Part, texts[:-1]), Part(texts[-1], hung)]
    return [*map(Part, texts), Part(CHOOSE, hung)]


def are_numbered(buttons: Sequence[Button], limits: Limits) -> bool:
    """Tell whether these choices are numbers to type: too many for buttons, or a title that is too long, empty or not alone."""
    titles = [button.title.strip() for button in buttons]
    return (
        len(buttons) > limits.buttons
        or any(not title or limits.size(title) > limits.title for title in titles)
        or len(set(titles)) < len(titles)
    )


def chosen_number(text: str, buttons: Sequence[Button]) -> Button | None:
    """Return the choice that "2", "2.", "(2)", "#2" or " 2 " means, or None."""
    match = _NUMBER.fullmatch(text.strip())
    number = int(match[1]) if match else 0
    return buttons[number - 1] if 0 < number <= len(buttons) else None


def is_number(text: str) -> bool:
    """Tell whether a text may be a typed choice."""
    return _NUMBER.fullmatch(text.strip()) is not None


def _with_numbers(texts: list[str], buttons: Sequence[Button], limits: Limits, urgent: bool) -> list[str]:
    lines = "\n".join([REPLY_WITH_A_NUMBER, *(f"{number}. {button.title}" for number, button in enumerate(buttons, 1))])
    if texts and not urgent:
        together = f"{texts[-1]}\n\n{lines}"
        if limits.size(together) <= limits.text:
            return [*texts[:-1], together]
    return [*texts, *pieces(lines, limits.text, limits.size)]
