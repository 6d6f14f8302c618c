"""What waits is sent: in order, urgent first, each once unless nobody knows; and nothing is forgotten."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from stand_ins import EMERGENCY, House, TestAdapter, run, until

from gateway.platforms import outbox, sending, worker
from gateway.platforms.adapter import FateUnknownError, Limits, NotSentError, Part, RejectedError
from gateway.platforms.sending import pause_after
from transcripts.record import Record
from transcripts.values import Reply, Said


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(sending, "RECORD_PAUSE", 0.05)
    monkeypatch.setattr(worker, "RECORD_PAUSE", 0.05)
    monkeypatch.setattr(worker, "GRACE", 0.5)


def queued(house: House, *replies: Reply | str, address: str = "7") -> None:
    """Put an answer of these replies into the record, as a turn does; nobody is woken."""
    house._number += 1
    arrived = house.record.arrive(
        "test", f"{address}-{house._number}", address, [Said("x")], public=False, region=None, idle=timedelta(days=1)
    )
    assert arrived and arrived.conversation
    given = [Reply(reply) if isinstance(reply, str) else reply for reply in replies]
    house.record.add_answer(arrived.conversation.id, arrived.messages[0].sequence, given, None)


def wake(house: House, address: str = "7") -> None:
    house.platforms.outbox.wake("test", address)


def test_what_waits_is_sent_in_order_and_its_row_ends(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            queued(house, "one", "two")
            queued(house, "three")
            house.record.notify("test", "7", "four")
            wake(house)
            wake(house)
            assert await house.until_sent(4) == ["one", "two", "three", "four"]
            assert house.fates() == [("sent", None)] * 3

    run(scenario())


def test_a_start_sends_what_waits(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            queued(house, "one")
            queued(house, "two", address="8")
        async with House(url) as house:
            assert await house.until_sent(1) == ["one"] and await house.until_sent(1, "8") == ["two"]

    run(scenario())


def test_what_was_surely_not_sent_is_tried_again_in_order(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            house.adapter.script = [NotSentError("429"), NotSentError("ConnectError"), None]
            queued(house, "one", "two")
            wake(house)
            assert await house.until_sent(2) == ["one", "two"]
            tries = [at for _, text, at in house.adapter.tried if text == "one"]
            assert tries[1] - tries[0] >= 0.04 and tries[2] - tries[1] >= 0.08

    run(scenario())


def test_what_fails_while_the_record_is_read_keeps_its_place(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = Record.waiting

    def slowly(self: Record, channel: str, address: str) -> Any:
        rows = waiting(self, channel, address)
        time.sleep(0.2)  # what was read is not what is there any more
        return rows

    async def scenario() -> None:
        async with House(url) as house:
            send = house.adapter.send

            async def slow_to_fail(address: str, part: Part) -> None:
                await asyncio.sleep(0 if house.adapter.tried else 0.1)
                await send(address, part)

            monkeypatch.setattr(Record, "waiting", slowly)
            monkeypatch.setattr(house.adapter, "send", slow_to_fail)
            house.adapter.script = [NotSentError("429", 0.5)]
            queued(house, "one", "two")
            wake(house)
            await until(lambda: [state for state, _ in house.fates()] == ["sending", "waiting"])
            wake(house)
            assert await house.until_sent(2) == ["one", "two"]

    run(scenario())


def test_the_wait_that_a_platform_asks_for_is_respected(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            house.adapter.script = [NotSentError("429", 0.7)]
            queued(house, "one", "two")
            wake(house)
            await asyncio.sleep(0.05)
            wake(house)  # no reason to be earlier
            await house.until_sent(2)
            first, second = [at for _, text, at in house.adapter.tried if text == "one"]
            assert second - first >= 0.7

    run(scenario())


def test_pauses_grow_to_five_minutes_and_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "FIRST_PAUSE", 1.0)
    for failures, expected in [(0, 1), (1, 2), (2, 4), (8, 256)]:
        pauses = [pause_after(failures) for _ in range(50)]
        assert all(0.8 * expected <= pause <= min(300, 1.2 * expected) for pause in pauses) and len(set(pauses)) > 5
    assert all(240 <= pause_after(many) <= 300 for many in (9, 100, 10_000))


def test_what_is_refused_is_kept_as_failed_and_the_next_goes(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            house.adapter.script = [RejectedError("403 blocked"), RejectedError("403 blocked")]
            queued(house, "one", EMERGENCY, "two")
            wake(house)
            assert await house.until_sent(1) == ["two"]
            assert house.fates() == [("failed", "403 blocked"), ("failed", "403 blocked"), ("sent", None)]

    run(scenario())


@pytest.mark.parametrize("fault", [FateUnknownError("ReadTimeout"), KeyError("words of a message")])
def test_whose_fate_is_unknown_is_not_repeated_unless_urgent(url: str, fault: Exception, caplog: Any) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            doubts = {"two": 5, "Call 999 now.\n\nSource: NHS": 2}

            def doubtful(_address: str, text: str) -> Exception | None:
                doubts[text] = doubts.get(text, 0) - 1
                return fault if doubts[text] >= 0 else None

            house.adapter.fate = doubtful
            queued(house, EMERGENCY, "two", "three")
            wake(house)
            await until(lambda: len(house.adapter.sent) == 3)
            await house.quiet()
            assert sorted(house.adapter.texts()) == ["Call 999 now.\n\nSource: NHS", "Choose:", "three"]
            tries = [text for _, text, _ in house.adapter.tried]
            assert tries.count("two") == 1 and tries.count("Call 999 now.\n\nSource: NHS") == 3
            (first, _), (second, reason), (third, _) = house.fates()
            assert (first, second, third) == ("sent", "unknown", "sent")
            assert reason and "words of a message" not in reason and "words of a message" not in caplog.text

    run(scenario())


def test_an_urgent_one_that_may_have_arrived_holds_nobody_up_and_ends(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MOST_DOUBTFUL", 4)

    async def scenario() -> None:
        async with House(url) as house:
            house.adapter.fate = lambda _, text: FateUnknownError("ReadTimeout") if "999" in text else None
            queued(house, EMERGENCY, "two")
            wake(house)
            await until(lambda: "two" in house.adapter.texts())
            await house.quiet()
            assert len([text for _, text, _ in house.adapter.tried if "999" in text]) == 4
            assert house.fates() == [("unknown", "ReadTimeout"), ("sent", None)]

    run(scenario())


def test_an_urgent_one_is_behind_nobodys_back_off_and_behind_no_slow_send(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            house.adapter.script = [NotSentError("429", 30), None]
            queued(house, "one")
            wake(house)
            await until(lambda: house.adapter.tried)
            queued(house, EMERGENCY)
            wake(house)
            await until(lambda: len(house.adapter.sent) == 2)
            queued(house, "slow", address="8")
            house.adapter.script = [2.0]
            wake(house, "8")
            await until(lambda: house.adapter.under_way)
            queued(house, EMERGENCY, address="8")
            wake(house, "8")
            await until(lambda: len(house.adapter.texts("8")) == 2, 1)
            assert house.adapter.texts("8")[0].startswith("Call 999 now.")

    run(scenario())


def test_nothing_ordinary_goes_before_an_urgent_one_that_could_not_be_sent(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            house.adapter.script = [
                NotSentError("ConnectError"),
                NotSentError("ConnectError"),
                NotSentError("429", 0.3),
            ]
            queued(house, "one", EMERGENCY, "two")
            wake(house)
            assert [text[:4] for text in await house.until_sent(4)] == ["Call", "Choo", "one", "two"]

    run(scenario())


def test_so_many_at_once_and_urgent_ones_besides(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "AT_ONCE", 3)

    async def scenario() -> None:
        async with House(url) as house:
            house.adapter.fate = lambda _, text: 1.0 if text == "one" else None
            for address in range(9):
                queued(house, "one", address=str(address))
                wake(house, str(address))
            await until(lambda: house.adapter.under_way == 3)
            queued(house, EMERGENCY, address="urgent")
            queued(house, EMERGENCY, address="8")
            started = time.monotonic()
            wake(house, "urgent")
            wake(house, "8")
            await until(lambda: len(house.adapter.texts("urgent")) == len(house.adapter.texts("8")) == 2)
            assert time.monotonic() - started < 0.9
            await until(lambda: len(house.adapter.sent) == 13)
            assert house.adapter.most_under_way <= 5
            assert house.adapter.texts("8")[2] == "one"

    run(scenario())


def test_who_waited_for_a_place_lets_an_urgent_one_go_first(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "AT_ONCE", 1)

    async def scenario() -> None:
        async with House(url) as house:
            house.adapter.script = [0.5, 1.0]
            queued(house, "slow", address="8")
            wake(house, "8")
            await until(lambda: house.adapter.under_way)
            queued(house, "one")
            wake(house)
            await asyncio.sleep(0.1)
            queued(house, EMERGENCY)
            wake(house)
            await house.until_sent(3)
            assert [text[:4] for to, text, _ in house.adapter.tried if to == "7"] == ["Call", "Choo", "one"]

    run(scenario())


def test_after_a_day_it_is_given_up(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "FIRST_PAUSE", 60.0)  # it is not being tried when the first house ends

    async def scenario() -> None:
        async with House(url) as house:
            house.adapter.script = [NotSentError("ConnectError")] * 2
            queued(house, "one")
            wake(house)
            await until(lambda: house.fates()[0][1])
        late = House(url)
        async with late as house:
            house.platforms.outbox._sender._now = lambda: sending.utc_now() + timedelta(hours=24, minutes=1)
            wake(house)
            await house.quiet()
            await until(lambda: house.fates()[0][0] == "failed")

    run(scenario())


def test_a_notice_that_cannot_be_sent_is_given_up_too(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "MOST_TRIES", 3)

    async def scenario() -> None:
        async with House(url) as house:
            house.adapter.fate = lambda *_: NotSentError("ConnectError")
            house.record.notify("test", "7", "deleted")
            wake(house)
            await until(lambda: len(house.adapter.tried) == 3)
            await house.quiet()
            assert house.fates() == []

    run(scenario())


class NarrowAdapter(TestAdapter):
    limits: ClassVar[Limits] = Limits(text=12, text_with_buttons=12, buttons=0, title=0)


def test_a_long_reply_goes_in_parts_and_goes_on_where_it_was(url: str) -> None:
    async def scenario() -> None:
        async with House(url, adapter=NarrowAdapter()) as house:
            house.adapter.script = [None, NotSentError("429", 0.05), None]
            queued(house, "First bit. Second bit. Third bit.", "Next.")
            wake(house)
            assert await house.until_sent(4) == ["First bit.", "Second bit.", "Third bit.", "Next."]
            house.adapter.script = [None, NotSentError("429", 60)]
            queued(house, "First bit. Second bit. Third bit.")
            wake(house)
            await until(lambda: len(house.adapter.tried) == 7)
        async with House(url, adapter=NarrowAdapter()) as house:
            assert not house.adapter.sent
            house.platforms.outbox._sender._now = lambda: sending.utc_now() + timedelta(minutes=2)
            wake(house)
            assert await house.until_sent(2) == ["Second bit.", "Third bit."]

    run(scenario())


def test_an_urgent_one_comes_between_the_parts_of_another(url: str) -> None:
    async def scenario() -> None:
        async with House(url, adapter=NarrowAdapter()) as house:
            house.adapter.fate = lambda *_: 0.1
            queued(house, "First bit. Second bit. Third bit.")
            wake(house)
            await until(lambda: house.adapter.tried)
            queued(house, Reply("Call 999.", card={"kind": "emergency"}))
            wake(house)
            sent = await house.until_sent(4)
            assert sent.index("Call 999.") <= 1 and sent[-1] == "Third bit."

    run(scenario())


@pytest.mark.parametrize("method", ["waiting", "sending", "sent_part", "postpone", "message"])
def test_a_record_out_of_order_loses_nothing_and_repeats_nothing(
    url: str, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    original, failures = getattr(Record, method), iter(range(3))

    def sometimes(self: Record, *given: Any, **named: Any) -> Any:
        if next(failures, None) is not None:
            raise OSError("disk full, says the test")
        return original(self, *given, **named)

    async def scenario() -> None:
        async with House(url) as house:
            queued(house, "one", "two")
            house.adapter.script = [NotSentError("429")]
            monkeypatch.setattr(Record, method, sometimes)
            wake(house)
            assert await house.until_sent(2) == ["one", "two"]
            assert house.fates() == [("sent", None)] * 2

    run(scenario())


def test_what_was_on_its_way_at_the_end(url: str) -> None:
    """What ends in time is sent; of the rest the urgent one goes again, and nobody knows of the other."""

    async def scenario() -> None:
        async with House(url) as house:
            house.adapter.fate = lambda address, _: 0.3 if address == "quick" else 30
            queued(house, "quick", address="quick")
            queued(house, "slow")
            queued(house, EMERGENCY, address="urgent")
            for address in ("quick", "7", "urgent"):
                wake(house, address)
            await until(lambda: house.adapter.under_way == 3)
        assert house.adapter.texts("quick") == ["quick"] and house.adapter.closed
        async with House(url) as house:
            await house.until_sent(2, "urgent")
            assert len(house.adapter.sent) == 2
            assert [state for state, _ in house.fates()] == ["sent", "unknown", "sent"]

    run(scenario())


def test_what_is_erased_meanwhile_is_not_sent(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            house.adapter.script = [NotSentError("429", 0.2)]
            queued(house, "one", "two")
            wake(house)
            await until(lambda: house.adapter.tried)
            house.record.erase_address("test", "7", "visitor")
            await house.quiet()
            assert not house.adapter.sent and not house.fates()

    run(scenario())


def test_what_is_erased_while_in_doubt_is_forgotten(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            house.adapter.fate = lambda *_: FateUnknownError("ReadTimeout")
            queued(house, EMERGENCY)
            (delivery,) = house.record.waiting("test", "7")
            wake(house)
            await until(lambda: house.platforms.outbox._sender.may_have_arrived(delivery))
            house.record.erase_address("test", "7", "visitor")
            await house.platforms.outbox._sender.send(delivery)  # read before the erasure
            assert not house.platforms.outbox._sender.may_have_arrived(delivery)

    run(scenario())


def test_a_platform_that_is_off_waits(url: str) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            house.record.notify("other", "7", "one")
            house.platforms.outbox.wake("other", "7")
            assert not house.platforms.outbox._workers
        async with House(url) as house:
            assert house.record.waiting_addresses() == [("other", "7")]

    run(scenario())


def test_no_log_holds_words_or_addresses(url: str, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        async with House(url) as house:
            address = "+447700900123"
            house.adapter.script = [
                NotSentError("429", 0.01),
                FateUnknownError("x"),
                RejectedError("y"),
                ValueError(address),
            ]
            queued(house, "secret words", "secret words", "secret words", "secret words", address=address)
            wake(house, address)
            await house.say("secret words", address=address)
            await house.quiet()
            await house.say("delete my data", address=address)
            await house.quiet()

    caplog.set_level("DEBUG", logger="gateway")
    run(scenario())
    assert caplog.text and "secret" not in caplog.text and "7700" not in caplog.text
