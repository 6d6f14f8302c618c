"""The conversation store on SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from postgres import Postgres
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from channels import tracker_store
from channels.tracker_store import KEPT_TURNS, MOST_TURNS, ConversationStore, shorten

Ids = Callable[[], str]
Open = Callable[[], ConversationStore]

DOMAIN = Domain.from_yaml(
    """
    version: "3.1"
    intents: [say]
    slots:
      lock: {type: text, influence_conversation: false, mappings: [{type: custom}]}
      number: {type: text, initial_value: "112", influence_conversation: false, mappings: [{type: custom}]}
      reasons: {type: list, influence_conversation: false, mappings: [{type: custom}]}
      days: {type: any, mappings: [{type: custom}]}
    forms:
      plan_form: {required_slots: [days]}
    responses:
      utter_fitness_a: [{text: a}]
    """
)


@pytest.fixture(params=["sqlite", "postgresql"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Return a function that opens the same database anew, as a restarted bot would."""
    url = f"sqlite:///{tmp_path}/tracker.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").url
    opened: list[ConversationStore] = []

    def start() -> ConversationStore:
        opened.append(ConversationStore(DOMAIN, url=url))
        return opened[-1]

    yield start
    for store in opened:
        store.engine.dispose()


def turn(text: str, message_id: str | None = None) -> list[Event]:
    """Return the events of one answered message."""
    return [
        UserUttered(text, {"name": "say", "confidence": 1.0}, message_id=message_id),
        ActionExecuted("utter_fitness_a"),
        BotUttered(f"a to {text}", metadata={"utter_action": "utter_fitness_a"}),
        ActionExecuted(ACTION_LISTEN_NAME),
    ]


async def add(store: ConversationStore, conversation: str, events: list[Event]) -> DialogueStateTracker:
    tracker = await store.get_or_create_tracker(conversation)
    tracker.update_with_events(events, DOMAIN)
    await store.save(tracker)
    return tracker


def rows(store: ConversationStore, conversation: str) -> list[Any]:
    with store.session_scope() as session:
        return list(session.query(store.SQLEvent).filter_by(sender_id=conversation).order_by(store.SQLEvent.id))


def texts(tracker: DialogueStateTracker | None) -> list[str]:
    assert tracker is not None
    return [event.text for event in tracker.events if isinstance(event, UserUttered)]


async def test_what_is_saved_is_read_back_after_a_restart(open_store: Open, new_id: Ids) -> None:
    conversation = new_id()
    saved = await add(
        open_store(),
        conversation,
        [
            *turn("hi \U0001f600 \u00e9"),
            SlotSet("lock", "crisis"),
            SlotSet("reasons", ["minor"]),
            ActiveLoop("plan_form"),
        ],
    )
    read = await open_store().retrieve(conversation)
    assert read is not None
    assert [event.as_dict() for event in read.events] == [event.as_dict() for event in saved.events]
    assert read.current_slot_values() == saved.current_slot_values()
    assert read.active_loop_name == "plan_form"


async def test_an_unknown_conversation_is_none(open_store: Open, new_id: Ids) -> None:
    assert await open_store().retrieve(new_id()) is None


async def test_only_new_events_are_written(open_store: Open, new_id: Ids) -> None:
    store, conversation = open_store(), new_id()
    for number in range(3):
        await add(store, conversation, turn(str(number)))
    tracker = await store.retrieve(conversation)
    assert tracker is not None
    await store.save(tracker)
    assert len(rows(store, conversation)) == len(tracker.events)
    store = open_store()
    await add(store, conversation, turn("after the restart"))
    assert len(rows(store, conversation)) == len(tracker.events) + 4


