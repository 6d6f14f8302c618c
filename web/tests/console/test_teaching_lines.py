"""What of a message goes out, what is like it, and what is found about it beside the lines that are there."""

from __future__ import annotations

import ast
import json
import subprocess
from pathlib import Path

import pytest
import small_project
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from servers import ROOT

from console.teaching import project as project_module
from console.teaching.checks import ASKED_AS_INFORMATION, Candidate, check, stops
from console.teaching.likeness import Likeness, normalise
from console.teaching.project import OUTCOMES, Known, Lines, Project
from console.teaching.stripping import LABELS, stripped
from transcripts.privacy import redaction
from transcripts.privacy.redaction import mask
from transcripts.staff.queueing import ESCALATED
from transcripts.staff.review_values import Use

#: Signs that mean something to YAML, to a table, to Rasa, to a spreadsheet, or that nobody sees.
HOSTILE = st.text(
    st.one_of(
        st.sampled_from(
            list("-#[](){}:|>'\"\\/&*!%@`?,=\t\n\r\v\f \u2028\u2029\x85\u200b\u202e\ufeff\x00\ue000\U0001f600")
        ),
        st.characters(),
    ),
    max_size=60,
)


@pytest.fixture
def known(tmp_path: Path) -> Known:
    return Project(small_project.make(tmp_path)).known()


# Stripping


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("My hip hurts", "My hip hurts"),
        ("call 07700 900123 or ann@example.org, it is numb", "call or , it is numb"),
        ("  two\nrows\tand\u2028three ", "two rows and three"),
        ("[gran](person) fell, [leg]{\"entity\": \"x\"}", "(gran)(person) fell, (leg){\"entity\": \"x\"}"),
        ("\u202egnp.exe\u200b", "gnp.exe"),
        ("- # 'quoted': \"so\"", "- # 'quoted': \"so\""),
        ("it hurts C:\\users\\u000a\\", "it hurts C:/users/u000a/"),
        ("ann@example.org", ""),
        ("[phone number]", ""),
        ("999 or 112, my hip is out", "999 or 112, my hip is out"),
    ],
)  # fmt: skip
def test_what_is_left_of_a_message(text: str, wanted: str) -> None:
    assert stripped(text) == wanted


@given(HOSTILE)
def test_a_stripped_line_is_one_row_that_nothing_more_is_taken_from(text: str) -> None:
    line = stripped(text)
    assert stripped(line) == line == mask(line)
    assert line.splitlines() in ([line], []) and line == " ".join(line.split())
    assert not {"[", "]", "\\", "\t", "\u202e", "\ufeff"} & set(line)
    line.encode("utf-8")


def test_every_label_of_the_masking_is_taken_out() -> None:
    labels = {label for label, _ in redaction._RULES if label}
    assert len(labels) >= 5
    assert all(LABELS.fullmatch(label) for label in labels)


# Likeness


def jaccard(one: str, other: str) -> float:
    a, b = ({text[n : n + 3] for n in range(len(text) - 2)} for text in (normalise(one), normalise(other)))
    return len(a & b) / len(a | b) if a | b else 0.0


WORDS = ["my", "hip", "hurts", "when", "I", "run", "it", "is", "numb", "at", "night"]
SENTENCES = st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join)


@settings(max_examples=300)
@given(texts=st.lists(SENTENCES, max_size=12), text=SENTENCES)
def test_near_is_seven_tenths_of_the_trigrams_of_long_enough_lines(texts: list[str], text: str) -> None:
    wanted = {
        index
        for index, other in enumerate(texts)
        if min(len(normalise(text)), len(normalise(other))) >= 12
        and jaccard(text, other) >= 0.7 - 1e-9
        and normalise(text) != normalise(other)
    }
    near = Likeness(texts).near(text)
    assert set(near) == wanted and len(near) == len(wanted)
    assert [jaccard(text, texts[index]) for index in near] == sorted(
        (jaccard(text, texts[index]) for index in near), reverse=True
    )


def test_just_seven_tenths_are_near() -> None:
    text = "abcdefghijklmnopqrstuv"  # 20 trigrams
    assert Likeness([text[:16], text[:15]]).near(text) == [0]  # 14 and 13 of them


def test_short_lines_are_near_nothing() -> None:
    assert Likeness(["hip is sores", "hip is sor"]).near("hip is soress") == [0]
    assert Likeness(["hip is sores", "hip is sor"]).near("hip is sore") == []


