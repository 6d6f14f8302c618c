"""The script of the demo can be read, says what is wrong when it cannot, and names nobody who exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from demo.people import ScriptError, Step, read

PERSON = '[[people]]\nname = "ann"\nwho = "somebody"\ndoes = ["hello"]\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "people.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_script_is_varied() -> None:
    people = read()
    assert 60 <= len(people) <= 90
    lengths = [sum(step.what != "thumb" for step in person.steps) for person in people]
    assert min(lengths) == 1 and max(lengths) >= 14
    assert {person.channel for person in people} == {"widget", "telegram", "slack", "messenger", "whatsapp", "twilio"}
    steps = [step for person in people for step in person.steps]
    assert {step.what for step in steps} == {"types", "presses", "sends", "thumb"}
    assert {step.text for step in steps if step.what == "thumb"} == {"up", "down"}
    assert any(step.away for step in steps) and any(step.hours for step in steps)
    assert any(person.public for person in people) and any(person.undelivered for person in people)
    assert sum(person.work is not None for person in people) > 15
    assert len({person.conversation for person in people}) == len(people)


def test_nobody_in_it_exists() -> None:
    """Telephone numbers are of ranges kept for stories (Ofcom, NANP 555-01xx), mail of names that are kept too (RFC 2606)."""
    said = " ".join(step.text for person in read() for step in person.steps)
    numbers = re.findall(r"(?<![\d/])\+?\d[\d ()-]{8,}\d", said)
    assert len(numbers) >= 4
    for number in numbers:
        digits = re.sub(r"\D", "", number)
        is_kept = digits.startswith(("07700900", "02079460")) or digits[3:8] == "55501"
        assert is_kept or digits == "9434765919", number  # the example of an NHS number in the NHS's data dictionary
    addresses = re.findall(r"\S+@(\S+?)[.,]?(?:\s|$)", said)
    assert len(addresses) >= 3
    assert all(re.fullmatch(r"example\.(?:com|net|org)", address) for address in addresses)


def test_a_person_is_read(tmp_path: Path) -> None:
    text = (
        '[[people]]\nname = "ann"\nwho = "x"\nchannel = "slack"\nregion = "GB"\npublic = true\nundelivered = true\nhour = 3\n'
        'does = ["hi", { presses = "Fit", hours = 2 }, { sends = "picture" }, { thumb = "up" }, { types = "you?", away = true }]\n'
        'staff = { by = "leo", tags = ["a"], note = "n", assigned = "rita", claimed = true, reviewed = true, follow_up = 2, '
        'correct = { 4 = { intent = "crisis" } } }\n'
    )
    (person,) = read(written(tmp_path, text))
    assert person.steps == (
        Step("types", "hi"), Step("presses", "Fit", hours=2.0), Step("sends", "picture"), Step("thumb", "up"),
        Step("types", "you?", away=True),
    )  # fmt: skip
    assert (person.channel, person.region, person.public, person.undelivered, person.hour) == (
        "slack",
        "GB",
        True,
        True,
        3,
    )
    assert person.typed == ["hi", "you?"] and person.work is not None
    assert (person.work.by, person.work.tags, person.work.correct) == ("leo", ("a",), ((4, {"intent": "crisis"}),))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("people = [", "Invalid|Unclosed"),
        ("", "nobody is in it"),
        ("folk = 1", "folk does not exist; allowed: people"),
        (PERSON + PERSON, "twice in the script: ann"),
        (PERSON + 'age = 4\n', "the person 'ann': age does not exist"),
        (PERSON.replace('name = "ann"\n', ""), "without a name.*`name` is missing"),
        (PERSON.replace('["hello"]', "[]"), "`does` is missing"),
        (PERSON + 'channel = "pigeon"\n', "'pigeon' does not exist; write one of: widget, telegram"),
        (PERSON.replace('"hello"', '{ thumb = "up" }'), "a thumb needs an answer"),
        (PERSON.replace('"hello"', '{ sends = "picture" }'), "only people on a platform"),
        (PERSON.replace('"hello"', '"hello", { thumb = "sideways" }'), "up or down, not 'sideways'"),
        (PERSON.replace('"hello"', '{ types = "a", presses = "b" }'), "exactly one of: types, presses, sends, thumb"),
        (PERSON.replace('"hello"', '{ types = "a", late = 1 }'), "late does not exist"),
        (PERSON + 'staff = { tags = ["a"] }\n', "`by` of the staff is missing"),
        (PERSON + 'staff = { by = "leo", mood = "good" }\n', "mood does not exist"),
        (PERSON + 'staff = { by = "leo", correct = { 2 = { intent = "x" } } }\n', "no message 2 to correct"),
        (PERSON + 'staff = { by = "leo", correct = { 1 = { meaning = "x" } } }\n', "meaning does not exist"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ScriptError, match=message):
        read(written(tmp_path, text))
