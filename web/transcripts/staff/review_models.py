"""The tables of the console: what staff see and do. `migrations/` creates them; a test holds that both agree.

Everything that belongs to a conversation goes with it: the foreign keys cascade. The full-text index, table `search`, is no
table of SQLAlchemy's: see `searching.py`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

from sqlalchemy import ForeignKey, Index, Table, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from transcripts.base import Base, Number, partial
from transcripts.columns import CleanJson

#: Conditions of partial indexes; see `models.py`.
IS_UNREVIEWED = text("reviewed_at IS NULL")
IS_FOLLOWED_UP = text("follow_up IS NOT NULL")
IS_OPEN_SET = text("state = 'open'")
IS_RUNNING = text("state = 'running'")


class ReviewRow(Base):
    """One conversation as the queue and the lists show it. `summarising.py` keeps it, but for what people do with it.

    `number` names the conversation in the full-text index, which holds messages up to sequence `indexed`. `reasons` and
    `urgency` (queueing.py) are of what has not been reviewed, `jump` is the sequence of the turn to look at first.
    `reviewed_sequence` and `reviewed_undelivered` (the sequences of replies that had not arrived) say what had been seen at the
    last review, also after it was opened anew; so do `reviewed_reasons` and `reviewed_down` of each turn.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        Index("ix_reviews_queue", "urgency", "last_at", "number", **partial(IS_UNREVIEWED)),
        Index("ix_reviews_last_at", "last_at", "number"),
        Index("ix_reviews_channel", "channel"),
        Index("ix_reviews_follow_up", "follow_up", **partial(IS_FOLLOWED_UP)),
    )

    number: Mapped[int] = mapped_column(Number, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), unique=True)
    channel: Mapped[str]
    begun_at: Mapped[datetime]
    day: Mapped[date]
    last_at: Mapped[datetime]
    last_sequence: Mapped[int]
    indexed: Mapped[int]
    turns: Mapped[int]
    unanswered: Mapped[int]
    escalated: Mapped[bool]
    up: Mapped[int]
    down: Mapped[int]
    lowest: Mapped[float | None]
    urgency: Mapped[int]
    reasons: Mapped[int]
    jump: Mapped[int | None]
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[str | None]
    reviewed_sequence: Mapped[int]
    reviewed_undelivered: Mapped[list[int]] = mapped_column(CleanJson)
    assigned_to: Mapped[str | None]
    claimed_by: Mapped[str | None]
    claimed_until: Mapped[datetime | None]
    follow_up: Mapped[date | None]


class TurnRow(Base):
    """One visitor's message with what came of it, without a word of it; kept by `summarising.py`.

    `ms` is the bot's own time, `seconds` what the visitor waited; `up` and `down` count thumbs on its replies.
    `reviewed_reasons` and `reviewed_down` are those that the last review had seen.
    """

    __tablename__ = "turns"
    __table_args__ = (
        UniqueConstraint("number", "sequence"),
        # All that the dashboard reads, in the order in which it counts: the table itself need not be read.
        Index("ix_turns_figures", "day", "channel", "state", "outcome", "up", "down", "seconds"),
    )

    message_id: Mapped[int] = mapped_column(
        Number, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(Number, ForeignKey("reviews.number", ondelete="CASCADE"))
    sequence: Mapped[int]
    day: Mapped[date]
    channel: Mapped[str]
    state: Mapped[str]
    outcome: Mapped[str | None]
    intent: Mapped[str | None]
    confidence: Mapped[float | None]
    ms: Mapped[float | None]
    seconds: Mapped[float | None]
    reasons: Mapped[int]
    up: Mapped[int]
    down: Mapped[int]
    reviewed_reasons: Mapped[int]
    reviewed_down: Mapped[int]


class StaleRow(Base):
    """A conversation that changed since its summary was made. Triggers write it, in the transaction of the change.

    One row a change, the newest with the highest id: so no writer waits for another, and PostgreSQL loses no mark.
    """

    __tablename__ = "stale"

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(index=True)


class RulesRow(Base):
    """One row: by which rules the summaries were judged (rules.py)."""

    __tablename__ = "rules"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str]


class TagRow(Base):
    """A tag on a conversation."""

    __tablename__ = "tags"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True, index=True)
    author: Mapped[str]
    at: Mapped[datetime]


