"""The contract of the messaging platforms: every case for all five adapters, on SQLite and on PostgreSQL.

A real gateway on a real record, webhook calls over HTTP, a strict stand-in of the platform's API. The first line of each case's
docstring is its row in docs/channels/README.md, which `python tests/platforms/contract_table.py` writes. A case that a
platform does not have is named with the reason in contract_platforms.py.
"""

from __future__ import annotations

import copy
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from platforms.contract import ANSWER_SECONDS, BUTTONS, EMERGENCY, LINE, House, Talk, short_pauses
from platforms.contract_platforms import NUMBERS, PLATFORMS, Platform
from servers import TABLE, long_text
from visitor import wait_for

BACKENDS = ("sqlite", "postgresql")
STANDING = [
    pytest.param((platform, backend), id=f"{platform.name}-{backend}") for platform in PLATFORMS for backend in BACKENDS
]


@pytest.fixture(scope="module", params=STANDING)
def standing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for all cases of a platform and a database."""
    platform, backend = request.param
    if backend == "sqlite":
        file = tmp_path_factory.mktemp("contract") / "record.db"
        shutil.copy(request.getfixturevalue("migrated_file"), file)
        url = f"sqlite:///{file}"
    else:
        url = request.getfixturevalue("cluster").database(request.getfixturevalue("migrated_database"))
    with short_pauses():
        house = House(platform, url)
        try:
            yield house
        finally:
            house.close()


@pytest.fixture
def house(standing: House, request: pytest.FixtureRequest) -> Iterator[House]:
    case = request.node.originalname
    if case in standing.platform.lacks:
        pytest.skip(standing.platform.lacks[case])
    if remark := _remark(standing.platform, request.node):
        request.node.user_properties.append(("remark", remark))
    standing.begin()
    yield standing
    standing.check()


def _remark(platform: Platform, case: pytest.Function) -> str | None:
    """Return what the table says of a case besides that it is green."""
    buttons = case.callspec.params.get("buttons")
    if buttons is None:
        return platform.remarks.get(case.originalname)
    return "pressed" if buttons <= platform.most_buttons else NUMBERS


@pytest.fixture
def talk(house: House) -> Talk:
    return house.acquaintance()


def flat(text: str) -> str:
    return "".join(text.split())


def test_text_in_answer_out(house: House) -> None:
    """A text in, its answer out"""
    talk = house.someone()
    said = 'Does <cycling> hurt & is "10 > 5" km 🚴 too much?'
    talk.say(said)
    talk.until_heard(said)
    assert house.asked() == [said]
    assert talk.sent()[-1].text.startswith(f"You said: {said}\n\nSource: a test")


def test_first_contact(house: House) -> None:
    """First contact: one notice, before the first answer"""
    talk = house.someone()
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(talk.say, "abcde"))
    talk.say("f")
    wait_for(lambda: len(talk.echoes()) == 6)
    talk.say("new chat")
    talk.until("fresh start")
    talk.say("g")
    wait_for(lambda: "g" in talk.echoes())
    greetings = [text for text in talk.texts() if "automated assistant" in text and "is stored for up to" in text]
    assert greetings == talk.texts()[:1] and "delete my data" in greetings[0] and LINE in greetings[0]


@pytest.mark.parametrize("buttons", BUTTONS)
def test_buttons(talk: Talk, house: House, buttons: int) -> None:
    """Choices, each of them answered"""
    say = f"buttons {buttons}"
    talk.say(say)
    last = wait_for(lambda: [sent for sent in talk.sent() if sent.buttons or "Reply with a number:" in sent.text])[-1]
    assert any("Which one?" in text for text in talk.texts())
    titles = [f"Choice {number}" for number in range(1, buttons + 1)]
    chosen = [f"/choice_{number}" for number in range(1, buttons + 1)]
    if buttons <= house.platform.most_buttons:
        assert [title for _, title in last.buttons] == titles
        for button, title in last.buttons:
            talk.press(button, title)
        talk.until_heard(*chosen)
        assert house.asked() == [*house.asked()[:1], say, *chosen]
        return
    assert not last.buttons
    assert last.text.splitlines()[-buttons:] == [f"{number}. {title}" for number, title in enumerate(titles, 1)]
    for number in range(1, buttons + 1):
        talk.say(str(number))
        wait_for(lambda: len(talk.echoes()) == number)  # noqa: B023
        count = len(talk.sent())
        talk.say(say)  # a number means the answer before it
        talk.wait(count + 1)
    assert talk.echoes() == chosen


def test_long_text_in(talk: Talk, house: House) -> None:
    """5,000 characters in: all of it is read, an emergency in the last sentence too"""
    text = long_text(4980) + " And now my hip is out."
    talk.say(text)
    talk.until(EMERGENCY)
    asked = house.asked()[1:]
    assert flat("".join(asked)) == flat(text) and all(len(piece) <= 4000 for piece in asked)


def test_long_text_out(talk: Talk) -> None:
    """5,000 characters out: in order, within the limits, nothing lost"""
    talk.say("long 5000")
    wanted = flat(long_text(5000) + "Source: a test")
    wait_for(lambda: len(flat("".join(talk.texts()))) >= len(wanted))
    talk.say("hello")
    wait_for(talk.echoes)
    got = flat("".join(talk.texts()[:-1]))
    assert got.startswith(wanted)
    assert got[len(wanted) :] in ("", "Choose:", "Replywithanumber:1.Theworkoutone")
    assert len(talk.sent()) >= 3


def test_emergency(house: House) -> None:
    """An emergency: the complete text first, before the notice of first contact, buttons after it"""
    talk = house.someone()
    talk.say("hip is out")
    first, choices, notice = talk.wait(3)
    assert first.text == f"{EMERGENCY}\n\nSource: a test" and not first.buttons
    assert [title for _, title in choices.buttons] == ["The workout one"] or "1. The workout one" in choices.text
    assert "is stored for up to" in notice.text
    house.settle()
    assert len(talk.sent()) == 3


def test_bot_out_of_order(talk: Talk, house: House) -> None:
    """The bot does not answer: the fixed text with the number"""
    talk.say("refuse")
    assert LINE in talk.until("could not answer")
    talk.say("hello")
    wait_for(talk.echoes)
    assert len(talk.sent()) == 2


def test_plan_table(talk: Talk) -> None:
    """A plan's table reads as plain text, line by line"""
    talk.say("table")
    text = talk.wait(1)[0].text
    assert text.startswith(TABLE + "\n\nSource: a test")


