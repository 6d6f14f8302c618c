"""Why a turn deserves a look, and how urgently. Pure functions; the thresholds are here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntFlag
from typing import Any

from transcripts.staff.hints import hints


class Reason(IntFlag):
    """Why staff should look, the most urgent one highest. Stored as a number: never renumber, a new one needs a migration."""

    FALLBACK = 1
    NEAR_TIE = 2
    THUMBS_DOWN = 4
    DELIVERY = 8
    MISSED = 16
    EMERGENCY = 32
    UNANSWERED = 64


#: The most urgent first.
REASONS: tuple[Reason, ...] = tuple(sorted(Reason, reverse=True))

#: Outcomes that are an emergency, a crisis or an eating disorder, and the intents that say so.
ESCALATED = frozenset({"emergency", "crisis", "eating_disorder"})
SAFETY_INTENTS = frozenset({"emergency_general", "emergency_injury", "crisis", "eating_disorder"})
#: Outcomes under which nobody would look for an injury: there the least sign counts. An emergency may have been overlooked
#: under every other one too that is not escalated; but medical information, for one, is about injuries by nature.
HARMLESS = frozenset({"fitness", "smalltalk", "clarify", "out_of_scope", "privacy"})
#: Probability from which a safety intent among the first two of the ranking counts: under a harmless outcome, under others.
#: One is answered from 0.2 or so.
SECOND_CHOICE, SECOND_CHOICE_ELSEWHERE = 0.05, 0.2
#: Of the hints found, so many are shown, the longest ones.
HINTS_SHOWN = 3
#: Both meanings are this probable at least, and no further apart than this.
TIE_LEAST, TIE_APART = 0.2, 0.15
MEDICAL, FITNESS = ("medical_",), ("fitness_", "coaching_")
FALLBACKS = frozenset({"out_of_scope"})
#: A message that has waited so long has no answer any more: a visitor has been told after 8 seconds.
WAITED = timedelta(minutes=1)

#: Plain words for an emergency. Questions about injuries use them too, so they count under a harmless outcome only; those of
#: hints.py count everywhere.
PLAIN_WORDS = re.compile(
    r"\b(?:pop(?:ped|s)? (?:right )?out|out of (?:its |the |my )?(?:socket|joint|place)|dislocated?|"
    r"(?:can'?t|cannot|can not|couldn'?t|unable to) (?:walk|move|stand|feel|breathe|put (?:any )?weight)|"
    r"numb(?:ness)?|deformed|(?:leg|foot) (?:is |looks? )?(?:shorter|turned|blue|cold)|bone (?:is )?sticking|"
    r"(?:unbearable|excruciating|worst|agony|agonising|agonizing)|fell (?:down|off|from)|car (?:crash|accident)|"
    r"ambulance|passed out|fainted|bleeding|suicid\w*|kill (?:myself|me)|end (?:it all|my life)|want to die|"
    r"self[- ]harm\w*|hurt myself|starv(?:e|ing) myself|(?:make|made|making) myself (?:sick|throw up))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Turn:
    """What is known of one visitor's message. `failed`: the gateway's fixed text was the reply; `down`: thumbs down on it."""

    text: str
    typed: bool
    state: str
    at: datetime
    outcome: str | None = None
    alternatives: Sequence[Mapping[str, Any]] = ()
    red_flags: Sequence[Mapping[str, Any]] = ()
    degraded: bool = False
    failed: bool = False
    down: int = 0


def judge(turn: Turn, now: datetime) -> dict[Reason, str]:
    """Return why staff should look at the turn, the most urgent first, each with a few words for the page."""
    found = {
        Reason.UNANSWERED: _unanswered(turn, now),
        Reason.EMERGENCY: turn.outcome if turn.outcome in ESCALATED else None,
        Reason.MISSED: _missed(turn),
        Reason.THUMBS_DOWN: f"{turn.down} of its replies" if turn.down else None,
        Reason.NEAR_TIE: _tie(turn.alternatives) if turn.typed else None,
        Reason.FALLBACK: turn.outcome if turn.outcome in FALLBACKS else None,
    }
    return {reason: why for reason, why in found.items() if why}


def mask_of(reasons: Mapping[Reason, str]) -> Reason:
    """Return the reasons as one value."""
    mask = Reason(0)
    for reason in reasons:
        mask |= reason
    return mask


def urgency(reasons: int) -> int:
    """Return how urgent the most urgent of the reasons is: 7 (unanswered) to 1 (fallback), 0 where there is none."""
    return reasons.bit_length()


def named(reasons: int) -> tuple[Reason, ...]:
    """Return the single reasons, the most urgent first."""
    return tuple(reason for reason in REASONS if reason & reasons)


def _unanswered(turn: Turn, now: datetime) -> str | None:
    if turn.state == "received":
        return "waits for its answer" if now - turn.at >= WAITED else None
    if turn.state == "unanswered":
        return "no answer"
    if turn.failed:
        return "the bot failed"
    return "an action failed" if turn.degraded else None


def _missed(turn: Turn) -> str | None:
    if turn.outcome in ESCALATED:
        return None
    if turn.red_flags:
        return f"red flag {turn.red_flags[0].get('name', '')}".strip()
    if not turn.typed or turn.state != "answered":  # what has no answer (yet) is flagged for that
        return None
    least = SECOND_CHOICE if turn.outcome in HARMLESS else SECOND_CHOICE_ELSEWHERE
    for choice in turn.alternatives[:2]:
        if str(choice.get("intent")) in SAFETY_INTENTS and _probability(choice) >= least:
            return f"second choice {choice['intent']} {_probability(choice):.2f}"
    words = _words(turn)
    return f"words: {', '.join(words)}" if words else None


def _words(turn: Turn) -> list[str]:
    plain = (
        PLAIN_WORDS.search(turn.text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
        if turn.outcome in HARMLESS
        else None
    )
    return [plain.group().lower()] if plain else sorted(hints(turn.text), key=len, reverse=True)[:HINTS_SHOWN]


def _tie(alternatives: Sequence[Mapping[str, Any]]) -> str | None:
    medical, fitness = (
        sum(_probability(choice) for choice in alternatives if str(choice.get("intent")).startswith(prefixes))
        for prefixes in (MEDICAL, FITNESS)
    )
    if min(medical, fitness) < TIE_LEAST or abs(medical - fitness) > TIE_APART:
        return None
    return f"medical {medical:.2f}, fitness {fitness:.2f}"


def _probability(choice: Mapping[str, Any]) -> float:
    given = choice.get("confidence")
    return float(given) if isinstance(given, int | float) else 0.0
