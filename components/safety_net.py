"""When a safety outcome wins although the classifier ranks another intent first. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

#: Outcome -> the intents whose probabilities are summed. In order of precedence (docs/safety.md, section 1).
SAFETY_INTENTS: dict[str, tuple[str, ...]] = {
    "emergency": ("emergency_injury", "emergency_general"),
    "crisis": ("crisis",),
    "eating_disorder": ("eating_disorder",),
}
_PRECEDENCE = [name for names in SAFETY_INTENTS.values() for name in names]


def crossing_intents(
    classes: Sequence[str],
    probabilities: np.ndarray,
    window_probabilities: np.ndarray | None,
    thresholds: Mapping[str, float],
    window_thresholds: Mapping[str, float],
) -> list[str]:
    """Return the safety intents whose outcome is probable enough to be answered, most urgent first.

    Args:
        classes: names of the columns.
        probabilities: of the whole message, shape (classes,).
        window_probabilities: of the windows of a long message, shape (windows, classes), or None.
        thresholds: outcome -> probability, summed over its intents, from which the whole message counts.
        window_thresholds: the same for a single window.
    """
    columns = {name: index for index, name in enumerate(classes)}
    found = []
    for outcome, intents in SAFETY_INTENTS.items():
        indices = [columns[name] for name in intents if name in columns]
        if not indices:
            continue
        whole = probabilities[indices]
        if whole.sum() >= thresholds.get(outcome, np.inf):
            found.append(classes[indices[int(whole.argmax())]])
        elif window_probabilities is not None:
            windows = window_probabilities[:, indices]
            likeliest = windows[windows.sum(axis=1).argmax()]
            if likeliest.sum() >= window_thresholds.get(outcome, np.inf):
                found.append(classes[indices[int(likeliest.argmax())]])
    return found


def is_safety_intent(intent: str) -> bool:
    """Tell whether an intent is answered by the safety policy with an emergency, crisis or eating-disorder text."""
    return intent in _PRECEDENCE


def top_intent(classified: str | None, flagged: Sequence[str]) -> str | None:
    """Return the intent that must rank first: the most urgent of the classifier's and those of the red flags.

    A red flag decides between the two emergency texts: its category is surer than the classifier's guess.
    """
    if not flagged:
        return classified
    most_urgent = min(flagged, key=_PRECEDENCE.index)
    if classified in _PRECEDENCE and _outcome(classified) != _outcome(most_urgent):
        return min((classified, most_urgent), key=_PRECEDENCE.index)
    return most_urgent


def _outcome(intent: str) -> str:
    return next(outcome for outcome, names in SAFETY_INTENTS.items() if intent in names)
