"""Who holds a conversation, what a reviewer has seen of it, what the console does by itself."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from staff import Console, MakeConsole
from visitor import wait_for

from transcripts.record import Record
from transcripts.review import Review
from transcripts.staff.review_models import stale


@pytest.fixture
def both(make_console: MakeConsole, url: str) -> Console:
    return make_console(record_url=url)


def thumb_down(console: Console, conversation: str, sequence: int = 2) -> None:
    record = Record(console.settings.record_url, now=console.clock)
    record.set_feedback(conversation, sequence, "down")
    record.close()


def test_a_reason_that_the_page_did_not_show_is_shown_first(both: Console) -> None:
    conversation = both.say("how to lose weight")
    at = f"/conversations/{conversation}"
    rita = both.staff("rita")
    rita.get(at)
    thumb_down(both, conversation)
    answer = rita.post(f"{at}/reviewed", **rita.seen)
    assert answer.status_code == 409 and "came up meanwhile" in answer.text and "Thumbs down" in answer.text
    assert rita.review(at).status_code == 303
    assert "Nothing waits here" in rita.get("/queue").text


def test_what_a_colleague_reviewed_meanwhile_is_said(both: Console) -> None:
    at = f"/conversations/{both.say('how to lose weight')}"
    rita, leo = both.staff("rita"), both.staff("leo")
    rita.get(at)
    assert leo.review(at).status_code == 303
    answer = rita.post(f"{at}/reviewed", **rita.seen)
    assert answer.status_code == 409 and "leo has reviewed it." in answer.text
    assert [actor for actor, _, _ in both.audited("review")] == ["leo"]


@pytest.mark.parametrize("does", ["reads", "writes", "fails"])
def test_whoever_works_on_it_goes_on_holding_it(both: Console, does: str) -> None:
    at = f"/conversations/{both.say('how to lose weight')}"
    rita, leo = both.staff("rita"), both.staff("leo")
    rita.post(f"{at}/claim", take="no")
    both.clock.forward(minutes=10)
    if does == "reads":
        assert "until 09:25" in re.sub(r"<[^>]+>|26 Nov 2026 ", "", rita.get(at).text)
    else:
        assert rita.post(f"{at}/tag", tag="x" if does == "writes" else "").status_code in (303, 422)
    leo.get(at)  # somebody else's look renews nothing
    both.clock.forward(minutes=10)
    assert leo.post(f"{at}/claim", take="no").status_code == 409
    both.clock.forward(minutes=5)
    assert leo.post(f"{at}/claim", take="no").status_code == 303


def test_what_is_to_be_looked_at_again_is_in_sight_of_the_queue(both: Console) -> None:
    at = f"/conversations/{both.say('how to lose weight')}"
    rita = both.staff("rita")
    rita.post(f"{at}/follow-up", day="2026-11-27")
    rita.review(at)
    assert "Look again today" not in rita.get("/queue").text
    assert "I have looked again" not in rita.get(at).text
    both.clock.forward(hours=20)
    rita.login("rita")
    link = re.search(
        r'href="(/conversations\?follow_up=2026-11-27)">Look again today <b>1</b>', rita.get("/queue").text
    )
    assert link and at in rita.get(link[1]).text
    assert "I have looked again" in rita.get(at).text
    rita.post(f"{at}/follow-up", day="")
    assert "Look again today" not in rita.get("/queue").text


def test_the_queue_sorts_in_once(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    rita, asked = console.staff("rita"), []
    catch_up = Review.catch_up

    def counted(self: Review, *given: Any) -> int:
        asked.append(given)
        return catch_up(self, *given)

    monkeypatch.setattr(Review, "catch_up", counted)
    rita.get("/queue")
    assert len(asked) == 1


def test_the_house_has_one_pool_of_connections(console: Console) -> None:
    assert console.house.review._database is console.house.database


def test_nothing_has_to_be_asked_for_to_be_sorted_in(both: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.catching_up.EVERY", 0.01)
    catch_up, failures = Review.catch_up, [OperationalError("SELECT", {}, Exception("away"))]

    def away_at_first(self: Review, *given: Any) -> int:
        if failures:
            raise failures.pop()
        return catch_up(self, *given)

    monkeypatch.setattr(Review, "catch_up", away_at_first)

    def waiting() -> int:
        with both.house.database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(stale)).scalar_one())

    async def run() -> None:
        async with both.app.router.lifespan_context(both.app):
            for text in ("before", "later"):
                await asyncio.to_thread(both.say, text)
                await asyncio.to_thread(wait_for, lambda: not waiting(), 60)

    asyncio.run(run())
    assert not failures


def test_a_console_that_ends_first_finishes_what_it_sorts_in(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else its connection would be given back to a pool that is closed, and stay open."""
    begun, order = threading.Event(), []

    def slow(_review: Review, *_given: Any) -> int:
        begun.set()
        time.sleep(0.3)
        order.append("sorted in")
        return 0

    monkeypatch.setattr(Review, "catch_up", slow)
    monkeypatch.setattr(console.house, "close", lambda: order.append("closed"))

    async def run() -> None:
        async with console.app.router.lifespan_context(console.app):
            await asyncio.to_thread(begun.wait, 30)

    asyncio.run(run())
    assert order == ["sorted in", "closed"]
