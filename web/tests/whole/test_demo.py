"""Some people of the demo talk to the real bot."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import httpx
from whole_system import Whole

from demo.bot import bridge_of
from demo.making import make
from demo.people import read
from demo.talking import conversation_of
from transcripts.record import Record
from transcripts.review import Review
from transcripts.staff.queueing import Reason

END = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
#: On the website and on platforms: buttons, an emergency, a crisis, code, thumbs, media, another day, a refused delivery.
NAMES = ("marathon", "motocross", "no-way-on", "mallory", "voice", "day-after", "blocked", "one-word")


def test_people_really_talk_to_the_bot(whole: Whole, bridge_client: httpx.Client, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/demo.db"
    people = [person for person in read() if person.name in NAMES]
    assert len(people) == len(NAMES)
    said: list[str] = []
    made = asyncio.run(make(url, people, lambda: bridge_of(whole.bridge, None, said.append), seed=1, end=END))
    assert made.talked == len(people) and "answers" in said[0], "the bot that runs is the one that is asked"
    record, review = Record(url), Review(url, now=lambda: END)
    try:
        found = {person.name: conversation_of(record, person) for person in people}
        reasons = {entry.conversation_id: set(entry.reasons) for entry in review.queue(limit=50).entries}
        for person in people:
            conversation = found[person.name]
            assert conversation is not None
            messages = record.messages(conversation.id)
            for message in messages:
                if message.sender == "visitor":
                    assert message.state == "answered"
            # the bot has forgotten the conversation: the same message is answered anew
            first = {"conversation_id": conversation.id, "message_id": f"{conversation.id}-1", "text": "thanks a lot"}
            answered = bridge_client.post("turn", json=first).json()
            assert answered["outcome"] == "smalltalk"
            bridge_client.delete(f"conversations/{conversation.id}")

        def outcomes(name: str) -> set[str | None]:
            conversation = found[name]
            assert conversation is not None
            return {message.outcome for message in record.messages(conversation.id) if message.sender == "assistant"}

        assert "emergency" in outcomes("motocross") and "crisis" in outcomes("no-way-on")
        assert outcomes("mallory") <= {"out_of_scope"} and "fitness" in outcomes("one-word")
        blocked = found["blocked"]
        assert blocked is not None and Reason.DELIVERY in reasons[blocked.id]
    finally:
        record.close()
        review.close()
