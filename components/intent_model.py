"""The arithmetic of the intent classifier: no Rasa import, and no scikit-learn once trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

#: Directions in which the training lines differ most; along these the nearest lines are looked for first.
SKETCH_DIMENSIONS = 96
#: So many lines near in the sketch are compared in full.
CANDIDATES = 400


@dataclass(frozen=True)
class IntentModel:
    """Weights of the regression and the training lines it stands beside.

    Attributes:
        classes: intent names, sorted.
        weights, bias: of the regression, shapes (classes, dimensions) and (classes,).
        lines: unit vectors of the training lines, shape (lines, dimensions), float16.
        axes: the sketch's directions, shape (dimensions, SKETCH_DIMENSIONS or fewer).
        sketch: the lines along these, shape (lines, SKETCH_DIMENSIONS or fewer), float32.
        labels: index into `classes` of each line, shape (lines,).
        neighbours: how many nearest lines vote.
        sharpness: how fast a vote fades with the cosine's distance from the nearest line's.
    """

    classes: list[str]
    weights: np.ndarray
    bias: np.ndarray
    lines: np.ndarray
    axes: np.ndarray
    sketch: np.ndarray
    labels: np.ndarray
    neighbours: int
    sharpness: float

    def predict(self, vectors: np.ndarray) -> np.ndarray:
        """Return probabilities, shape (n, classes), for unit vectors of shape (n, dimensions)."""
        return (self._regression(vectors) + self._votes(vectors)) / 2

    def _regression(self, vectors: np.ndarray) -> np.ndarray:
        logits = vectors @ self.weights.T + self.bias
        exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))

    def _votes(self, vectors: np.ndarray) -> np.ndarray:
        votes = np.zeros((len(vectors), len(self.classes)))
        count = min(self.neighbours, len(self.lines))
        for row, near in enumerate((vectors @ self.axes) @ self.sketch.T):
            candidates = _largest(near, max(count, CANDIDATES))
            cosines = self.lines[candidates].astype(np.float32) @ vectors[row]
            chosen = _largest(cosines, count)
            weights = np.exp(self.sharpness * (cosines[chosen] - cosines.max()))
            np.add.at(votes[row], self.labels[candidates[chosen]], weights / weights.sum())
        return votes

    def arrays(self) -> dict[str, np.ndarray]:
        """Return what must be stored; the lines as half floats, which costs no accuracy and halves the model."""
        return {
            "weights": self.weights,
            "bias": self.bias,
            "lines": self.lines,
            "axes": self.axes,
            "labels": self.labels,
        }

    @classmethod
    def from_arrays(
        cls, classes: list[str], arrays: Mapping[str, np.ndarray], neighbours: int, sharpness: float
    ) -> IntentModel:
        """Return the model that `arrays` was made of."""
        sketch = arrays["lines"].astype(np.float32) @ arrays["axes"]
        return cls(
            classes,
            arrays["weights"],
            arrays["bias"],
            arrays["lines"],
            arrays["axes"],
            sketch,
            arrays["labels"],
            neighbours,
            sharpness,
        )


def fit(vectors: np.ndarray, intents: Sequence[str], config: Mapping[str, Any]) -> IntentModel:
    """Fit on unit vectors, shape (n, dimensions), and their intents; `config` holds C, max_iter, neighbours, sharpness."""
    from sklearn.linear_model import LogisticRegression

    regression = LogisticRegression(C=config["C"], max_iter=config["max_iter"], tol=1e-2).fit(vectors, intents)
    classes = [str(name) for name in regression.classes_]
    weights, bias = regression.coef_, regression.intercept_
    if len(classes) == 2:  # scikit-learn then keeps the second class's row only
        weights, bias = np.vstack([np.zeros_like(weights), weights]), np.concatenate([[0.0], bias])
    axes = sketch_axes(vectors)
    return IntentModel(
        classes,
        weights.astype(np.float32),
        bias.astype(np.float32),
        np.asarray(vectors, dtype=np.float16),
        axes,
        (vectors @ axes).astype(np.float32),
        np.searchsorted(classes, intents).astype(np.int32),
        config["neighbours"],
        config["sharpness"],
    )


def sketch_axes(vectors: np.ndarray) -> np.ndarray:
    """Return the directions of largest scatter of unit vectors, shape (dimensions, at most SKETCH_DIMENSIONS).

    They are the first eigenvectors of the second moments, not of the covariance: so a product of two sketches is an
    approximate cosine.
    """
    _, directions = np.linalg.eigh(vectors.T @ vectors)
    return np.ascontiguousarray(directions[:, ::-1][:, :SKETCH_DIMENSIONS], dtype=np.float32)


def _largest(values: np.ndarray, count: int) -> np.ndarray:
    """Return the indices of the `count` largest values, in no order; of all when there are no more."""
    if count >= len(values):
        return np.arange(len(values))
    return np.argpartition(-values, count - 1)[:count]
