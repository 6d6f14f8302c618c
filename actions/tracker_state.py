"""Between Rasa's tracker and the pure functions of coaching/dialogue."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from coaching.dialogue.forms import FACTS
from coaching.dialogue.replies import Lines, Reply

#: So many messages before a dialogue are searched for what they tell.
_EARLIER = 8
#: What such messages say is nobody's answer.
_NO_ANSWERS = ("emergency", "crisis", "eating_disorder", "smalltalk_new_conversation", "out_of_scope_manipulation")


def known(tracker: Tracker) -> dict[str, Any]:
    """Return what the visitor has told: slot -> value."""
    values = {slot: tracker.get_slot(slot) for slot in FACTS}
    return {slot: value for slot, value in values.items() if value is not None}


def reasons(tracker: Tracker) -> tuple[str, ...]:
    """Return the reasons of safeguards told so far."""
    return tuple(tracker.get_slot("safeguard_reasons") or ())


def intent(tracker: Tracker) -> tuple[str | None, float]:
    """Return the intent of the latest message as it was acted upon, and its confidence.

    rasa-sdk's get_intent_of_latest_message reads the ranking, where the classifier's own answer stays.
    """
    found = tracker.latest_message.get("intent") or {}
    return found.get("name"), float(found.get("confidence") or 0.0)


def text(tracker: Tracker) -> str:
    """Return what was typed; nothing for a button."""
    said = str(tracker.latest_message.get("text") or "")
    return "" if said.startswith("/") else said


def chosen(tracker: Tracker) -> dict[str, Any]:
    """Return what the button pressed stands for: slot -> value."""
    if text(tracker):
        return {}
    return {
        entity["entity"]: [entity["value"]] if entity["entity"] == "stress_sources" else entity["value"]
        for entity in tracker.latest_message.get("entities") or ()
    }


def earlier(tracker: Tracker) -> tuple[str, ...]:
    """Return the last typed messages before this one, back to a new conversation; what a safety text answered left out."""
    found: list[str] = []
    messages = [event for event in tracker.events if event.get("event") == "user"]
    for message in reversed(messages[:-1][-_EARLIER:]):
        name = str(((message.get("parse_data") or {}).get("intent") or {}).get("name"))
        if name == "smalltalk_new_conversation":
            break
        said = str(message.get("text") or "")
        if said and not said.startswith("/") and not name.startswith(_NO_ANSWERS):
            found.append(said)
    return tuple(found[::-1])


def utter(dispatcher: CollectingDispatcher, replies: tuple[Reply, ...], domain: dict[str, Any]) -> None:
    """Utter responses of the domain, lines filled from it too."""
    for reply in replies:
        values = {
            name: _joined(value, domain) if isinstance(value, Lines) else value for name, value in reply.values.items()
        }
        dispatcher.utter_message(
            response=reply.response,
            buttons=[{"title": title, "payload": payload} for title, payload in reply.buttons],
            json_message={"card": reply.card} if reply.card else None,
            **values,
        )


def told(slots: dict[str, Any], tracker: Tracker, found: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the events that remember answers and the safeguards that follow from them."""
    events: list[dict[str, Any]] = [SlotSet(slot, value) for slot, value in slots.items()]
    before = reasons(tracker)
    if set(found) - set(before):
        events.append(SlotSet("safeguard_reasons", list(dict.fromkeys((*before, *found)))))
    return events


def _joined(lines: Lines, domain: dict[str, Any]) -> str:
    texts = []
    for name, values in lines.responses:
        filled = {key: _joined(value, domain) if isinstance(value, Lines) else value for key, value in values.items()}
        texts.append("• " + domain["responses"][name][0]["text"].format(**filled))
    return "\n".join(texts)