class NoteRow(Base):
    """What somebody of the staff wrote about a conversation, or about its message `sequence`."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    sequence: Mapped[int | None]
    text: Mapped[str]
    author: Mapped[str]
    at: Mapped[datetime]


class ChangeSetRow(Base):
    """Corrections that are looked through and exported together; one of them is open and takes the new ones."""

    __tablename__ = "change_sets"
    __table_args__ = (Index("uq_change_sets_open", "state", unique=True, **partial(IS_OPEN_SET)),)

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    state: Mapped[str]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]


class CorrectionRow(Base):
    """What a turn should have been understood as, or have come to.

    The words stay with the message alone, unless staff changed them for the export: then `words`. `use` is what they choose.
    """

    __tablename__ = "corrections"
    __table_args__ = (UniqueConstraint("change_set_id", "message_id"),)

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    change_set_id: Mapped[int] = mapped_column(Number, ForeignKey("change_sets.id", ondelete="CASCADE"))
    message_id: Mapped[int] = mapped_column(Number, ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    intent: Mapped[str | None]
    outcome: Mapped[str | None]
    words: Mapped[str | None]
    use: Mapped[str | None]
    author: Mapped[str]
    at: Mapped[datetime]


class ReplayRow(Base):
    """Past turns, or the lines of a labelled file, asked again of the bot of now; one at a time runs.

    `source` says what `query` (filters without what somebody typed), `change_set_id` or `file` name; `digest` is the SHA-256 of
    the file's bytes, `total` how many turns were chosen.
    """

    __tablename__ = "replays"
    __table_args__ = (Index("uq_replays_running", "state", unique=True, **partial(IS_RUNNING)),)

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    state: Mapped[str]
    source: Mapped[str]
    query: Mapped[str | None]
    change_set_id: Mapped[int | None] = mapped_column(Number, ForeignKey("change_sets.id", ondelete="CASCADE"))
    file: Mapped[str | None]
    digest: Mapped[str | None]
    total: Mapped[int]
    author: Mapped[str]
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ReplayedRow(Base):
    """One turn of a replay: what came of it before, what is right, what comes of it now. Never a word of it.

    It names a visitor's message, and goes with it, or a line of the file (from 1). `right_outcomes` are joined by |.
    """

    __tablename__ = "replayed"
    __table_args__ = (UniqueConstraint("replay_id", "message_id"), UniqueConstraint("replay_id", "line"))

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    replay_id: Mapped[int] = mapped_column(Number, ForeignKey("replays.id", ondelete="CASCADE"))
    message_id: Mapped[int | None] = mapped_column(Number, ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    line: Mapped[int | None]
    state: Mapped[str]
    was_outcome: Mapped[str | None]
    was_intent: Mapped[str | None]
    was_confidence: Mapped[float | None]
    was_model: Mapped[str | None]
    right_outcomes: Mapped[str | None]
    right_intent: Mapped[str | None]
    outcome: Mapped[str | None]
    intent: Mapped[str | None]
    confidence: Mapped[float | None]
    model: Mapped[str | None]


class ThrowawayRow(Base):
    """A conversation that a replay holds with the bot, noted before its first message and until the bot has erased it."""

    __tablename__ = "throwaways"

    conversation_id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class AccountRow(Base):
    """Somebody who may use the console. Without `password_hash` only OIDC lets them in."""

    __tablename__ = "accounts"

    name: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str]
    password_hash: Mapped[str | None]
    oidc_subject: Mapped[str | None] = mapped_column(unique=True)
    disabled: Mapped[bool] = mapped_column(server_default=false())
    created_at: Mapped[datetime]
    password_changed_at: Mapped[datetime | None]


class SessionRow(Base):
    """Somebody who is logged in. `digest` is the hash of the id that the browser holds."""

    __tablename__ = "sessions"

    digest: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.name", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    last_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    csrf: Mapped[str]


reviews = cast(Table, ReviewRow.__table__)
turns = cast(Table, TurnRow.__table__)
stale = cast(Table, StaleRow.__table__)
rules = cast(Table, RulesRow.__table__)
tags = cast(Table, TagRow.__table__)
notes = cast(Table, NoteRow.__table__)
change_sets = cast(Table, ChangeSetRow.__table__)
corrections = cast(Table, CorrectionRow.__table__)
replays = cast(Table, ReplayRow.__table__)
replayed = cast(Table, ReplayedRow.__table__)
throwaways = cast(Table, ThrowawayRow.__table__)
accounts = cast(Table, AccountRow.__table__)
sessions = cast(Table, SessionRow.__table__)
