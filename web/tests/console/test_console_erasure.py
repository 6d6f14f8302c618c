"""What somebody said is nowhere after an erasure in the console: real gateway, real console, every file and every log.

On PostgreSQL dead rows stay in its files until VACUUM (docs/privacy.md says so): there every table is read, and the full-text
index.
"""

from __future__ import annotations

import os
import re
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from servers import KEY, WEB, FakeBridge, GatewayProcess, free_port, wait_until_up
from sqlalchemy import inspect, text
from staff import PASSWORD
from visitor import Visitor, wait_for

from console.accounts import Accounts
from console.house import opened
from console.passwords import Passwords
from console.roles import Role
from transcripts.database import Database
from transcripts.reader import utc_now
from transcripts.record import Record
from transcripts.review import Review
from transcripts.staff.searching import SQLITE_INDEXES
from transcripts.values import Reply, Said

#: Half of the word is enough to betray it: FTS5 leaves out the letters that a word shares with the one before.
WORD, PART, KEPT = "qqgonexyzzyqq", "gonexyzzy", "zzkeepzz"
TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
FIELD = re.compile(r'name="(seen|shown)" value="(\w+)"')


class ConsoleProcess:
    """`python -m console`, as `make run` starts it, and a browser of somebody signed in."""

    def __init__(self, folder: Path, record_url: str) -> None:
        self.url, self.log = f"http://127.0.0.1:{(port := free_port())}", folder / "console.log"
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("HIP_")}
        settings = {"HIP_CONSOLE_PORT": str(port), "HIP_CONSOLE_KEY": KEY, "HIP_RECORD_URL": record_url}
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "console"], cwd=WEB, stdout=log, stderr=log,
                env={**inherited, **settings, "TMPDIR": str(self.temporary)},
            )  # fmt: skip
        wait_until_up(f"{self.url}/ready", lambda: self._child.poll() is None)
        self._client = httpx.Client(base_url=self.url, trust_env=False, timeout=60)

    def login(self, name: str) -> None:
        assert self.post("/login", after="/login", name=name, password=PASSWORD).status_code == 303

    def get(self, path: str) -> httpx.Response:
        return self._client.get(path)

    def post(self, path: str, after: str = "/", **fields: str) -> httpx.Response:
        found = TOKEN.search(self.get(after).text)
        assert found
        return self._client.post(path, data={"csrf": found[1], **fields})

    def stop(self) -> None:
        self._client.close()
        self._child.send_signal(signal.SIGTERM)
        assert self._child.wait(30) in (0, -signal.SIGTERM)


class Running:
    """A gateway and a console on one record."""

    def __init__(self, folder: Path, record_url: str, bridge: FakeBridge) -> None:
        self.folder, self.bridge = folder, bridge
        database = opened(record_url)
        Accounts(database, Passwords(), utc_now).add("leo", Role.LEAD, "test", password=PASSWORD)
        database.close()
        self.gateway = GatewayProcess(folder, HIP_BRIDGE_URL=bridge.url, HIP_GATEWAY_KEY=KEY, HIP_RECORD_URL=record_url)
        self.gateway.start()
        self.console = ConsoleProcess(folder, record_url)
        self.console.login("leo")
        self.record, self.review = Record(record_url), Review(record_url)

    def stop(self) -> None:
        self.record.close()
        self.review.close()
        self.console.stop()
        self.gateway.stop()

    @property
    def logs(self) -> str:
        return self.gateway.log.read_text() + self.console.log.read_text()

    def bytes(self) -> bytes:
        """Every byte of every file in the folder: record, side files, logs, what a process left for a while."""
        return b"".join(path.read_bytes() for path in sorted(self.folder.rglob("*")) if path.is_file()).lower()

    def rows(self) -> str:
        """All rows of all tables, and all words of the full-text indexes."""
        database: Database = self.record._database
        with database.reading() as connection:
            names = [name for name in inspect(connection).get_table_names() if not name.startswith("search")]
            found: list[Any] = [connection.execute(text(f"SELECT * FROM {name}")).all() for name in names]
            if database.is_sqlite:
                for index in SQLITE_INDEXES:
                    made = f"CREATE VIRTUAL TABLE temp.{index}_words USING fts5vocab(main, {index}, row)"
                    connection.execute(text(made))
                    found.append(connection.execute(text(f"SELECT * FROM temp.{index}_words")).all())
            else:
                found.append(connection.execute(text("SELECT * FROM search")).all())
        return repr(found).lower()


@pytest.fixture
def running(url: str, tmp_path: Path, bridge: FakeBridge) -> Iterator[Running]:
    made = Running(tmp_path, url, bridge)
    try:
        yield made
    finally:
        made.stop()


