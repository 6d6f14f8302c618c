"""The console: summaries, turns, the full-text index, what staff do, corrections, replays, accounts and sessions."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)

STALE_MESSAGE = "INSERT INTO stale (conversation_id) SELECT conversation_id FROM messages WHERE id = %s.message_id"
#: SQLite: an index by English stems, and one of whole words for beginnings; neither holds the texts themselves.
INDEXES = {"search": "porter unicode61 remove_diacritics 2", "search_whole": "unicode61 remove_diacritics 2"}
UNINDEX = (
    "INSERT INTO {0} ({0}, rowid, visitor, assistant) SELECT 'delete', (number << 20) | old.sequence, "
    "iif(old.sender = 'visitor', old.text, ''), iif(old.sender = 'visitor', '', old.text) FROM reviews "
    "WHERE conversation_id = old.conversation_id AND indexed >= old.sequence;"
)
#: Marks what changed, in the transaction that changes it, and keeps SQLite's index free of messages that are gone.
#: Messages never change: only their coming and going matters.
TRIGGERS = {
    "sqlite": (
        "CREATE TRIGGER stale_conversation AFTER UPDATE OF last_sequence ON conversations "
        "WHEN new.last_sequence <> old.last_sequence "
        "BEGIN INSERT INTO stale (conversation_id) VALUES (new.id); END",
        *(
            f"CREATE TRIGGER stale_feedback_{verb} AFTER {verb} ON feedback BEGIN {STALE_MESSAGE % row}; END"
            for verb, row in (("INSERT", "new"), ("UPDATE", "new"), ("DELETE", "old"))
        ),
        "CREATE TRIGGER stale_delivery AFTER UPDATE OF state ON deliveries WHEN new.state <> old.state "
        "AND new.conversation_id IS NOT NULL AND new.state IN ('failed', 'unknown') "
        "BEGIN INSERT INTO stale (conversation_id) VALUES (new.conversation_id); END",
        # Before the foreign keys cascade: the indexes must be given the words that they are to forget.
        "CREATE TRIGGER search_conversation BEFORE DELETE ON conversations "
        "BEGIN DELETE FROM messages WHERE conversation_id = old.id; END",
        f"CREATE TRIGGER search_message BEFORE DELETE ON messages BEGIN {' '.join(map(UNINDEX.format, INDEXES))} END",
    ),
    "postgresql": (
        "CREATE FUNCTION stale_own() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN INSERT INTO stale (conversation_id) VALUES (NEW.id); RETURN NULL; END $$",
        "CREATE FUNCTION stale_conversation() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN INSERT INTO stale (conversation_id) VALUES (NEW.conversation_id); RETURN NULL; END $$",
        "CREATE FUNCTION stale_message() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN INSERT INTO stale (conversation_id) SELECT conversation_id FROM messages "
        "WHERE id = coalesce(NEW.message_id, OLD.message_id); RETURN NULL; END $$",
        "CREATE TRIGGER stale_conversation AFTER UPDATE OF last_sequence ON conversations FOR EACH ROW "
        "WHEN (NEW.last_sequence <> OLD.last_sequence) EXECUTE FUNCTION stale_own()",
        "CREATE TRIGGER stale_feedback AFTER INSERT OR UPDATE OR DELETE ON feedback FOR EACH ROW "
        "EXECUTE FUNCTION stale_message()",
        "CREATE TRIGGER stale_delivery AFTER UPDATE OF state ON deliveries FOR EACH ROW WHEN (NEW.state <> OLD.state "
        "AND NEW.conversation_id IS NOT NULL AND NEW.state IN ('failed', 'unknown')) "
        "EXECUTE FUNCTION stale_conversation()",
    ),
}
NO_TRIGGERS = {
    "sqlite": (
        *(f"DROP TRIGGER stale_{name}" for name in ("conversation", "delivery")),
        *(f"DROP TRIGGER stale_feedback_{verb}" for verb in ("INSERT", "UPDATE", "DELETE")),
        *(f"DROP TRIGGER search_{name}" for name in ("conversation", "message")),
    ),
    "postgresql": (
        "DROP TRIGGER stale_conversation ON conversations",
        "DROP TRIGGER stale_feedback ON feedback",
        "DROP TRIGGER stale_delivery ON deliveries",
        *(f"DROP FUNCTION stale_{name}()" for name in ("own", "conversation", "message")),
    ),
}

#: PostgreSQL: English stems, and the words as they are; none is left out ("not", "can't").
SEARCH = {
    "sqlite": tuple(
        f"CREATE VIRTUAL TABLE {name} USING fts5(visitor, assistant, content='', tokenize='{tokens}')"
        for name, tokens in INDEXES.items()
    ),
    "postgresql": (
        "CREATE TEXT SEARCH DICTIONARY hip_stems (TEMPLATE = snowball, Language = english)",
        "CREATE TEXT SEARCH CONFIGURATION hip (COPY = simple)",
        "ALTER TEXT SEARCH CONFIGURATION hip ALTER MAPPING FOR asciiword, word WITH hip_stems",
        "CREATE TABLE search (number bigint NOT NULL, sequence integer NOT NULL, visitor boolean NOT NULL, "
        "words tsvector NOT NULL, whole tsvector NOT NULL, CONSTRAINT pk_search PRIMARY KEY (number, sequence), "
        "CONSTRAINT fk_search_number FOREIGN KEY (number) REFERENCES reviews (number) ON DELETE CASCADE)",
        "CREATE INDEX ix_search_words ON search USING gin (words)",
        "CREATE INDEX ix_search_whole ON search USING gin (whole)",
    ),
}
NO_SEARCH = {
    "sqlite": ("DROP TABLE search", "DROP TABLE search_whole"),
    "postgresql": (
        "DROP TABLE search",
        "DROP TEXT SEARCH CONFIGURATION hip",
        "DROP TEXT SEARCH DICTIONARY hip_stems",
    ),
}


def upgrade() -> None:
    """Create everything; each conversation that is there is marked, and summarised when the console first asks."""
    _summaries()
    _staff_work()
    _corrections()
    _replays()
    _accounts()
    dialect = op.get_bind().dialect.name
    for statement in (*SEARCH[dialect], *TRIGGERS[dialect]):
        op.execute(statement)
    op.execute(
        "INSERT INTO stale (conversation_id) SELECT id FROM conversations WHERE last_sequence > 0 ORDER BY last_at, id"
    )


def _summaries() -> None:
    op.create_table(
        "reviews",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("begun_at", TIME, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("last_sequence", "indexed", "turns", "unanswered")),
        sa.Column("escalated", sa.Boolean, nullable=False),
        sa.Column("up", sa.Integer, nullable=False),
        sa.Column("down", sa.Integer, nullable=False),
        sa.Column("lowest", sa.Float),
        sa.Column("urgency", sa.Integer, nullable=False),
        sa.Column("reasons", sa.Integer, nullable=False),
        sa.Column("jump", sa.Integer),
        sa.Column("reviewed_at", TIME),
        sa.Column("reviewed_by", sa.Text),
        sa.Column("reviewed_sequence", sa.Integer, nullable=False),
        sa.Column("reviewed_undelivered", sa.JSON, nullable=False),
        sa.Column("assigned_to", sa.Text),
        sa.Column("claimed_by", sa.Text),
        sa.Column("claimed_until", TIME),
        sa.Column("follow_up", sa.Date),
        sa.PrimaryKeyConstraint("number", name="pk_reviews"),
        sa.UniqueConstraint("conversation_id", name="uq_reviews_conversation_id"),
        _of("reviews", "conversation_id", "conversations.id"),
    )
    _partial_index("ix_reviews_queue", "reviews", ["urgency", "last_at", "number"], "reviewed_at IS NULL")
    op.create_index("ix_reviews_last_at", "reviews", ["last_at", "number"])
    op.create_index("ix_reviews_channel", "reviews", ["channel"])
    _partial_index("ix_reviews_follow_up", "reviews", ["follow_up"], "follow_up IS NOT NULL")
    op.create_table(
        "turns",
        sa.Column("message_id", NUMBER, nullable=False, autoincrement=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("intent", sa.Text),
        sa.Column("confidence", sa.Float),
        sa.Column("ms", sa.Float),
        sa.Column("seconds", sa.Float),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("reasons", "up", "down")),
        *(sa.Column(f"reviewed_{name}", sa.Integer, nullable=False) for name in ("reasons", "down")),
        sa.PrimaryKeyConstraint("message_id", name="pk_turns"),
        sa.UniqueConstraint("number", "sequence", name="uq_turns_number_sequence"),
        _of("turns", "message_id", "messages.id"),
        _of("turns", "number", "reviews.number"),
    )
    op.create_index("ix_turns_figures", "turns", ["day", "channel", "state", "outcome", "up", "down", "seconds"])
    op.create_table(
        "stale",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stale"),
    )
    op.create_index("ix_stale_conversation_id", "stale", ["conversation_id"])
    op.create_table(
        "rules",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rules"),
    )


def _staff_work() -> None:
    op.create_table(
        "tags",
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("tag", sa.Text, nullable=False),
        *_authored(),
        sa.PrimaryKeyConstraint("conversation_id", "tag", name="pk_tags"),
        _of("tags", "conversation_id", "conversations.id"),
    )
    op.create_index("ix_tags_tag", "tags", ["tag"])
    op.create_table(
        "notes",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer),
        sa.Column("text", sa.Text, nullable=False),
        *_authored(),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
        _of("notes", "conversation_id", "conversations.id"),
    )
    op.create_index("ix_notes_conversation_id", "notes", ["conversation_id"])


def _corrections() -> None:
    op.create_table(
        "change_sets",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("closed_at", TIME),
        sa.Column("closed_by", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_change_sets"),
    )
    _partial_index("uq_change_sets_open", "change_sets", ["state"], "state = 'open'", unique=True)
    op.create_table(
        "corrections",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("change_set_id", NUMBER, nullable=False),
        sa.Column("message_id", NUMBER, nullable=False),
        sa.Column("intent", sa.Text),
        sa.Column("outcome", sa.Text),
        sa.Column("words", sa.Text),
        sa.Column("use", sa.Text),
        *_authored(),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
        sa.UniqueConstraint("change_set_id", "message_id", name="uq_corrections_change_set_id_message_id"),
        _of("corrections", "change_set_id", "change_sets.id"),
        _of("corrections", "message_id", "messages.id"),
    )
    op.create_index("ix_corrections_message_id", "corrections", ["message_id"])


def _replays() -> None:
    op.create_table(
        "replays",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("query", sa.Text),
        sa.Column("change_set_id", NUMBER),
        sa.Column("file", sa.Text),
        sa.Column("digest", sa.Text),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("begun_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_replays"),
        _of("replays", "change_set_id", "change_sets.id"),
    )
    _partial_index("uq_replays_running", "replays", ["state"], "state = 'running'", unique=True)
    op.create_table(
        "replayed",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("replay_id", NUMBER, nullable=False),
        sa.Column("message_id", NUMBER),
        sa.Column("line", sa.Integer),
        sa.Column("state", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("was_outcome", "was_intent")),
        sa.Column("was_confidence", sa.Float),
        *(sa.Column(name, sa.Text) for name in ("was_model", "right_outcomes", "right_intent", "outcome", "intent")),
        sa.Column("confidence", sa.Float),
        sa.Column("model", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_replayed"),
        sa.UniqueConstraint("replay_id", "message_id", name="uq_replayed_replay_id_message_id"),
        sa.UniqueConstraint("replay_id", "line", name="uq_replayed_replay_id_line"),
        _of("replayed", "replay_id", "replays.id"),
        _of("replayed", "message_id", "messages.id"),
    )
    op.create_index("ix_replayed_message_id", "replayed", ["message_id"])
    op.create_table(
        "throwaways",
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_throwaways"),
    )


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text),
        sa.Column("oidc_subject", sa.Text),
        sa.Column("disabled", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("password_changed_at", TIME),
        sa.PrimaryKeyConstraint("name", name="pk_accounts"),
        sa.UniqueConstraint("oidc_subject", name="uq_accounts_oidc_subject"),
    )
    op.create_table(
        "sessions",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("csrf", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_sessions"),
        _of("sessions", "account", "accounts.name"),
    )
    op.create_index("ix_sessions_account", "sessions", ["account"])


def _of(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [parent], name=f"fk_{table}_{column}", ondelete="CASCADE")


def _authored() -> tuple[sa.Column[Any], sa.Column[Any]]:
    return sa.Column("author", sa.Text, nullable=False), sa.Column("at", TIME, nullable=False)


def _partial_index(name: str, table: str, columns: list[str], condition: str, *, unique: bool = False) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Take it all away again: conversations stay, what staff wrote about them does not, nor do accounts."""
    dialect = op.get_bind().dialect.name
    for statement in (*NO_TRIGGERS[dialect], *NO_SEARCH[dialect]):
        op.execute(statement)
    for table in (
        *("sessions", "accounts", "throwaways", "replayed", "replays", "corrections", "change_sets"),
        *("notes", "tags", "rules", "stale", "turns", "reviews"),
    ):
        op.drop_table(table)