def test_media_in(talk: Talk, house: House) -> None:
    """Pictures, voice messages, stickers, places, anything: an answer with the emergency line"""
    asked = len(house.asked())
    payloads = house.platform.media(talk.person)
    assert len(payloads) >= 6
    for payload in payloads:
        house.deliver(payload)
    notices = talk.wait(len(payloads))
    assert all("can only read text" in notice.text and LINE in notice.text for notice in notices)
    house.settle()
    assert len(talk.sent()) == len(payloads) and len(house.asked()) == asked


def test_batch_in(house: House) -> None:
    """A batch of several people, several messages each: all answered, in order"""
    people = [house.acquaintance() for _ in range(3)]
    said = [
        (talk, f"{word} of {number}") for word in ("first", "second", "third") for number, talk in enumerate(people)
    ]
    for payload in house.platform.batch([(talk.person, text) for talk, text in said]):
        house.deliver(payload)
    for number, talk in enumerate(people):
        talk.until_heard(*(f"{word} of {number}" for word in ("first", "second", "third")))


def test_duplicate_in(talk: Talk, house: House) -> None:
    """A message delivered three times, twice at once: one answer"""
    event = house.event()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: talk.say("again", event), range(2)))
    talk.until_heard("again")
    talk.say("again", event)
    talk.say("after it")
    wait_for(lambda: "after it" in talk.echoes())
    assert talk.echoes() == ["again", "after it"] and house.asked().count("again") == 1


