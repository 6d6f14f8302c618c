"""The tables of the record. `migrations/` creates them; a test holds that both agree, on both databases."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import ForeignKey, Index, Table, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from transcripts.base import Base, Number, partial
from transcripts.columns import CleanJson
from transcripts.staff import review_models as _console  # noqa: F401  its tables are in the same metadata

#: Conditions of partial indexes. A query finds such an index only by repeating its condition word for word.
IS_VISITORS = text("client_id IS NOT NULL")
IS_OPEN = text("state <> 'answered'")
IS_UNSENT = text("state <> 'sent'")


class ConversationRow(Base):
    """One conversation. `last_sequence` hands out the sequences of its messages; `address` is a platform's alone."""

    __tablename__ = "conversations"
    __table_args__ = (
        # Not of the website's conversations, so that they do not write it. A query finds it by the address it asks for.
        Index("ix_conversations_address", "channel", "address", "created_at", **partial(text("address IS NOT NULL"))),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str]
    region: Mapped[str | None]
    locale: Mapped[str]
    created_at: Mapped[datetime]
    last_at: Mapped[datetime]  # without an index, which every message would have to write: retention may read them all
    last_sequence: Mapped[int]
    address: Mapped[str | None]
    public: Mapped[bool] = mapped_column(server_default=false())


class MessageRow(Base):
    """One message of either direction. Its columns are those of `values.Message`; `reason` says why it is unanswered."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "sequence"),
        # Both hold few rows, so that storing an answer does not write them.
        Index("uq_messages_client", "conversation_id", "client_id", unique=True, **partial(IS_VISITORS)),
        Index("ix_messages_open", "state", "id", **partial(IS_OPEN)),
    )

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    sequence: Mapped[int]
    sender: Mapped[str]
    client_id: Mapped[str | None]
    reply_to: Mapped[int | None]
    text: Mapped[str]
    payload: Mapped[str | None]
    choices: Mapped[list[dict[str, Any]] | None] = mapped_column(CleanJson)
    card: Mapped[dict[str, Any] | None] = mapped_column(CleanJson)
    source: Mapped[str | None]
    response: Mapped[str | None]
    outcome: Mapped[str | None]
    kind: Mapped[str]
    state: Mapped[str | None]
    reason: Mapped[str | None]
    created_at: Mapped[datetime]


class UnderstandingRow(Base):
    """What the bot understood of one visitor's message; `red_flags` hold the visitor's own words."""

    __tablename__ = "understandings"

    message_id: Mapped[int] = mapped_column(Number, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    outcome: Mapped[str]
    intent: Mapped[str | None]
    confidence: Mapped[float | None]
    alternatives: Mapped[list[dict[str, Any]]] = mapped_column(CleanJson)
    red_flags: Mapped[list[dict[str, Any]]] = mapped_column(CleanJson)
    region: Mapped[str | None]
    model: Mapped[str | None]
    ms: Mapped[float | None]
    degraded: Mapped[bool]


class FeedbackRow(Base):
    """A visitor's thumb on one of the assistant's messages."""

    __tablename__ = "feedback"

    message_id: Mapped[int] = mapped_column(Number, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    value: Mapped[str]
    at: Mapped[datetime]


class ArrivalRow(Base):
    """An event of a platform that has been taken, kept for some days: platforms deliver events again.

    `digest` is the SHA-256 of the event's id: an id of WhatsApp holds the person's phone number.
    """

    __tablename__ = "arrivals"

    channel: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]  # without an index, as `last_at` of a conversation


class DeliveryRow(Base):
    """One reply on its way to a platform; its columns are those of `values.Delivery`.

    A row without conversation holds its text, and stays only until it is sent or given up: it holds an address too.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("conversation_id", "sequence"),
        Index("ix_deliveries_unsent", "state", "channel", "address", "id", **partial(IS_UNSENT)),
        {"sqlite_autoincrement": True},  # an id of an erased row, still in a sender's hands, must not name a new one
    )

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    channel: Mapped[str]
    address: Mapped[str]
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    sequence: Mapped[int | None]
    text: Mapped[str | None]
    urgent: Mapped[bool]
    part: Mapped[int]
    state: Mapped[str]
    attempts: Mapped[int]
    next_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    updated_at: Mapped[datetime]


class ErasureRow(Base):
    """A conversation that is erased here; `done_at` is empty while the bot's tracker of it is still to be erased.

    The row outlives the erasure: the id is never used again, and after restoring a backup it says what to erase anew.
    """

    __tablename__ = "erasures"

    conversation_id: Mapped[str] = mapped_column(primary_key=True)
    requested_at: Mapped[datetime]
    done_at: Mapped[datetime | None] = mapped_column(index=True)


class AuditRow(Base):
    """Who did what when, never what was said. Triggers of the database refuse to change or delete a row."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    conversation_id: Mapped[str | None] = mapped_column(index=True)
    details: Mapped[dict[str, Any]] = mapped_column(CleanJson)


class HeartbeatRow(Base):
    """Two rows: `Record.check` writes the first (a full or read-only disk shows only when something is really stored), each
    run of retention the second.
    """

    __tablename__ = "heartbeat"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]


conversations = cast(Table, ConversationRow.__table__)
messages = cast(Table, MessageRow.__table__)
understandings = cast(Table, UnderstandingRow.__table__)
feedback = cast(Table, FeedbackRow.__table__)
arrivals = cast(Table, ArrivalRow.__table__)
deliveries = cast(Table, DeliveryRow.__table__)
erasures = cast(Table, ErasureRow.__table__)
audit = cast(Table, AuditRow.__table__)
heartbeat = cast(Table, HeartbeatRow.__table__)
