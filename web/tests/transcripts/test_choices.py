from __future__ import annotations

from record_samples import PLAN, begun

from transcripts.choices import choices_and_card
from transcripts.record import Record
from transcripts.values import Choice, Offer, Reply


def plan(*exercises: dict[str, object]) -> dict[str, object]:
    return {"kind": "plan", "sessions": [{"name": "A", "exercises": list(exercises)}]}


def test_choices_are_numbered_by_sequence() -> None:
    choices, card = choices_and_card(
        Reply("Which?", (Offer("Medical", "/medical"), ("Fitness", "/fitness", False))), 12
    )
    assert choices == (Choice("c12-1", "Medical", "/medical"), Choice("c12-2", "Fitness", "/fitness"))
    assert card is None


def test_a_how_without_a_choice_gets_a_hidden_one() -> None:
    card = plan({"name": "Glute bridge", "how": "/bridge"}, {"name": "Squat", "how": "/squat"})
    choices, converted = choices_and_card(Reply("Plan", (Offer("Swap", "/swap"),), card), 4)
    assert choices == (
        Choice("c4-1", "Swap", "/swap"),
        Choice("c4-2", "Glute bridge", "/bridge", hidden=True),
        Choice("c4-3", "Squat", "/squat", hidden=True),
    )
    assert converted == plan({"name": "Glute bridge", "how": "c4-2"}, {"name": "Squat", "how": "c4-3"})
    assert card == plan({"name": "Glute bridge", "how": "/bridge"}, {"name": "Squat", "how": "/squat"})  # not changed


def test_a_how_takes_the_hidden_choice_that_the_reply_offers() -> None:
    offers = (Offer("Visible", "/bridge"), Offer("How", "/bridge", hidden=True))
    choices, converted = choices_and_card(Reply("Plan", offers, plan({"name": "Glute bridge", "how": "/bridge"})), 4)
    assert [choice.id for choice in choices] == ["c4-1", "c4-2"]
    assert converted == plan({"name": "Glute bridge", "how": "c4-2"})


def test_the_same_exercise_twice_is_one_choice() -> None:
    card = plan({"name": "Bridge", "how": "/bridge"}, {"name": "Bridge", "how": "/bridge"})
    choices, converted = choices_and_card(Reply("Plan", (), card), 4)
    assert len(choices) == 1
    assert converted == plan({"name": "Bridge", "how": "c4-1"}, {"name": "Bridge", "how": "c4-1"})


def test_only_payloads_are_replaced() -> None:
    card = {"how": "slowly", "text": "/not a payload", "list": [1, None, {"how": None}], "deep": ({"how": "/x"},)}
    choices, converted = choices_and_card(Reply("Plan", (), card), 4)
    assert converted == {
        "how": "slowly",
        "text": "/not a payload",
        "list": [1, None, {"how": None}],
        "deep": [{"how": "c4-1"}],
    }
    assert choices == (Choice("c4-1", "/x", "/x", hidden=True),)


def test_in_the_record_no_card_holds_a_payload(record: Record) -> None:
    conversation_id = begun(record)
    record.add_message(conversation_id, "client-1", "plan")
    (stored,) = record.add_answer(conversation_id, 1, [PLAN], None)
    assert stored.card == plan({"name": "Glute bridge", "how": "c2-2"})
    assert stored.choices[1] == Choice("c2-2", "Glute bridge", "/fitness_glute_bridge", hidden=True)
    assert record.message(conversation_id, 2) == stored
