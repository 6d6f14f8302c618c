"""A turn in process, on the trained model: typed text is never a payload, locks hold, a broken set-up is refused loudly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.core.agent import Agent
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered

from channels.bridge_names import new_id as make_id
from channels.tracker_store import ConversationStore
from channels.turn import Assistant, BadTurnError, TurnFailedError, TurnRequest, _unwrapped, typed_text

Ids = Callable[[], str]
NEW_CONVERSATION = "start a new conversation"
LOCKING = {"crisis": "I want to kill myself", "eating_disorder": "I make myself throw up after every meal"}
EMERGENCY = "my hip popped out of its socket and i can't move my leg"


async def say(assistant: Assistant, conversation: str, said: str, **fields: Any) -> dict[str, Any]:
    field = {"choice": said} if said.startswith("/") else {"text": said}
    return await assistant.answer(TurnRequest(conversation, make_id(), **field, **fields))


def names(body: dict[str, Any]) -> list[str]:
    return [reply["response"] for reply in body["replies"]]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("/restart", "restart"),
        ("\u00a0/restart", "restart"),
        ("\x1f / //restart", "restart"),
        ("\uff0frestart", "restart"),
        ("/", "?"),
        (" // ", "?"),
        ("", ""),
        ("\x00\u200b\ud800", ""),
        ("1/2", "1/2"),
        ("hello\r\nthere", "hello there"),
        ("\U0001f44d", "\U0001f44d"),
    ],
)
def test_typed_text(typed: str, read: str) -> None:
    assert typed_text(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("myhipjustpoppedoutandicantmove", "my hip just popped out and i cant move"),
        ("help MYHIPPOPPEDOUTOFTHESOCKET", "help MY HIP POPPED OUT OF THE SOCKET"),
        ("intertrochanteric fracture", "intertrochanteric fracture"),
        ("https://averyveryverylongaddress.example", "https://averyveryverylongaddress.example"),
        ("somebodywithalongname@example.org", "somebodywithalongname@example.org"),
        ("myhipisout" * 40, "myhipisout" * 40),
    ],
)
def test_words_typed_without_spaces_are_read_apart(typed: str, read: str) -> None:
    assert typed_text(typed) == read


@given(st.text(st.characters(codec=None)))
def test_typed_text_is_never_a_payload_for_rasa(text: str) -> None:
    read = typed_text(text)
    assert not read.strip().startswith("/")
    assert read == read.strip()
    read.encode()  # no lone surrogate is left


@settings(max_examples=25)
@given(
    st.from_regex(r"[A-Za-z0-9_-]{16,64}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9_-]{16,64}", fullmatch=True),
    st.text(min_size=1),
)
def test_a_request_with_good_ids_fails_only_for_its_text(conversation: str, message: str, text: str) -> None:
    request = TurnRequest(conversation, message, text=text)
    if typed_text(text):
        assert request.checked([]) is request
    else:
        with pytest.raises(BadTurnError, match="empty"):
            request.checked([])


@given(
    st.text().filter(
        lambda value: (
            not (16 <= len(value) <= 64 and value.isascii() and value.replace("-", "").replace("_", "").isalnum())
        )
    )
)
def test_no_other_id_is_accepted(value: str) -> None:
    with pytest.raises(BadTurnError, match="conversation_id"):
        TurnRequest(value, "m" * 16, text="hi").checked([])


@pytest.mark.parametrize(
    "store", [InMemoryTrackerStore(Domain.empty()), FailSafeTrackerStore(InMemoryTrackerStore(Domain.empty()))]
)
def test_another_store_is_refused(store: Any) -> None:
    with pytest.raises(TurnFailedError, match=r"channels\.tracker_store\.ConversationStore"):
        _unwrapped(store)


def test_our_store_is_taken_out_of_rasas_wrapper() -> None:
    store = ConversationStore(Domain.empty(), url="sqlite://")
    assert _unwrapped(FailSafeTrackerStore(store)) is store
    assert _unwrapped(store) is store


def test_an_agent_without_a_model_is_refused() -> None:
    with pytest.raises(TurnFailedError, match="make train"):
        Assistant(Agent(tracker_store=ConversationStore(Domain.empty(), url="sqlite://")))


async def test_a_folder_without_a_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.turn.MODELS", tmp_path)
    with pytest.raises(TurnFailedError, match="make train"):
        await Assistant.load()


async def test_the_model_understands_the_known_sentences(assistant: Assistant) -> None:
    await assistant.check()


async def test_a_model_that_misunderstands_is_refused(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.turn.KNOWN_SENTENCES", {"hip reduction": "crisis"})
    with pytest.raises(TurnFailedError, match="make train"):
        await assistant.check()


async def test_a_held_conversation_is_freed_by_the_choice(assistant: Assistant, new_id: Ids) -> None:
    conversation = new_id()
    first = await say(assistant, conversation, EMERGENCY)
    assert names(first)[0] == "utter_emergency_injury"
    assert "/emergency_release" in [choice["payload"] for choice in first["replies"][0]["choices"]]
    for question in ("/fitness_squat", "/smalltalk_help", NEW_CONVERSATION, "/handoff"):
        assert names(await say(assistant, conversation, question)) == ["utter_emergency_held"]
    assert names(await say(assistant, conversation, EMERGENCY))[0] == "utter_emergency_injury"
    assert names(await say(assistant, conversation, "/emergency_release")) == ["utter_clarify_after_release"]
    assert (await say(assistant, conversation, "/fitness_squat"))["outcome"] == "fitness"


@pytest.mark.parametrize("lock", ["crisis", "eating_disorder"])
async def test_a_lock_lasts_until_a_new_conversation(assistant: Assistant, new_id: Ids, lock: str) -> None:
    conversation = new_id()
    assert names(await say(assistant, conversation, LOCKING[lock])) == [f"utter_{lock}_support"]
    for _ in range(8):  # beyond the turns that stay in memory
        for question in ("/fitness_protein", "/clarify_choose_fitness"):
            body = await say(assistant, conversation, question)
            assert body["outcome"] == lock
            assert names(body) == [f"utter_{lock}_locked"]
    assert "utter_handoff_contact" in names(await say(assistant, conversation, "/handoff"))
    await say(assistant, conversation, NEW_CONVERSATION)
    assert (await say(assistant, conversation, "/fitness_protein"))["outcome"] == "fitness"


async def test_an_emergency_and_a_crisis_are_both_shown(assistant: Assistant, new_id: Ids) -> None:
    conversation = new_id()
    body = await say(assistant, conversation, "I took a whole bottle of pills because I want to die")
    assert names(body)[0] == "utter_emergency_general" and "utter_crisis_support" in names(body)
    assert body["outcome"] == "emergency"
    assert names(await say(assistant, conversation, "/emergency_release")) == ["utter_crisis_locked"]


async def test_the_country_that_is_said_wins_over_the_region(assistant: Assistant, new_id: Ids) -> None:
    conversation = new_id()
    body = await say(assistant, conversation, EMERGENCY, region="GB")
    assert "999 or 112" in body["replies"][0]["text"] and "local number" in body["replies"][0]["text"]
    body = await say(assistant, conversation, f"{EMERGENCY}, I live in Australia", region="GB")
    assert "000" in body["replies"][0]["text"] and "999" not in body["replies"][0]["text"]
    assert body["region"] == "AU"
    body = await say(assistant, conversation, "and now?", region="GB")
    assert "000" in body["replies"][0]["text"]


async def test_a_country_told_while_held_changes_the_number(assistant: Assistant, new_id: Ids) -> None:
    conversation = new_id()
    first = await assistant.answer(TurnRequest(conversation, new_id(), text=EMERGENCY))
    assert "112 or 911" in first["replies"][0]["text"]
    held = await assistant.answer(TurnRequest(conversation, new_id(), text="I'm in Ireland"))
    assert held["outcome"] == "emergency" and held["region"] == "IE"
    assert "112 or 999" in held["replies"][0]["text"]


async def test_a_place_asked_about_is_no_country_of_the_visitor(assistant: Assistant, new_id: Ids) -> None:
    body = await assistant.answer(TurnRequest(new_id(), new_id(), text="what is the weather like in Paris at Easter"))
    assert body["outcome"] == "out_of_scope" and body["region"] is None


async def test_a_turn_that_is_cancelled_leaves_nothing_behind(
    assistant: Assistant, new_id: Ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sanic cancels a turn whose caller goes away; the retry must be the only one in the conversation."""
    request = TurnRequest(new_id(), new_id(), text="how much protein do I need")

    async def cancelled(*_: Any) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(assistant._processor, "_run_prediction_loop", cancelled)
        with pytest.raises(asyncio.CancelledError):
            await assistant.answer(request)
    assert (await assistant.answer(request))["outcome"] == "fitness"
    tracker = await assistant.store.retrieve(request.conversation_id)
    assert tracker is not None
    assert [event.message_id for event in tracker.events if isinstance(event, UserUttered)] == [request.message_id]


async def test_an_unknown_region_gets_the_numbers_of_the_unknown(assistant: Assistant, new_id: Ids) -> None:
    for region in (None, "XX"):
        assert "112 or 911" in (await say(assistant, new_id(), EMERGENCY, region=region))["replies"][0]["text"]


async def test_a_choice_that_no_button_offers_is_refused(assistant: Assistant, new_id: Ids) -> None:
    with pytest.raises(BadTurnError, match="choice"):
        await say(assistant, new_id(), "/smalltalk_greet")


async def test_a_repeated_answer_takes_its_next_wording(assistant: Assistant, new_id: Ids) -> None:
    conversation = new_id()
    await say(assistant, conversation, LOCKING["crisis"])
    one = await say(assistant, conversation, "/fitness_protein")
    two = await say(assistant, conversation, "/fitness_protein")
    assert names(one) == names(two) and one["replies"][0]["text"] != two["replies"][0]["text"]
