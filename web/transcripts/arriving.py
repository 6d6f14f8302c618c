"""Events of the platforms: each taken once, whatever was said stored in the conversation of its address."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, delete, insert, select, text

from transcripts import rows
from transcripts.cleaning import clean
from transcripts.models import arrivals, conversations
from transcripts.values import Arrived, Conversation, Said
from transcripts.writing import INSERT, add_arrived

#: How long events are remembered. Platforms deliver again for a day or so, the most patient ones for a week.
REMEMBERED = timedelta(days=8)

_LOCALE = "en"


def current(connection: Connection, channel: str, address: str, since: datetime) -> Conversation | None:
    """Return the newest conversation of an address if its last message is not older than `since`, else None."""
    row = connection.execute(_newest(channel, address)).one_or_none()
    return None if row is None or row.last_at < since else rows.conversation(row)


def arrive(
    connection: Connection,
    channel: str,
    event_id: str,
    address: str,
    said: Sequence[Said],
    *,
    public: bool,
    region: str | None,
    since: datetime,
    anew: bool,
    now: datetime,
) -> Arrived | None:
    """Take an event and commit; None and no commit when it was taken before."""
    take_turn(connection, channel, address)
    digest = _digest(event_id)
    add = INSERT[connection.dialect.name](arrivals).values(channel=channel, digest=digest, at=now)
    if not connection.execute(add.on_conflict_do_nothing().returning(arrivals.c.at)).first():
        return None
    row = connection.execute(_newest(channel, address).with_for_update()).one_or_none()
    newest = None if row is None else rows.conversation(row)
    arrived = newest if newest and newest.last_at >= since and not (anew and said) else None
    messages = []
    if said:
        if arrived is None:
            # Never older than the one before, though the clock be set back: the newest one is the current one.
            at = max(now, newest.created_at + timedelta(microseconds=1)) if newest else now
            arrived = _begin(connection, channel, address, public, region, at)
        messages = add_arrived(connection, arrived.id, digest, said, now)
    connection.commit()
    return Arrived(arrived, messages, first=newest is None)


def take_turn(connection: Connection, channel: str, address: str) -> None:
    """Wait until nobody else begins or erases conversations of this address; until the transaction ends.

    On SQLite a transaction is alone anyway. The lock's number is a hash: it shows nothing of the address.
    """
    if connection.dialect.name == "postgresql":
        number = int.from_bytes(bytes.fromhex(_digest(f"{clean(channel)}\0{clean(address)}"))[:8], "big", signed=True)
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


def forget(connection: Connection, now: datetime) -> None:
    """Forget events that no platform delivers any more; the caller commits."""
    connection.execute(delete(arrivals).where(arrivals.c.at < now - REMEMBERED))


def _newest(channel: str, address: str) -> Select[tuple[object, ...]]:
    query = select(conversations).where(conversations.c.channel == channel, conversations.c.address == address)
    return query.order_by(conversations.c.created_at.desc()).limit(1)


def _begin(
    connection: Connection, channel: str, address: str, public: bool, region: str | None, at: datetime
) -> Conversation:
    values = {
        "id": secrets.token_hex(16),
        "channel": channel,
        "region": region,
        "locale": _LOCALE,
        "created_at": at,
        "last_at": at,
        "last_sequence": 0,
        "address": address,
        "public": public,
    }
    return rows.conversation(connection.execute(insert(conversations).returning(*conversations.c), values).one())


def _digest(given: str) -> str:
    return hashlib.sha256(given.encode("utf-8", "surrogatepass")).hexdigest()
