"""What a plain answer to a safety question rules out, and that nothing else is ruled out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.dialogue.contradictions import contradicted
from coaching.dialogue.forms import ASKED
from dialogue.talk import stored
from dialogue.test_answers import ANSWERS

EATING = {"eating_disorder", "eating_disorder_information"}
HEALTH = {"safeguard_medicine", "safeguard_condition", "safeguard_drugs"}
HIPS = {"safeguard_after_surgery", "safeguard_exercise_pain"}
AGES = {"safeguard_minor", "safeguard_older"}
PREGNANCY, UNDERWEIGHT = {"safeguard_pregnancy"}, {"safeguard_underweight"}
OTHERS = {"safeguard_compulsive_exercise", "safeguard_somebody_else"}


@pytest.mark.parametrize(
    ("asked", "text", "intents"),
    [
        ("pregnancy", "no", PREGNANCY),
        ("pregnancy", "I'm not pregnant, no", PREGNANCY),
        ("pregnancy", "nope, too old for that these days", PREGNANCY),
        ("pregnancy", "yes, five months", set()),
        ("pregnancy", "no, but we are trying", set()),
        ("pregnancy", "not pregnant but still breastfeeding", set()),
        ("pregnancy", "what has that got to do with it", set()),
        ("eating", "No, I never had an eating disorder", EATING),
        ("eating", "never had anorexia or bulimia", EATING),
        ("eating", "yes, bulimia at school", set()),
        ("eating", "not now, but I was anorexic once", set()),
        ("health", "no insulin, kidney disease or gout", HEALTH),
        ("health", "none of these", HEALTH),
        ("health", "none, except gout", set()),
        ("health", "I inject insulin", set()),
        ("injuries", "no injuries, never had surgery", HIPS),
        ("injuries", "nothing hurts", HIPS),
        ("injuries", "my hip was replaced", set()),
        ("injuries", "the groin, since spring", set()),
        ("injuries", "no, just a dodgy knee", set()),
        ("age", "I'm 45", AGES),
        ("age", "18", AGES),
        ("age", "17", set()),
        ("age", "I turned 66 in May", set()),
        ("age", "not telling you", set()),
        ("height", "no", set()),
        ("caffeine", "no", set()),
        ("activity", "desk job", {"safeguard_compulsive_exercise"}),
        ("activity", "I train every day", set()),
        ("stress_sources", "my mum and the kids", {"safeguard_somebody_else"}),
        ("stress_sources", "nonsense", set()),
        ("sleep_hours", "I'm 16", AGES),
        (None, "no", set()),
        (None, "none", set()),
        (None, "I'm 45", AGES),
        (None, "I'm not pregnant and have no eating disorder", PREGNANCY | EATING),
        (None, "I'm pregnant", set()),
        (None, "I'm 16", set()),
    ],
)
def test_what_a_message_rules_out(asked: str | None, text: str, intents: set[str]) -> None:
    assert contradicted(asked, text, {}) == intents


@pytest.mark.parametrize(
    ("text", "known", "enough"),
    [
        ("60 kg", {"height": 170.0}, True),
        ("50 kg", {"height": 170.0}, False),
        ("I'm 1.70 m and weigh 60 kg", {}, True),
        ("I weigh 70 kg and want to be 50 kg", {"height": 170.0}, False),
        ("60 kg", {}, False),
        ("60 kg, and I'm under weight they say", {"height": 170.0}, False),
        ("no idea", {"height": 170.0}, False),
    ],
)
def test_weights_above_the_bound_rule_out_underweight(text: str, known: dict[str, Any], enough: bool) -> None:
    assert ("safeguard_underweight" in contradicted("weight", text, known)) == enough


@given(st.sampled_from([*ASKED, None]), st.text(), stored())
def test_any_text_rules_out_only_safeguards(asked: str | None, text: str, known: dict[str, Any]) -> None:
    assert contradicted(asked, text, known) <= PREGNANCY | EATING | HEALTH | HIPS | AGES | UNDERWEIGHT | OTHERS


@pytest.mark.parametrize(("slot", "intents"), [("pregnancy", PREGNANCY), ("eating", EATING), ("health", HEALTH)])
@given(st.data())
def test_a_disclosure_is_never_taken_back(slot: str, intents: set[str], data: st.DataObject) -> None:
    told = [texts for value, texts in ANSWERS[slot].items() if value not in ("no", "none")]
    text = data.draw(st.sampled_from([text for texts in told for text in texts]))
    asked = data.draw(st.sampled_from([slot, None]))
    assert not contradicted(asked, text, {}) & intents
