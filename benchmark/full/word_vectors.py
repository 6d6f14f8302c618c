"""spaCy's averaged word vectors and a logistic regression."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.full import milliseconds, work

PACKAGE = "en_core_web_md"
MISSING = f"spaCy's word vectors ({PACKAGE}) are not on PyPI; they count once the benchmark environment holds them"


def train_and_classify(asked: dict[str, Any], _folder: Path) -> dict[str, Any]:
    """Return intents, ms for each text and training_s, or `missing` when there are no vectors.

    Args:
        asked: `lines` ([[intent, text]]), `texts` and `regression` (settings of scikit-learn's LogisticRegression).
    """
    if importlib.util.find_spec(PACKAGE) is None:
        return {"missing": MISSING}
    import spacy
    from sklearn.linear_model import LogisticRegression

    nlp = spacy.load(PACKAGE, exclude=["tagger", "parser", "ner", "attribute_ruler", "lemmatizer", "tok2vec"])

    def vector(text: str) -> np.ndarray[Any, Any]:
        mean = nlp(text).vector
        unit: np.ndarray[Any, Any] = mean / max(float(np.linalg.norm(mean)), 1e-12)
        return unit

    started = time.perf_counter()
    model = LogisticRegression(**asked["regression"])
    model.fit(np.stack([vector(text) for _, text in asked["lines"]]), [intent for intent, _ in asked["lines"]])
    answer: dict[str, Any] = {"intents": [], "ms": [], "training_s": time.perf_counter() - started}
    for text in asked["texts"]:
        started = time.perf_counter()
        answer["intents"].append(str(model.predict(vector(text)[np.newaxis])[0]))
        answer["ms"].append(milliseconds(started))
    return answer


if __name__ == "__main__":
    work(train_and_classify)
