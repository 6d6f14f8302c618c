"""Export and import: hostile words come through both as they are, and a file that is not quite right changes nothing."""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import small_project
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servers import ROOT

from console.teaching import files, importing
from console.teaching.checks import Candidate
from console.teaching.importing import RefusedError, take
from console.teaching.likeness import normalise
from console.teaching.reading import MOST, BadExportError, read
from console.teaching.stripping import stripped

#: To Rasa's own reader of YAML, where a file is ASCII alone, this is a second line, with another intent.
ESCAPED = r"eggs\u000a\u0020\u0020- intent: crisis\u000a\u0020\u0020\u0020\u0020examples: |\u000a\u0020\u0020\u0020\u0020\u0020\u0020- bread"
HOSTILE = [
    "- a dash", "-", "--- # no document", "# no comment", "'single' \"double\"", "key: value", "{a: b} | c > d", "*anchor &x !tag",
    "%TAG", "@at `tick`", "=1+1", "[gran](person)", '[gran]{"entity": "person"}', "a\tb\tc", "two\nrows\r\nthree", "\\n \\t \\",
    ESCAPED, r"C:\users\bob", "nlu:", "  - intent: crisis", "    examples: |", "\u2028\u2029\x85", "\u202egnp", "\U0001f600", "/restart", "null", "~", "<b>&amp;</b>",
]  # fmt: skip
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40)).map(stripped).filter(bool)
TRAINED = st.builds(
    Candidate, TEXTS, st.sampled_from(["emergency_injury", "fitness_protein"]), st.none(), st.just("training")
)
MEASURED = st.builds(Candidate, TEXTS, st.none(), st.sampled_from(["emergency", "fitness"]), st.just("evaluation"))
LINES = st.lists(
    st.one_of(TRAINED, MEASURED), min_size=1, max_size=8, unique_by=lambda one: (normalise(one.text), one.use)
)
#: Rasa's own pattern of an entity.
ENTITY = re.compile(r"\[[^\]]+?\](\(|\{|\[)")
SLOW = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

INJURY = Candidate("since the fall my leg points to the wall", "emergency_injury", None, "training")
EGGS = Candidate("when should I eat eggs", "fitness_protein", None, "training")
STRETCH = Candidate("is it fine to stretch before bed", None, "fitness", "evaluation")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return small_project.make(tmp_path / "project")


def zipped(folder: Path, *lines: Candidate, name: str = "corrections-1.zip") -> Path:
    path = folder / name
    path.write_bytes(files.archive(lines))
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# The way out and back


@SLOW
@given(LINES)
def test_whatever_was_said_comes_back_as_it_went(tmp_path: Path, lines: list[Candidate]) -> None:
    assert set(read([zipped(tmp_path, *lines)])) == set(lines)
    for one in yaml.safe_load(files.training(lines) or "{}").get("nlu", []):
        rows = one["examples"].splitlines()
        assert rows == [f"- {each.text}" for each in lines if each.intent == one["intent"]]
        assert not ENTITY.search(one["examples"])
    table = files.table(lines)
    assert [row.split("\t")[0] for row in table.split("\n")[1:-1]] == [each.text for each in lines if each.outcome]


def test_the_assistant_reads_the_same_lines(tmp_path: Path) -> None:
    texts = [text for text in map(stripped, HOSTILE) if text]
    lines = [Candidate(text, "fitness_protein", None, "training") for text in texts]
    lines += [Candidate(text, None, "fitness", "evaluation") for text in texts]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "nlu.yml").write_text(files.training(lines), encoding="utf-8", newline="")
    (tmp_path / "lines.tsv").write_text(files.table(lines), encoding="utf-8", newline="")
    program = (
        "import json, sys; from pathlib import Path; from evaluation.sets import read_set; from launcher import stand_ins; "
        "from evaluation.training_lines import read_training_lines; stand_ins.install(); from launcher.importer import _lines; "
        "folder = Path(sys.argv[1]); print(json.dumps([[line.text for line in read_training_lines(folder / 'data')], "
        "[[line.get('text'), line.get('entities')] for line in _lines(str(folder / 'data' / 'nlu.yml'))], "
        "[case.turns[0].text for case in read_set(folder / 'lines.tsv')]]))"
    )
    ours, rasas, measured = from_root(program, tmp_path)
    once = list({normalise(text): text for text in reversed(texts)}.values())[::-1]
    assert ours == measured == [text for text in texts if text in once]
    assert rasas == [[text, None] for text in ours]


