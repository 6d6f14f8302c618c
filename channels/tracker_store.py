"""The bot's conversation store: SQL, never silent, and as fast at turn 100 as at turn 1.

Differences from Rasa's SQLTrackerStore, which it extends: a ValueError never ends the process; a failed save raises; lost
database connections are noticed before use; live trackers stay in memory beside the database; a long conversation is cut
to its slots and its last turns in memory (the database keeps every event). One process per database.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections import OrderedDict
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import QueuePool

from components.safety_plan import HOLD_SLOT, LOCK_SLOT, SAFEGUARD_SLOT

logger = logging.getLogger(__name__)

URL_VARIABLE = "HIP_TRACKER_URL"
DEFAULT_FILE = Path("var") / "tracker.db"
#: Conversations kept in memory; the least recently used goes first and is read from the database when it comes back.
LIVE_CONVERSATIONS = 1000
#: What must outlive a turn that was answered and could not be stored.
SAFETY_SLOTS = (HOLD_SLOT, LOCK_SLOT, SAFEGUARD_SLOT)
#: User turns a live tracker holds before it is cut to KEPT_TURNS.
MOST_TURNS = 12
KEPT_TURNS = 4


@dataclass
class _Live:
    tracker: DialogueStateTracker
    saved: int
    message_ids: set[str] = field(default_factory=set)


class ConversationStore(SQLTrackerStore):
    """Named in endpoints.yml as the tracker store; the database comes from HIP_TRACKER_URL, else a SQLite file.

    Args:
        domain: the domain of the loaded model, set by Rasa.
        event_broker: unused here, part of Rasa's signature.
        url: an SQLAlchemy URL; the environment variable HIP_TRACKER_URL wins over the default file var/tracker.db.
    """

    def __init__(
        self, domain: Domain | None = None, event_broker: EventBroker | None = None, url: str | None = None, **_: Any
    ) -> None:
        url = url or os.environ.get(URL_VARIABLE) or _default_url()
        self.engine = _engine(url)
        self.Base.metadata.create_all(self.engine)
        self.sessionmaker = sessionmaker(bind=self.engine)
        self._live: OrderedDict[str, _Live] = OrderedDict()
        self._owed: OrderedDict[str, dict[str, Any]] = OrderedDict()
        TrackerStore.__init__(self, domain or Domain.empty(), event_broker)

    @contextlib.contextmanager
    def session_scope(self) -> Generator[Session, None, None]:
        """Yield a session; errors reach the caller (Rasa's own would end the process on a ValueError)."""
        session = self.sessionmaker()
        try:
            yield session
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the live tracker of a conversation, read from the database when it is not in memory.

        The safety slots of a turn that could not be stored are set in it: that visitor is still held or locked.
        """
        live = self._live.get(sender_id)
        if live is None:
            live = self._read(sender_id)
            owed = self._owed.get(sender_id)
            if live is None and owed is None:
                return None
            live = live or _Live(self._new_tracker(sender_id), saved=0)
            for name, value in (owed or {}).items():
                live.tracker.update(SlotSet(name, value), self.domain)
            self._remember(sender_id, live)
        self._live.move_to_end(sender_id)
        return live.tracker

    async def create_tracker(self, sender_id: str, append_action_listen: bool = True) -> DialogueStateTracker:
        """Return an empty tracker. Rasa's own stores it at once; here the first turn does, with all its events."""
        tracker = self.init_tracker(sender_id)
        if append_action_listen:
            tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append the tracker's new events to the database.

        Raises:
            sqlalchemy.exc.SQLAlchemyError, ValueError: nothing was stored, and the live tracker is forgotten: the next
                turn starts from what the database holds, and from the safety slots of this one.
        """
        live = self._live.get(tracker.sender_id)
        if live is None or live.tracker is not tracker:
            live = _Live(tracker, saved=0)
            self._remember(tracker.sender_id, live)
        new_events = list(tracker.events)[live.saved :]
        try:
            with self.session_scope() as session:
                rows = [self._row(tracker.sender_id, event) for event in new_events]
                if rows:
                    session.execute(sa.insert(self.SQLEvent.__table__), rows)
                session.commit()
        except Exception:
            self.forget(tracker.sender_id)
            self.owe(tracker)
            raise
        self._owed.pop(tracker.sender_id, None)
        live.saved = len(tracker.events)
        live.message_ids.update(_message_ids(new_events))
        if sum(isinstance(event, UserUttered) for event in tracker.events) > MOST_TURNS:
            live.tracker = shorten(tracker, self.domain)
            live.saved = len(live.tracker.events)

    def owe(self, tracker: DialogueStateTracker) -> None:
        """Keep the safety slots of a turn that could not be stored until one of its conversation can be."""
        slots = {name: tracker.slots[name].value for name in SAFETY_SLOTS if name in tracker.slots}
        before = self._owed.get(tracker.sender_id, {})
        self._owed[tracker.sender_id] = before | {name: value for name, value in slots.items() if value}
        while len(self._owed) > LIVE_CONVERSATIONS:
            self._owed.popitem(last=False)

    def forget(self, sender_id: str) -> None:
        """Drop the live tracker of a conversation, e.g. after a turn that failed halfway."""
        self._live.pop(sender_id, None)

    async def has_message(self, sender_id: str, message_id: str) -> bool:
        """Tell whether the conversation already holds the message of that id; a new one is kept in memory from here on."""
        if await self.retrieve(sender_id) is None:
            self._remember(sender_id, _Live(await self.create_tracker(sender_id), saved=0))
        return message_id in self._live[sender_id].message_ids

    def tracker_after_message(self, sender_id: str, message_id: str) -> DialogueStateTracker:
        """Return the conversation as it was when the message of that id had been answered."""
        events: list[Event] = []
        reached = False
        for event in self._stored_events(sender_id):
            if isinstance(event, UserUttered):
                if reached:
                    break
                reached = event.message_id == message_id
            events.append(event)
        return DialogueStateTracker.from_events(sender_id, events, self.domain.slots, domain=self.domain)

    async def delete(self, sender_id: str) -> bool:
        """Erase a conversation from memory and database; False when there was none."""
        self.forget(sender_id)
        self._owed.pop(sender_id, None)
        with self.session_scope() as session:
            deleted = session.query(self.SQLEvent).filter_by(sender_id=sender_id).delete()
            session.commit()
        return bool(deleted)

    def _remember(self, sender_id: str, live: _Live) -> None:
        self._live[sender_id] = live
        while len(self._live) > LIVE_CONVERSATIONS:
            self._live.popitem(last=False)

    def _new_tracker(self, sender_id: str) -> DialogueStateTracker:
        events: list[Event] = [ActionExecuted(ACTION_LISTEN_NAME)]
        return DialogueStateTracker.from_events(sender_id, events, self.domain.slots, domain=self.domain)

    def _stored_events(self, sender_id: str) -> list[Event]:
        with self.session_scope() as session:
            rows = session.query(self.SQLEvent.data).filter_by(sender_id=sender_id).order_by(self.SQLEvent.id).all()
        return [event for row in rows if (event := Event.from_parameters(json.loads(row.data))) is not None]

    def _read(self, sender_id: str) -> _Live | None:
        events = self._stored_events(sender_id)
        if not events:
            return None
        tracker = DialogueStateTracker.from_events(sender_id, events, self.domain.slots, domain=self.domain)
        tracker = shorten(tracker, self.domain)
        return _Live(tracker, saved=len(tracker.events), message_ids=set(_message_ids(events)))

    def _row(self, sender_id: str, event: Event) -> dict[str, Any]:
        data = event.as_dict()
        return {
            "sender_id": sender_id,
            "type_name": event.type_name,
            "timestamp": event.timestamp,
            "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
            "action_name": data.get("name"),
            "data": json.dumps(data),
        }


def shorten(tracker: DialogueStateTracker, domain: Domain) -> DialogueStateTracker:
    """Return a tracker with the same slots and active form and only the last KEPT_TURNS turns.

    The cost of a Rasa turn grows with the events of its tracker: every action replays them.
    """
    events = list(tracker.events)
    turns = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(turns) <= KEPT_TURNS:
        return tracker
    cut = turns[-KEPT_TURNS]
    before = DialogueStateTracker.from_events(tracker.sender_id, events[:cut], domain.slots, domain=domain)
    carried: list[Event] = [
        SlotSet(name, slot.value) for name, slot in before.slots.items() if slot.value != slot.initial_value
    ]
    if before.active_loop_name:
        carried.append(ActiveLoop(before.active_loop_name))
    carried.append(ActionExecuted(ACTION_LISTEN_NAME))
    return DialogueStateTracker.from_events(tracker.sender_id, carried + events[cut:], domain.slots, domain=domain)


def _message_ids(events: Iterable[Event]) -> Iterator[str]:
    return (event.message_id for event in events if isinstance(event, UserUttered) and event.message_id)


def _default_url() -> str:
    DEFAULT_FILE.parent.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{DEFAULT_FILE}"


def _engine(url: str) -> sa.engine.Engine:
    # hide_parameters: an error must never write a visitor's words into a log
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_pre_ping=True, hide_parameters=True)  # a restarted database costs no turn
    engine = sa.create_engine(url, poolclass=QueuePool, connect_args={"check_same_thread": False}, hide_parameters=True)

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON"):
            try:
                connection.execute(f"PRAGMA {pragma}").close()
            except Exception as error:  # a read-only file: reading must still work, saving reports the reason itself
                logger.warning("SQLite refused PRAGMA %s: %s", pragma, error)

    return engine
