"""What a replay shows: sums, the outcomes before and after, and which turns to look at first. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from transcripts.staff.queueing import ESCALATED
from transcripts.teaching.replay_values import Replayed

#: The lists of a replay's turns that its page can show.
SHOWN: Mapping[str, Callable[[Replayed], bool]] = {
    "changed": lambda turn: turn.other_outcome or turn.other_intent or turn.missed,
    "wrong": lambda turn: turn.right_now is False,
    "refused": lambda turn: turn.state == "refused",
    "all": lambda turn: True,
}


@dataclass(frozen=True)
class Row:
    """The turns of one outcome before: how many came to each of the columns, and in all."""

    before: str
    counts: tuple[int, ...]
    total: int


@dataclass(frozen=True)
class Changes:
    """Sums over the turns of a replay that are answered.

    Attributes:
        lost, gained, missed: see `Replayed`; turns.
        other_outcome, other_intent, same: of those of which it is known what they came to before.
        fresh: how many are asked for the first time.
        columns, rows: outcomes after x outcomes before.
        kept, mended, spoilt, still_wrong: of those of which right is known, before and now; `right` and `labelled` count
            all of which it is known now.
        counts: how many turns each list of SHOWN holds.
    """

    lost: int
    gained: int
    missed: int
    other_outcome: int
    other_intent: int
    same: int
    fresh: int
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    kept: int
    mended: int
    spoilt: int
    still_wrong: int
    right: int
    labelled: int
    counts: Mapping[str, int]


def changes(turns: Sequence[Replayed]) -> Changes:
    """Return the sums."""
    answered = [turn for turn in turns if turn.now is not None]
    known = [turn for turn in answered if turn.before is not None]
    pairs = Counter((turn.before or "", turn.now.outcome) for turn in known if turn.now)
    columns = _ordered({after for _, after in pairs})
    rows = []
    for before in _ordered({before for before, _ in pairs}):
        counts = tuple(pairs[before, after] for after in columns)
        rows.append(Row(before, counts, sum(counts)))
    both = Counter((turn.right_before, turn.right_now) for turn in answered)
    judged = [turn.right_now for turn in answered if turn.right_now is not None]
    return Changes(
        lost=sum(turn.lost for turn in answered),
        gained=sum(turn.gained for turn in answered),
        missed=sum(turn.missed for turn in answered),
        other_outcome=sum(turn.other_outcome for turn in answered),
        other_intent=sum(turn.other_intent for turn in answered),
        same=sum(not (turn.other_outcome or turn.other_intent) for turn in known),
        fresh=len(answered) - len(known),
        columns=columns,
        rows=tuple(rows),
        kept=both[True, True],
        mended=both[False, True],
        spoilt=both[True, False],
        still_wrong=both[False, False],
        right=sum(judged),
        labelled=len(judged),
        counts={name: sum(map(belongs, turns)) for name, belongs in SHOWN.items()},
    )


def listed(turns: Sequence[Replayed], name: str) -> list[Replayed]:
    """Return the turns of a list of SHOWN: emergencies that are lost, missed and gained first, then what else is worse."""
    return sorted(filter(SHOWN[name], turns), key=_rank)  # stable: the order of the replay within a rank


def _rank(turn: Replayed) -> int:
    spoilt = turn.right_before is True and turn.right_now is False
    order = (turn.lost, turn.missed, turn.gained, spoilt, turn.other_outcome, turn.other_intent, True)
    return order.index(True)


def _ordered(outcomes: set[str]) -> tuple[str, ...]:
    return tuple(sorted(outcomes, key=lambda outcome: (outcome not in ESCALATED, outcome == "unanswered", outcome)))
