"""The bridge over HTTP, a real process: what it refuses, what it repeats, what it forgets. It stays alive throughout."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from processes import Bot

from channels import turn as turns
from channels.bridge import BridgeInput, _assistant
from channels.outcome import OUTCOMES
from channels.turn import MAX_CHARACTERS, Assistant, TurnFailedError

Ids = Callable[[], str]
KEYS = {
    "replies", "outcome", "intent", "confidence", "alternatives", "red_flags", "region", "model", "ms", "degraded",
}  # fmt: skip
EMERGENCY = "I fell off my bike, my hip popped out and I can't move my leg"
GOOD = {"conversation_id": "a" * 16, "message_id": "b" * 16, "text": "hello"}


def turn(new_id: Ids, text: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"conversation_id": new_id(), "message_id": new_id(), **({} if text is None else {"text": text}), **fields}


def answered(response: requests.Response) -> dict[str, Any]:
    """Return the body of a good answer: complete, with an outcome of the list and something to read."""
    assert response.status_code == 200, response.text
    body = response.json()
    assert set(body) == KEYS
    assert body["outcome"] in OUTCOMES
    assert body["replies"] and all(reply["text"].strip() and reply["response"] for reply in body["replies"])
    return dict(body)


def refused(response: requests.Response, reason: str, status: int = 400) -> None:
    assert response.status_code == status, response.text
    assert reason in response.json()["error"]


def still_answers(bot: Bot, new_id: Ids) -> None:
    assert bot.alive
    answered(bot.turn(turn(new_id, choice="/smalltalk_help")))


def events(bot: Bot, conversation: str) -> list[dict[str, Any]]:
    with sqlite3.connect(bot.database) as database:
        rows = database.execute("select data from events where sender_id = ? order by id", (conversation,)).fetchall()
    database.close()
    return [json.loads(data) for (data,) in rows]


def test_an_emergency_is_answered_whole(bot: Bot, new_id: Ids) -> None:
    body = answered(bot.turn(turn(new_id, EMERGENCY, region="GB")))
    assert body["outcome"] == "emergency"
    assert body["intent"] == "emergency_injury"
    assert body["red_flags"] and {"name", "kind", "evidence"} <= set(body["red_flags"][0])
    assert not body["degraded"]
    reply = body["replies"][0]
    assert reply["response"] == "utter_emergency_injury"
    assert "999" in reply["text"] and "None" not in reply["text"]
    assert reply["card"]["kind"] == "emergency" and "999" in reply["card"]["numbers"]["emergency_number"]
    assert reply["source"]
    assert body["region"] == "GB"
    assert body["model"].endswith(".tar.gz")


@pytest.mark.parametrize("field", ["conversation_id", "message_id"])
@pytest.mark.parametrize(
    "value",
    ["", "short", "a" * 15, "a" * 65, "a" * 15 + "\n", "a" * 16 + "\n", "a" * 15 + " ", "a" * 15 + "\u00e9", "a" * 15 + "\ud800",
     "a" * 15 + "\x00", "../" * 6, "a" * 15 + "'", 1234567890123456, None, ["a" * 16], {"a": 1}, True],
)  # fmt: skip
def test_an_invalid_id_is_refused(bot: Bot, new_id: Ids, field: str, value: Any) -> None:
    refused(bot.turn({**GOOD, field: value}), field)
    still_answers(bot, new_id)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"text": None}, "Exactly one of"),
        ({"choice": "/smalltalk_greet"}, "Exactly one of"),
        ({"text": ""}, "empty"),
        ({"text": " \t\n\u00a0\u200b\x1f\x00 "}, "empty"),
        ({"text": "x" * 10_000}, f"longer than {MAX_CHARACTERS}"),
        ({"text": "x" * (MAX_CHARACTERS + 1)}, f"longer than {MAX_CHARACTERS}"),
        ({"text": 5}, "`text` must be a string"),
        ({"text": ["hello"]}, "`text` must be a string"),
        ({"text": {"a": "b"}}, "`text` must be a string"),
        ({"text": False}, "`text` must be a string"),
        ({"text": None, "choice": "/no_such_intent"}, "`choice`"),
        ({"text": None, "choice": "smalltalk_greet"}, "`choice`"),
        ({"text": None, "choice": "/restart"}, "`choice`"),
        ({"text": None, "choice": "/crisis"}, "`choice`"),  # an intent, but no button says so
        ({"text": None, "choice": "/back"}, "`choice`"),
        ({"text": None, "choice": '/smalltalk_greet{"lock": null}'}, "`choice`"),
        ({"text": None, "choice": "/smalltalk_greet\n"}, "`choice`"),
        ({"text": None, "choice": 7}, "`choice`"),
        ({"text": None, "choice": ["/smalltalk_greet"]}, "`choice`"),
        ({"channel": ""}, "`channel`"),
        ({"channel": "Web Site"}, "`channel`"),
        ({"channel": None}, "`channel`"),
        ({"channel": 3}, "`channel`"),
        ({"region": "gb"}, "`region`"),
        ({"region": "GBR"}, "`region`"),
        ({"region": "GB\n"}, "`region`"),
        ({"region": 1}, "`region`"),
        ({"dry_run": "yes"}, "`dry_run`"),
        ({"dry_run": 1}, "`dry_run`"),
        ({"dry_run": None}, "`dry_run`"),
        ({"sender": "me"}, "Unknown field sender"),
        ({"metadata": {}, "sender": "me"}, "Unknown field metadata, sender"),
    ],
)
def test_a_malformed_turn_is_refused_with_the_reason(
    bot: Bot, new_id: Ids, change: dict[str, Any], reason: str
) -> None:
    refused(bot.turn({**GOOD, **change}), reason)
    still_answers(bot, new_id)


@pytest.mark.parametrize("missing", [("conversation_id",), ("message_id",), ("conversation_id", "message_id")])
def test_a_missing_id_is_refused_by_name(bot: Bot, new_id: Ids, missing: tuple[str, ...]) -> None:
    refused(
        bot.turn({name: value for name, value in GOOD.items() if name not in missing}),
        f"Missing field {', '.join(missing)}",
    )
    still_answers(bot, new_id)


@pytest.mark.parametrize(
    "body",
    [b"", b"hello", b"{", b"\xff\xfe{}", b'{"text": "a"', b"[]", b'"text"', b"null", b"3", b"[[[[", b"NaN", b"[" * 100_000,
     b"conversation_id=" + b"a" * 16, json.dumps([GOOD]).encode()],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_that_is_no_json_object_is_refused(bot: Bot, new_id: Ids, body: bytes, kind: str) -> None:
    response = bot.turn(data=body, headers={"Content-Type": kind})
    assert response.status_code == 400
    assert response.json()["error"]
    still_answers(bot, new_id)


@pytest.mark.parametrize(
    "text",
    [
        "\U0001f44d",
        "\U0001f62d\U0001f62d\U0001f62d",
        "\u2764\ufe0f",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\U0001f1ec\U0001f1e7",
        "?",
        "...",
        "x" * MAX_CHARACTERS,
    ],
)
def test_odd_text_is_answered(bot: Bot, new_id: Ids, text: str) -> None:
    answered(bot.turn(turn(new_id, text)))


def test_an_emergency_in_odd_text_is_caught(bot: Bot, new_id: Ids) -> None:
    for text in (
        f"\x00\x07{EMERGENCY}\x1b[0m\u202e",
        EMERGENCY.replace(" ", "\u00a0"),
        f"/{EMERGENCY}",
        f"\ud83d {EMERGENCY} \udc00",
        EMERGENCY.replace("'", "\u2019").upper(),
        f"{'we had a nice day at the park with the dog. ' * 40}{EMERGENCY}. {'the weather was fine too. ' * 40}",
    ):
        body = answered(bot.turn(data=json.dumps(turn(new_id, text)), headers={"Content-Type": "application/json"}))
        assert body["outcome"] == "emergency", text
    assert bot.alive


@pytest.mark.parametrize(
    "command",
    ["/restart", "\u00a0/restart", "\x1f/restart", " / /restart", "//restart", "\uff0frestart", "/back", "/session_start",
     '/safeguard_minor{"lock": "x"}', "/clarify_choose_fitness", "/\u200b/restart", "\u200d/restart"],
)  # fmt: skip
def test_typed_commands_are_never_payloads(bot: Bot, new_id: Ids, command: str) -> None:
    conversation = new_id()
    answered(bot.turn(turn(new_id, EMERGENCY, conversation_id=conversation)))
    body = answered(bot.turn(turn(new_id, command, conversation_id=conversation)))
    assert body["replies"][0]["response"] == "utter_emergency_held", "the hold is still there"
    stored = events(bot, conversation)
    assert not {"restart", "rewind", "undo"} & {event["event"] for event in stored}
    assert sum(event["event"] == "user" for event in stored) == 2
    assert not stored[-2].get("text", "").startswith("/")


def test_a_choice_is_pressed(bot: Bot, new_id: Ids) -> None:
    conversation = new_id()
    asked = answered(bot.turn(turn(new_id, "hip reduction", conversation_id=conversation)))
    assert asked["outcome"] == "clarify"
    choices = asked["replies"][0]["choices"]
    assert choices and all(set(choice) == {"title", "payload"} for choice in choices)
    for choice in choices:
        answered(bot.turn(turn(new_id, choice=choice["payload"], conversation_id=conversation)))


def test_a_repeated_message_gets_its_stored_answer_and_adds_nothing(bot: Bot, new_id: Ids) -> None:
    conversation = new_id()
    say = {"conversation_id": conversation, "region": "IE"}
    messages = [turn(new_id, choice="/fitness_squat", **say), turn(new_id, EMERGENCY + ". I'm in Spain", **say)]
    messages += [turn(new_id, "what?", **say), turn(new_id, choice="/emergency_release", **say)]
    messages += [turn(new_id, choice="/fitness_squat", **say), turn(new_id, choice="/followup_mistakes", **say)]
    first = [answered(bot.turn(message)) for message in messages]
    before = events(bot, conversation)
    for message, answer in zip(messages, first):
        again = answered(bot.turn({**message, "text": "something else", "choice": None}))
        assert {**again, "ms": 0} == {**answer, "ms": 0}
    assert events(bot, conversation) == before
    assert sum(event["event"] == "user" for event in before) == len(messages)


def test_a_message_sent_twice_at_once_is_answered_once(bot: Bot, new_id: Ids) -> None:
    message = turn(new_id, choice="/fitness_protein")

    async def both() -> list[requests.Response]:
        return await asyncio.gather(*(asyncio.to_thread(bot.turn, message) for _ in range(4)))

    bodies = [{**answered(response), "ms": 0} for response in asyncio.run(both())]
    assert all(body == bodies[0] for body in bodies)
    assert sum(event["event"] == "user" for event in events(bot, message["conversation_id"])) == 1


def test_two_visitors_never_share_a_conversation(bot: Bot, new_id: Ids) -> None:
    one, other = new_id(), new_id()
    answered(bot.turn(turn(new_id, EMERGENCY, conversation_id=one)))
    assert answered(bot.turn(turn(new_id, choice="/fitness_protein", conversation_id=other)))["outcome"] == "fitness"
    assert answered(bot.turn(turn(new_id, choice="/fitness_protein", conversation_id=one)))["outcome"] == "emergency"


def test_a_dry_run_stores_nothing_and_knows_nothing(bot: Bot, new_id: Ids) -> None:
    conversation = new_id()
    assert (
        answered(bot.turn(turn(new_id, EMERGENCY, conversation_id=conversation, dry_run=True)))["outcome"]
        == "emergency"
    )
    assert events(bot, conversation) == []
    assert (
        answered(bot.turn(turn(new_id, choice="/fitness_protein", conversation_id=conversation)))["outcome"]
        == "fitness"
    )
    answered(bot.turn(turn(new_id, EMERGENCY, conversation_id=conversation)))
    before = events(bot, conversation)
    dry = answered(bot.turn(turn(new_id, choice="/fitness_protein", conversation_id=conversation, dry_run=True)))
    assert dry["outcome"] == "fitness", "the hold is not known to a dry run"
    assert events(bot, conversation) == before


def test_an_erased_conversation_is_gone(bot: Bot, new_id: Ids) -> None:
    conversation = new_id()
    message = turn(new_id, EMERGENCY, conversation_id=conversation)
    answered(bot.turn(message))
    assert bot.erase(conversation).json() == {"erased": True}
    assert events(bot, conversation) == []
    assert bot.erase(conversation).json() == {"erased": False}
    assert answered(bot.turn({**message, "text": None, "choice": "/fitness_protein"}))["outcome"] == "fitness"


@pytest.mark.parametrize(
    "conversation", ["short", "a" * 65, "a" * 15 + "%00", "a" * 15 + "%ED%A0%80", "a" * 15 + "%20"]
)
def test_erasing_needs_a_valid_id(bot: Bot, new_id: Ids, conversation: str) -> None:
    refused(bot.erase(conversation), "conversation id")
    still_answers(bot, new_id)


def test_healthy_names_the_model(bot: Bot) -> None:
    response = requests.get(f"{bot.url}/health", timeout=30)
    assert response.status_code == 200
    assert response.json()["status"] == "ok"
    assert response.json()["model"].endswith(".tar.gz")


def test_rasas_own_channels_and_its_api_are_closed(bot: Bot) -> None:
    base = bot.url.removesuffix("/webhooks/bridge")
    for path in ("/webhooks/rest/webhook", "/conversations/default/messages", "/model/parse"):
        assert requests.post(
            base + path, json={"sender": "x", "message": "hi", "text": "hi"}, timeout=30
        ).status_code in {404, 405}


def test_it_listens_on_loopback_only(bot: Bot) -> None:
    import psutil

    (process,) = [child for child in psutil.process_iter(["cmdline"]) if str(bot.port) in (child.info["cmdline"] or [])]
    listening = [
        connection.laddr.ip for connection in process.connections("inet") if connection.status == psutil.CONN_LISTEN
    ]
    assert set(listening) == {"127.0.0.1"}


@pytest.mark.parametrize(
    "given_header",
    [
        None,
        "",
        "Bearer",
        "Bearer wrong",
        "Basic a secret of the tests",
        "a secret of the tests",
        "Bearer A SECRET OF THE TESTS",
        "Bearer \u00e9\u00ff",
    ],
)
def test_with_a_secret_every_route_refuses_a_wrong_token(guarded_bot: Bot, given_header: str | None) -> None:
    headers = {} if given_header is None else {"Authorization": given_header.encode("latin-1")}
    refused(requests.post(f"{guarded_bot.url}/turn", json=GOOD, headers=headers, timeout=30), "bearer token", 401)
    refused(requests.get(f"{guarded_bot.url}/health", headers=headers, timeout=30), "bearer token", 401)
    refused(
        requests.delete(f"{guarded_bot.url}/conversations/{'a' * 16}", headers=headers, timeout=30), "bearer token", 401
    )


def test_with_a_secret_the_right_token_is_answered(guarded_bot: Bot, new_id: Ids) -> None:
    still_answers(guarded_bot, new_id)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec=None), min_size=0, max_size=300))
def test_whatever_is_typed_is_answered_or_refused_with_a_reason(bot: Bot, new_id: Ids, text: str) -> None:
    body = json.dumps(turn(new_id, text))
    response = bot.turn(data=body, headers={"Content-Type": "application/json"})
    if response.status_code == 400:
        assert response.json()["error"]
    else:
        answered(response)
    assert bot.alive


async def test_an_assistant_that_fails_its_check_at_the_start_refuses_every_turn(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = SimpleNamespace(ctx=SimpleNamespace(assistant=assistant))
    assert _assistant(app) is assistant
    monkeypatch.setattr(turns, "KNOWN_SENTENCES", {"hello": "emergency"})
    (listener,) = BridgeInput().blueprint(lambda _: None)._future_listeners
    await listener.listener(app, None)
    with pytest.raises(TurnFailedError, match="train it anew"):
        _assistant(app)


def test_the_channel_has_the_name_of_the_contract() -> None:
    assert BridgeInput.name() == "bridge"
