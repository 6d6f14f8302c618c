"""What `benchmark/console.py` runs in the environment of `web/`: fill a record, use it as the console does, write JSON."""

from __future__ import annotations

import csv
import json
import random
import secrets
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from postgres import Postgres  # type: ignore[import-not-found]
from sqlalchemy import insert, text
from transcripts.models import conversations, feedback, messages, understandings  # type: ignore[import-not-found]
from transcripts.record import Record  # type: ignore[import-not-found]
from transcripts.review import Review  # type: ignore[import-not-found]
from transcripts.staff.filtering import Filters  # type: ignore[import-not-found]
from transcripts.values import Reply, Understanding  # type: ignore[import-not-found]

ROOT = Path(__file__).resolve().parent.parent
DAYS = 180
#: Intent, outcome and weight of a turn; more of the website's usual than of what is rare.
TURNS = (
    ("fitness_overview", "fitness", 30),
    ("fitness_glute_bridge", "fitness", 20),
    ("coaching_protein", "fitness", 12),
    ("medical_recovery", "medical_info", 12),
    ("clarify", "clarify", 8),
    ("smalltalk_greet", "smalltalk", 8),
    ("out_of_scope_general", "out_of_scope", 5),
    ("emergency_injury", "emergency", 2),
    ("crisis", "crisis", 1),
    ("followup_pain", "urgent", 2),
)
CHANNELS = ("widget", "widget", "widget", "telegram", "slack", "messenger", "whatsapp_cloud")
REPLY = Reply("A hip dip is normal, and no exercise takes fat off one place.", response="utter_fitness_overview")
UNDERSTOOD = Understanding("fitness", "fitness_overview", 0.9, ({"intent": "fitness_overview", "confidence": 0.9},))
#: Turns whose cost is compared with and without the marks.
TURN_ROUNDS = 400


def main() -> None:
    """Measure both databases and write the figures to standard output."""
    count, rounds = int(sys.argv[1]), int(sys.argv[2])
    found = {}
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        found["sqlite"] = measure(iter(f"sqlite:///{folder}/{number}.db" for number in range(9)), count, rounds)
    cluster = Postgres()
    try:
        cluster.start()
        found["postgresql"] = measure((cluster.database() for _ in range(9)), count, rounds)
    finally:
        cluster.remove()
    sys.stdout.write(json.dumps(found))


def measure(urls: Iterator[str], count: int, rounds: int) -> dict[str, Any]:
    """Return the figures of one kind of database; each of the `urls` is an empty one."""
    url = next(urls)
    record, review = Record(url), Review(url)
    chance = random.Random(1)
    talked = fill(record, count, chance)
    review.rejudge()
    started = time.perf_counter()
    review.catch_up()
    seconds = time.perf_counter() - started
    prepare(record, review, talked, chance)
    times: defaultdict[str, list[float]] = defaultdict(list)
    for number in range(rounds + 3):
        for name, use in uses(review, talked, chance):
            turn(record, chance.choice(talked))
            began = time.perf_counter()
            use()
            if number >= 3:
                times[name].append((time.perf_counter() - began) * 1000)
    started = time.perf_counter()
    record.erase(talked[0], "benchmark")
    erasing = time.perf_counter() - started
    record.close()
    review.close()
    return {
        "first_summaries_s": round(seconds, 1),
        "pages_ms": {name: percentiles(values) for name, values in times.items()},
        "erasing_ms": round(erasing * 1000),
        "turn_ms": turn_cost(next(urls), next(urls)),
    }


