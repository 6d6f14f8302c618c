"""The messaging platforms: where replies go, which events have been taken, what is on its way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add two columns and two tables. Conversations that are there are the website's: private, without address."""
    op.add_column("conversations", sa.Column("address", sa.Text))
    op.add_column("conversations", sa.Column("public", sa.Boolean, nullable=False, server_default=sa.false()))
    _partial_index(
        "ix_conversations_address", "conversations", ["channel", "address", "created_at"], "address IS NOT NULL"
    )
    op.create_table(
        "arrivals",
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("channel", "digest", name="pk_arrivals"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text),
        sa.Column("sequence", sa.Integer),
        sa.Column("text", sa.Text),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", TIME),
        sa.Column("reason", sa.Text),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("conversation_id", "sequence", name="uq_deliveries_conversation_id_sequence"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_deliveries_conversation_id", ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    _partial_index("ix_deliveries_unsent", "deliveries", ["state", "channel", "address", "id"], "state <> 'sent'")


def _partial_index(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Take both away again: conversations and messages stay, addresses and what is still to be sent do not."""
    op.drop_table("deliveries")
    op.drop_table("arrivals")
    op.drop_index("ix_conversations_address", "conversations")
    op.drop_column("conversations", "public")
    op.drop_column("conversations", "address")