@pytest.mark.parametrize("text", [ESCAPED, r"C:\users\bob", "two eggs"])
def test_rasas_own_reader_finds_the_lines_and_no_other(project: Path, tmp_path: Path, text: str) -> None:
    program = (
        "import json, sys; from launcher import stand_ins; stand_ins.install(); "
        "from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader; "
        "print(json.dumps([[[line.get('intent'), line.get('text')] for line in RasaYAMLReader().read(name).training_examples] "
        "for name in sys.argv[1:]]))"
    )
    raw, clean = tmp_path / "raw.yml", tmp_path / "clean.yml"
    raw.write_text(files.training([EGGS._replace(text=text)]), encoding="utf-8")
    clean.write_text(files.training([EGGS._replace(text=stripped(text))]), encoding="utf-8")
    take([clean], project)
    read_as_is, *read_clean = from_root(program, raw, clean, project / "data/reviewed/nlu.yml")
    assert read_as_is == [["fitness_protein", text]], "nor would it if a line were not stripped"
    assert read_clean == [[["fitness_protein", stripped(text)]]] * 2


def from_root(program: str, *arguments: Path) -> Any:
    """Return what a program of the assistant's environment prints, as JSON."""
    command = [ROOT / ".venv" / "bin" / "python", "-W", "ignore", "-c", program, *arguments]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return json.loads(answer.stdout.splitlines()[-1])


def test_an_export_is_the_same_bytes_each_time_and_has_each_line_once() -> None:
    lines = files.once([EGGS, INJURY, STRETCH, EGGS._replace(text="When should I eat EGGS?")])
    assert files.archive(lines) == files.archive(lines)
    assert files.training(lines) == files.ABOVE + (
        'version: "3.1"\nnlu:\n  - intent: emergency_injury\n    examples: |\n'
        "      - since the fall my leg points to the wall\n"
        "  - intent: fitness_protein\n    examples: |\n      - when should I eat eggs\n"
    )
    assert files.table(lines) == "text\toutcome\ttag\nis it fine to stretch before bed\tfitness\treviewed\n"
    with zipfile.ZipFile(io.BytesIO(files.archive([STRETCH]))) as archive:
        assert archive.namelist() == ["lines.tsv"]


# The import


def test_lines_are_taken_once_and_in_a_stable_order(project: Path, tmp_path: Path) -> None:
    before = contents(project)
    assert take([zipped(tmp_path, INJURY, STRETCH)], project) == importing.Taken(1, 1, 0)
    first = contents(project)
    assert {name: content for name, content in first.items() if name in before} == before
    assert set(first) - set(before) == {"data/reviewed/nlu.yml", "evaluation/reviewed.tsv"}
    assert take([zipped(tmp_path, INJURY, STRETCH)], project) == importing.Taken(0, 0, 2)
    assert contents(project) == first
    more = Candidate("my foot is cold and white since I slipped", "emergency_injury", None, "training")
    late = Candidate("may I stretch in the morning", None, "fitness", "evaluation")
    assert take([zipped(tmp_path, more, EGGS, late, INJURY)], project) == importing.Taken(2, 1, 1)
    assert (project / "data/reviewed/nlu.yml").read_text(encoding="utf-8") == files.training([INJURY, more, EGGS])
    assert (project / "evaluation/reviewed.tsv").read_text(encoding="utf-8") == files.table([STRETCH, late])
    assert not list(project.rglob(".importing*"))


