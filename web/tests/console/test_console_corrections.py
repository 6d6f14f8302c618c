"""Teaching in the console: a turn is corrected, its line looked through, moved, closed and taken away as files."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
import small_project
from staff import Console, MakeConsole, Staff

from console.roles import Role
from console.teaching.importing import Taken, take
from transcripts.record import Record

SAID = "I am Ann, 07700 900123: my leg points to the wall since I slipped"
HOSTILE = """<script>alert(1)</script>"><img src=x onerror=alert(1)> [gran](person)\u202egnp {{ 7*7 }}"""


@pytest.fixture
def console(make_console: MakeConsole, url: str, tmp_path: Path) -> Console:
    return make_console(record_url=url, console_project=small_project.make(tmp_path / "project"))


@pytest.fixture
def leo(console: Console) -> Staff:
    return console.staff("leo", Role.LEAD)


def correct(console: Console, staff: Staff, text: str = SAID, conversation: str = "c" * 32, **right: str) -> int:
    """Have `text` said and corrected, and return the correction's number."""
    console.say(text, conversation=conversation)
    answer = staff.post(f"/conversations/{conversation}/correct", sequence="1", **right)
    assert answer.headers["location"] == f"/conversations/{conversation}#turn-1"
    return console.house.review.corrections()[-1].id


def line(page: str, number: int) -> str:
    """Return what the page has about a correction."""
    found = re.search(rf'<li id="line-{number}".*?</li>\s*(?=<li id="line|</ol>)', page, re.DOTALL)
    assert found, page
    return found[0]


def words(page: str, number: int) -> str:
    found = re.search(rf'<textarea id="words-{number}"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert found
    return found[1]


def test_a_message_is_corrected_on_its_page(console: Console) -> None:
    rita = console.staff("rita")
    at = f"/conversations/{console.say(SAID)}"
    page = rita.get(at).text
    assert page.count('class="correct"') == 1, "of the visitor's message alone"
    assert (
        page.count("<option>fitness_protein</option>") == 1
        and 'list="intents"' in page
        and "<option>crisis</option>" in page
    )
    assert '<option value="">not said</option>' in page and "it was right" not in page
    correct(console, rita, intent="emergency_injury", outcome="emergency")
    page = rita.get(at).text
    assert "Corrected by rita" in page and "intent <b>emergency_injury</b>, outcome <b>emergency</b>" in page
    (held,) = console.house.review.corrections()
    assert (held.author, held.intent, held.outcome, held.was_intent) == (
        "rita",
        "emergency_injury",
        "emergency",
        "fitness_waist",
    )
    assert [row[:2] for row in console.audited("correct")] == [("rita", "correct")]


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"sequence": "1"}, 422, "names the right intent"),
        ({"sequence": "1", "intent": "anything"}, 422, "choose one of the list"),
        ({"sequence": "1", "outcome": "anything"}, 422, "no such outcome"),
        ({"sequence": "2", "intent": "fitness_protein"}, 404, "no such conversation"),  # the bot's own words
        ({"sequence": "x", "intent": "fitness_protein"}, 400, "not complete"),
        ({"sequence": "9" * 30, "intent": "fitness_protein"}, 400, "not complete"),
        ({"intent": "fitness_protein"}, 400, "not complete"),
    ],
)  # fmt: skip
def test_what_is_no_correction_is_refused(console: Console, fields: dict[str, str], status: int, said: str) -> None:
    at = console.say(SAID)
    rita = console.staff("rita")
    answer = rita.post(f"/conversations/{at}/correct", **fields)
    assert (answer.status_code, said in answer.text) == (status, True)
    assert console.house.review.corrections() == [] and console.audited("correct") == []


def test_without_training_data_outcomes_can_be_corrected(make_console: MakeConsole) -> None:
    console = make_console()
    leo = console.staff("leo", Role.LEAD)
    page = leo.get(f"/conversations/{console.say(SAID)}").text
    assert 'name="intent"' not in page and 'name="outcome"' in page
    assert leo.post(f"/conversations/{'c' * 32}/correct", sequence="1", intent="fitness_protein").status_code == 422
    correct(console, leo, outcome="emergency")
    page = leo.get("/corrections").text
    assert "cannot be compared" in page and "no evaluation" in page and "cannot go out" not in page
    assert leo.close_set().headers["location"] == "/corrections?set=1"


def test_the_set_shows_what_was_what_should_be_and_no_number(console: Console, leo: Staff) -> None:
    number = correct(console, leo, intent="emergency_injury", outcome="emergency")
    shown = line(leo.get("/corrections").text, number)
    assert "fitness_waist, fitness" in shown and "emergency_injury, emergency" in shown and "leo, " in shown
    assert f"/conversations/{'c' * 32}#turn-1" in shown
    assert words(shown, number) == "I am Ann, : my leg points to the wall since I slipped" and "900123" not in shown
    assert "<option selected>training</option>" in shown