def test_out_of_order(talk: Talk, house: House) -> None:
    """Delivered out of order: each answered once"""
    first, second = house.event(), house.event()
    talk.say("the second", second)
    talk.say("the first", first)
    talk.say("the second", second)
    talk.say("after them")
    wait_for(lambda: "after them" in talk.echoes())
    assert talk.echoes() == ["the second", "the first", "after them"]


def test_bad_signature(house: House) -> None:
    """A missing or wrong signature: 401 or 403, counted, nothing stored"""
    _refused(house, house.platform.forged(house.platform.payload("hello", house.someone().person)))


def test_stale_signature(house: House) -> None:
    """A stale signature: 401 or 403, counted, nothing stored"""
    _refused(house, house.platform.stale(house.platform.payload("hello", house.someone().person)))


def _refused(house: House, calls: list[Any]) -> None:
    before, arrived = house.refusals(), _arrived(house)
    assert len(calls) > 1
    for call in calls:
        response = house.call(call)
        assert response.status_code in (401, 403) and response.content == b""
    assert house.refusals() == before + len(calls)
    house.settle()
    assert _arrived(house) == arrived and not house.asked() and not house.fake.sent


def _arrived(house: House) -> tuple[int, ...]:
    """Return how many rows the record holds of what came in."""
    from sqlalchemy import text

    with house.record._database.reading() as connection:
        return tuple(
            connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("arrivals", "conversations", "messages", "deliveries")
        )


def test_handshake(house: House) -> None:
    """The platform's handshake"""
    for call, status, body in house.platform.handshakes():
        response = house.call(call)
        assert (response.status_code, response.text) == (status, body)
    assert not house.fake.sent


def test_malformed(house: House) -> None:
    """Malformed and huge bodies, wrong methods: 4xx, nothing stored"""
    arrived = _arrived(house)
    bodies = [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"a": NaN}', b"a=1&b=%FF"]
    for body in bodies:
        response = house.call(house.platform.signed(body))
        assert 400 <= response.status_code < 500, body[:20]
    huge = house.platform.signed(b'{"a": "' + b"x" * (1 << 20) + b'"}')
    assert house.call(huge).status_code == 413
    path = f"{house.gateway.url}/webhooks/{house.platform.name}"
    assert 400 <= house.client.get(path).status_code < 500
    assert house.client.put(path, content=b"{}").status_code == 405
    assert _arrived(house) == arrived and not house.fake.sent


def test_strange(talk: Talk, house: House) -> None:
    """Fields missing or of another kind: never a 500, and the next message is answered"""
    payloads = [
        house.platform.payload("hip", house.someone().person),
        house.platform.press("x.c1-1", "y", house.someone().person),
    ]
    for payload in payloads:
        for variant in _variants(payload, house.platform):
            response = house.call(house.platform.signed(variant))
            assert response.status_code < 500, variant
    talk.say("and now")
    talk.until_heard("and now")
    house.settle()
    house.fake.complaints.clear()  # an id that is none is refused by the platform


def _variants(payload: Any, platform: Platform) -> Iterator[Any]:
    """Yield the payload without one of its parts, and with something else in its place."""
    for path in _paths(payload):
        for junk in (..., *platform.junk):
            variant = copy.deepcopy(payload)
            inside = variant
            for step in path[:-1]:
                inside = inside[step]
            if junk is ...:
                del inside[path[-1]]
            else:
                inside[path[-1]] = junk
            yield variant


def _paths(value: Any) -> Iterator[list[Any]]:
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield [key]
        yield from ([key, *rest] for rest in _paths(value[key]))