def test_two_imports_at_once_lose_nothing(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = importing._beside

    def slowly(path: Path, text: str) -> Path:
        time.sleep(0.5)  # the other one has read the project meanwhile, if it may
        return write(path, text)

    monkeypatch.setattr(importing, "_beside", slowly)
    exports = [zipped(tmp_path, one, name=f"corrections-{place}.zip") for place, one in enumerate((INJURY, EGGS))]
    with ThreadPoolExecutor() as pool:
        taken = list(pool.map(lambda path: take([path], project), exports))
    assert taken == [importing.Taken(1, 0, 0)] * 2
    lines = (project / "data/reviewed/nlu.yml").read_text(encoding="utf-8")
    assert INJURY.text in lines and EGGS.text in lines


def test_without_a_project_nothing_is_taken(tmp_path: Path) -> None:
    with pytest.raises(BadExportError, match="nowhere"):
        take([zipped(tmp_path, INJURY)], tmp_path / "nowhere")


def test_the_two_files_are_as_good_as_the_archive(project: Path, tmp_path: Path) -> None:
    trained, measured = tmp_path / "a.yml", tmp_path / "b.tsv"
    trained.write_text(files.training([INJURY]), encoding="utf-8")
    measured.write_text(files.table([STRETCH]), encoding="utf-8")
    assert read([trained, measured]) == read([zipped(tmp_path, INJURY, STRETCH)])
    assert read([measured]) == [STRETCH]
    assert take([trained], project) == importing.Taken(1, 0, 0)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (Candidate("My hip popped out of its socket!", "fitness_protein", None, "training"), "trained as emergency_injury"),
        (Candidate("I landed on my side and can not lift the leg any more", "emergency_injury", None, "training"), "evaluation"),
        (Candidate("how much protein do I need a day", None, "fitness", "evaluation"), "proves nothing"),
        (Candidate("eggs at night", "fitness_eggs", None, "training"), "no line of data/ has"),
        (Candidate("eggs at night", None, "food", "evaluation"), "no outcome"),
        (Candidate("call 07700 900123 about eggs", "fitness_protein", None, "training"), "names or reaches"),
        (Candidate("[eggs](food) at night", "fitness_protein", None, "training"), "signs that a line"),
        (Candidate(ESCAPED, "fitness_protein", None, "training"), "signs that a line"),
        (Candidate("x" * 1001, "fitness_protein", None, "training"), "more than 1000"),
        (Candidate("is it fine to stretch before bed?", "fitness_protein", None, "training"), "other use"),
    ],
    ids=lambda value: value.text[:20] if isinstance(value, Candidate) else None,
)  # fmt: skip
def test_one_bad_line_stops_the_whole_import(project: Path, tmp_path: Path, line: Candidate, said: str) -> None:
    before = contents(project)
    with pytest.raises(RefusedError, match=f"(?i){said}"):
        take([zipped(tmp_path, INJURY, STRETCH, line)], project)
    assert contents(project) == before


