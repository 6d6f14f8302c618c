"""The record: conversations, messages, understandings, feedback, erasures, audit, heartbeat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)

#: The database itself refuses to change what was audited, whatever program asks.
APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER audit_never_updated BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
        "CREATE TRIGGER audit_never_deleted BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit is append-only'; END $$",
        "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()",
    ),
}


def upgrade() -> None:
    """Create everything."""
    op.create_table(
        "conversations",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("region", sa.Text),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.Column("last_sequence", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
    )
    op.create_table(
        "messages",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("client_id", sa.Text),
        sa.Column("reply_to", sa.Integer),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("payload", sa.Text),
        sa.Column("choices", sa.JSON),
        sa.Column("card", sa.JSON),
        sa.Column("source", sa.Text),
        sa.Column("response", sa.Text),
        sa.Column("outcome", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("conversation_id", "sequence", name="uq_messages_conversation_id_sequence"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_messages_conversation_id", ondelete="CASCADE"
        ),
    )
    _partial_index("uq_messages_client", ["conversation_id", "client_id"], "client_id IS NOT NULL", unique=True)
    _partial_index("ix_messages_open", ["state", "id"], "state <> 'answered'")
    op.create_table(
        "understandings",
        sa.Column("message_id", NUMBER, nullable=False, autoincrement=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("intent", sa.Text),
        sa.Column("confidence", sa.Float),
        sa.Column("alternatives", sa.JSON, nullable=False),
        sa.Column("red_flags", sa.JSON, nullable=False),
        sa.Column("region", sa.Text),
        sa.Column("model", sa.Text),
        sa.Column("ms", sa.Float),
        sa.Column("degraded", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_understandings"),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name="fk_understandings_message_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "feedback",
        sa.Column("message_id", NUMBER, nullable=False, autoincrement=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_feedback"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_feedback_message_id", ondelete="CASCADE"),
    )
    op.create_table(
        "erasures",
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("requested_at", TIME, nullable=False),
        sa.Column("done_at", TIME),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_erasures"),
    )
    op.create_index("ix_erasures_done_at", "erasures", ["done_at"])
    op.create_table(
        "audit",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text),
        sa.Column("details", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_conversation_id", "audit", ["conversation_id"])
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)
    op.create_table(
        "heartbeat",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_heartbeat"),
    )


def _partial_index(name: str, columns: list[str], condition: str, *, unique: bool = False) -> None:
    where = sa.text(condition)
    op.create_index(name, "messages", columns, unique=unique, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Refuse: before this revision there is nothing, so this would delete every conversation."""
    raise NotImplementedError("There is nothing before revision 0001; to begin anew, take an empty database.")
