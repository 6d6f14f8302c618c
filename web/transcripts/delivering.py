"""What is on its way to the platforms: queued with its answer, sent part by part, its fate kept.

Each change of a delivery is one statement, guarded by the state it needs: who comes too late changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from transcripts import rows
from transcripts.at_once import Writing
from transcripts.models import IS_UNSENT, deliveries
from transcripts.values import Delivery, FinalDeliveryState, Message, Reply

#: Cards that cannot wait behind other replies, and are sent again when nobody knows whether they arrived.
URGENT_CARDS = frozenset({"emergency", "crisis"})

#: Rows that are read of what waits for one address: it is read again after each that is sent.
MOST_WAITING = 100

_ADD = insert(deliveries)
_NEW: dict[str, Any] = {"part": 0, "state": "waiting", "attempts": 0}


def is_urgent(message: Message | Reply) -> bool:
    """Tell whether a reply overtakes others: an emergency, a crisis, or the text with the number when the bot failed."""
    return message.kind == "failure" or (message.card or {}).get("kind") in URGENT_CARDS


def queue(connection: Writing, channel: str, address: str, replies: Sequence[Message], now: datetime) -> None:
    """Store one delivery for each of the replies; the caller commits."""
    values = [
        {
            **_NEW,
            "channel": channel,
            "address": address,
            "conversation_id": reply.conversation_id,
            "sequence": reply.sequence,
            "urgent": is_urgent(reply),
            "updated_at": now,
        }
        for reply in replies
    ]
    connection.execute(_ADD, values)


def notify(connection: Connection, channel: str, address: str, text: str, now: datetime) -> None:
    """Store a delivery that belongs to no conversation, and commit."""
    values = {**_NEW, "channel": channel, "address": address, "text": text, "urgent": False, "updated_at": now}
    connection.execute(_ADD, values)
    connection.commit()


def waiting(connection: Connection, channel: str, address: str) -> list[Delivery]:
    """Return what waits for an address: what is urgent first, then the oldest; the first MOST_WAITING of it."""
    query = select(deliveries).where(
        *_in_state("waiting"), deliveries.c.channel == channel, deliveries.c.address == address
    )
    found = connection.execute(query.order_by(deliveries.c.urgent.desc(), deliveries.c.id).limit(MOST_WAITING))
    return [rows.delivery(row) for row in found]


def waiting_addresses(connection: Connection) -> list[tuple[str, str]]:
    """Return channel and address of each that something waits for; whoever has waited longest first."""
    query = (
        select(deliveries.c.channel, deliveries.c.address)
        .where(*_in_state("waiting"))
        .group_by(deliveries.c.channel, deliveries.c.address)
        .order_by(func.min(deliveries.c.id))
    )
    return [(row.channel, row.address) for row in connection.execute(query)]


def states(connection: Connection, conversation_id: str) -> dict[int, str]:
    """Return the state of each delivery of a conversation, by the sequence of its message."""
    query = select(deliveries.c.sequence, deliveries.c.state).where(deliveries.c.conversation_id == conversation_id)
    return {row.sequence: row.state for row in connection.execute(query)}


def sending(connection: Connection, delivery_id: int, now: datetime) -> bool:
    """Note that a delivery is about to be sent, and commit; False: it is gone, or does not wait."""
    values = {"state": "sending", "attempts": deliveries.c.attempts + 1, "updated_at": now}
    changed = connection.execute(_one(delivery_id, "waiting").values(values)).rowcount
    connection.commit()
    return bool(changed)


def sent_part(connection: Connection, delivery_id: int, last: bool, now: datetime) -> bool:
    """Note that a part was sent, and commit; True: a row that belonged to no conversation was deleted with its last one."""
    if last and _delete_loose(connection, delivery_id, "sending"):
        connection.commit()
        return True
    values = {
        "part": deliveries.c.part + 1,
        "state": "sent" if last else "waiting",
        "attempts": deliveries.c.attempts if last else 0,
        "next_at": None,
        "reason": None,
        "updated_at": now,
    }
    connection.execute(_one(delivery_id, "sending").values(values))
    connection.commit()
    return False


def postpone(connection: Connection, delivery_id: int, until: datetime, reason: str, now: datetime) -> None:
    """Let a delivery that was being sent wait again, and commit."""
    values = {"state": "waiting", "next_at": until, "reason": reason, "updated_at": now}
    connection.execute(_one(delivery_id, "sending").values(values))
    connection.commit()


def end(connection: Connection, delivery_id: int, state: FinalDeliveryState, reason: str, now: datetime) -> bool:
    """Give a delivery up, and commit; True: it belonged to no conversation, and its row was deleted."""
    if deleted := _delete_loose(connection, delivery_id, "waiting", "sending"):
        connection.commit()
        return deleted
    values = {"state": state, "next_at": None, "reason": reason, "updated_at": now}
    connection.execute(_one(delivery_id, "waiting", "sending").values(values))
    connection.commit()
    return False


def take_over(connection: Connection, now: datetime) -> tuple[int, int, bool]:
    """Decide on what a killed process left "sending", and commit.

    Returns:
        how many wait again; how many nobody knows the fate of; whether rows of no conversation were deleted among these.
    """
    left = _in_state("sending")
    again = update(deliveries).where(*left, deliveries.c.urgent).values(state="waiting", next_at=None, updated_at=now)
    urgent = connection.execute(again).rowcount
    loose = connection.execute(delete(deliveries).where(*left, deliveries.c.conversation_id.is_(None))).rowcount
    values = {"state": "unknown", "reason": "stopped while sending", "updated_at": now}
    unknown = connection.execute(update(deliveries).where(*left).values(values)).rowcount
    connection.commit()
    return urgent, unknown + loose, bool(loose)


def _in_state(*states: str) -> tuple[ColumnElement[bool], Any]:
    return deliveries.c.state.in_(states), IS_UNSENT


def _one(delivery_id: int, *states: str) -> Any:
    return update(deliveries).where(deliveries.c.id == delivery_id, deliveries.c.state.in_(states))


def _delete_loose(connection: Connection, delivery_id: int, *states: str) -> bool:
    loose = (deliveries.c.id == delivery_id, deliveries.c.state.in_(states), deliveries.c.conversation_id.is_(None))
    return bool(connection.execute(delete(deliveries).where(*loose)).rowcount)
