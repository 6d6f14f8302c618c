"""The comparison: past messages and labelled lines asked again of a bot on loopback; pages, trouble, nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from servers import WEB, FakeBridge
from staff import Console, MakeConsole, Staff

from console import labelled, replaying
from console.roles import Role
from transcripts.record import Record
from transcripts.staff.filtering import Filters
from transcripts.teaching.replay_values import Replay

HOSTILE = """<script>alert(1)</script>"><img src=x onerror=alert(1)>"""
SLOW = "slow 30"


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def asking(make_console: MakeConsole, bridge: FakeBridge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Console:
    """A console with a bot."""
    monkeypatch.setattr(replaying, "PAUSE", 0.0)
    monkeypatch.setattr(replaying, "PATIENCE", 2.0)
    monkeypatch.setattr(replaying, "AGAIN", 0.1)
    return make_console(bridge_url=bridge.url, console_project=tmp_path / "project")


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    folder = tmp_path / "project" / "evaluation"
    folder.mkdir(parents=True)
    return folder


def lead(console: Console) -> Staff:
    return console.staff("leo", Role.LEAD)


def began(leo: Staff, path: str, **fields: str) -> str:
    """Begin a replay with a form of the page, and return its page's path."""
    leo.get("/comparison")
    answer = leo.post(path, **fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def replay_all(leo: Staff) -> str:
    return began(leo, "/comparison/conversations", sure="yes")


def ended(console: Console) -> Replay:
    """Wait until nothing runs and nothing is left at the bot, and return the newest replay."""
    until(lambda: console.house.review.running_replay() is None and not console.house.review.throwaways())
    return console.house.review.replays()[0]


def test_past_messages_are_asked_again_in_their_order_and_erased(asking: Console, bridge: FakeBridge) -> None:
    asking.say("hip reduction", "Call me on 07700 900123, my hip is out")
    asking.say("only this", conversation="d" * 32)
    leo = lead(asking)
    assert "/comparison/conversations?channel=widget" in leo.get("/conversations?channel=widget").text
    asked = leo.get("/comparison/conversations?channel=widget")
    assert "3 messages of visitors will be asked" in asked.text
    page = began(leo, "/comparison/conversations?channel=widget", sure="yes")
    found = ended(asking)
    assert (found.state, found.answered, found.total, found.query) == ("done", 3, 3, "channel=widget")
    single, first, second = bridge.calls
    assert (single["text"], single["dry_run"]) == ("only this", True)
    assert [(call["text"], call["dry_run"], call["region"]) for call in (first, second)] == [
        ("hip reduction", False, "GB"),
        ("Call me on 07700 900123, my hip is out", False, "GB"),
    ]
    assert first["conversation_id"] == second["conversation_id"] != single["conversation_id"]
    assert all(call["conversation_id"].startswith("replay-") for call in bridge.calls)
    assert bridge.erased == [first["conversation_id"]], "a dry run leaves nothing to erase"
    text = leo.get(page).text
    assert "1 is an emergency now" in text and "emergency gained" in text
    assert "900123" not in text and "my hip is out" in text
    assert f'href="/conversations/{"c" * 32}#turn-3"' in text
    assert "fake.tar.gz" in text
    assert asking.audited("replay") == [("leo", "replay", {"replay": 1, "turns": 3, "source": "filter"})]


def test_the_installations_region_counts_where_a_conversation_has_none(
    make_console: MakeConsole, bridge: FakeBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "PAUSE", 0.0)
    console = make_console(bridge_url=bridge.url, gateway_region="IE")
    console.say("my hip is out", region=None)
    console.say("my hip is out", conversation="d" * 32)
    replay_all(lead(console))
    ended(console)
    assert [call["region"] for call in bridge.calls] == ["GB", "IE"]


def test_choosing_says_how_far_behind_it_is(asking: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    for letter in "abcd":
        asking.say("hello", conversation=letter * 32)
    monkeypatch.setattr("transcripts.staff.finding.BATCH", 1)
    monkeypatch.setattr("transcripts.teaching.comparing.MOST_BATCHES", 2)
    leo = lead(asking)
    text = leo.get("/comparison/conversations").text
    assert "2 messages of visitors" in text and "2 conversations more are being sorted in" in text
    text = leo.get("/comparison/conversations").text
    assert "4 messages of visitors" in text and "sorted in" not in text


def test_each_conversation_is_erased_before_the_next_is_asked(
    asking: Console, bridge: FakeBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "PAUSE", 0.3)
    asking.say("one", "two")
    asking.say("three", "four", conversation="d" * 32)
    replay_all(lead(asking))
    until(lambda: len(bridge.calls) == 3)
    assert bridge.erased == [bridge.calls[0]["conversation_id"]]
    ended(asking)


def test_an_emergency_that_is_lost_stands_first(asking: Console) -> None:
    asking.say("how do I get slimmer hips", "any more ideas", intent="fitness_hips")
    asking.say("my leg is stuck", conversation="d" * 32, outcome="emergency", intent="emergency_injury")
    asking.say("slim", conversation="e" * 32, intent="fitness_hips")
    leo = lead(asking)
    page = replay_all(leo)
    assert ended(asking).state == "done"
    text = leo.get(page).text
    assert "1 emergency is none any more" in text
    table = text[text.index('id="turns"') :]
    assert table.index("emergency lost") < table.index("slim</td>") < table.index("any more ideas")
    wrong = leo.get(f"{page}?show=wrong").text
    assert "Nothing stands in this list" in wrong
    assert leo.get(f"{page}?show=nothing").status_code == 400


def test_what_was_corrected_is_shown_as_right_or_wrong(asking: Console) -> None:
    name = asking.say("my hip is out", "not that")
    asking.house.review.correct(name, 1, "rita", outcome="emergency")
    asking.house.review.correct(name, 3, "rita", intent="handoff")
    leo = lead(asking)
    page = began(leo, "/comparison/change-set", change_set="1")
    ended(asking)
    text = leo.get(f"{page}?show=wrong").text
    assert "Where it is known what is right" in text
    assert "not that" in text and "my hip is out" not in text[text.index('id="turns"') :]


def test_a_missed_emergency_of_which_only_the_intent_was_corrected_stands_first(asking: Console) -> None:
    asking.house.review.correct(asking.say("any more ideas", intent="fitness_hips"), 1, "rita", intent="handoff")
    asking.house.review.correct(
        asking.say("legs", conversation="d" * 32, intent="fitness_hips"), 1, "rita", intent="crisis"
    )
    asking.house.review.correct(
        asking.say("slim", conversation="e" * 32, intent="fitness_hips"), 1, "rita", intent="handoff"
    )
    leo = lead(asking)
    page = began(leo, "/comparison/change-set", change_set="1")
    ended(asking)
    text = leo.get(page).text
    assert "1 is missed" in text
    assert text.index("legs</td>") < text.index("slim</td>")


def test_labelled_lines_are_compared_with_the_replay_before(asking: Console, bridge: FakeBridge, sets: Path) -> None:
    (sets / "a.tsv").write_text(
        f"text\toutcome\nmy hip is out\temergency\nleg stuck {HOSTILE}\temergency\nhello\tfitness\n"
    )
    leo = lead(asking)
    page = began(leo, "/comparison/evaluation", file="a.tsv")
    ended(asking)
    assert [(call["text"], call["dry_run"]) for call in bridge.calls][::2] == [("my hip is out", True), ("hello", True)]
    assert bridge.erased == []
    text = leo.get(page).text
    assert "1 is missed" in text and "2 of 3" in text and "not asked" in text
    assert "<script>alert" not in text and "&lt;script&gt;alert(1)" in text
    again = began(leo, "/comparison/evaluation", file="a.tsv")
    ended(asking)
    text = leo.get(again).text
    assert "Where it is known what is right" in text and "not asked" not in text
    (sets / "a.tsv").write_text("text\toutcome\nother words\temergency\n")
    text = leo.get(again).text
    assert "has changed since" in text and "other words" not in text and "leg stuck" not in text
    (sets / "a.tsv").unlink()
    assert "has changed since" in leo.get(again).text
    assert "There is no set in evaluation/" in leo.get("/comparison").text


def test_a_set_that_changes_meanwhile_ends_its_replay(asking: Console, bridge: FakeBridge, sets: Path) -> None:
    (sets / "a.tsv").write_text("text\toutcome\nhello\tfitness\n")
    held = labelled.read(sets, "a.tsv")
    number = asking.house.review.replay_file(held.name, held.digest, held.labels, "leo")
    (sets / "a.tsv").write_text("text\toutcome\nother\tfitness\n")
    asking.house.replaying.wake()
    assert ended(asking).state == "file_changed"
    assert bridge.calls == []
    assert "begin a new comparison" in lead(asking).get(f"/comparison/{number}").text


def test_a_broken_set_is_told(asking: Console, sets: Path) -> None:
    (sets / "a.tsv").write_text("nonsense")
    leo = lead(asking)
    leo.get("/comparison")
    for file in ("a.tsv", "../a.tsv", HOSTILE):
        answer = leo.post("/comparison/evaluation", file=file)
        assert answer.status_code == 422 and "<script>alert" not in answer.text
    assert asking.house.review.replays() == []


def test_a_hostile_conversation_is_text_only_and_masked(asking: Console) -> None:
    asking.say(f"{HOSTILE} write to anna@example.org", intent=HOSTILE, outcome=HOSTILE, model=HOSTILE)
    leo = lead(asking)
    page = replay_all(leo)
    ended(asking)
    for path in (page, f"{page}?show=all", "/comparison"):
        text = leo.get(path).text
        assert "<script>alert" not in text and "<img src=x" not in text and "anna@example.org" not in text


def test_a_bot_that_is_away_is_told_and_nothing_is_lost(
    asking: Console, bridge: FakeBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "PATIENCE", 0.3)
    asking.say("one", "two")
    bridge.stop()
    leo = lead(asking)
    page = replay_all(leo)
    until(lambda: asking.house.review.running_replay() is None)
    text = leo.get(page).text
    assert "The bot did not answer" in text and "0 of 2 asked" in text and "Go on" in text
    assert len(asking.house.review.throwaways()) == 1, "it may have got something"
    bridge.start()
    assert leo.post(f"{page}/go-on").headers["location"] == page
    found = ended(asking)
    assert (found.state, found.answered) == ("done", 2)
    assert len(bridge.erased) == 2
    assert [action for _, action, _ in asking.audited("replay", "replay_go_on")] == ["replay", "replay_go_on"]


def test_a_message_that_the_bot_refuses_holds_nothing_up(asking: Console, bridge: FakeBridge) -> None:
    asking.say("one", "refuse", "three")
    leo = lead(asking)
    page = replay_all(leo)
    assert ended(asking).state == "done"
    assert [turn.state for turn in asking.house.review.replayed(1)] == ["done", "refused", "done"]
    assert "refused" in leo.get(f"{page}?show=refused").text
    assert len(bridge.erased) == 1


def test_a_safety_reply_that_could_not_be_stored_counts(asking: Console) -> None:
    asking.say("unstored")
    replay_all(lead(asking))
    ended(asking)
    (turn,) = asking.house.review.replayed(1)
    assert turn.now is not None and turn.now.outcome == "emergency"


def test_what_could_not_be_erased_at_the_bot_is_tried_again(asking: Console, bridge: FakeBridge) -> None:
    asking.say("one", "two")
    bridge.erasing_fails = True
    replay_all(lead(asking))
    until(lambda: asking.house.review.running_replay() is None)
    (left,) = asking.house.review.throwaways()
    bridge.erasing_fails = False
    ended(asking)
    assert bridge.erased == [left]


def test_one_at_a_time_and_stopped(asking: Console, bridge: FakeBridge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "PAUSE", 0.3)
    asking.say(*(f"message {number}" for number in range(30)))
    leo = lead(asking)
    page = replay_all(leo)
    text = leo.get(page).text
    assert "Look again" in text and 'hx-trigger="every 2s"' in text and "http-equiv" not in text
    leo.get("/comparison")
    refused = leo.post("/comparison/conversations", sure="yes")
    assert refused.status_code == 409 and "running already" in refused.text
    until(lambda: len(bridge.calls) >= 2)
    assert "hx-refresh" not in leo.get(page, **{"HX-Request": "true"}).headers
    assert leo.post(f"{page}/stop").status_code == 303
    found = ended(asking)
    assert found.state == "stopped" and 0 < len(bridge.calls) < 30
    assert len(bridge.erased) == 1
    assert "Go on" in leo.get(page).text
    assert leo.get(page, **{"HX-Request": "true"}).headers["hx-refresh"] == "true"
    assert asking.audited("replay_stop") == [("leo", "replay_stop", {"replay": 1})]


def test_a_conversation_erased_in_the_middle_is_asked_no_more(
    asking: Console, bridge: FakeBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "PAUSE", 0.3)
    asking.say("kept")
    name = asking.say(*(f"message {number}" for number in range(30)), conversation="d" * 32)
    leo = lead(asking)
    page = replay_all(leo)
    until(lambda: len(bridge.calls) >= 2)
    record = Record(asking.settings.record_url)
    assert record.erase(name, "visitor")
    record.close()
    assert ended(asking).state == "done"
    assert len(bridge.calls) < 30 and bridge.calls[-1]["text"] == "kept"
    assert len(bridge.erased) == 1
    text = leo.get(f"{page}?show=all").text
    assert "1 of 1 asked" in text and "30 more have been erased since" in text and "message 1" not in text


def test_a_console_that_ends_cuts_its_replay_off_and_erases(asking: Console, bridge: FakeBridge) -> None:
    asking.say("one", SLOW)
    replay_all(lead(asking))
    until(lambda: len(bridge.calls) == 2)
    asking.house.replaying.close()
    (found,) = asking.house.review.replays()
    assert (found.state, found.answered) == ("cut_off", 1)
    assert asking.house.review.throwaways() == [] and len(bridge.erased) == 1


def test_a_console_that_is_killed_leaves_nothing_at_the_bot(asking: Console, bridge: FakeBridge) -> None:
    asking.say("one", SLOW)
    program = (
        "import time; from console.house import House; from console.settings import Settings; "
        "from transcripts.staff.filtering import Filters; from transcripts.reader import utc_now; "
        "house = House(Settings(), utc_now); house.review.replay_filtered(Filters(), 'leo'); "
        "house.replaying.wake(); time.sleep(600)"
    )
    settings = {"HIP_RECORD_URL": asking.settings.record_url, "HIP_BRIDGE_URL": bridge.url, "HIP_CONSOLE_KEY": "k" * 40}
    killed = subprocess.Popen([sys.executable, "-c", program], cwd=WEB, env={**os.environ, **settings})  # type: ignore[arg-type]
    try:
        until(lambda: len(bridge.calls) == 2 or killed.poll() is not None)
    finally:
        killed.send_signal(signal.SIGKILL)
        killed.wait(20)
    (left,) = asking.house.review.throwaways()
    assert asking.house.review.running_replay() == 1 and bridge.erased == []
    asking.house.replaying.begin()
    found = ended(asking)
    assert (found.state, found.answered) == ("cut_off", 1)
    assert bridge.erased == [left]
    text = lead(asking).get("/comparison/1").text
    assert "The console ended while this was running" in text and "Go on" in text


def test_only_what_is_there_is_shown(asking: Console, sets: Path) -> None:
    leo = lead(asking)
    text = leo.get("/comparison").text
    assert "There is none yet" in text and "No change set holds a correction" in text
    assert "leave no message" in leo.get("/comparison/conversations").text
    for path in ("/comparison/4711", "/comparison/" + "9" * 18):
        assert leo.get(path).status_code == 404
    for path in ("/comparison/x", "/comparison/" + "9" * 5000, "/comparison/-1"):
        assert leo.get(path).status_code == 400
    leo.get("/comparison")
    assert leo.post("/comparison/conversations").status_code == 400
    assert leo.post("/comparison/conversations", sure="yes").status_code == 422
    assert leo.post("/comparison/change-set", change_set="4711").status_code == 422
    assert asking.audited("replay") == []


def test_reviewers_are_not_led_to_it(asking: Console) -> None:
    asking.say("hello")
    rita = asking.staff("rita")
    assert "Replay these" not in rita.get("/conversations").text
    assert "Replay these" in lead(asking).get("/conversations").text
    assert asking.house.review.replay_filtered(Filters(), "leo") == 1
    assert rita.get("/comparison/1").status_code == 403


def test_a_long_list_has_pages(asking: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.pages.comparison.ROWS", 2)
    for letter in "abc":
        asking.say(f"text {letter}", conversation=letter * 32)
    leo = lead(asking)
    page = replay_all(leo)
    ended(asking)
    first, second = leo.get(f"{page}?show=all").text, leo.get(f"{page}?show=all&from=2").text
    assert f"{page}?show=all&amp;from=2" in first and "text c" in first and "text a" not in first
    assert "text a" in second and "text c" not in second and "from=4" not in second
