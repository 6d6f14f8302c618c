"""Whatever a platform delivers is in the record once, in order, and answered."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from stand_ins import House, run, until

from gateway.platforms import hearing, inbox
from gateway.platforms.adapter import Arrival
from gateway.platforms.answers import TOO_MANY
from gateway.platforms.commands import command_of
from transcripts.record import Record
from transcripts.values import Said

LINE = "999 or 112"


def test_a_message_is_stored_and_answered_and_the_first_one_greeted(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            await house.say("hello")
            greeting, answer = await house.until_sent(2)
            assert "automated assistant" in greeting and "delete my data" in greeting and "30 days" in greeting
            assert LINE in greeting and answer == "You said: hello"
            await house.say("again")
            assert (await house.until_sent(3))[2] == "You said: again"
            assert [arrival.text for arrival in house.adapter.told] == ["hello", "again"]

    run(scenario())


def test_an_emergency_overtakes_the_greeting(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            house.adapter.fate = lambda address, text: 0.05
            await house.say("hip is out")
            sent = await house.until_sent(4)
            assert sent[0] == "Call 999 now.\n\nSource: NHS" and sent[1] == "Choose:"
            assert "automated assistant" in sent[2] and sent[3] == "There is help, too."

    run(scenario())


def test_a_repeat_is_answered_once(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            await asyncio.gather(*(house.say("hello", event_id="the same") for _ in range(5)))
            await house.until_sent(2)
            await house.say("hello", event_id="the same")
            await house.until_sent(2)
        async with House(url) as house:
            await house.say("hello", event_id="the same")
            assert len(house.turns.asked) == 0 and not house.adapter.sent

    run(scenario())


@pytest.mark.parametrize("media", ["picture", "voice message", "sticker", "something new"])
def test_media_get_a_clear_reply(url: str, media: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            await house.say(media=media)
            notice = (await house.until_sent(2))[1]
            assert "can only read text" in notice and LINE in notice
            assert ("this kind of message" if media == "something new" else f"a {media}") in notice
            assert not house.turns.asked

    run(scenario())


def test_a_caption_is_read_and_the_notice_comes_besides(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            await house.say("my knee", media="picture")
            sent = await house.until_sent(3)
            assert sent[1] == "You said: my knee" and "a picture" in sent[2]
            assert [message.text for message in house.turns.asked] == ["my knee"]

    run(scenario())


def test_nothing_said_is_noted_and_no_more(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            await house.say("  \n")
            await asyncio.sleep(0.1)
            assert not house.adapter.sent and house.conversations() is None

    run(scenario())


def test_a_long_text_is_read_to_its_end(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            await house.say("A sentence. " * 900)
            await until(lambda: len(house.turns.asked) == 3)
            asked = [message.text for message in house.turns.asked]
            assert all(len(text) <= 4000 for text in asked)
            assert "".join(asked).replace(" ", "") == ("A sentence. " * 900).replace(" ", "")

    run(scenario())


@pytest.mark.parametrize("text", ["/start", "/start campaign", "/new", "New chat", "start over.", "/new@HipBot"])
def test_a_new_conversation(url: str, text: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            await house.say("hello")
            await house.until_sent(2)
            before = house.conversations()
            await house.say(text)
            assert "fresh start" in (await house.until_sent(3))[2] and LINE in house.adapter.texts()[2]
            after = house.conversations()
            assert before and after and before.id != after.id
            await house.say("hello")
            await house.until_sent(4)
            assert house.conversations() == house.record.conversation(after.id)
            assert [message.text for message in house.turns.asked] == ["hello", "hello"]

    run(scenario())


def test_who_begins_with_start_is_greeted_once(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            await house.say("/start")
            assert "automated assistant" in (await house.until_sent(1))[0]

    run(scenario())


def test_after_a_day_a_new_conversation_begins_without_another_greeting(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            await house.say("hello")
            await house.until_sent(2)
            before = house.conversations()
            house.late = timedelta(hours=24, minutes=1)
            await house.say("hello")
            await house.until_sent(3)
            after = house.conversations()
            assert before and after and before.id != after.id

    run(scenario())


@pytest.mark.parametrize("text", ["/delete", "Delete my data", "delete my chat!"])
def test_deletion(url: str, text: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            await house.say("hello")
            await house.say("/new")
            await house.say("hello", address="8")
            await house.until_sent(3)
            house.turns.pause = 30
            await house.say("never answered")
            await house.say(text)
            confirmed = (await house.until_sent(4))[3]
            assert "deleted" in confirmed and LINE in confirmed
            assert len(house.erased) == 2 and set(house.erased) <= set(house.turns.dropped)
            assert house.conversations() is None and house.conversations("8") is not None
            assert len(house.record.pending_erasures()) == 2
            house.turns.pause = 0
            await house.say("hello")
            assert "automated assistant" in (await house.until_sent(6))[4]

    run(scenario())


def test_a_deletion_is_tried_until_it_is_done(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "PAUSE", 0.05)
    erase, failures = Record.erase_address, iter(range(3))

    def sometimes(self: Record, *given: Any) -> Any:
        if next(failures, None) is not None:
            raise OSError("says the test")
        return erase(self, *given)

    monkeypatch.setattr(Record, "erase_address", sometimes)

    async def scenario() -> None:
        async with House(url) as house:
            await house.say("hello")
            await house.until_sent(2)
            await asyncio.gather(house.say("/delete"), house.say("again"))
            assert "deleted" in "".join(await house.until_sent(5))  # the second message was not erased with the first
            assert house.adapter.texts()[-1] == "You said: again"

    run(scenario())


def test_a_deletion_that_a_killed_process_left_is_carried_out(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            await house.say("hello")
            await house.until_sent(2)

            house.record.arrive("test", "e", "7", [Said("delete my data")], public=False, region=None, idle=inbox.IDLE)
        async with House(url) as house:
            assert "deleted" in (await house.until_sent(1))[0]
            assert house.conversations() is None and not house.turns.asked

    run(scenario())


def pressed(house: House, number: int) -> str:
    conversation = house.conversations()
    assert conversation
    reply = next(m for m in house.record.messages(conversation.id) if m.choices)
    return f"{conversation.id[:8]}.{reply.choices[number - 1].id}"


def test_a_pressed_button(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            await house.say("choose 2")
            await house.until_sent(3)
            (buttons,) = (part.buttons for _, part in house.adapter.sent if part.buttons)
            assert [button.id for button in buttons] == [pressed(house, 1), pressed(house, 2)]
            await house.say("Choice 2", choice=buttons[1].id)
            assert (await house.until_sent(4))[3] == "You said: /choice_2"
            assert house.turns.asked[-1].text == "Choice 2"

    run(scenario())


def test_a_button_of_an_earlier_conversation_is_not_met_with_silence(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            await house.say("choose 2")
            await house.until_sent(3)
            old = pressed(house, 1)
            await house.say("/new")
            await house.say(choice=old)
            await house.say(choice=old.replace("-1", "-99"))
            await house.say(choice="SOMETHING_ELSE")
            sent = await house.until_sent(7)
            assert all("earlier chat" in text and LINE in text for text in sent[4:])
            assert len(house.turns.asked) == 1

    run(scenario())


@pytest.mark.parametrize(
    ("count", "typed", "expected"), [(4, "(2)", "/choice_2"), (3, "2", "2"), (4, "5", "5"), (4, "2 days", "2 days")]
)
def test_a_typed_number(url: str, count: int, typed: str, expected: str) -> None:
    """Three choices are buttons here, four are numbers."""

    async def scenario() -> None:
        async with House(url) as house:
            await house.say(f"choose {count}")
            await house.until_sent(3)
            await house.say(media="picture")  # a notice in between changes nothing
            await house.until_sent(4)
            await house.say(typed)
            assert (await house.until_sent(5))[4] == f"You said: {expected}"

    run(scenario())


def test_a_number_far_below_its_choices_is_text(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "LOOKED_BACK", 3)

    async def scenario() -> None:
        async with House(url) as house:
            await house.say("choose 4")
            await house.say(media="picture")
            await house.say(media="picture")
            await house.until_sent(5)
            await house.say("2")
            assert (await house.until_sent(6))[5] == "You said: 2"

    run(scenario())


def test_a_number_after_another_answer_is_text(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            await house.say("choose 4")
            await house.say("hello")
            await house.until_sent(4)
            await house.say("2")
            assert (await house.until_sent(5))[4] == "You said: 2"

    run(scenario())


def test_in_public_only_what_is_urgent_is_said(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            await house.say("hello", public=True)
            (offer,) = await house.until_sent(1)
            assert "private chat" in offer and LINE in offer
            await house.say("choose 2", public=True)
            await house.say(media="picture", public=True)
            assert await house.until_sent(3) == [offer] * 3
            await house.say("hip is out", public=True)
            sent = await house.until_sent(6)
            assert sent[3:] == ["Call 999 now.\n\nSource: NHS", "Choose:", offer]
            assert [message.text for message in house.turns.asked] == ["hello", "choose 2", "hip is out"]

    run(scenario())


def test_too_many_messages_are_stored_and_answered_with_the_number(url: str) -> None:
    async def scenario() -> None:
        async with House(url, rule="2/hour") as house:
            for number in range(4):
                await house.say(f"message {number}")
            await house.say("hello", address="8")
            sent = await house.until_sent(5)
            assert all("a lot in a short time" in text and LINE in text for text in sent[3:])
            assert len(house.turns.asked) == 3 and (await house.until_sent(2, "8"))[1] == "You said: hello"
            await house.say("/new")  # no way around it
            assert "a lot in a short time" in (await house.until_sent(6))[5]
            assert house.unanswered() == [TOO_MANY] * 3 and house.record.counts()["unanswered"] == 3

    run(scenario())


def test_messages_of_one_person_keep_their_order(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            await asyncio.gather(*(house.say(f"{n}", address=str(a)) for n in range(12) for a in range(5)))
            for address in range(5):
                await until(lambda to=str(address): len(house.adapter.texts(to)) == 13)
                assert house.adapter.texts(str(address))[1:] == [f"You said: {n}" for n in range(12)]
            assert not house.platforms.inbox._locks

    run(scenario())


def test_a_platform_that_is_slow_to_be_told_keeps_its_connections_for_answers(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            told: list[Arrival] = []

            async def slow(arrival: Arrival) -> None:
                told.append(arrival)
                await asyncio.sleep(60)

            house.adapter.received = slow  # type: ignore[method-assign]
            for number in range(inbox.TOLD_AT_ONCE + 5):
                await house.say(f"{number}", address=str(number))
            await until(lambda: len(house.adapter.sent) == 2 * (inbox.TOLD_AT_ONCE + 5))
            assert len(told) == inbox.TOLD_AT_ONCE

    run(scenario())


def test_a_record_out_of_order_is_said_and_nothing_is_lost(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            with monkeypatch.context() as patched:
                patched.setattr(Record, "arrive", lambda *_, **__: 1 / 0)
                with pytest.raises(ZeroDivisionError):
                    await house.say("hello", event_id="e")
            await house.say("hello", event_id="e")
            await house.until_sent(2)

    run(scenario())


def test_what_a_killed_process_had_taken_is_answered_with_the_greeting(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            house.turns.pause = 30
            await house.say("hello")
            await house.say(media="picture")
        async with House(url) as house:
            sent = await house.until_sent(3)
            assert "automated assistant" in sent[0] and sent[1] == "You said: hello" and "a picture" in sent[2]

    run(scenario())


def test_the_region_of_the_phone_chooses_the_number(url: str) -> None:
    async def scenario() -> None:
        async with House(url, region=None) as house:
            await house.say(media="picture", region="AU")
            assert all("000" in text for text in await house.until_sent(2))
            await house.say("/delete")
            assert "000" in (await house.until_sent(3))[2]

    run(scenario())


def test_the_region_of_the_installation_goes_before_that_of_the_phone(url: str) -> None:
    async def scenario() -> None:
        async with House(url, region="US") as house:
            await house.say(media="picture", region="AU")
            assert all("911" in text and "000" not in text for text in await house.until_sent(2))

    run(scenario())


@pytest.mark.parametrize(
    "text", ["delete", "how do you delete my data?", "new", "/starting", "start", "please start over"]
)
def test_what_is_no_command(text: str) -> None:
    assert command_of(text) is None


@pytest.mark.parametrize("text", ["/start my hip popped out", "/start@HipBot my hip popped out", "/start dislocated!"])
def test_words_after_start_are_a_message(url: str, text: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            await house.say("hello")
            before = house.conversations()
            await house.say(text)
            await house.until_sent(3)
            after = house.conversations()
            assert before and after and before.id == after.id
            assert [message.text for message in house.turns.asked] == ["hello", text]

    run(scenario())


@pytest.mark.parametrize("link", ["campaign", "a-B_9" * 12, "A" * 64])
def test_what_a_link_adds_belongs_to_start(link: str) -> None:
    assert command_of(f"/start {link}") == command_of(f"/start@HipBot  {link}") == "new"
    assert command_of(f"/start {'A' * 65}") is None and command_of(f"/new {link}") is None
