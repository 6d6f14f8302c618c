"""Inert stand-ins for the TensorFlow family, so that Rasa imports without it.

Rasa 3.6.21 imports TensorFlow at module level in classifiers and policies that this assistant does not use (DIET, TED,
the response selector). Leaving TensorFlow out makes the environment a third of the size and the start a quarter as long;
docs/decisions/0001-rasa-without-tensorflow.md has the figures. Nothing here computes: whoever really trains a TensorFlow
model with it gets an error that names the missing package.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Sequence
from typing import Any

#: Top-level packages that get a stand-in when they are not installed.
REPLACED_PACKAGES = ("tensorflow", "tensorflow_text", "tensorflow_hub", "tensorflow_addons", "keras", "quickumls")


class InertType(type):
    """Metaclass of everything a stand-in module hands out: usable as base class, annotation or decorator."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return inert(f"{cls.__name__}.{name}")

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls.__module__ != __name__:  # a class of Rasa's that inherits from a stand-in
            raise ModuleNotFoundError(
                f"{cls.__module__}.{cls.__name__} needs TensorFlow, which this environment leaves out on purpose. "
                "Take it out of config.yml, or use the benchmark environment (make benchmark-env)."
            )
        if len(args) == 1 and callable(args[0]) and not kwargs:  # @tf.function
            return args[0]
        return cls  # @tf.function(...), tf.TensorSpec(...)


def inert(name: str) -> InertType:
    """Return a class called `name` that can be subclassed, subscripted in annotations and called as a decorator."""
    return InertType(name, (), {"__module__": __name__, "__class_getitem__": classmethod(lambda cls, _item: cls)})


class StandInModule(types.ModuleType):
    """A module in which every public name exists and does nothing."""

    __path__: list[str] = []
    __version__ = "0.0.0"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = inert(f"{self.__name__}.{name}")
        setattr(self, name, value)
        return value


class StandInFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds `tensorflow` and its relatives, submodules included, when the real ones are absent."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.split(".", 1)[0] not in REPLACED_PACKAGES:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return StandInModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to execute."""


def install() -> None:
    """Put the finder last on `sys.meta_path`: an installed TensorFlow always wins. Idempotent."""
    if not any(isinstance(finder, StandInFinder) for finder in sys.meta_path):
        sys.meta_path.append(StandInFinder())
