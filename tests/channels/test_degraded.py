"""Parts of the system down: the safety reply comes all the same, the hold or lock stands, nothing is lost silently."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from typing import Any

import pytest
from processes import Bot, HangingServer

from channels.action_endpoint import DEFAULT_TIMEOUT

Ids = Callable[[], str]
#: What is said -> the first response, its outcome, and what the next question ("how much protein?") gets.
SAFETY = [
    (
        "I fell and my hip popped out, I can't move my leg",
        "utter_emergency_injury",
        "emergency",
        "utter_emergency_held",
    ),
    ("I want to kill myself", "utter_crisis_support", "crisis", "utter_crisis_locked"),
    (
        "I make myself throw up after every meal",
        "utter_eating_disorder_support",
        "eating_disorder",
        "utter_eating_disorder_locked",
    ),
    (
        "I'm 15, how many calories a day should I eat to slim down?",
        "utter_safeguard_minor",
        "safeguard",
        "utter_safeguard_minor",
    ),
]


def say(bot: Bot, new_id: Ids, conversation: str, said: str, expect: int = 200) -> dict[str, Any]:
    field = "choice" if said.startswith("/") else "text"
    response = bot.turn({"conversation_id": conversation, "message_id": new_id(), field: said})
    assert response.status_code == expect, response.text
    assert bot.alive
    return dict(response.json())


def stored(bot: Bot, conversation: str, kind: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(bot.database)) as database:
        rows = database.execute(
            "select data from events where sender_id = ? and type_name = ? order by id", (conversation, kind)
        )
        return [json.loads(data) for (data,) in rows.fetchall()]


def check_safety(bot: Bot, new_id: Ids, said: str, response: str, outcome: str, after: str) -> dict[str, Any]:
    conversation = new_id()
    first = say(bot, new_id, conversation, said)
    assert first["outcome"] == outcome
    assert first["replies"][0]["response"] == response
    assert first["replies"][0]["text"] and "None" not in first["replies"][0]["text"]
    assert first["degraded"] is (outcome == "emergency"), "only an emergency calls an action"
    following = say(bot, new_id, conversation, "/fitness_protein")
    assert [reply["response"] for reply in following["replies"]] == [after]
    assert len(stored(bot, conversation, "user")) == 2
    assert [event["metadata"]["utter_action"] for event in stored(bot, conversation, "bot")] == [response, after]
    return first


@pytest.mark.parametrize(("said", "response", "outcome", "after"), SAFETY)
def test_without_an_action_server(
    guarded_bot: Bot, new_id: Ids, said: str, response: str, outcome: str, after: str
) -> None:
    check_safety(guarded_bot, new_id, said, response, outcome, after)


@pytest.mark.parametrize(("said", "response", "outcome", "after"), SAFETY)
def test_with_an_action_server_that_hangs(
    guarded_bot: Bot, new_id: Ids, said: str, response: str, outcome: str, after: str
) -> None:
    with HangingServer(guarded_bot.actions_port) as server:
        first = check_safety(guarded_bot, new_id, said, response, outcome, after)
        assert server.calls == (1 if outcome == "emergency" else 0)
    assert first["ms"] < 1000 * (2 * DEFAULT_TIMEOUT), "it waited for the action server more than once"


@pytest.mark.parametrize("hangs", [False, True], ids=["stopped", "hanging"])
def test_no_other_answer_needs_the_action_server(guarded_bot: Bot, new_id: Ids, hangs: bool) -> None:
    conversation = new_id()
    with HangingServer(guarded_bot.actions_port) if hangs else nullcontext():
        say(guarded_bot, new_id, conversation, "/fitness_squat")
        mistakes = say(guarded_bot, new_id, conversation, "/followup_mistakes")
        asked = say(guarded_bot, new_id, conversation, "/coaching_sleep")
        again = say(guarded_bot, new_id, conversation, "6 hours")
    for body in (mistakes, asked, again):
        assert (body["outcome"], body["degraded"]) == ("fitness", False)
    assert [reply["response"] for reply in again["replies"]] == ["utter_ask_sleep_trouble"]


def run(bot: Bot, statement: str) -> None:
    with closing(sqlite3.connect(bot.database, timeout=30)) as database:
        database.execute(statement)
        database.commit()


@contextmanager
def read_only(bot: Bot) -> Iterator[None]:
    """Nothing can be written, whoever runs the tests (file permissions do not stop root)."""
    run(
        bot,
        "create trigger refuse before insert on events begin select raise(abort, 'attempt to write a readonly database'); end",
    )
    try:
        yield
    finally:
        run(bot, "drop trigger refuse")


@contextmanager
def unreadable(bot: Bot) -> Iterator[None]:
    """Nothing can be read or written."""
    run(bot, "alter table events rename to hidden")
    try:
        yield
    finally:
        run(bot, "alter table hidden rename to events")


@pytest.mark.parametrize("broken", [read_only, unreadable])
@pytest.mark.parametrize("known", [True, False], ids=["in a conversation", "first message"])
@pytest.mark.parametrize(("said", "response", "outcome"), [row[:3] for row in SAFETY[:3]])
def test_a_safety_reply_survives_a_broken_database(
    guarded_bot: Bot, new_id: Ids, broken: Any, known: bool, said: str, response: str, outcome: str
) -> None:
    conversation = new_id()
    if known:
        say(guarded_bot, new_id, conversation, "/smalltalk_help")
    with broken(guarded_bot):
        failed = say(guarded_bot, new_id, conversation, said, expect=503)
        assert "store" in failed["error"]
        assert failed["answer"]["outcome"] == outcome
        assert failed["answer"]["replies"][0]["response"] == response
    after = say(guarded_bot, new_id, conversation, "/fitness_protein")
    assert after["outcome"] == outcome, "the visitor stays held or locked though nothing was stored"
    assert say(guarded_bot, new_id, conversation, said)["replies"][0]["response"] == response
    assert len(stored(guarded_bot, conversation, "user")) == known + 2


@pytest.mark.parametrize("broken", [read_only, unreadable])
def test_with_a_broken_database_other_turns_fail_with_a_reason(guarded_bot: Bot, new_id: Ids, broken: Any) -> None:
    conversation = new_id()
    say(guarded_bot, new_id, conversation, "/smalltalk_help")
    with broken(guarded_bot):
        failed = say(guarded_bot, new_id, conversation, "/fitness_protein", expect=503)
        assert failed["error"] and "answer" not in failed
        assert say(guarded_bot, new_id, new_id(), "/fitness_protein", expect=503)["error"]
    assert say(guarded_bot, new_id, conversation, "/fitness_protein")["outcome"] == "fitness"


def test_erasing_from_a_broken_database_fails_with_a_reason(guarded_bot: Bot, new_id: Ids) -> None:
    conversation = new_id()
    say(guarded_bot, new_id, conversation, "/smalltalk_help")
    with unreadable(guarded_bot):
        response = guarded_bot.erase(conversation)
        assert response.status_code == 503
        assert "could not be erased" in response.json()["error"]
    assert guarded_bot.erase(conversation).json() == {"erased": True}


def test_a_hold_outlives_a_database_that_was_broken_for_a_while(guarded_bot: Bot, new_id: Ids) -> None:
    conversation = new_id()
    say(guarded_bot, new_id, conversation, SAFETY[0][0])
    with read_only(guarded_bot):
        say(guarded_bot, new_id, conversation, "/emergency_release", expect=503)
    assert (
        say(guarded_bot, new_id, conversation, "/fitness_protein")["replies"][0]["response"] == "utter_emergency_held"
    )
