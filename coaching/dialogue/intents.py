"""The intents that a guided dialogue tells apart."""

from __future__ import annotations

SKIP, BACK, RESTART, RESUME = "coaching_skip", "coaching_back", "coaching_restart", "coaching_resume"
KNOWN, STOP, WHY, INFORM = "coaching_known", "smalltalk_stop", "followup_why", "inform"
GOODBYE = "smalltalk_goodbye"

#: What may be an answer, whatever else it looks like.
ANSWERING = frozenset(
    {
        INFORM,
        RESUME,
        "smalltalk_affirm",
        "smalltalk_deny",
        "smalltalk_confused",
        "smalltalk_mood",
        "out_of_scope_gibberish",
        "out_of_scope_general",
        "clarify_neither",
        "medical_denied",
    }
)
