"""The reader of labelled sets: what it accepts, and that every refusal names file, line and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.outcome import OUTCOMES
from evaluation.cases import BadSetError, Case
from evaluation.sets import read_lines, read_set, read_sets

HEADER = "text\toutcome\ttag\n"
DIALOGUE = "- id: one\n  turns:\n    - user: hi\n      outcome: smalltalk\n"


def written(folder: Path, content: str | bytes, name: str = "set.tsv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def turns(cases: list[Case]) -> list[tuple[str | None, tuple[str, ...], str]]:
    return [(case.turns[0].text, case.turns[0].outcomes, case.tag) for case in cases]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (HEADER + "my hip\temergency\tE1\n", [("my hip", ("emergency",), "E1")]),
        (HEADER + "my hip\temergency | urgent\t\n", [("my hip", ("emergency", "urgent"), "")]),
        (HEADER + "my hip\turgent|emergency|urgent", [("my hip", ("urgent", "emergency"), "")]),
        (
            HEADER + 'he said "pop\tclarify\n"\tout_of_scope\n',
            [('he said "pop', ("clarify",), ""), ('"', ("out_of_scope",), "")],
        ),
        (HEADER.replace("\n", "\r\n") + "hi\tsmalltalk\tx\r\n\r\n", [("hi", ("smalltalk",), "x")]),
        ("text\toutcome\nhi\tsmalltalk\n", [("hi", ("smalltalk",), "")]),
        ("\ufeff" + HEADER + "a\u2028b\x0cc\tclarify\t\n", [("a\u2028b\x0cc", ("clarify",), "")]),
        (HEADER + "\tout_of_scope\tempty\n", [("", ("out_of_scope",), "empty")]),
    ],
)
def test_lines_are_read_as_written(tmp_path: Path, content: str, expected: list[object]) -> None:
    assert turns(read_set(written(tmp_path, content))) == expected


@pytest.mark.parametrize(
    ("content", "line", "allowed"),
    [
        ("", 1, "text<TAB>outcome"),
        ("my hip\temergency\n", 1, "text<TAB>outcome"),
        (HEADER, None, "at least one line"),
        (HEADER + "a\tclarify\n\nb\temergencies\n", 4, "emergency, crisis"),
        (HEADER + "a\t\tx\n", 2, "emergency, crisis"),
        (HEADER + "a\temergency|\tx\n", 2, "emergency, crisis"),
        (HEADER + "a\tEmergency\n", 2, "emergency, crisis"),
        (HEADER + "no tab\n", 2, "text<TAB>outcome"),
        (HEADER + "a\tclarify\tx\ty\n", 2, "4 columns"),
        (HEADER.encode() + b"a\tclarify\n\xff\tclarify\n", 3, "UTF-8"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, content: str | bytes, line: int | None, allowed: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(BadSetError) as error:
        read_set(path)
    assert str(error.value).startswith(f"{path}:{line}: " if line else f"{path}: ")
    assert allowed in str(error.value)


def test_dialogues_are_read_as_written(tmp_path: Path) -> None:
    content = """
# a comment
- id: 7
  why: because
  turns:
    - user: no
      outcome: clarify|smalltalk
      must: ["Which (one|of)", 'a\\d']
    - choice: Nobody is hurt
      outcome: fitness
      must_not:
        - emergency
