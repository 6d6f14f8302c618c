"""What of a message may go out as a line: nothing that reaches a person, one row, no markup of Rasa's."""

from __future__ import annotations

import re
import unicodedata

from transcripts.privacy.redaction import mask

#: What `mask` puts in place of what it found; nobody wants that learned.
LABELS = re.compile(r"\[(?:login|e-mail address|card number|identity number|phone number|number)\]")
#: `[gran](person)` would be an entity to Rasa, and `\u000a` a line feed: its reader of YAML decodes files of ASCII alone.
_HARMLESS = str.maketrans("[]\\", "()/")


def stripped(text: str) -> str:
    """Return the text in one row, without what `mask` finds and without invisible characters; "" when nothing is left.

    Doing it twice changes nothing more. A name without anything else stays: only people can take it out.
    """
    while (shorter := _stripped_once(text)) != text:
        text = shorter
    return text


def _stripped_once(text: str) -> str:
    rest = LABELS.sub(" ", mask(text))
    shown = "".join(" " if each.isspace() else each for each in rest if each.isspace() or not _is_invisible(each))
    return " ".join(shown.split()).translate(_HARMLESS)


def _is_invisible(character: str) -> bool:
    """Controls, format characters (text that runs backwards), surrogates, private and unassigned ones: no YAML, or unseen."""
    return unicodedata.category(character).startswith("C")