def uses(review: Review, talked: list[str], chance: random.Random) -> list[tuple[str, Callable[[], object]]]:
    """Return everything that a page does, with words and filters that change from call to call."""
    now = datetime.now(timezone.utc).date()
    day = now - timedelta(days=chance.randrange(DAYS))
    intent, outcome, _ = chance.choice(TURNS)
    low = chance.choice((0.0, 0.3, 0.5))
    deep = f"{chance.choice((0, 2, 5))}_{int(time.time() - chance.randrange(DAYS) * 86400) * 1_000_000}_{10**9}"

    def search(words: str, **more: Any) -> Callable[[], object]:
        return lambda: review.page(Filters(words=words, **more))

    def listed(**given: Any) -> Callable[[], object]:
        return lambda: review.page(Filters(**given))

    return [
        ("queue", lambda: review.queue()),
        ("queue, a later page", lambda: review.queue(after=deep)),
        ("queue of one reason", lambda: review.queue(Filters(reason="missed"))),
        ("counts by reason", lambda: review.reason_counts()),
        ("search, in most messages", search("hip")),
        ("search, some words", search(chance.choice(("pain walking", "lose fat", "how long", "protein day")))),
        ("search, a phrase", search(chance.choice(('"my hip"', '"out of"', '"glute bridge"')))),
        ("search, a beginning", search(chance.choice(("disloc*", "exerc*", "str*")))),
        ("search, nothing found", search("xylophone")),
        ("search, without a word", search("pain -hip")),
        ("search, by visitors, filtered", search("pain", said_by="visitor", outcome=outcome, since=day)),
        ("list", listed()),
        ("list, days and channel", listed(since=day, until=day + timedelta(days=7), channel=chance.choice(CHANNELS))),
        ("list, outcome and intent", listed(outcome=outcome, intent=intent)),
        ("list, confidence", listed(confidence_from=low, confidence_to=low + 0.1, reviewed=False)),
        ("list, unanswered", listed(unanswered=True)),
        ("list, escalated, thumbs down", listed(escalated=True, feedback="down")),
        ("list, tag and reviewer", listed(tag="check", reviewed=True, reviewer="ann")),
        ("figures, 30 days", lambda: review.figures(now - timedelta(days=29), now)),
        ("figures, all days", lambda: review.figures(now - timedelta(days=DAYS), now)),
        ("transcript", lambda: review.transcript(chance.choice(talked[1:]))),
    ]


def fill(record: Record, count: int, chance: random.Random) -> list[str]:
    """Store `count` messages in conversations of 1 to 20 turns, over the last days; return the conversations."""
    lines, end = sentences(), datetime.now(timezone.utc)
    talked, total, message_id = [], 0, 0
    while total < count:
        rows: dict[Any, list[dict[str, Any]]] = {
            table: [] for table in (conversations, messages, understandings, feedback)
        }
        for _ in range(250):
            name, turns = secrets.token_hex(16), min(20, 1 + int(chance.expovariate(0.3)))
            at = end - timedelta(seconds=chance.randrange(1, DAYS * 86400))
            talked.append(name)
            total += turns * 2
            for number in range(turns):
                at += timedelta(seconds=chance.randrange(5, 90))
                asked, message_id = message_id + 1, message_id + 2
                said: dict[str, Any] = {"conversation_id": name, "choices": [], "card": None}
                fails = chance.random() < 0.01
                intent, outcome, _ = chance.choices(TURNS, [weight for *_, weight in TURNS])[0]
                rows[messages] += [
                    {**blank(), **said, "id": asked, "sequence": number * 2 + 1, "sender": "visitor",
                     "client_id": f"client-{number}", "text": " ".join(chance.sample(lines, chance.choice((1, 1, 2)))),
                     "kind": "message", "state": "unanswered" if fails else "answered", "created_at": at},
                    {**blank(), **said, "id": message_id, "sequence": number * 2 + 2, "sender": "assistant",
                     "reply_to": number * 2 + 1, "text": " ".join(chance.sample(lines, chance.choice((2, 4, 8)))),
                     "kind": "failure" if fails else "answer", "outcome": None if fails else outcome,
                     "created_at": at + timedelta(milliseconds=chance.lognormvariate(3, 1))},
                ]  # fmt: skip
                if not fails:
                    rows[understandings].append(understood(asked, intent, outcome, chance))
                if chance.random() < 0.05:
                    rows[feedback].append({"message_id": message_id, "value": chance.choice(("up", "down")), "at": at})
            rows[conversations].append(
                {"id": name, "channel": chance.choice(CHANNELS), "region": "GB", "locale": "en", "created_at": at,
                 "last_at": at, "last_sequence": turns * 2, "public": False}
            )  # fmt: skip
        with record._database.writing() as connection:
            for table, values in rows.items():
                connection.execute(insert(table), values)
            connection.commit()
    with record._database.writing() as connection:
        if not record._database.is_sqlite:
            connection.execute(text("SELECT setval(pg_get_serial_sequence('messages', 'id'), max(id)) FROM messages"))
            connection.commit()
    return talked