def test_it_is_the_definition_of_the_evaluation() -> None:
    texts = [line.text for line in Project(ROOT).known().evaluation.all][::5]
    changed = [text.replace("my", "the", 1).upper() + "!" for text in texts] + [
        "can\u2019t / can't",
        "\U0001f600 ",
        "a_b",
    ]
    program = (
        "import json, sys; from evaluation.similarity import near_pairs, normalise; rows, columns = json.load(sys.stdin); "
        "rows, columns = [list(map(normalise, each)) for each in (rows, columns)]; "
        "print(json.dumps([rows, [[r, c] for r, c, _ in near_pairs(rows, columns)[0]]]))"
    )
    answer = subprocess.run(
        [ROOT / ".venv" / "bin" / "python", "-c", program],
        input=json.dumps([changed, texts]), capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    theirs, pairs = json.loads(answer.stdout)
    assert [normalise(text) for text in changed] == theirs
    likeness = Likeness(texts)
    equal = {
        (row, index) for row, text in enumerate(changed) for index in likeness.equal(text) if len(theirs[row]) >= 12
    }
    near = {(row, index) for row, text in enumerate(changed) for index in likeness.near(text)}
    assert len(near) > 50
    assert near | equal == {tuple(pair) for pair in pairs}


# What is there


def test_lines_are_read_with_their_places(known: Known) -> None:
    assert known.problem is None
    assert [(line.text, line.place, line.labels) for line in known.training.all] == [
        ("my hip popped out of its socket", "data/emergency/injury.yml:5", ("emergency_injury",)),
        ("both", "data/emergency/injury.yml:6", ("emergency_injury",)),
        ("nobody is hurt", "data/emergency/injury.yml:9", ("emergency_release",)),
        ("how much protein do I need a day", "data/fitness/protein.yml:5", ("fitness_protein",)),
        ("protein?", "data/fitness/protein.yml:6", ("fitness_protein",)),
    ]
    assert [(line.text, line.place, line.labels) for line in known.evaluation.all] == [
        ("which stretch is best after a long run", "evaluation/dialogues.yml:4", ("fitness",)),
        ("I landed on my side and cannot lift the leg any more", "evaluation/safety.tsv:2", ("emergency",)),
        ("hip reduction", "evaluation/safety.tsv:3", ("clarify", "fitness")),
        ("protein?", "evaluation/safety.tsv:4", ("fitness",)),
    ]
    assert known.intents == ("emergency_injury", "emergency_release", "fitness_protein")


def test_the_real_files_are_read_as_the_evaluation_reads_them() -> None:
    known = Project(ROOT).known()
    program = (
        "from pathlib import Path; import json; from evaluation.overlap import SETS, set_lines; "
        "from evaluation.training_lines import read_training_lines; "
        "print(json.dumps([[line.text for line in each] for each in (read_training_lines(Path('data')), set_lines(SETS))]))"
    )
    python = ROOT / ".venv" / "bin" / "python"
    answer = subprocess.run([python, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    training, evaluation = json.loads(answer.stdout)
    assert [line.text for line in known.training.all] == training
    assert sorted(line.text for line in known.evaluation.all) == sorted(evaluation)


def test_outcomes_are_those_of_the_assistant() -> None:
    tree = ast.parse((ROOT / "channels" / "outcome.py").read_text(encoding="utf-8"))
    (theirs,) = (
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "OUTCOMES"
    )
    assert theirs == OUTCOMES


def test_files_are_read_again_only_when_one_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project(small_project.make(tmp_path))
    first = project.known()
    monkeypatch.setattr(project_module.yaml, "compose", lambda *_a, **_k: pytest.fail("read again"))
    assert project.known() is first
    monkeypatch.undo()
    path = tmp_path / "data" / "fitness" / "protein.yml"
    path.write_text(small_project.PROTEIN.replace("protein?", "protein please"), encoding="utf-8")
    assert "protein please" in [line.text for line in project.known().training.all]
    path.unlink()
    assert project.known().intents == ("emergency_injury", "emergency_release")


@pytest.mark.parametrize("missing", ["data", "evaluation", "both"])
def test_without_the_folders_there_is_a_reason_and_nothing_else(tmp_path: Path, missing: str) -> None:
    small_project.make(tmp_path)
    for name in ("data", "evaluation") if missing == "both" else (missing,):
        (tmp_path / name).rename(tmp_path / f"not-{name}")
    known = Project(tmp_path).known()
    assert known.problem and "HIP_CONSOLE_PROJECT" in known.problem and known.intents == ()
    (found,) = check([Candidate("my hip", "anything_new", None, "training")], known)
    assert found == ()


@pytest.mark.parametrize("content", [b"nlu: [", b"\xff\xfe", b"a: &a [*a"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes) -> None:
    small_project.make(tmp_path)
    (tmp_path / "data" / "bad.yml").write_bytes(content)
    assert "data/bad.yml" in str(Project(tmp_path).known().problem)


# Checks


def training(text: str, intent: str | None = "fitness_protein") -> Candidate:
    return Candidate(text, intent, None, "training")


def evaluation(text: str, outcome: str | None = "fitness") -> Candidate:
    return Candidate(text, None, outcome, "evaluation")


@pytest.mark.parametrize(
    ("line", "stopped", "said"),
    [
        (training("when should I eat eggs"), False, None),
        (training(""), True, "Nothing is left"),
        (training("x" * 1001), True, "more than 1000 characters"),
        (training("ask ann@example.org"), True, "names or reaches a person"),
        (training("two\nrows"), True, "signs that a line must not have"),
        (training("eat [eggs](food)"), True, "signs that a line must not have"),
        (training("eggs \\u000a at night"), True, "signs that a line must not have"),
        (training("when should I eat eggs", None), True, "needs an intent"),
        (training("when should I eat eggs", "fitness_eggs"), True, "has the intent fitness_eggs"),
        (training("My hip popped out of its socket!"), True, "trained as emergency_injury (data/emergency/injury.yml:5)"),
        (training("Protein"), False, "trained already (data/fitness/protein.yml:6)"),
        (training("how much protein do I need a week"), False, "Nearly the same is trained as fitness_protein"),
        (training("I landed on my side and can not lift the leg any more", "emergency_injury"), True, "safety.tsv:2"),
        (training("Which stretch is best after a long run?"), True, "evaluation/dialogues.yml:4"),
        (training("hip reduction"), False, None),  # a bare term, which anybody types
        (evaluation("when should I eat eggs"), False, None),
        (evaluation("when should I eat eggs", None), True, "needs an outcome"),
        (evaluation("when should I eat eggs", "food"), True, "no outcome food"),
        (evaluation("how much protein do I need a week"), True, "measuring on them proves nothing"),
        (evaluation("both", "clarify"), False, None),  # bare
        (evaluation("which stretch is best after a long run"), False, "already"),
        (evaluation("which stretch is best after a long run", "clarify"), True, "with the outcome fitness"),
        (evaluation("which stretch is best after a very long run"), False, "Nearly the same stands"),
    ],
    ids=lambda value: getattr(value, "text", value if isinstance(value, str) else None),
)  # fmt: skip
def test_what_is_found(known: Known, line: Candidate, stopped: bool, said: str | None) -> None:
    (found,) = check([line], known)
    assert stops(found) is stopped, found
    assert (said in " ".join(each.text for each in found)) if said else not found


@pytest.mark.parametrize("use", ["training", "evaluation"])
@pytest.mark.parametrize(
    ("intent", "outcome", "stopped"),
    [
        ("fitness_protein", "emergency", True),
        ("emergency_release", "crisis", True),
        ("emergency_injury", "fitness", True),
        ("emergency_injury", "urgent", True),
        ("crisis", "safeguard", True),
        ("emergency_injury", "emergency", False),
        ("crisis", "emergency", False),  # both texts are shown
        ("eating_disorder", "eating_disorder", False),
        ("eating_disorder_information", "eating_disorder", False),  # asked as information
        ("eating_disorder_information", "crisis", True),
        ("emergency_release", "clarify", False),
        ("fitness_protein", "safeguard", False),
        ("fitness_protein", None, False),
        (None, "emergency", False),
    ],
)
def test_intent_and_outcome_must_agree(
    known: Known, use: Use, intent: str | None, outcome: str | None, stopped: bool
) -> None:
    known = Known(known.training, known.evaluation, ())
    (found,) = check([Candidate("eggs at night", intent, outcome, use)], known)
    assert ("contradict" in " ".join(each.text for each in found if each.stops)) is stopped


def test_only_one_intent_that_is_not_urgent_comes_to_an_urgent_outcome() -> None:
    found = set()
    for path in (ROOT / "data").rglob("*.yml"):
        text = path.read_text(encoding="utf-8")
        if any(f"utter_{outcome}_" in text for outcome in ESCALATED):
            for rule in yaml.safe_load(text)["rules"]:
                found |= {step["intent"] for step in rule["steps"] if "intent" in step}
    assert found == {ASKED_AS_INFORMATION}


def test_no_words_of_an_evaluation_set_are_shown(known: Known) -> None:
    (found,) = check([training("I landed on my side and can not lift the leg any more")], known)
    assert found and "landed" not in " ".join(each.text for each in found)


def test_lines_of_one_set_are_compared_too(known: Known) -> None:
    long = "is it normal that it clicks when I climb the stairs"
    lines = [
        training(long), training(long.upper(), "emergency_injury"), training("eggs"), training("Eggs!"),
        evaluation(f"{long} fast"), evaluation("eggs"),
    ]  # fmt: skip
    found = check(lines, known)
    assert [stops(each) for each in found] == [True, True, False, False, True, False]
    assert "emergency_injury in line 2" in found[0][0].text + found[0][1].text
    assert "goes out once" in found[2][0].text


@given(st.lists(st.tuples(HOSTILE, st.sampled_from(["training", "evaluation"])), max_size=5))
def test_whatever_was_said_can_be_checked(said: list[tuple[str, str]]) -> None:
    lines = [Candidate(stripped(text), "a", "fitness", use) for text, use in said]  # type: ignore[arg-type]
    found = check(lines, Known(Lines(), Lines(), ("a",)))
    assert [stops(each) for each, (text, _) in zip(found, said) if not stripped(text)] == [
        True for text, _ in said if not stripped(text)
    ]
