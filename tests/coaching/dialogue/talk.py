"""How these tests talk to a dialogue: as a form does, keeping between messages what a form keeps, every promise checked."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from coaching import body, plans
from coaching.dialogue.amounts import ACCEPTED
from coaching.dialogue.answers import closed_slots, values
from coaching.dialogue.forms import DECLINED, DIALOGUES, FACTS, blocking
from coaching.dialogue.progress import MOST_ATTEMPTS
from coaching.dialogue.reading import BODY_RANGES
from coaching.dialogue.replies import Lines, Reply
from coaching.dialogue.state import State, Step
from coaching.dialogue.turn import take_turn

ROOT = Path(__file__).resolve().parents[3]
#: Answers that tell of a safeguard: they must leave a reason and never a value.
DISCLOSURES = {
    ("pregnancy", "yes"),
    ("eating", "yes"),
    ("health", "medicine"),
    ("health", "condition"),
    ("injuries", "hip_treated"),
    ("injuries", "hip_pain"),
    ("injuries", "watched"),
}
#: Slot -> the plainest answers to its question.
PLAIN: dict[str, tuple[str, ...]] = {
    "age": ("34", "I'm 41", "29 years old", "fifty-two"),
    "pregnancy": ("no", "Nope", "not pregnant", "neither"),
    "eating": ("no", "Never", "no, nothing like that"),
    "health": ("none", "none of these", "no", "Nothing"),
    "sex": ("female", "male", "I'm a woman", "a man"),
    "height": ("168 cm", "1.75 m", "5 ft 9", "172cm"),
    "weight": ("78 kg", "172 lb", "12 stone 4", "81.5 kilos"),
    "goal": ("none", "no goal", "70 kg", "11 stone"),
    "activity": ("desk", "light", "moderate", "hard", "physical job"),
    "diet": ("everything", "vegetarian", "vegan"),
    "level": ("beginner", "intermediate", "Advanced"),
    "equipment": ("just my body weight", "bands", "dumbbells", "bands and dumbbells", "a gym"),
    "days": ("3", "twice a week", "four days", "5 days a week"),
    "injuries": ("none", "no injuries", "my left knee"),
    "sleep_hours": ("7", "about 6 and a half", "8 hours", "5-6"),
    "sleep_trouble": ("none", "falling asleep", "staying asleep", "both"),
    "caffeine": ("no", "yes", "never"),
    "screens": ("yes", "no", "always"),
    "stress_sources": ("work", "family and money", "other"),
    "stress_minutes": ("10", "15 minutes", "half an hour", "none"),
    "heat": ("no", "yes", "a bit"),
    "cardio_minutes": ("60", "90 minutes", "2 hours", "none"),
    "cardio_days": ("3", "every day", "twice"),
    "cardio_kind": ("walking", "cycling", "intervals"),
    "waist": ("84 cm", "33 inches", "91"),
    "hip": ("102 cm", "40 inches", "108"),
}
_PLACEHOLDER = re.compile(r"(?<!{){(\w+)}(?!})")


@cache
def domain() -> dict[str, Any]:
    return dict(
        yaml.load(
            (ROOT / "domain.yml").read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        )
    )


@cache
def buttons() -> tuple[dict[str, Any], ...]:
    """Return what the buttons of all questions stand for, as a form reads them."""
    payloads = {
        button["payload"].replace("{{", "{").replace("}}", "}")
        for name, entries in domain()["responses"].items()
        if name.startswith(("utter_ask_", "utter_fitness_dialogue_which"))
        for entry in entries
        for button in entry.get("buttons") or ()
    }
    found = [json.loads(payload.removeprefix("/inform")) for payload in sorted(payloads)]
    return tuple({slot: [value] if slot == "stress_sources" else value for slot, value in it.items()} for it in found)


# What may be kept


def is_storable(slot: str, value: Any) -> bool:
    """Tell whether a slot may hold this value: one that it accepts, and none that discloses something."""
    if (slot, value if isinstance(value, str) else None) in DISCLOSURES:
        return False
    if value == DECLINED:
        return slot in {slot for dialogue in DIALOGUES.values() for slot in dialogue.slots}
    if slot == "stress_sources":
        return bool(value) and set(value) <= set(values(slot))
    if slot in closed_slots():
        return value in values(slot) or (slot == "sex" and value in ("female", "male"))
    if slot in ACCEPTED:
        return isinstance(value, float) and value in ACCEPTED[slot]
    if slot == "age":
        return isinstance(value, float) and 5 <= value <= 110
    if slot in BODY_RANGES:
        return (slot, value) == ("goal", "none") or (isinstance(value, float) and value in BODY_RANGES[slot])
    known = {"units": {"metric", "lb", "st"}, "disliked": set(plans.exercises()), "missing": set(plans.kits()["gym"])}
    return slot in known and (set(value) if isinstance(value, list) else {value}) <= known[slot]


def _values_of(slot: str) -> st.SearchStrategy[Any]:
    if slot == "units":
        return st.sampled_from(["metric", "lb", "st"])
    if slot == "disliked":
        return st.lists(st.sampled_from(sorted(plans.exercises())), unique=True)
    if slot == "missing":
        return st.lists(st.sampled_from(sorted(plans.kits()["gym"])), unique=True)
    if slot == "stress_sources":
        told: st.SearchStrategy[Any] = st.lists(st.sampled_from(values(slot)), unique=True, min_size=1)
    elif slot in closed_slots():
        told = st.sampled_from([value for value in values(slot) if (slot, value) not in DISCLOSURES])
    elif slot == "age":
        told = st.integers(18, 64).map(float) | st.floats(5, 110)
    elif slot == "goal":
        told = st.just("none") | st.floats(30, 250)
    else:
        range_ = BODY_RANGES.get(slot) or ACCEPTED[slot]
        told = st.floats(range_.low, range_.high)
    return told | st.just(DECLINED)


def stored(*slots: str, required: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """Return what may be known of somebody: of all slots, or of these; `required`: every one of them is known."""
    drawn = {slot: _values_of(slot) for slot in slots or FACTS}
    chosen = st.fixed_dictionaries(drawn) if required else st.fixed_dictionaries({}, optional=drawn)
    return chosen.map(_with_a_possible_body)


def _with_a_possible_body(known: dict[str, Any]) -> dict[str, Any]:
    height, weight = known.get("height"), known.get("weight")
    if isinstance(height, float) and isinstance(weight, float):
        limits = body.ACCEPTED["bmi"]
        low, high = (body.weight_at(bmi, height) for bmi in (limits.low + 0.01, limits.high - 0.01))
        known = {**known, "weight": min(max(weight, low), high, 250.0)}
    return known


# What is said


def names(step: Step) -> list[str]:
    return [reply.response for reply in step.replies]


def shown(step: Step) -> dict[str, Any]:
    """Return every value that the replies of a step show."""
    return {name: value for reply in step.replies for name, value in reply.values.items()}


def assert_said(reply: Reply) -> None:
    """Assert that a response exists and that its values are those that each of its wordings has a place for."""
    _assert_filled(reply.response, reply.values)
    intents = set(domain()["intents"])
    for title, payload in reply.buttons:
        assert title.strip() and payload.removeprefix("/") in intents, (title, payload)


def _assert_filled(name: str, filled: dict[str, Any]) -> None:
    for entry in domain()["responses"][name]:
        titles = [button["title"] for button in entry.get("buttons") or ()]
        places = {place for text in (entry["text"], *titles) for place in _PLACEHOLDER.findall(text)}
        by_rasa = {slot for slot, settings in domain()["slots"].items() if "initial_value" in settings}
        assert set(filled) <= places <= {*filled, *by_rasa}, (name, entry["text"], filled)
    for value in filled.values():
        if isinstance(value, Lines):
            assert value.responses, name
            for line, line_values in value.responses:
                _assert_filled(line, line_values)
        else:
            assert value.strip() and "None" not in value and DECLINED not in value, (name, filled)


def assert_promises(state: State, step: Step) -> None:
    """Assert what holds whatever was known and said."""
    asked = DIALOGUES[state.dialogue].slots
    for reply in step.replies:
        assert_said(reply)
    for slot, value in step.slots.items():
        assert value is None or is_storable(slot, value), (slot, value)
    assert step.ask is None or step.ask in asked
    assert 0 <= step.attempts <= MOST_ATTEMPTS
    assert step.which is None or step.ask == step.which["slot"]
    assert not (step.done and step.ask)
    if step.side_question:
        assert (step.ask, step.replies, step.slots) == (state.asked, (), {})
    blocked = blocking(state.dialogue, (*state.reasons, *step.reasons))
    if step.eating_disorder:
        assert names(step) == ["utter_eating_disorder_support"]
    elif blocked:
        assert names(step) == [f"utter_safeguard_{blocked}"]
    if step.eating_disorder or blocked:
        assert (shown(step), step.ask, step.done) == ({}, None, False)
        assert not any(reply.card or reply.buttons for reply in step.replies)


@dataclass
class Talk:
    """One conversation with one dialogue."""

    dialogue: str
    known: dict[str, Any] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    asked: str | None = None
    attempts: int = 0
    which: dict[str, Any] | None = None

    def say(
        self,
        text: str = "",
        intent: str | None = "inform",
        confidence: float = 1.0,
        earlier: tuple[str, ...] = (),
        **chosen: Any,
    ) -> Step:
        """Return what a message leads to, typed or of a button (`chosen`)."""
        state = State(
            self.dialogue, self.asked, dict(self.known), self.reasons, text, intent, confidence, chosen,
            self.attempts, self.which, earlier,
        )  # fmt: skip
        step = take_turn(state)
        assert_promises(state, step)
        if not step.side_question:
            told = {**self.known, **step.slots}
            self.known = {slot: value for slot, value in told.items() if value is not None}
            self.reasons = tuple(dict.fromkeys((*self.reasons, *step.reasons)))
            self.asked, self.attempts, self.which = step.ask, step.attempts, step.which
        return step

    def begin(self, text: str = "") -> Step:
        """Return what asking for the dialogue leads to."""
        return self.say(text, f"coaching_{self.dialogue}")

    def until(self, slot: str, **answers: str) -> Talk:
        """Answer plainly until a slot is asked for; return this conversation."""
        step = self.begin()
        while step.ask != slot:
            assert step.ask, f"{slot} is never asked for"
            step = self.say(answers.get(step.ask, PLAIN[step.ask][0]))
        return self
