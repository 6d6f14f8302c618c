"""Rasa without TensorFlow: it imports, what we use is real, and what needs TensorFlow says what to do."""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from launcher import stand_ins
from launcher.stand_ins import REPLACED_PACKAGES, StandInFinder, StandInModule

ROOT = Path(__file__).resolve().parents[2]


def test_tensorflow_is_absent() -> None:
    """Asked without our finder."""
    real = [finder for finder in sys.meta_path if not isinstance(finder, StandInFinder)]
    for package in ("tensorflow", "keras"):
        assert all(getattr(finder, "find_spec", lambda *_: None)(package, None) is None for finder in real)


def test_rasas_tensorflow_modules_import() -> None:
    from rasa.core.policies.ted_policy import TEDPolicy
    from rasa.nlu.classifiers.diet_classifier import DIETClassifier

    assert isinstance(sys.modules["tensorflow"], StandInModule)
    assert DIETClassifier.get_default_config() and TEDPolicy.get_default_config()


def test_a_tensorflow_class_says_what_to_do() -> None:
    from rasa.utils.tensorflow.models import RasaModel

    with pytest.raises(ModuleNotFoundError, match=r"RasaModel needs TensorFlow.*config\.yml.*benchmark-env"):
        RasaModel(name="x")


@pytest.mark.parametrize(
    "name", ["tensorflow.keras.layers", "tensorflow_text", "keras.utils", "tensorflow.some.new.module"]
)
def test_submodules_of_the_family_import(name: str) -> None:
    module = importlib.import_module(name)
    assert isinstance(module, StandInModule)
    assert module.AnyClass is module.AnyClass
    assert issubclass(type("Child", (module.AnyClass,), {}), module.AnyClass)


def test_stand_ins_serve_as_annotation_and_decorator() -> None:
    tensorflow = importlib.import_module("tensorflow")

    def function() -> int:
        return 3

    assert tensorflow.function(function) is function
    assert tensorflow.Tensor[int] is tensorflow.Tensor
    assert tensorflow.TensorSpec([None], tensorflow.float32)
    with pytest.raises(AttributeError):
        tensorflow.__not_there__  # noqa: B018


@pytest.mark.parametrize("name", ["tensorflow_is_not_a_package_of_ours", "keras_tuner", "torch_not_there"])
def test_other_missing_packages_stay_missing(name: str) -> None:
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(name)


def test_installing_twice_changes_nothing_and_the_finder_is_last() -> None:
    stand_ins.install()
    assert sum(isinstance(finder, StandInFinder) for finder in sys.meta_path) == 1
    finder = StandInFinder()
    assert finder.find_spec("numpy") is None
    assert all(finder.find_spec(package) for package in REPLACED_PACKAGES)


def test_an_installed_package_wins(tmp_path: Path) -> None:
    (tmp_path / "keras.py").write_text("REAL = True\n")
    code = "from launcher import stand_ins; stand_ins.install(); import keras; assert keras.REAL"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_launcher_is_rasas_command_line_with_telemetry_off() -> None:
    code = "import os, sys; sys.argv = ['rasa', '--version']; from launcher.__main__ import main\ntry: main()\nfinally: assert os.environ['RASA_TELEMETRY_ENABLED'] == 'false'"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "3.6.21" in done.stdout
    assert "Warning" not in done.stderr, "deprecations of the frozen libraries are nothing to read at each start"
