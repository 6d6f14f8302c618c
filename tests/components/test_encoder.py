"""The sentence encoder: unit vectors, the same alone and in a batch, windows over long texts only."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.encoder import (
    BATCH,
    DIMENSIONS,
    LONG_TEXT_WORDS,
    MAX_WINDOWS,
    WINDOW_WORDS,
    Encoder,
    EncoderNotFoundError,
    split_windows,
)  # fmt: skip
from training.lines import read_lines

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "text", ["my hip hurts", "", " ", "\U0001f44d", "x" * 5000, "\u043f\u0440\u0438\u0432\u0435\u0442", "a b " * 2000]
)
def test_every_text_has_a_unit_vector(encoder: Encoder, text: str) -> None:
    vector = encoder.embed(text)
    assert vector.shape == (DIMENSIONS,) and vector.dtype == np.float32
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_the_same_text_has_the_same_vector(encoder: Encoder) -> None:
    assert np.array_equal(encoder.embed("my hip hurts"), encoder.embed("my hip hurts"))
    assert np.array_equal(encoder.embed("my hip hurts"), Encoder(ROOT / "models" / "encoder").embed("my hip hurts"))


def test_like_texts_are_nearer_than_unlike_ones(encoder: Encoder) -> None:
    one, like, unlike = (
        encoder.embed(text) for text in ("my hip popped out", "my hip came out of its socket", "how much protein a day")
    )
    assert one @ like > one @ unlike + 0.1


def test_a_batch_keeps_the_order_and_nearly_the_vectors(encoder: Encoder) -> None:
    texts = [line.text for line in read_lines(ROOT / "data")][::400]
    texts += ["short", "a much longer text about hips and how they move " * 3]
    batch, single = encoder.embed_all(texts), np.stack([encoder.embed(text) for text in texts])
    assert batch.shape == (len(texts), DIMENSIONS) and len(texts) > 2 * BATCH
    assert ((batch @ single.T).argmax(axis=1) == np.arange(len(texts))).all(), "each vector is nearest to its own"
    cosines = (batch * single).sum(axis=1)
    assert cosines.mean() > 0.98 and cosines.min() > 0.95, "int8 activations are scaled per batch"


def test_no_texts_give_no_vectors(encoder: Encoder) -> None:
    assert encoder.embed_all([]).shape == (0, DIMENSIONS)


def test_windows_of_short_and_long_texts(encoder: Encoder) -> None:
    assert encoder.embed_windows("my hip hurts").shape == (0, DIMENSIONS)
    assert encoder.embed_windows("word " * 60).shape == (len(split_windows("word " * 60)), DIMENSIONS)


@settings(max_examples=60)
@given(st.integers(0, 400))
def test_windows_cover_every_word(count: int) -> None:
    words = [f"w{number}" for number in range(count)]
    windows = split_windows(" ".join(words))
    if count <= LONG_TEXT_WORDS:
        assert windows == []
    else:
        assert set(words) == {word for window in windows for word in window.split()}
        assert all(len(window.split()) <= WINDOW_WORDS for window in windows)


def test_windows_are_limited() -> None:
    assert len(split_windows("a " * 100_000)) == MAX_WINDOWS


@pytest.mark.parametrize("present", [(), ("model.onnx",), ("tokenizer.json",)])
def test_a_missing_file_is_named_with_the_command(tmp_path: Path, present: tuple[str, ...]) -> None:
    for name in present:
        (tmp_path / name).write_bytes(b"")
    missing = "tokenizer.json" if present == ("model.onnx",) else "model.onnx"
    with pytest.raises(EncoderNotFoundError, match=rf"{missing} is missing.*make encoder"):
        Encoder(tmp_path)