async def test_a_long_conversation_is_short_in_memory_and_whole_in_the_database(open_store: Open, new_id: Ids) -> None:
    store, conversation = open_store(), new_id()
    ids = [new_id() for _ in range(3 * MOST_TURNS)]
    await add(
        store,
        conversation,
        [
            SlotSet("lock", "crisis"),
            SlotSet("number", None),
            SlotSet("reasons", ["minor", "older"]),
            ActiveLoop("plan_form"),
        ],
    )
    longest = 0
    for number, message_id in enumerate(ids):
        tracker = await add(store, conversation, turn(str(number), message_id))
        longest = max(longest, len(texts(tracker)))
    assert longest == MOST_TURNS + 1
    for opened in (store, open_store()):
        tracker = await opened.retrieve(conversation)
        assert tracker is not None
        assert texts(tracker) == [str(number) for number in range(len(ids))][-len(texts(tracker)) :]
        assert tracker.get_slot("lock") == "crisis"
        assert tracker.get_slot("number") is None
        assert tracker.get_slot("reasons") == ["minor", "older"]
        assert tracker.active_loop_name == "plan_form"
        assert all([await opened.has_message(conversation, message_id) for message_id in ids])
        assert not await opened.has_message(conversation, new_id())
    users = [row for row in rows(store, conversation) if row.type_name == "user"]
    assert len(users) == len(ids), "each message is stored exactly once"


async def test_the_answer_of_any_earlier_message_is_found(open_store: Open, new_id: Ids) -> None:
    store, conversation = open_store(), new_id()
    ids = [new_id() for _ in range(MOST_TURNS + 3)]
    for number, message_id in enumerate(ids):
        await add(store, conversation, [*turn(str(number), message_id), SlotSet("lock", str(number))])
    for number in (0, 5, len(ids) - 1):
        tracker = store.tracker_after_message(conversation, ids[number])
        assert texts(tracker)[-1] == str(number)
        assert tracker.get_slot("lock") == str(number)


async def test_erasing(open_store: Open, new_id: Ids) -> None:
    store, gone, kept = open_store(), new_id(), new_id()
    await add(store, gone, turn("hi", "m" * 16))
    await add(store, kept, turn("hi"))
    assert await store.delete(gone) is True
    assert await store.retrieve(gone) is None
    assert not await store.has_message(gone, "m" * 16)
    assert rows(store, gone) == []
    assert await store.delete(gone) is False
    assert texts(await store.retrieve(kept)) == ["hi"]


@pytest.mark.parametrize("text", ["\ud83d half", "\udc00", "a\x00b", "\x00", "\ufffe\uffff", "x" * 100_000])
async def test_odd_text_comes_back_as_it_was(open_store: Open, new_id: Ids, text: str) -> None:
    conversation = new_id()
    await add(open_store(), conversation, turn(text))
    assert texts(await open_store().retrieve(conversation)) == [text]


@pytest.mark.parametrize("conversation", ["a" * 16 + "\ud800", "a" * 16 + "\x00"])
async def test_an_odd_conversation_id_never_ends_the_process(open_store: Open, new_id: Ids, conversation: str) -> None:
    """Rasa's own store calls sys.exit(1) here: SystemExit would not be an Exception."""
    store = open_store()
    try:
        await add(store, conversation, turn("hi"))
        assert texts(await store.retrieve(conversation)) == ["hi"]
    except (ValueError, sa.exc.SQLAlchemyError):
        assert conversation not in store._live, "a turn that was not stored is forgotten"
    other = new_id()
    await add(store, other, turn("still here"))
    assert texts(await open_store().retrieve(other)) == ["still here"]


async def test_a_failed_save_raises_and_the_conversation_is_read_anew(open_store: Open, new_id: Ids) -> None:
    store, conversation = open_store(), new_id()
    await add(store, conversation, turn("stored"))
    tracker = await store.retrieve(conversation)
    assert tracker is not None
    tracker.update_with_events([*turn("lost"), SlotSet("days", {1, 2})], DOMAIN)
    with pytest.raises(TypeError):  # a set is no JSON
        await store.save(tracker)
    assert texts(await store.retrieve(conversation)) == ["stored"]