"""
    (case,) = read_set(written(tmp_path, content, "talk.yml"))
    first, second = case.turns
    assert (case.id, case.why, case.set_name) == ("7", "because", "talk.yml")
    assert (first.text, first.choice, first.outcomes) == ("no", None, ("clarify", "smalltalk"))  # not False
    assert (first.must, first.line) == (("Which (one|of)", "a\\d"), 6)
    assert (second.text, second.choice, second.said) == (None, "Nobody is hurt", "[Nobody is hurt]")
    assert second.must_not == ("emergency",)


@pytest.mark.parametrize(
    ("content", "line", "allowed"),
    [
        ("", None, "at least one line or dialogue"),
        ("id: one\n", 1, "list of dialogues"),
        ("- hello\n", 1, "id, why, turns"),
        (DIALOGUE + "  note: x\n", 5, "allowed: id, why, turns"),
        (DIALOGUE + "      mustnot: [x]\n", 5, "allowed: user, choice, outcome, must, must_not"),
        (DIALOGUE + "      choice: Yes\n", 3, "exactly one"),
        (DIALOGUE + "      user: again\n", 5, "stands twice"),
        (DIALOGUE + DIALOGUE, 5, "used twice"),
        (DIALOGUE + "      must: hello\n", 5, "list of regular expressions"),
        (DIALOGUE + "      must:\n        - ok\n        - '(open'\n", 7, "does not compile"),
        (DIALOGUE + "      must_not: ['*']\n", 5, "does not compile"),
        (DIALOGUE + "      must: [[a]]\n", 5, "plain text"),
        (DIALOGUE.replace("smalltalk", "small_talk"), 4, "emergency, crisis"),
        (DIALOGUE.replace("      outcome: smalltalk\n", ""), 3, "without `outcome`"),
        (DIALOGUE.replace("    - user: hi\n      outcome", "    - outcome"), 3, "neither"),
        (DIALOGUE.replace("user: hi", "choice: ' '"), 3, "title of a button"),
        ("- turns: [{user: hi, outcome: clarify}]\n", 1, "without `id`"),
        ("- id: one\n", 1, "without `turns`"),
        ("- id: ''\n  turns: []\n", 2, "`turns` is empty"),
        ("- id: ''\n  turns: [{user: a, outcome: clarify}]\n", 1, "`id` is empty"),
        ("- id: one\n   turns: [\n", 2, "not valid YAML"),
        ("- id: \x01\n", None, "not valid YAML"),
    ],
)
def test_a_bad_dialogue_is_named(tmp_path: Path, content: str, line: int | None, allowed: str) -> None:
    path = written(tmp_path, content, "talk.yml")
    with pytest.raises(BadSetError) as error:
        read_set(path)
    assert str(error.value).startswith(f"{path}:{line}: " if line else f"{path}: ")
    assert allowed in str(error.value)


def test_several_sets_keep_their_names(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    paths = [
        written(tmp_path, HEADER + "a\tclarify\n"),
        written(tmp_path / "other", HEADER + "b\tclarify\n"),
        written(tmp_path, DIALOGUE, "talk.yml"),
    ]
    assert [case.set_name for case in read_sets(paths)] == [str(paths[0]), str(paths[1]), "talk.yml"]


def test_a_set_given_twice_or_missing_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "a\tclarify\n")
    for paths, reason in [
        ([path, tmp_path / "." / "set.tsv"], "given twice"),
        ([tmp_path / "none.tsv"], "cannot be read"),
        ([tmp_path], "unknown kind"),
        ([written(tmp_path, "a,b", "set.csv")], "allowed: .tsv"),
    ]:
        with pytest.raises(BadSetError, match=reason):
            read_sets(paths)


typed = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\t\n\r"), min_size=1).filter(str.strip)


@settings(deadline=None)
@given(rows=st.lists(st.tuples(typed, st.lists(st.sampled_from(OUTCOMES), min_size=1, unique=True)), min_size=1))
def test_whatever_is_typed_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, list[str]]]
) -> None:
    content = HEADER + "".join(f"{text}\t{'|'.join(names)}\tt\r\n" for text, names in rows)
    path = written(tmp_path_factory.getbasetemp(), content, "typed.tsv")
    assert turns(read_lines(path, "typed")) == [(text, tuple(names), "t") for text, names in rows]


@settings(deadline=None)
@given(
    content=st.one_of(st.text(), st.binary(), st.text("-:[]{}&*|'\"\n id", max_size=40)),
    suffix=st.sampled_from([".tsv", ".yml"]),
)
def test_no_file_raises_anything_else(
    tmp_path_factory: pytest.TempPathFactory, content: str | bytes, suffix: str
) -> None:
    raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    path = written(tmp_path_factory.getbasetemp(), raw, f"anything{suffix}")
    try:
        assert read_set(path)
    except BadSetError as error:
        assert str(error).startswith(str(path))


@settings(deadline=None)
@given(texts=st.lists(st.text(st.characters(blacklist_categories=["Cs"])), min_size=1, max_size=5))
def test_dialogue_texts_come_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    content = [{"id": "x", "turns": [{"user": text, "outcome": "clarify"} for text in texts]}]
    path = written(tmp_path_factory.getbasetemp(), yaml.safe_dump(content), "texts.yml")
    assert [turn.text for turn in read_set(path)[0].turns] == texts