def blank() -> dict[str, Any]:
    """Return the columns of a message that may be empty."""
    return dict.fromkeys(("client_id", "reply_to", "payload", "source", "response", "outcome", "state", "reason"))


def understood(message_id: int, intent: str, outcome: str, chance: random.Random) -> dict[str, Any]:
    """Return a row of `understandings`, with the five best intents as the bot has them."""
    left, ranking = 1.0, []
    for name in (intent, *(other for other, *_ in chance.sample(TURNS, 5) if other != intent)):
        share = left * chance.uniform(0.4, 0.98)
        ranking.append({"intent": name, "confidence": round(share, 4)})
        left -= share
    return {
        "message_id": message_id, "outcome": outcome, "intent": intent, "confidence": ranking[0]["confidence"],
        "alternatives": ranking[:5], "red_flags": [], "region": "GB", "model": "assistant.tar.gz",
        "ms": chance.lognormvariate(2.7, 0.4), "degraded": False,
    }  # fmt: skip


def sentences() -> list[str]:
    """Return the lines of the evaluation: they sound as visitors do."""
    found = []
    for name in ("topics.tsv", "safety.tsv", "unseen.tsv"):
        with (ROOT / "evaluation" / name).open(encoding="utf-8", newline="") as file:
            found += [max(row, key=len) for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row]
    return found


def prepare(record: Record, review: Review, talked: list[str], chance: random.Random) -> None:
    """Let staff review and tag some, and PostgreSQL collect statistics as it does by itself in time."""
    for name in chance.sample(talked, min(len(talked) // 2, 500)):
        found = review.transcript(name)
        review.mark_reviewed(name, chance.choice(("ann", "ben")), found.lines[-1].message.sequence, found.stamp)
        review.tag(name, "ann", chance.choice(("check", "train", "praise")))
    if not record._database.is_sqlite:
        with record._database.writing() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()


def turn(record: Record, conversation: str) -> None:
    """Store a visitor's turn as the gateway does."""
    message = record.add_message(conversation, secrets.token_hex(8), "and how long does it take?").message
    record.add_answer(conversation, message.sequence, [REPLY], UNDERSTOOD)


def turn_cost(with_marks: str, without: str) -> dict[str, float]:
    """Return the median milliseconds of storing a turn with the triggers and without them, measured in turn."""
    records = {"with_marks": Record(with_marks), "without": Record(without)}
    drop(records["without"])
    names = {name: record.begin(secrets.token_hex(16)).id for name, record in records.items()}
    times: dict[str, list[float]] = {name: [] for name in records}
    for number in range(TURN_ROUNDS):
        for name, record in sorted(records.items(), reverse=bool(number % 2)):
            began = time.perf_counter()
            turn(record, names[name])
            times[name].append((time.perf_counter() - began) * 1000)
    for record in records.values():
        record.close()
    return {name: round(statistics.median(values[50:]), 3) for name, values in times.items()}


def drop(record: Record) -> None:
    """Take the triggers away that mark changed conversations."""
    on_sqlite = record._database.is_sqlite
    with record._database.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER stale_conversation" + ("" if on_sqlite else " ON conversations"))
        connection.commit()


def percentiles(values: list[float]) -> dict[str, float]:
    """Return the median and the 95th percentile, in milliseconds."""
    ordered = sorted(values)
    return {"p50": round(statistics.median(ordered), 1), "p95": round(ordered[int(len(ordered) * 0.95)], 1)}


if __name__ == "__main__":
    main()