@pytest.mark.parametrize("known", [True, False], ids=["in a conversation", "first message"])
async def test_a_hold_or_lock_outlives_a_failed_save(open_store: Open, new_id: Ids, known: bool) -> None:
    store, conversation = open_store(), new_id()
    if known:
        await add(store, conversation, turn("stored"))
    unsafe = [*turn("lost"), SlotSet("lock", "crisis"), SlotSet("days", {1, 2})]
    with pytest.raises(TypeError):  # a set is no JSON
        await add(store, conversation, unsafe)
    tracker = await store.retrieve(conversation)
    assert texts(tracker) == ["stored"] * known
    assert tracker is not None and tracker.get_slot("lock") == "crisis"
    assert tracker.latest_action_name == ACTION_LISTEN_NAME, "the rules go on from there"
    await add(store, conversation, turn("next"))
    assert (await add(open_store(), conversation, turn("later"))).get_slot("lock") == "crisis"
    assert await store.delete(conversation) and await store.retrieve(conversation) is None


async def test_what_is_owed_is_never_loosened_and_never_endless(
    open_store: Open, new_id: Ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracker_store, "LIVE_CONVERSATIONS", 2)
    store, conversations = open_store(), [new_id() for _ in range(4)]
    for conversation in conversations:
        for lock in ("crisis", None):
            store.owe(await add(ConversationStore(DOMAIN, url="sqlite://"), conversation, [SlotSet("lock", lock)]))
    kept = [await store.retrieve(conversation) for conversation in conversations]
    assert [tracker and tracker.get_slot("lock") for tracker in kept] == [None, None, "crisis", "crisis"]


async def test_conversations_beyond_the_memory_limit_are_read_anew(
    open_store: Open, new_id: Ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracker_store, "LIVE_CONVERSATIONS", 2)
    store, conversations = open_store(), [new_id() for _ in range(5)]
    for round_ in range(2):
        for conversation in conversations:
            await add(store, conversation, [*turn(str(round_)), SlotSet("lock", conversation)])
    assert len(store._live) == 2
    for conversation in conversations:
        tracker = await store.retrieve(conversation)
        assert tracker is not None
        assert texts(tracker) == ["0", "1"]
        assert tracker.get_slot("lock") == conversation
        assert len(rows(store, conversation)) == len(tracker.events)


async def test_a_restart_of_postgresql_loses_no_turn(postgres: Postgres, new_id: Ids) -> None:
    store, conversation = ConversationStore(DOMAIN, url=postgres.url), new_id()
    await add(store, conversation, turn("before"))
    postgres.restart()
    await add(store, conversation, turn("after"))
    store.forget(conversation)
    assert texts(await store.retrieve(conversation)) == ["before", "after"]
    postgres.stop()
    try:
        with pytest.raises(sa.exc.SQLAlchemyError):
            await add(store, conversation, turn("not stored"))
    finally:
        postgres.resume()
    await add(store, conversation, turn("again"))
    assert texts(await store.retrieve(conversation)) == ["before", "after", "again"]
    store.engine.dispose()


def test_a_short_conversation_is_left_alone() -> None:
    tracker = DialogueStateTracker.from_events("me", turn("a") * KEPT_TURNS, DOMAIN.slots, domain=DOMAIN)
    assert shorten(tracker, DOMAIN) is tracker


def test_the_environment_names_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIP_TRACKER_URL", f"sqlite:///{tmp_path}/named.db")
    assert ConversationStore(DOMAIN).engine.url.database == f"{tmp_path}/named.db"
    monkeypatch.delenv("HIP_TRACKER_URL")
    monkeypatch.chdir(tmp_path)
    assert Path(str(ConversationStore(DOMAIN).engine.url.database)).resolve() == tmp_path / "var" / "tracker.db"


def test_the_constructor_fits_how_rasa_calls_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rasa.core.tracker_store import TrackerStore
    from rasa.utils.endpoints import EndpointConfig

    monkeypatch.setenv("HIP_TRACKER_URL", f"sqlite:///{tmp_path}/tracker.db")
    store = TrackerStore.create(EndpointConfig(type="channels.tracker_store.ConversationStore"), DOMAIN)
    assert isinstance(store, ConversationStore)
