"""Why a turn deserves a look: the rules, each with its near misses."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from record_samples import BEGINNING

from transcripts.staff.queueing import ESCALATED, HARMLESS, REASONS, Reason, Turn, judge, mask_of, named, urgency

EVALUATION = Path(__file__).resolve().parents[4] / "evaluation"


def ranked(*ranking: tuple[str, float]) -> tuple[dict[str, Any], ...]:
    return tuple({"intent": name, "confidence": value} for name, value in ranking)


def reasons(text: str = "how do I get smaller hips?", after: float = 0, **about: Any) -> dict[Reason, str]:
    given = {"typed": True, "state": "answered", "at": BEGINNING, "outcome": "fitness", **about}
    return judge(Turn(text, **given), BEGINNING + timedelta(seconds=after))


def test_a_usual_turn_has_none() -> None:
    assert reasons(alternatives=ranked(("fitness_overview", 0.9), ("fitness_diet", 0.05))) == {}


def test_the_most_urgent_comes_first_everywhere() -> None:
    every = reasons(
        "my hip popped out", state="unanswered", outcome="out_of_scope", down=1, red_flags=({"name": "E1"},),
        alternatives=ranked(("medical_signs", 0.4), ("fitness_overview", 0.35)),
    )  # fmt: skip
    assert list(every) == [one for one in REASONS if one in every]
    assert REASONS[0] == Reason.UNANSWERED
    assert list(every) == list(named(mask_of(every)))
    assert urgency(mask_of(every)) == 7
    assert [urgency(reason) for reason in REASONS] == [7, 6, 5, 4, 3, 2, 1]
    assert urgency(0) == 0


@pytest.mark.parametrize(
    ("about", "after", "why"),
    [
        ({"state": "unanswered", "outcome": None}, 0, "no answer"),
        ({"state": "received", "outcome": None}, 60, "waits for its answer"),
        ({"state": "received", "outcome": None}, 59, None),
        ({"failed": True}, 0, "the bot failed"),
        ({"degraded": True}, 0, "an action failed"),
    ],
)
def test_unanswered_and_failed(about: dict[str, Any], after: float, why: str | None) -> None:
    assert reasons(after=after, **about).get(Reason.UNANSWERED) == why


@pytest.mark.parametrize("outcome", sorted(ESCALATED))
def test_what_was_escalated(outcome: str) -> None:
    assert reasons("my hip popped out", outcome=outcome) == {Reason.EMERGENCY: outcome}


@pytest.mark.parametrize("outcome", sorted(HARMLESS))
def test_a_second_choice_that_says_emergency(outcome: str) -> None:
    ranking = ranked(("fitness_overview", 0.8), ("emergency_injury", 0.12))
    assert reasons(outcome=outcome, alternatives=ranking)[Reason.MISSED] == "second choice emergency_injury 0.12"


@pytest.mark.parametrize(
    ("ranking", "missed"),
    [
        ((("fitness_overview", 0.8), ("crisis", 0.05)), True),
        ((("fitness_overview", 0.8), ("crisis", 0.04)), False),
        ((("emergency_injury", 0.2), ("fitness_overview", 0.19)), True),  # the gate or a rule took another
        ((("fitness_overview", 0.8), ("fitness_diet", 0.1), ("crisis", 0.08)), False),
        ((("fitness_overview", 0.8), ("emergency_release", 0.15)), False),  # "nobody is hurt"
        ((("fitness_overview", 0.8), ("medical_signs", 0.15)), False),
    ],
)
def test_what_counts_as_a_second_choice(ranking: Any, missed: bool) -> None:
    assert (Reason.MISSED in reasons(alternatives=ranked(*ranking))) == missed


def test_a_pressed_choice_and_other_outcomes_are_no_miss() -> None:
    ranking = ranked(("fitness_overview", 0.8), ("emergency_injury", 0.12))
    assert Reason.MISSED not in reasons("my hip popped out", typed=False, alternatives=ranking)
    assert Reason.MISSED not in reasons(outcome="medical_info", alternatives=ranking)


@pytest.mark.parametrize("outcome", ["medical_info", "handoff", "urgent", "safeguard", None])
def test_a_second_choice_counts_under_every_outcome_once_it_is_probable(outcome: str | None) -> None:
    for probability, missed in ((0.45, True), (0.2, True), (0.19, False)):
        ranking = ranked(("medical_first_aid", 0.5), ("emergency_injury", probability))
        assert (Reason.MISSED in reasons(outcome=outcome, alternatives=ranking)) == missed, probability


@pytest.mark.parametrize("outcome", ["fitness", "medical_info", "handoff", "clarify", "out_of_scope", "urgent", None])
def test_words_count_under_every_outcome(outcome: str | None) -> None:
    text = "my hip just popped out and I cannot walk, who puts it back"
    assert reasons(text, outcome=outcome)[Reason.MISSED].startswith("words: ")
    assert Reason.MISSED not in reasons("what is a hip socket?", outcome=outcome)


def measured(*names: str) -> list[tuple[str, list[str]]]:
    """Texts and right outcomes of sets of the evaluation, none of which is trained on."""
    found = []
    for name in names:
        with (EVALUATION / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            found += [(str(row["text"]), str(row["outcome"]).split("|")) for row in rows]
    return found


@pytest.mark.parametrize(("right", "least"), [("emergency", 0.85), ("crisis", 0.75), ("eating_disorder", 0.6)])
@pytest.mark.parametrize("answered_as", ["fitness", "medical_info"])
def test_words_find_most_of_what_is_urgent_whatever_it_was_answered_as(
    right: str, least: float, answered_as: str
) -> None:
    lines = [text for text, outcomes in measured("safety", "unseen") if right in outcomes]
    hits = sum(Reason.MISSED in reasons(text, outcome=answered_as) for text in lines)
    assert len(lines) > 80
    assert hits / len(lines) >= least, f"{hits} of {len(lines)}"


@pytest.mark.parametrize(("names", "most"), [(("topics",), 0.1), (("topics", "unseen", "safety"), 0.13)])
def test_words_do_not_flood_the_queue(names: tuple[str, ...], most: float) -> None:
    """The set `safety` holds near misses by design, more than any traffic."""
    lines = [(text, outcomes) for text, outcomes in measured(*names) if ESCALATED.isdisjoint(outcomes)]
    flagged = sum(Reason.MISSED in reasons(text, outcome=outcomes[0]) for text, outcomes in lines)
    assert flagged / len(lines) <= most, f"{flagged} of {len(lines)}"


@pytest.mark.parametrize("outcome", ["fitness", "medical_info", "urgent", None])
def test_a_red_flag_under_any_other_outcome(outcome: str | None) -> None:
    assert reasons(outcome=outcome, red_flags=({"name": "E1_out"},))[Reason.MISSED] == "red flag E1_out"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("My hip POPPED OUT and I can't walk", "popped out"),
        ("i can\u2019t move my leg", "can't move"),
        ("I want to die", "want to die"),
        ("it is out of its socket", "out of its socket"),
        ("my foot is numb", "numb"),
        ("does popcorn make hips bigger?", None),
        ("can't find my plan", None),
        ("which number of squats?", None),
    ],
)
def test_words_that_hint(text: str, hint: str | None) -> None:
    assert reasons(text).get(Reason.MISSED) == (f"words: {hint}" if hint else None)


@pytest.mark.parametrize(
    ("ranking", "tie"),
    [
        ((("medical_signs", 0.4), ("fitness_overview", 0.35)), True),
        ((("medical_signs", 0.2), ("medical_types", 0.2), ("fitness_diet", 0.3), ("coaching_cardio", 0.1)), True),
        ((("medical_signs", 0.5), ("fitness_overview", 0.3)), False),
        ((("medical_signs", 0.19), ("fitness_overview", 0.19)), False),
        ((("clarify", 0.8), ("fitness_overview", 0.1)), False),
    ],
)
def test_a_near_tie_of_the_two_meanings(ranking: Any, tie: bool) -> None:
    assert (Reason.NEAR_TIE in reasons(alternatives=ranked(*ranking))) == tie


def test_thumbs_down_and_fallbacks() -> None:
    assert set(reasons(down=2, outcome="out_of_scope")) == {Reason.THUMBS_DOWN, Reason.FALLBACK}


JUNK = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5), lambda x: st.lists(x, max_size=2), max_leaves=3
)


@given(
    st.lists(st.fixed_dictionaries({}, optional={"intent": JUNK, "confidence": JUNK}), max_size=3),
    st.lists(st.dictionaries(st.text(max_size=4), JUNK, max_size=2), max_size=2),
    st.text(max_size=60),
)
def test_nothing_that_a_bot_may_send_is_an_error(ranking: Any, flags: Any, text: str) -> None:
    assert isinstance(reasons(text, alternatives=ranking, red_flags=flags), dict)