def yml(text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("nlu.yml", text)
    return buffer.getvalue()


def tsv(text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("lines.tsv", text)
    return buffer.getvalue()


def packed(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, files.table([STRETCH]))
    return buffer.getvalue()


BLOCK = 'version: "3.1"\nnlu:\n  - intent: fitness_protein\n    examples: |\n      - eggs at night\n'
BAD = {
    "nothing": b"",
    "no zip": b"PK\x03\x04 and so on",
    "cut off": files.archive([INJURY, STRETCH])[:-30],
    "another member": packed("lines.tsv", "../../data/evil.yml"),
    "no member": packed(),
    "too large": yml(BLOCK + "      - " + "x" * (3 << 20)),
    "no YAML": yml("nlu: ["),
    "rules too": yml(BLOCK + "rules: []\n"),
    "an object": yml("!!python/object/apply:os.system ['true']"),
    "a synonym": yml(BLOCK.replace("intent", "synonym")),
    "a list of examples": yml('version: "3.1"\nnlu:\n- intent: a\n  examples: [b]\n'),
    "no dash": yml(BLOCK + "      eggs\n"),
    "an intent that is a path": yml(BLOCK.replace("fitness_protein", "../../x")),
    "one text for many": yml('version: "3.1"\nnlu:\n- &a {intent: a, examples: "' + "- b\\n" * 3000 + '"}\n' + "- *a\n" * 3000),
    "deep": yml("[" * 50_000 + "]" * 50_000),
    "deep by dashes": yml("- " * 50_000 + "x"),
    "no header": tsv("a\tfitness\treviewed\n"),
    "two columns": tsv("text\toutcome\ttag\na\tfitness\n"),
    "four columns": tsv("text\toutcome\ttag\na\tb\tfitness\treviewed\n"),
    "an unfinished row": tsv("text\toutcome\ttag\na\tfitness\treviewed"),
    "no row": tsv("text\toutcome\ttag\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(BAD))
def test_what_is_no_export_changes_nothing(project: Path, tmp_path: Path, name: str) -> None:
    before, path = contents(project), tmp_path / "x.zip"
    path.write_bytes(BAD[name])
    with pytest.raises(BadExportError):
        take([path], project)
    assert contents(project) == before


@SLOW
@given(
    st.one_of(
        st.binary(max_size=200), st.text(max_size=200).map(lambda text: (BLOCK + text).encode("utf-8", "replace"))
    )
)
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    for name in ("x.yml", "x.tsv", "x.zip"):
        (tmp_path / name).write_bytes(content)
        with contextlib.suppress(BadExportError):
            assert read([tmp_path / name])
    (tmp_path / "y.zip").write_bytes(tsv("text\toutcome\ttag\n" + content.decode("utf-8", "replace") + "\n"))
    with contextlib.suppress(BadExportError):
        assert read([tmp_path / "y.zip"])


def test_one_text_that_stands_for_many_is_not_spread_out(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(BAD["one text for many"])
    with pytest.raises(BadExportError, match=r"nlu\.yml holds more than 5000 lines"):
        read([tmp_path / "x.zip"])


def test_files_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, INJURY)
    for paths in (
        [],
        [path, path],
        [tmp_path / "a.yml", tmp_path / "b.yml"],
        [tmp_path / "a.txt"],
        [tmp_path / "none.zip"],
    ):
        with pytest.raises(BadExportError):
            read(paths)


def test_the_reviewed_file_may_hold_more_lines_than_an_export(project: Path, tmp_path: Path) -> None:
    many = [Candidate(f"line {number}", "fitness_protein", None, "training") for number in range(MOST)]
    (project / "data" / "reviewed").mkdir()
    (project / "data" / "reviewed" / "nlu.yml").write_text(files.training([EGGS, *many]), encoding="utf-8")
    assert take([zipped(tmp_path, INJURY)], project) == importing.Taken(1, 0, 0)
    lines = (project / "data/reviewed/nlu.yml").read_text(encoding="utf-8")
    assert lines == files.training([EGGS, *many, INJURY])


def test_a_broken_reviewed_file_is_not_written_over(project: Path, tmp_path: Path) -> None:
    (project / "data" / "reviewed").mkdir()
    (project / "data" / "reviewed" / "nlu.yml").write_text("nlu: [", encoding="utf-8")
    before = contents(project)
    with pytest.raises(BadExportError, match=r"reviewed/nlu\.yml"):
        take([zipped(tmp_path, INJURY, STRETCH)], project)
    assert contents(project) == before


def test_a_reviewed_file_with_more_than_lines_is_not_written_over(project: Path, tmp_path: Path) -> None:
    (project / "data" / "reviewed").mkdir()
    (project / "data" / "reviewed" / "nlu.yml").write_text(small_project.PROTEIN, encoding="utf-8")
    before = contents(project)
    with pytest.raises(BadExportError, match="nothing else"):
        take([zipped(tmp_path, INJURY, STRETCH)], project)
    assert contents(project) == before


def test_a_disk_that_is_full_leaves_nothing_half_done(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, write = contents(project), importing._beside

    def full(path: Path, text: str) -> Path:
        if path.suffix == ".tsv":
            raise OSError(28, "No space left on device")
        return write(path, text)

    monkeypatch.setattr(importing, "_beside", full)
    with pytest.raises(OSError, match="No space"):
        take([zipped(tmp_path, INJURY, STRETCH)], project)
    assert contents(project) == before


def test_the_command_says_what_it_did(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert importing.main([str(zipped(tmp_path, INJURY, STRETCH)), "--project", str(project)]) == 0
    said = capsys.readouterr().out
    assert "data/reviewed/nlu.yml: 1 new. evaluation/reviewed.tsv: 1 new." in said
    assert said.endswith("Nothing has been trained: make train\n")
    bad = zipped(tmp_path, INJURY._replace(intent="fitness_protein"), name="bad.zip")
    assert importing.main([str(bad), "--project", str(project)]) == 1
    assert importing.main([str(tmp_path / "none.zip"), "--project", str(project)]) == 2
    assert capsys.readouterr().err.count("Nothing was written.") == 2