def work_on(running: Running, conversation: str, word: str) -> None:
    """Do with a conversation whatever the console can, with `word` wherever a word fits."""
    console, at = running.console, f"/conversations/{conversation}"
    shown = dict(FIELD.findall(console.get(at).text))
    for path, fields in {
        "claim": {}, "tag": {"tag": f"{word} tag"}, "note": {"text": f"This is {word}."}, "assign": {"to": "leo"},
        "follow-up": {"day": "2026-12-01"}, "unmasked": {}, "reviewed": shown, "reopen": {},
    }.items():  # fmt: skip
        assert console.post(f"{at}/{path}", **fields).status_code in (200, 303), path
    made = running.review.correct(conversation, 1, "leo", intent=f"intent_{word}")
    running.review.revise(made.id, "leo", words=f"{word} in other words", use="training")
    assert conversation in console.get(f"/conversations?words={word}").text
    for path in ("/queue", "/dashboard", f"/privacy?conversation={conversation}", f"/export?words={word}"):
        assert console.get(path).status_code == 200, path
    for rows, kind in (("turns", "csv"), ("conversations", "json")):
        answer = console.post(f"/export?words={word}", rows=rows, format=kind, texts="unmasked")
        assert answer.status_code == 200 and (rows != "turns" or word in answer.text)
    query = f"tag={word}+tag&intent={word}&outcome={word}&channel={word}&reviewer={word}&assigned={word}"
    assert console.post(f"/export?{query}", rows="turns", format="csv", texts="masked").status_code == 200
    assert word in console.post("/privacy/export", conversation=conversation).text


def say(running: Running, word: str) -> Visitor:
    visitor = Visitor(running.gateway.url).begin(region="GB")
    for words in (f"{word} my hip", f"again {word}"):
        visitor.reply(visitor.say(words)["sequence"])
    visitor.client.put(
        visitor.path("/messages/2/feedback"), json={"value": "down"}, headers=visitor.headers
    ).raise_for_status()
    return visitor


def test_nothing_of_a_person_is_left_anywhere(running: Running) -> None:
    kept, gone = say(running, KEPT), say(running, WORD)
    for visitor, word in ((kept, KEPT), (gone, WORD)):
        work_on(running, visitor.id, word)
    gone.listen()
    waiting = gone.say(f"slow 2 {WORD}")  # under way, and one behind it, when it is erased
    gone.say(f"behind it {WORD}")
    assert PART in running.rows()
    console, before = running.console, len(running.bridge.calls)

    answer = console.post("/privacy/erase", conversation=gone.id[:8], confirm="ERASE")
    assert answer.headers["location"] == "/privacy?erased=1"
    assert WORD not in running.rows() and PART not in running.rows()
    wait_for(lambda: gone.id in running.bridge.erased, seconds=60)
    wait_for(lambda: not gone.listening or ("erased", {}) in gone.events, seconds=30)
    assert ("erased", {}) in gone.events
    assert gone.post({"id": secrets.token_hex(16), "text": "still there?"}).status_code == 410
    wait_for(lambda: "at the bot" in console.get(f"/privacy?conversation={gone.id}").text, seconds=30)
    texts = [call["text"] for call in running.bridge.calls[before:] if call["conversation_id"] == gone.id]
    assert len(texts) <= 2 and waiting["sequence"] == 5

    rest = running.rows()
    assert PART not in rest and KEPT in rest
    assert f"/conversations/{gone.id}" not in console.get("/conversations").text
    for path in ("/queue", f"/conversations?words={WORD}", f"/conversations/{gone.id}", "/export"):
        assert PART not in console.get(path).text.replace(WORD, "", 2 if "words" in path else 0), path
    if running.record._database.is_sqlite:

        def is_clean() -> bool:
            return PART.encode() not in running.bytes()

        wait_for(is_clean, seconds=60)  # whoever was reading meanwhile kept the side file; the gateway looks again
        assert KEPT.encode() in running.bytes()
    assert PART not in running.logs and KEPT not in running.logs and gone.id in running.rows()
    assert list(running.console.temporary.iterdir()) == [], "exports leave no file on the server"
    assert not list(running.folder.glob("*.csv")) + list(running.folder.glob("*.json"))


def test_an_address_is_in_no_file_and_no_log(running: Running) -> None:
    address = "447700900123"
    for number in range(3):
        arrived = running.record.arrive(
            "whatsapp", f"event {number}", address, [Said(f"{WORD} {number}")], public=False, region="GB",
            idle=timedelta(days=1), anew=True,
        )  # fmt: skip
        assert arrived and arrived.conversation
        running.record.add_answer(arrived.conversation.id, 1, [Reply(f"You said {WORD}")], None)
        if number == 0:
            work_on(running, arrived.conversation.id, WORD)
    running.record.notify("whatsapp", address, f"A notice, {WORD}.")
    console = running.console
    assert console.post("/privacy/person", channel="whatsapp", address=f"+{address}").text.count("in private") == 3
    answer = console.post("/privacy/erase", channel="whatsapp", address=f"+{address}", confirm="ERASE")
    assert answer.headers["location"] == "/privacy?erased=3"
    rest = running.rows()
    assert PART not in rest and address not in rest
    wait_for(lambda: len(running.bridge.erased) == 3, seconds=60)
    assert address not in running.logs and PART not in running.logs
    if running.record._database.is_sqlite:
        wait_for(lambda: PART.encode() not in running.bytes() and address.encode() not in running.bytes(), seconds=60)
