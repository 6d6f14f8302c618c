"""The record: every conversation, what the bot understood, feedback, erasure and audit, in SQLite or PostgreSQL."""
