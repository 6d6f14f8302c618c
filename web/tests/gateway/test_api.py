"""The chat API: what visitors may do, and that they reach nothing of others."""

from __future__ import annotations

import secrets
import time
from datetime import timedelta
from typing import Any

import httpx
import pytest
from servers import FakeBridge, ThreadedServer
from visitor import Visitor, wait_for

from gateway import service
from gateway.bridge import PAUSE
from gateway.settings import Settings
from gateway.tokens import Tokens
from transcripts.record import Record


def assert_refused(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Every refusal says what is wrong and carries the emergency line."""
    assert response.status_code == status, response.text
    body = dict(response.json())
    assert body["error"]["code"] == code and body["error"]["message"].endswith(".")
    assert body["emergency"]["number"] in body["emergency"]["text"]
    assert body["emergency"]["tel"] and all(number.isdigit() for number in body["emergency"]["tel"])
    return body


def test_a_message_is_answered(visitor: Visitor, bridge: FakeBridge) -> None:
    said = visitor.say("hello")
    assert (said["sequence"], said["sender"], said["text"], said["kind"]) == (1, "visitor", "hello", "message")
    reply = visitor.reply(said["sequence"])
    assert reply["text"] == "You said: hello" and reply["source"] == "a test" and reply["outcome"] == "fitness"
    assert [choice["title"] for choice in reply["choices"]] == ["The workout one"]
    assert visitor.messages()[0]["state"] == "answered"
    call = bridge.calls[0]
    assert call["region"] == "GB" and call["channel"] == "widget" and call["conversation_id"] == visitor.id


def test_payloads_stay_inside(visitor: Visitor) -> None:
    visitor.reply(visitor.say("plan")["sequence"])
    raw = visitor.client.get(visitor.path("/messages"), headers=visitor.headers).text
    assert "/clarify" not in raw and "/fitness" not in raw and "utter_" not in raw


def test_a_choice_is_pressed_by_its_id(visitor: Visitor, bridge: FakeBridge) -> None:
    reply = visitor.reply(visitor.say("hello")["sequence"])
    pressed = visitor.choose(reply["choices"][0]["id"])
    assert pressed.status_code == 202 and pressed.json()["text"] == "The workout one"
    visitor.reply(pressed.json()["sequence"])
    assert bridge.calls[-1]["choice"] == "/clarify_choose_fitness" and "text" not in bridge.calls[-1]


def test_a_plan_offers_its_exercises_as_choices(visitor: Visitor, bridge: FakeBridge) -> None:
    reply = visitor.reply(visitor.say("plan")["sequence"])
    how = [exercise["how"] for exercise in reply["card"]["sessions"][0]["exercises"]]
    assert how[0] != how[1] and len(reply["choices"]) == 1
    visitor.reply(visitor.choose(how[1]).json()["sequence"])
    assert bridge.calls[-1]["choice"] == "/fitness_squat"


@pytest.mark.parametrize("choice", ["c1-1", "c99-1", "c2-9"])
def test_a_choice_that_was_not_offered_is_refused(visitor: Visitor, choice: str) -> None:
    visitor.reply(visitor.say("hello")["sequence"])
    assert_refused(visitor.choose(choice), 400, "bad_request")


def test_text_is_never_a_payload(visitor: Visitor, bridge: FakeBridge) -> None:
    visitor.reply(visitor.say("/restart")["sequence"])
    assert bridge.calls[-1]["text"] == "/restart" and "choice" not in bridge.calls[-1]


def test_a_repeated_id_is_answered_once(visitor: Visitor, bridge: FakeBridge) -> None:
    client_id = secrets.token_hex(16)
    first = visitor.say("hello", client_id)
    again = [visitor.say("hello", client_id) for _ in range(5)]
    assert {message["sequence"] for message in again} == {first["sequence"]}
    visitor.reply(first["sequence"])
    assert len(visitor.messages()) == 2 and len(bridge.calls) == 1


def test_an_emergency_card_has_numbers_to_dial(visitor: Visitor) -> None:
    reply = visitor.reply(visitor.say("hip is out")["sequence"])
    assert reply["outcome"] == "emergency" and reply["card"]["tel"] == ["999", "112"]


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        {},
        {"text": "no id"},
        {"id": "short", "text": "x"},
        {"id": "a" * 65, "text": "x"},
        {"id": "a" * 16},
        {"id": "a" * 16, "text": "x", "choice": "c1-1"},
        {"id": "a" * 16, "text": 7},
        {"id": "a" * 16, "text": ""},
        {"id": "a" * 16, "text": " \u00a0\n"},
        {"id": "a" * 16, "text": "\u200b\u2060\u00ad\ufeff\x07"},
        {"id": "a" * 16, "choice": "/restart"},
        {"id": "a" * 16, "text": "x", "more": 1},
        {"id": "../../../../etc/passwd", "text": "x"},
    ],
)
def test_malformed_messages_are_refused(visitor: Visitor, bridge: FakeBridge, body: Any) -> None:
    assert_refused(visitor.post(body), 400, "bad_request")
    assert not bridge.calls and not visitor.messages()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"7", b"\xff\xfe", b"\x00" * 10, b"[" * 60_000], ids=lambda content: repr(content[:4])
)
def test_what_is_no_json_object_is_refused(visitor: Visitor, content: bytes) -> None:
    assert_refused(post_bytes(visitor, content), 400, "bad_request")
    visitor.reply(visitor.say("hello")["sequence"])


def test_half_an_emoji_is_taken(visitor: Visitor) -> None:
    response = post_bytes(visitor, b'{"id": "' + b"a" * 16 + b'", "text": "it popped out \\ud83d"}')
    assert response.status_code == 202 and response.json()["text"] == "it popped out \N{REPLACEMENT CHARACTER}"
    visitor.reply(response.json()["sequence"])


def post_bytes(visitor: Visitor, content: bytes) -> httpx.Response:
    headers = {**visitor.headers, "Content-Type": "application/json"}
    return visitor.client.post(visitor.path("/messages"), content=content, headers=headers)


def test_a_long_message_is_refused_with_its_limit(visitor: Visitor) -> None:
    body = assert_refused(visitor.post({"id": "a" * 16, "text": "x" * 4001}), 413, "too_long")
    assert "4000" in body["error"]["message"] and "999" in body["emergency"]["number"]
    visitor.reply(visitor.say("x" * 4000)["sequence"])


def test_a_huge_body_is_refused_unread(visitor: Visitor) -> None:
    content = b'{"id": "' + b"a" * 16 + b'", "text": "' + b"x" * 1_000_000 + b'"}'
    response = visitor.client.post(visitor.path("/messages"), content=content, headers=visitor.headers)
    assert_refused(response, 413, "too_long")


def test_nobody_reaches_the_conversation_of_another(visitor: Visitor, gateway: ThreadedServer) -> None:
    said = visitor.say("my secret")
    reply = visitor.reply(said["sequence"])
    other = Visitor(gateway.url).begin()
    forged = [
        {},
        other.headers,
        {"Authorization": f"Bearer {visitor.id}"},
        {"Authorization": f"Bearer {visitor.id}.{other.token.split('.')[1]}"},
        {"Authorization": f"Bearer {Tokens('another key, also long enough for it')._signer.sign(visitor.id).decode()}"},
        {"Authorization": f"Basic {visitor.token}"},
        {"Authorization": f"Bearer {visitor.token[:-1]}"},
        {"Cookie": f"token={visitor.token}"},
    ]
    tries = [
        ("GET", "/messages", None),
        ("GET", f"/messages?token={visitor.token}", None),
        ("GET", "/events", None),
        ("GET", "/export", None),
        ("POST", "/messages", {"id": "a" * 16, "text": "x"}),
        ("PUT", f"/messages/{reply['sequence']}/feedback", {"value": "up"}),
        ("DELETE", "", None),
    ]
    for headers in forged:
        for method, rest, body in tries:
            response = other.client.request(method, visitor.path(rest), json=body, headers=headers)
            assert_refused(response, 401, "unauthorised")
            assert "secret" not in response.text
    # and an id that does not exist looks the same
    nowhere = other.client.get(f"{gateway.url}/api/conversations/{'0' * 32}/messages", headers=other.headers)
    assert_refused(nowhere, 401, "unauthorised")
    assert [message["text"] for message in visitor.messages()] == ["my secret", "You said: my secret"]


def test_a_choice_of_another_conversation_is_none_of_this_one(visitor: Visitor, gateway: ThreadedServer) -> None:
    visitor.reply(visitor.say("hello")["sequence"])
    other = Visitor(gateway.url).begin()
    assert_refused(other.choose("c2-1"), 400, "bad_request")


def test_feedback_is_kept_changed_and_taken_back(visitor: Visitor) -> None:
    reply = visitor.reply(visitor.say("hello")["sequence"])
    path = visitor.path(f"/messages/{reply['sequence']}/feedback")
    for value in ("up", "down", None):
        assert visitor.client.put(path, json={"value": value}, headers=visitor.headers).status_code == 204
        assert visitor.messages()[1]["feedback"] == value
    assert_refused(visitor.client.put(path, json={"value": "great"}, headers=visitor.headers), 400, "bad_request")
    own = visitor.client.put(visitor.path("/messages/1/feedback"), json={"value": "up"}, headers=visitor.headers)
    assert_refused(own, 404, "not_found")


def test_the_visitor_takes_the_chat_home(visitor: Visitor) -> None:
    visitor.reply(visitor.say("grüße 👋 <b>")["sequence"])
    response = visitor.client.get(visitor.path("/export"), headers=visitor.headers)
    assert response.headers["content-disposition"] == 'attachment; filename="chat.txt"'
    assert "grüße 👋 <b>" in response.text and "You said: grüße 👋 <b>" in response.text


def test_a_deleted_chat_is_gone_everywhere(visitor: Visitor, bridge: FakeBridge, tmp_path: Any) -> None:
    visitor.reply(visitor.say("a very particular sentence")["sequence"])
    visitor.listen()
    assert visitor.client.delete(visitor.path(), headers=visitor.headers).status_code == 204
    wait_for(lambda: ("erased", {}) in visitor.events)
    assert bridge.erased == [visitor.id]
    assert_refused(visitor.client.get(visitor.path("/messages"), headers=visitor.headers), 410, "gone")
    assert_refused(visitor.post({"id": "a" * 16, "text": "x"}), 410, "gone")
    assert_refused(visitor.client.delete(visitor.path(), headers=visitor.headers), 410, "gone")
    for file in tmp_path.iterdir():
        assert b"very particular" not in file.read_bytes(), file


def test_what_comes_while_a_chat_is_deleted_does_not_reach_the_bot_any_more(
    visitor: Visitor, bridge: FakeBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase = Record.erase

    def late(self: Record, conversation: str, actor: str) -> bool:
        visitor.say("fail")  # which the gateway tries again until its patience ends
        wait_for(lambda: bridge.calls)
        return erase(self, conversation, actor)

    monkeypatch.setattr(Record, "erase", late)
    assert visitor.client.delete(visitor.path(), headers=visitor.headers).status_code == 204
    assert bridge.erased == [visitor.id]
    calls = len(bridge.calls)
    time.sleep(3 * PAUSE)
    assert len(bridge.calls) == calls


def test_an_erasure_at_the_bot_is_tried_until_it_is_done(
    make_gateway: Any, bridge: FakeBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "ERASURES_EVERY", 0.2)
    visitor = Visitor(make_gateway().url).begin()
    bridge.erasing_fails = True
    assert visitor.client.delete(visitor.path(), headers=visitor.headers).status_code == 204
    assert 'hip_record{kind="pending_erasures"} 1.0' in visitor.client.get(f"{visitor.url}/metrics").text
    bridge.erasing_fails = False
    wait_for(lambda: bridge.erased == [visitor.id])
    wait_for(lambda: 'hip_record{kind="pending_erasures"} 0.0' in visitor.client.get(f"{visitor.url}/metrics").text)


def test_an_idle_chat_can_be_read_and_not_continued(make_gateway: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Settings, "idle", timedelta(seconds=1))
    visitor = Visitor(make_gateway().url).begin(region="GB")
    visitor.reply(visitor.say("hello")["sequence"])
    time.sleep(1.1)
    body = assert_refused(visitor.post({"id": "a" * 16, "text": "x"}), 410, "gone")
    assert "999" in body["emergency"]["number"]
    assert len(visitor.messages()) == 2


def test_an_unknown_region_counts_as_none(gateway: ThreadedServer, bridge: FakeBridge) -> None:
    visitor = Visitor(gateway.url).begin(region="ZZ")
    visitor.reply(visitor.say("hello")["sequence"])
    assert bridge.calls[-1]["region"] is None


@pytest.mark.parametrize(
    "body", [{"region": "gb"}, {"region": 4}, {"locale": "<script>"}, {"locale": "e" * 99}, {"x": 1}]
)
def test_a_malformed_beginning_is_refused(gateway: ThreadedServer, body: dict[str, Any]) -> None:
    assert_refused(httpx.post(f"{gateway.url}/api/conversations", json=body), 400, "bad_request")


@pytest.mark.parametrize(
    "path", ["/api/nothing", "/nothing", "/widget/nothing.js", "/widget/../gateway/app.py", "/api/conversations/x"]
)
def test_unknown_paths_are_refused_with_the_emergency_line(gateway: ThreadedServer, path: str) -> None:
    response = httpx.get(f"{gateway.url}{path}")
    assert response.status_code in (404, 405, 400) and response.json()["emergency"]["tel"]