def test_a_line_is_changed_moved_and_withdrawn(console: Console, leo: Staff) -> None:
    number = str(correct(console, leo, intent="emergency_injury", outcome="emergency"))
    sent = leo.post(
        "/corrections/revise", correction=number, words="my leg points\nto the [wall] 07700 900123", use="evaluation"
    )
    assert sent.headers["location"] == f"/corrections#line-{number}"
    page = leo.get("/corrections").text
    assert words(page, int(number)) == "my leg points to the (wall)" and "<option selected>evaluation</option>" in page
    leo.post(
        "/corrections/revise",
        correction=number,
        words="I am Ann, : my leg points to the wall since I slipped",
        use="training",
    )
    (held,) = console.house.review.corrections()
    assert (held.words, held.use) == (None, "training"), "no second copy of what was said"
    for fields, status in (
        ({"words": "ann@example.org", "use": "training"}, 422),
        ({"words": "x" * 1001, "use": "training"}, 422),
        ({"words": "x", "use": "both"}, 422),
        ({"words": "x"}, 422),
        ({"words": "x", "use": "training", "correction": "999"}, 409),
        ({"words": "x", "use": "training", "correction": ""}, 400),
    ):
        assert leo.post("/corrections/revise", **{"correction": number, **fields}).status_code == status, fields
    assert console.house.review.corrections() == [held]
    assert leo.post("/corrections/withdraw", correction=number).headers["location"] == "/corrections"
    assert leo.post("/corrections/withdraw", correction=number).status_code == 409
    assert "Nothing has been corrected" in leo.get("/corrections").text
    actions = [action for _, action, _ in console.audited("revise_correction", "withdraw")]
    assert actions == ["revise_correction", "revise_correction", "withdraw"]


