"""A repeated answer takes its next variation, in a circle, per response and per conversation."""

from __future__ import annotations

from rasa.shared.core.events import BotUttered, SlotSet
from rasa.shared.core.slots import TextSlot
from rasa.shared.core.trackers import DialogueStateTracker

from channels.generator import RotatingGenerator

RESPONSES = {
    "utter_fitness_a": [{"text": "one {number}"}, {"text": "two {number}"}, {"text": "three"}],
    "utter_fitness_b": [{"text": "only"}],
    "utter_fitness_c": [{"text": "everywhere"}, {"text": "in telegram", "channel": "telegram"}],
}


def tracker() -> DialogueStateTracker:
    return DialogueStateTracker.from_events("me", [SlotSet("number", "112")], [TextSlot("number", mappings=[{}])])


async def said(
    generator: RotatingGenerator, conversation: DialogueStateTracker, response: str, channel: str = "bridge"
) -> str | None:
    """Utter a response as Rasa does: the event carries its name."""
    message = await generator.generate(response, conversation, channel)
    if message is None:
        return None
    conversation.update(BotUttered(message["text"], metadata={"utter_action": response}))
    return str(message["text"])


async def test_variations_come_in_order_and_start_again() -> None:
    generator, conversation = RotatingGenerator(RESPONSES), tracker()
    texts = [await said(generator, conversation, "utter_fitness_a") for _ in range(5)]
    assert texts == ["one 112", "two 112", "three", "one 112", "two 112"]


async def test_each_response_counts_alone() -> None:
    generator, conversation = RotatingGenerator(RESPONSES), tracker()
    assert await said(generator, conversation, "utter_fitness_a") == "one 112"
    assert await said(generator, conversation, "utter_fitness_b") == "only"
    assert await said(generator, conversation, "utter_fitness_b") == "only"
    assert await said(generator, conversation, "utter_fitness_a") == "two 112"


async def test_each_conversation_counts_alone_and_the_responses_stay_untouched() -> None:
    generator = RotatingGenerator(RESPONSES)
    assert await said(generator, tracker(), "utter_fitness_a") == "one 112"
    assert await said(generator, tracker(), "utter_fitness_a") == "one 112"
    assert RESPONSES["utter_fitness_a"][0] == {"text": "one {number}"}


async def test_an_unknown_response_is_none() -> None:
    assert await said(RotatingGenerator(RESPONSES), tracker(), "utter_fitness_none") is None


async def test_values_given_win_over_slots() -> None:
    message = await RotatingGenerator(RESPONSES).generate("utter_fitness_a", tracker(), "bridge", number="999")
    assert message is not None and message["text"] == "one 999"
