"""The event stream: in order, each message once, whatever happens to the network."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from servers import FakeBridge, ThreadedServer
from visitor import Visitor, wait_for


def texts(visitor: Visitor) -> list[str]:
    return [message["text"] for message in visitor.streamed()]


def test_both_sides_come_in_order_with_typing_between(visitor: Visitor) -> None:
    visitor.listen()
    visitor.say("slow 0.3")
    wait_for(lambda: len(visitor.streamed()) == 2)
    wait_for(lambda: ("typing", {"typing": False}) in visitor.events)
    names = [(name, data.get("sequence") or data.get("typing")) for name, data in visitor.events]
    assert names == [("message", 1), ("typing", True), ("message", 2), ("typing", False)]


def test_what_came_while_offline_comes_after_the_reconnect_once(visitor: Visitor) -> None:
    visitor.listen()
    visitor.say("one")
    wait_for(lambda: len(visitor.streamed()) == 2)
    visitor.hang_up()
    visitor.reply(visitor.say("two")["sequence"])
    assert texts(visitor) == ["one", "You said: one"]
    visitor.listen()
    wait_for(lambda: len(visitor.streamed()) == 4)
    visitor.say("three")
    wait_for(lambda: len(visitor.streamed()) == 6)
    assert texts(visitor) == ["one", "You said: one", "two", "You said: two", "three", "You said: three"]
    assert [message["sequence"] for message in visitor.streamed()] == [1, 2, 3, 4, 5, 6]


def test_a_reconnect_in_the_middle_of_a_turn_brings_its_reply(visitor: Visitor) -> None:
    visitor.listen()
    visitor.say("slow 1")
    wait_for(lambda: visitor.streamed())
    visitor.hang_up()
    visitor.listen()
    wait_for(lambda: len(visitor.streamed()) == 2)
    assert texts(visitor) == ["slow 1", "You said: slow 1"]


def test_a_second_tab_sees_all(visitor: Visitor) -> None:
    visitor.listen()
    visitor.reply(visitor.say("one")["sequence"])
    tab = Visitor(visitor.url, id=visitor.id, token=visitor.token).listen()
    visitor.say("two")
    for stream in (visitor, tab):
        wait_for(lambda stream=stream: len(stream.streamed()) == 4)
    assert texts(visitor) == texts(tab)
    tab.hang_up()


def test_many_messages_come_in_pages(visitor: Visitor) -> None:
    for number in range(120):
        visitor.say(f"m{number}")
    wait_for(lambda: len(visitor.messages()) == 240)
    visitor.listen()
    wait_for(lambda: len(visitor.streamed()) == 240)
    assert [message["sequence"] for message in visitor.streamed()] == list(range(1, 241))


def test_replies_keep_the_order_of_the_messages(visitor: Visitor) -> None:
    first, second = visitor.say("slow 1"), visitor.say("quick")
    visitor.reply(second["sequence"])
    replies = [message["reply_to"] for message in visitor.messages() if message["sender"] == "assistant"]
    assert replies == [first["sequence"], second["sequence"]]


@pytest.mark.parametrize("last", ["-1", "x", "1.5", "9" * 12, "²"])
def test_a_malformed_last_event_id_is_refused(visitor: Visitor, last: str) -> None:
    response = visitor.client.get(
        visitor.path("/events"),
        headers={**visitor.headers, "Last-Event-ID": last.encode()},  # type: ignore[dict-item]
    )
    assert response.status_code == 400 and response.json()["emergency"]["tel"]


def test_streams_are_limited_and_given_back(make_gateway: Any) -> None:
    visitor = Visitor(make_gateway(streams_conversation=2).url).begin()
    tabs = [Visitor(visitor.url, id=visitor.id, token=visitor.token).listen() for _ in range(2)]
    refused = visitor.client.get(visitor.path("/events"), headers=visitor.headers)
    assert refused.status_code == 429 and refused.json()["error"]["code"] == "too_many_streams"
    assert refused.headers["retry-after"] and refused.json()["emergency"]["tel"]
    tabs[0].hang_up()
    wait_for(lambda: _can_listen(visitor))
    for tab in (tabs[1], visitor):
        tab.hang_up()


def _can_listen(visitor: Visitor) -> bool:
    with visitor.client.stream("GET", visitor.path("/events"), headers=visitor.headers) as response:
        if response.status_code != httpx.codes.OK:
            return False
    visitor.listen()
    return True


def test_the_server_stops_with_streams_open(make_gateway: Any, bridge: FakeBridge) -> None:
    server: ThreadedServer = make_gateway()
    visitor = Visitor(server.url).begin().listen()
    server.stop()
    wait_for(lambda: not visitor.listening)
