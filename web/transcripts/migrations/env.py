"""Alembic's entry: `transcripts.schema` hands over a connection, in a transaction and with a lock that are its own."""

from __future__ import annotations

from alembic import context

from transcripts.models import conversations

context.configure(connection=context.config.attributes["connection"], target_metadata=conversations.metadata)
with context.begin_transaction():
    context.run_migrations()
