"""A visitor talks to the real assistant through the gateway."""

from __future__ import annotations

import httpx
import pytest
from visitor import Visitor, wait_for
from whole_system import Whole


@pytest.fixture
def guest(whole: Whole) -> Visitor:
    return Visitor(whole.url).begin(region="GB")


def last_reply(guest: Visitor, text: str) -> dict[str, object]:
    sequence = guest.say(text)["sequence"]
    guest.reply(sequence)
    return guest.replies(sequence)[-1]


def test_both_meanings(guest: Visitor) -> None:
    asked = last_reply(guest, "hip reduction")
    assert asked["outcome"] == "clarify" and len(asked["choices"]) >= 2  # type: ignore[arg-type]
    chosen = guest.choose(asked["choices"][1]["id"]).json()  # type: ignore[index]
    assert guest.reply(chosen["sequence"])["outcome"] in ("fitness", "medical_info")


def test_an_emergency_is_held_until_nobody_is_hurt(guest: Visitor) -> None:
    reply = last_reply(guest, "my hip popped out and i can't move my leg")
    assert reply["outcome"] == "emergency" and "999" in str(reply["text"]) and reply["card"]["tel"][0] == "999"  # type: ignore[index]
    assert last_reply(guest, "how much protein do i need")["outcome"] == "emergency"
    release = next(choice for choice in reply["choices"] if "hurt" in choice["title"].lower())  # type: ignore[union-attr, index]
    guest.reply(guest.choose(release["id"]).json()["sequence"])
    assert last_reply(guest, "how do i do a hip thrust")["outcome"] == "fitness"


def test_a_calorie_dialogue_to_its_end(guest: Visitor) -> None:
    texts = [
        "help me work out a calorie deficit",
        "34",
        "no",
        "no",
        "none",
        "female",
        "168 cm",
        "74 kg",
        "skip",
        "moderate",
    ]
    replies = [last_reply(guest, text) for text in texts]
    assert any("kcal" in str(message["text"]) for message in guest.messages()), replies


def test_a_deleted_chat_is_gone_at_the_bot_too(whole: Whole, guest: Visitor) -> None:
    last_reply(guest, "my hip popped out and i can't move my leg")
    assert guest.client.delete(guest.path(), headers=guest.headers).status_code == 204
    # the same id at the bridge is a new conversation: nothing is held
    body = {"conversation_id": guest.id, "message_id": "a" * 16, "text": "how do i do a hip thrust"}
    answered = httpx.post(f"{whole.bridge}/turn", json=body, timeout=30).json()
    assert answered["outcome"] == "fitness"
    httpx.delete(f"{whole.bridge}/conversations/{guest.id}")


def test_five_hundred_open_streams_hold(whole: Whole) -> None:
    visitors: list[Visitor] = []
    try:
        for _ in range(500):
            # at once: a connection that has been idle for 5 s may be closed just as it is used again
            visitors.append(Visitor(whole.url).begin().listen())
        assert all(visitor.listening for visitor in visitors)
        for visitor in visitors[::50]:
            visitor.say("hip reduction")
        for visitor in visitors[::50]:
            wait_for(lambda visitor=visitor: len(visitor.streamed()) >= 2)
        assert all(visitor.listening for visitor in visitors)
    finally:
        for visitor in visitors:
            visitor.hang_up()
            visitor.client.close()
