"""The arithmetic of the intent classifier: no Rasa import, and no scikit-learn once trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class IntentModel:
    """Weights of the regression and the training lines it stands beside.

    Attributes:
        classes: intent names, sorted.
        weights, bias: of the regression, shapes (classes, dimensions) and (classes,).
        lines: unit vectors of the training lines, shape (lines, dimensions), float32.
        labels: index into `classes` of each line, shape (lines,).
        neighbours: how many nearest lines vote.
        sharpness: how fast a vote fades with the cosine's distance from the nearest line's.
    """

    classes: list[str]
    weights: np.ndarray
    bias: np.ndarray
    lines: np.ndarray
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
        for row, cosines in enumerate(vectors @ self.lines.T):
            nearest = np.argpartition(-cosines, count - 1)[:count]
            weights = np.exp(self.sharpness * (cosines[nearest] - cosines[nearest].max()))
            np.add.at(votes[row], self.labels[nearest], weights / weights.sum())
        return votes

    def arrays(self) -> dict[str, np.ndarray]:
        """Return what must be stored; the lines as half floats, which costs no accuracy and halves the model."""
        return {
            "weights": self.weights,
            "bias": self.bias,
            "lines": self.lines.astype(np.float16),
            "labels": self.labels,
        }

    @classmethod
    def from_arrays(
        cls, classes: list[str], arrays: Mapping[str, np.ndarray], neighbours: int, sharpness: float
    ) -> IntentModel:
        """Return the model that `arrays` was made of."""
        lines = arrays["lines"].astype(np.float32)
        return cls(classes, arrays["weights"], arrays["bias"], lines, arrays["labels"], neighbours, sharpness)


def fit(vectors: np.ndarray, intents: Sequence[str], config: Mapping[str, Any]) -> IntentModel:
    """Fit on unit vectors, shape (n, dimensions), and their intents; `config` holds C, max_iter, neighbours, sharpness."""
    from sklearn.linear_model import LogisticRegression

    regression = LogisticRegression(C=config["C"], max_iter=config["max_iter"], tol=1e-2).fit(vectors, intents)
    classes = [str(name) for name in regression.classes_]
    weights, bias = regression.coef_, regression.intercept_
    if len(classes) == 2:  # scikit-learn then keeps the second class's row only
        weights, bias = np.vstack([np.zeros_like(weights), weights]), np.concatenate([[0.0], bias])
    return IntentModel(
        classes,
        weights.astype(np.float32),
        bias.astype(np.float32),
        np.asarray(vectors, dtype=np.float32),
        np.searchsorted(classes, intents).astype(np.int32),
        config["neighbours"],
        config["sharpness"],
    )
