"""Upgrades and downgrades of databases that hold something."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from record_samples import ADDRESS, CHANNEL, IDLE, PLAIN, REPLY, UNDERSTANDING, answered, arrived, begun, execute, table
from review_samples import mark
from sqlalchemy.exc import DBAPIError

from transcripts.database import Database
from transcripts.record import Record
from transcripts.review import Review
from transcripts.schema import configuration
from transcripts.staff.filtering import Filters

CONTENT = ("conversations", "messages", "understandings", "feedback", "erasures", "audit", "heartbeat")
WEBSITE = "0" * 31 + "1"


def migrate(url: str, step: Any, revision: str) -> None:
    """Run Alembic's `step` to a revision, in one transaction as the program does."""
    database, config = Database(url), configuration()
    with database.writing() as connection:
        config.attributes["connection"] = connection
        step(config, revision)
        connection.commit()
    database.close()


def schema(url: str) -> dict[str, Any]:
    """Columns, keys and indexes of every table, in a form that compares."""
    database = Database(url)
    with database.reading() as connection:
        inspector = sa.inspect(connection)
        found = {
            name: (
                [(c["name"], str(c["type"]), c["nullable"], c["default"]) for c in inspector.get_columns(name)],
                inspector.get_pk_constraint(name),
                inspector.get_foreign_keys(name),
                inspector.get_unique_constraints(name),
                sorted(inspector.get_indexes(name), key=lambda index: str(index["name"])),
            )
            for name in inspector.get_table_names()
        }
    database.close()
    return {name: json.dumps(what, default=str) for name, what in found.items()}  # conditions of indexes as text


@pytest.fixture
def old_url(empty_url: str) -> str:
    """A database of the first revision, with a website's conversation as that version wrote it."""
    migrate(empty_url, command.upgrade, "0001")
    database = Database(empty_url)
    time = "'2026-11-26 10:00:00.000000'" if database.is_sqlite else "'2026-11-26 10:00:00+00'"
    true = "1" if database.is_sqlite else "true"
    with database.writing() as connection:
        for statement in (
            f"INSERT INTO conversations VALUES ('{WEBSITE}', 'widget', 'GB', 'en', {time}, {time}, 2)",
            "INSERT INTO messages (conversation_id, sequence, sender, client_id, text, kind, state, created_at) "
            f"VALUES ('{WEBSITE}', 1, 'visitor', 'client-1', 'hello', 'message', 'answered', {time})",
            "INSERT INTO messages (conversation_id, sequence, sender, reply_to, text, kind, created_at) "
            f"VALUES ('{WEBSITE}', 2, 'assistant', 1, 'Hi.', 'answer', {time})",
            f"INSERT INTO understandings VALUES (1, 'greet', 'greet', 0.9, '[]', '[]', 'GB', NULL, 3.5, {true})",
            f"INSERT INTO feedback VALUES (2, 'up', {time})",
            f"INSERT INTO erasures VALUES ('{'f' * 32}', {time}, NULL)",
            "INSERT INTO audit (at, actor, action, conversation_id, details) "
            f"VALUES ({time}, 'visitor', 'erase', '{'f' * 32}', '{{\"messages\":4}}')",
            f"INSERT INTO heartbeat VALUES (1, {time})",
        ):
            connection.exec_driver_sql(statement)
        connection.commit()
    database.close()
    return empty_url


def rows(url: str) -> dict[str, list[dict[str, Any]]]:
    database = Database(url)
    with database.reading() as connection:
        found = {
            name: [dict(row._mapping) for row in connection.execute(sa.text(f"SELECT * FROM {name}"))]
            for name in CONTENT
        }
    database.close()
    return found


def test_an_upgrade_keeps_what_the_website_wrote(old_url: str) -> None:
    before = rows(old_url)
    assert all(before.values())
    record = Record(old_url)
    after = rows(old_url)
    (conversation,) = after["conversations"]
    assert conversation.pop("address") is None
    assert not conversation.pop("public")
    assert after == before
    found = record.conversation(WEBSITE)
    assert found is not None
    assert (found.channel, found.address, found.public) == ("widget", None, False)
    assert [(m.text, m.feedback) for m in record.messages(WEBSITE)] == [("hello", None), ("Hi.", "up")]
    assert record.add_message(WEBSITE, "client-1", "hello")[1] is False
    message, _, _ = record.add_message(WEBSITE, "client-2", "more")
    assert message.sequence == 3
    assert record.add_answer(WEBSITE, 3, [REPLY], UNDERSTANDING)
    assert table(record, "deliveries") == []
    assert record.erase(WEBSITE, "visitor")
    assert answered(record, PLAIN)
    record.close()