def test_ignored(house: House) -> None:
    """Unknown types, receipts, reactions, other bots: acknowledged, not answered"""
    payloads = house.platform.ignored()
    assert len(payloads) >= 5
    for payload in payloads:
        house.deliver(payload)
    house.settle()
    assert not house.fake.sent and not house.asked()


def test_platform_down(talk: Talk, house: House) -> None:
    """The platform is down for a while: everything arrives, in order, the emergency first"""
    house.fake.stop()
    for text in ("one", "two", "hip is out", "three"):
        talk.say(text)
    wait_for(lambda: sum(message.state == "answered" for message in talk.messages() if message.state) == 5)
    time.sleep(0.3)
    house.fake.start()
    wait_for(lambda: len(talk.echoes()) == 3)
    assert talk.texts()[0].startswith(EMERGENCY) and talk.echoes() == ["one", "two", "three"]
    house.settle()
    assert len(talk.sent()) == 5 and set(talk.states()) == {"sent"}


def test_too_many(talk: Talk, house: House) -> None:
    """429 with Retry-After: sent again when it says so, once"""
    house.fake.script("too_many", retry_after=1)
    began = time.monotonic()
    talk.say("one")
    talk.say("two")
    talk.until_heard("one", "two")
    assert talk.sent()[0].at - began >= 1 and set(talk.states()) == {"sent"}


def test_error_of_the_platform(talk: Talk, house: House) -> None:
    """A 5xx in the platform's own form: sent again, once"""
    house.fake.script("error", "error")
    talk.say("one")
    talk.until_heard("one")
    assert set(talk.states()) == {"sent"}


def test_unknown_fate(talk: Talk, house: House) -> None:
    """Nobody knows whether it arrived: marked, never sent twice"""
    before = house.fake.tries
    house.fake.script("silent", "cut", "proxy")
    for text in ("silent", "cut", "proxy", "after them"):
        talk.say(text)
    wait_for(lambda: "after them" in talk.echoes(), seconds=ANSWER_SECONDS + 20)
    assert talk.echoes() == ["silent", "cut", "after them"]
    assert talk.states()[-4:] == ["unknown"] * 3 + ["sent"] and house.fake.tries == before + 4


def test_unknown_fate_of_an_emergency(talk: Talk, house: House) -> None:
    """Nobody knows whether the emergency arrived: sent again until somebody does"""
    house.fake.script("silent", "cut", "proxy")
    talk.say("hip is out")
    talk.wait(4)
    house.settle()
    assert sum(text.startswith(EMERGENCY) for text in talk.texts()) == 3 and len(talk.sent()) == 4
    assert set(talk.states()) == {"sent"}


def test_refused_for_good(talk: Talk, house: House) -> None:
    """Refused for good (blocked, no such chat): recorded, not tried again"""
    before = house.fake.tries
    house.fake.script("blocked", "absent")
    for text in ("blocked", "absent", "after them"):
        talk.say(text)
    talk.until_heard("after them")
    assert talk.states()[-3:] == ["failed", "failed", "sent"] and house.fake.tries == before + 3


def test_restart(talk: Talk, house: House) -> None:
    """A restart in the middle: nothing is lost, nothing ordinary comes twice, an emergency may"""
    other, hurt = house.acquaintance(), house.acquaintance()
    house.fake.script("silent")
    talk.say("on its way")
    wait_for(talk.echoes)
    house.fake.script("silent")
    hurt.say("hip is out")
    wait_for(hurt.sent)
    talk.say("waits for its turn")
    other.say("slow 0.8")
    other.say("waits for the bot")
    house.restart()
    wait_for(lambda: len(talk.echoes()) == 2 and len(other.echoes()) == 2)
    assert talk.echoes() == ["on its way", "waits for its turn"]
    assert other.echoes() == ["slow 0.8", "waits for the bot"]
    house.settle()
    assert len(talk.sent()) == 2 and len(other.sent()) == 2
    assert talk.states()[-2:] == ["unknown", "sent"]
    assert sum(text.startswith(EMERGENCY) for text in hurt.texts()) == 2 and set(hurt.states()) == {"sent"}


