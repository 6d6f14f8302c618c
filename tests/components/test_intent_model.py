import numpy as np
import pytest

from components.intent_model import IntentModel, fit

CONFIG = {"C": 10.0, "max_iter": 80, "neighbours": 3, "sharpness": 20.0}


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(params=[2, 3], ids=["two intents", "three intents"])
def points(request: pytest.FixtureRequest) -> tuple[np.ndarray, list[str]]:
    rng = np.random.default_rng(7)
    centres = np.eye(8)[: request.param]
    intents = [f"intent_{i}" for i in range(request.param) for _ in range(12)]
    vectors = np.concatenate([centre + rng.normal(0, 0.1, (12, 8)) for centre in centres])
    return unit(vectors), intents


def test_every_line_gets_its_own_intent(points: tuple[np.ndarray, list[str]]) -> None:
    vectors, intents = points
    model = fit(vectors, intents, CONFIG)
    assert [model.classes[i] for i in model.predict(vectors).argmax(axis=1)] == intents


def test_probabilities_sum_to_one_far_from_everything_too(points: tuple[np.ndarray, list[str]]) -> None:
    vectors, intents = points
    model = fit(vectors, intents, CONFIG)
    assert model.predict(unit(-vectors)).sum(axis=1) == pytest.approx(1.0)


def test_reload_answers_the_same(points: tuple[np.ndarray, list[str]]) -> None:
    vectors, intents = points
    model = fit(vectors, intents, CONFIG)
    again = IntentModel.from_arrays(model.classes, model.arrays(), model.neighbours, model.sharpness)
    assert again.predict(vectors) == pytest.approx(model.predict(vectors), abs=1e-2)


def test_fewer_lines_than_neighbours() -> None:
    vectors = unit(np.eye(4)[:2])
    model = fit(vectors, ["a", "b"], {**CONFIG, "neighbours": 25})
    assert model.predict(vectors).argmax(axis=1).tolist() == [0, 1]