def test_an_upgraded_database_is_as_a_new_one(old_url: str, tmp_path: Any, request: pytest.FixtureRequest) -> None:
    migrate(old_url, command.upgrade, "head")
    on_sqlite = old_url.startswith("sqlite")
    new_url = f"sqlite:///{tmp_path}/new.db" if on_sqlite else request.getfixturevalue("cluster").database()
    Record(new_url).close()
    assert schema(old_url) == schema(new_url)


def test_a_downgrade_keeps_conversations_and_takes_addresses_away(old_url: str) -> None:
    before, old_schema = rows(old_url), schema(old_url)
    record = Record(old_url)
    platform = arrived(record, "event-1", "hello")
    record.add_answer(platform.id, 1, [PLAIN], None)
    record.notify(CHANNEL, ADDRESS, "Your chat is deleted.")
    record.close()
    migrate(old_url, command.downgrade, "0001")
    assert schema(old_url) == old_schema
    after = rows(old_url)
    for name in CONTENT:
        kept = [row for row in after[name] if platform.id not in (row.get("id"), row.get("conversation_id"))]
        assert kept == before[name], name
    assert [row["text"] for row in after["messages"] if row["conversation_id"] == platform.id] == ["hello", PLAIN.text]
    assert ADDRESS not in repr(after)
    again = Record(old_url)  # and up once more
    assert again.current(CHANNEL, ADDRESS, IDLE) is None
    found = again.conversation(platform.id)
    assert found is not None
    assert found.address is None
    assert [m.text for m in again.messages(platform.id)] == ["hello", PLAIN.text]
    assert again.erase(platform.id, "staff")
    again.close()


def test_a_failed_upgrade_leaves_the_old_revision_as_it_was(old_url: str) -> None:
    database = Database(old_url)
    with database.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE deliveries (id INTEGER)")
        connection.commit()
    before, old_schema = rows(old_url), schema(old_url)
    with pytest.raises(DBAPIError, match="deliveries"):
        Record(old_url)
    assert (rows(old_url), schema(old_url)) == (before, old_schema)
    with database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE deliveries")
        connection.commit()
    database.close()
    Record(old_url).close()


def test_what_was_there_before_the_console_is_in_its_queue_and_found(old_url: str) -> None:
    review = Review(old_url)
    (entry,) = review.page(Filters(words="hello")).entries
    assert (entry.conversation_id, entry.turns, entry.up) == (WEBSITE, 1, 1)
    assert [one.conversation_id for one in review.queue().entries] == [WEBSITE]
    review.close()


def test_the_console_can_be_taken_away_and_come_back(old_url: str) -> None:
    migrate(old_url, command.upgrade, "0002")
    before, old_schema = rows(old_url), schema(old_url)
    record, review = Record(old_url), Review(old_url)
    review.tag(WEBSITE, "ann", "check")
    review.add_note(WEBSITE, "ann", "Nice one.")
    review.correct(WEBSITE, 1, "ann", intent="smalltalk")
    mark(review, WEBSITE)
    review.replay_change_set(1, "ann")
    record.close()
    review.close()
    migrate(old_url, command.downgrade, "0002")
    assert schema(old_url) == old_schema
    after = rows(old_url)
    assert [row["action"] for row in after.pop("audit")] == ["erase", "tag", "note", "correct", "review", "replay"]
    assert after == {name: what for name, what in before.items() if name != "audit"}
    record = Record(old_url)
    record.add_message(WEBSITE, "client-3", "and again")
    review = Review(old_url)
    (entry,) = review.queue().entries
    assert (entry.turns, entry.tags, entry.reviewed_by) == (2, (), None)
    assert record.erase(WEBSITE, "visitor")
    assert review.queue().entries == ()
    record.close()
    review.close()


def test_the_audit_stays_append_only_after_both_ways(old_url: str) -> None:
    Record(old_url).close()
    migrate(old_url, command.downgrade, "0001")
    record = Record(old_url)
    record.erase(begun(record), "visitor")
    with pytest.raises(DBAPIError, match="append-only"):
        execute(record, "DELETE FROM audit")
    record.close()