def test_a_change_of_one_line_checks_no_other(console: Console, leo: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    number = str(correct(console, leo, intent="emergency_injury"))
    monkeypatch.setattr("console.pages.corrections.check", lambda *_: pytest.fail("all lines were checked"))
    assert leo.post("/corrections/revise", correction=number, words="my leg", use="training").status_code == 303
    assert leo.post("/corrections/withdraw", correction=number).status_code == 303


def test_words_that_are_too_long_are_refused_unread(
    console: Console, leo: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = str(correct(console, leo, intent="emergency_injury"))
    rows = "\r\n".join("x" * 500)
    assert leo.post("/corrections/revise", correction=number, words=rows, use="training").status_code == 303
    monkeypatch.setattr("console.pages.corrections.stripped", lambda _: pytest.fail("it was read"))
    refused = leo.post("/corrections/revise", correction=number, words="07700 900123 " * 15_000, use="training")
    assert refused.status_code == 422 and "1 to 1000 characters" in refused.text


def test_a_set_that_is_full_is_told(console: Console, leo: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transcripts.teaching.correcting.MOST_OPEN", 1)
    correct(console, leo, SAID, "a" * 32, intent="emergency_injury")
    rita = console.staff("rita")
    console.say("eggs at night?", conversation="b" * 32)
    refused = rita.post(f"/conversations/{'b' * 32}/correct", sequence="1", intent="fitness_protein")
    assert refused.status_code == 409 and "closes it first" in refused.text and "eggs at night?" in refused.text


def test_lines_that_cannot_go_out_are_marked_and_hold_the_set_open(console: Console, leo: Staff) -> None:
    conflict = correct(console, leo, "my hip popped out of its socket", "a" * 32, intent="fitness_protein")
    leak = correct(
        console, leo, "I landed on my side and can not lift the leg any more", "b" * 32, intent="emergency_injury"
    )
    empty = correct(console, leo, "07700 900123", "d" * 32, intent="emergency_injury")
    near = correct(console, leo, "how much protein do I need a week", "e" * 32, intent="fitness_protein")
    bare = correct(console, leo, "what now then please", "f" * 32, outcome="clarify")
    page = leo.get("/corrections").text
    for number, said in (
        (conflict, "The same words are trained as emergency_injury"),
        (leak, "evaluation/safety.tsv:2"),
        (empty, "Nothing is left"),
    ):
        assert "cannot go out" in line(page, number) and said in line(page, number)
    assert "cannot go out" not in line(page, near) and "Nearly the same is trained" in line(page, near)
    assert "<option selected>evaluation</option>" in line(page, bare)
    refused = leo.close_set()
    assert refused.status_code == 409 and "3 lines cannot go out" in refused.text
    leo.post("/corrections/revise", correction=str(bare), words="what now then please", use="training")
    assert "needs an intent" in line(leo.get("/corrections").text, bare)
    for number in (conflict, leak, empty, bare):
        leo.post("/corrections/withdraw", correction=str(number))
    assert leo.close_set().headers["location"] == "/corrections?set=1"
    assert leo.close_set().status_code == 409


def test_a_set_is_closed_only_as_it_was_shown(console: Console, leo: Staff) -> None:
    first = correct(console, leo, "my leg points to the wall", "a" * 32, intent="emergency_injury")
    shown = re.search(r'name="shown" value="(\w+)"', leo.get("/corrections").text)
    assert shown
    second = correct(console, console.staff("rita"), "eggs at night?", "b" * 32, intent="fitness_protein")
    refused = leo.post("/corrections/close", shown=shown[1])
    assert refused.status_code == 409 and "look again" in refused.text and "eggs at night?" in refused.text
    assert [one.state for one in console.house.review.change_sets()] == ["open"]
    assert console.audited("close_change_set") == []
    assert leo.post("/corrections/close").status_code == 400
    leo.post("/corrections/withdraw", correction=str(second))
    assert leo.post("/corrections/close", shown=shown[1]).headers["location"] == "/corrections?set=1"
    assert [one.id for one in console.house.review.corrections(1)] == [first]


def test_a_closed_set_is_exported_and_imported(console: Console, leo: Staff, tmp_path: Path) -> None:
    correct(console, leo, SAID, "a" * 32, intent="emergency_injury", outcome="emergency")
    measured = correct(
        console, leo, "is stretching in bed any use", "b" * 32, intent="fitness_protein", outcome="fitness"
    )
    leo.post("/corrections/revise", correction=str(measured), words="is stretching in bed any use", use="evaluation")
    correct(console, leo, "eggs at night", "d" * 32, intent="fitness_protein")
    correct(console, leo, "Eggs at night?", "e" * 32, intent="fitness_protein")  # goes out once
    assert leo.post("/corrections/export", set="1", kind="zip").status_code == 422, "it is still open"
    at = leo.close_set().headers["location"]
    page = leo.get(at).text
    assert "Closed by leo" in page and "textarea" not in page and page.count("/corrections/export") == 3
    assert f'<a href="{at}"' in leo.get("/corrections").text
    got = {kind: leo.post("/corrections/export", set="1", kind=kind) for kind in ("zip", "yaml", "table")}
    assert got["zip"].headers["content-disposition"] == 'attachment; filename="corrections-1.zip"'
    assert "I am Ann, : my leg points to the wall since I slipped" in got["yaml"].text
    assert got["table"].text == "text\toutcome\ttag\nis stretching in bed any use\tfitness\treviewed\n"
    with zipfile.ZipFile(io.BytesIO(got["zip"].content)) as archive:
        assert archive.read("nlu.yml") == got["yaml"].content and archive.read("lines.tsv") == got["table"].content
    details = [each for _, _, each in console.audited("export_corrections")]
    counts = {"zip": 3, "yaml": 2, "table": 1}
    assert details == [{"change_set": 1, "kind": kind, "lines": lines} for kind, lines in counts.items()]
    assert leo.post("/corrections/export", set="1", kind="exe").status_code == 400
    assert leo.post("/corrections/export", set="7", kind="zip").status_code == 422
    assert leo.get("/corrections?set=7").status_code == 422 and leo.get("/corrections?set=x").status_code == 400
    path = tmp_path / "corrections-1.zip"
    path.write_bytes(got["zip"].content)
    assert take([path], tmp_path / "project") == Taken(2, 1, 0)
    page = leo.get(at).text
    assert "It is trained already (data/reviewed/nlu.yml:" in page and "already (evaluation/reviewed.tsv:2)" in page


def test_what_has_become_wrong_since_is_left_out(console: Console, leo: Staff, tmp_path: Path) -> None:
    correct(console, leo, SAID, "a" * 32, intent="emergency_injury")
    correct(console, leo, "eggs at night?", "b" * 32, intent="fitness_protein")
    leo.close_set()
    path = tmp_path / "project" / "data" / "emergency" / "injury.yml"
    path.write_text(small_project.EMERGENCY.replace("nobody is hurt", "eggs at night"), encoding="utf-8")
    assert "1 of 2 lines cannot go out and are left out" in leo.get("/corrections?set=1").text
    exported = leo.post("/corrections/export", set="1", kind="yaml").text
    assert "points to the wall" in exported and "eggs" not in exported


def test_an_erased_conversation_leaves_nothing_in_a_set(console: Console, leo: Staff) -> None:
    number = correct(console, leo, SAID, "a" * 32, intent="emergency_injury")
    leo.post("/corrections/revise", correction=str(number), words="my leg points to the wall", use="training")
    correct(console, leo, "eggs at night?", "b" * 32, intent="fitness_protein")
    leo.close_set()
    record = Record(console.settings.record_url, now=console.clock)
    assert record.erase("a" * 32, "visitor")
    record.close()
    page = leo.get("/corrections?set=1").text
    assert "wall" not in page and "eggs at night" in page
    assert "wall" not in leo.post("/corrections/export", set="1", kind="yaml").text


def test_hostile_words_are_text_only(console: Console, leo: Staff) -> None:
    number = correct(console, leo, HOSTILE, intent="emergency_injury")
    leo.post("/corrections/revise", correction=str(number), words=f"</textarea>{HOSTILE}", use="training")
    pages = [leo.get("/corrections").text, leo.get(f"/conversations/{'c' * 32}").text]
    leo.close_set()
    for page in [*pages, leo.get("/corrections?set=1").text]:
        assert "<script>alert" not in page and "<img src=x" not in page and "{{ 7*7 }}" in page
    assert words(pages[0], number).startswith("&lt;/textarea&gt;&lt;script&gt;")
    assert "(gran)(person)gnp" in leo.post("/corrections/export", set="1", kind="yaml").text