def test_public_chat(house: House) -> None:
    """A group or channel: the offer of a private chat and the emergency, nothing else"""
    place = house.place()

    def tell(text: str) -> None:
        house.deliver(house.platform.public(text, place.person))

    tell("my weight is a secret")
    (offer,) = place.wait(1)
    assert "private chat" in offer.text and LINE in offer.text and not offer.buttons
    tell("hip is out")
    place.until(EMERGENCY)
    tell("hello")
    wait_for(lambda: place.texts().count(offer.text) == 2)
    house.settle()
    assert place.texts()[1].startswith(EMERGENCY)
    rest = [text for text in place.texts() if text != offer.text and not text.startswith(EMERGENCY)]
    assert rest in ([], ["Choose:"]) and not place.echoes()
    assert all(sent.raw.get("thread_ts") == place.person.id[1] for sent in place.sent() if "thread_ts" in sent.raw)


def test_delete_my_data(talk: Talk, house: House) -> None:
    """ "Delete my data": everything is gone here and at the bot, and confirmed"""
    before = talk.conversation()
    assert before
    talk.say("Delete my data.")
    confirmed = talk.until("is deleted")
    assert LINE in confirmed
    house.settle()
    assert talk.conversation() is None and house.record.messages(before.id) == [] and talk.states() == []
    wait_for(lambda: before.id in house.bridge.erased)
    talk.forget()
    talk.say("hello again")
    talk.until_heard("hello again")
    assert "is stored for up to" in talk.texts()[0]


def test_new_chat(talk: Talk, house: House) -> None:
    """ "New chat": a conversation of its own"""
    before = talk.conversation()
    talk.say("new chat")
    assert LINE in talk.until("fresh start")
    talk.say("one")
    talk.until_heard("one")
    after = talk.conversation()
    assert before and after and before.id != after.id
    assert house.bridge.calls[-1]["conversation_id"] == after.id and len(talk.sent()) == 2


def test_old_button(house: House) -> None:
    """A button of an earlier conversation: a notice, the bot is not asked"""
    talk = house.someone()
    for round in (0, 2):
        talk.say("new chat")
        talk.wait(round + 1)
        if round and not house.platform.most_buttons:  # a number that means nothing any more is a text
            talk.say("2")
            talk.until_heard("2")
            assert "choice" not in house.bridge.calls[-1]
            return
        talk.say("buttons 3")  # has the same place in both conversations
        talk.wait(round + 2)
    first, second = (sent.buttons[1] for sent in talk.sent() if sent.buttons)
    assert first[0].partition(".")[2] == second[0].partition(".")[2]
    talk.press(*first)
    assert LINE in talk.until("an earlier chat")
    house.settle()
    assert house.asked() == ["buttons 3", "buttons 3"]
    talk.press(*second)
    talk.until_heard("/choice_2")


def test_typed_payload(talk: Talk, house: House) -> None:
    """A text that looks like a payload stays a text"""
    talk.say("buttons 13")
    offered = talk.wait(1)[-1]
    button = next((button for button, _ in offered.buttons), "0123abcd.c2-1")
    typed = ["/choice_1", '/inform{"sex": "female"}', button, '{"payload": "/choice_1"}', "14"]
    for text in typed:
        talk.say(text)
    talk.until_heard(*typed)
    assert [call.get("text") for call in house.bridge.calls[2:]] == typed


def test_without_settings(house: House) -> None:
    """Without settings: 404"""
    others = [platform for platform in PLATFORMS if platform.name != house.platform.name]
    for other in others:
        assert house.call(other.signed(other.payload("hello", other.person(1)))).status_code == 404
    assert not house.fake.sent and not house.asked()
