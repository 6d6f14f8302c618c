"""The sentence encoder: text in, one vector out. No Rasa import; the featurizer beside it is the Rasa side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

DIMENSIONS = 384
#: Texts that go through the network together in training.
BATCH = 32
#: Word pieces read of one text; what lies beyond is left to the windows.
MAX_TOKENS = 256
#: Texts with more words than this are also read window by window (a sign may stand in the middle of a long story).
LONG_TEXT_WORDS = 30
WINDOW_WORDS = 18
WINDOW_STRIDE = 9
#: A 4,000-character message has some 75 windows; more would only cost time.
MAX_WINDOWS = 80
_WHITESPACE = re.compile(r"\s+")


class EncoderNotFoundError(FileNotFoundError):
    """The encoder folder lacks its model or its tokenizer."""


class Encoder:
    """all-MiniLM-L6-v2 (fine-tuned, int8 ONNX), mean pooling, unit length.

    Args:
        folder: holds `model.onnx` and `tokenizer.json`.
        threads: of one inference; 1 while answering (one message at a time: more would only add hand-over time).

    Raises:
        EncoderNotFoundError: names the missing file and the command that brings it back.
    """

    def __init__(self, folder: Path, threads: int = 1) -> None:
        for name in ("model.onnx", "tokenizer.json"):
            if not (folder / name).is_file():
                raise EncoderNotFoundError(
                    f"{folder / name} is missing. It is tracked in git: `git checkout {folder}` restores it, "
                    "`make encoder` trains it anew."
                )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length=MAX_TOKENS)

    def embed(self, text: str) -> np.ndarray:
        """Return the sentence vector of `text`, shape (384,), float32, length 1. An empty text has a vector too."""
        return self._run([self._tokenizer.encode(text).ids])[0]

    def embed_all(self, texts: Sequence[str]) -> np.ndarray:
        """Return the vectors of many texts, shape (n, 384): texts of like length go through together, for training."""
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        vectors = np.zeros((len(ids), DIMENSIONS), dtype=np.float32)
        order = sorted(range(len(ids)), key=lambda index: len(ids[index]))
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            vectors[chosen] = self._run([ids[index] for index in chosen])
        return vectors

    def _run(self, batch: Sequence[Sequence[int]]) -> np.ndarray:
        """Return unit vectors, shape (len(batch), 384), of token id sequences padded to the longest."""
        width = max(len(ids) for ids in batch)
        ids = np.zeros((len(batch), width), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states = self._session.run(None, inputs)[0]
        weights = mask[:, :, np.newaxis].astype(np.float32)
        vectors = (states * weights).sum(axis=1) / weights.sum(axis=1)
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12), dtype=np.float32)

    def embed_windows(self, text: str) -> np.ndarray:
        """Return the vectors of the overlapping windows of a long text, shape (windows, 384); (0, 384) for a short one."""
        windows = split_windows(text)
        if not windows:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        return np.stack([self.embed(window) for window in windows])


def split_windows(text: str) -> list[str]:
    """Split a text of more than LONG_TEXT_WORDS words into windows of WINDOW_WORDS words, half overlapping."""
    words = _WHITESPACE.split(text.strip())
    if len(words) <= LONG_TEXT_WORDS:
        return []
    starts = range(0, max(1, len(words) - WINDOW_STRIDE), WINDOW_STRIDE)
    return [" ".join(words[start : start + WINDOW_WORDS]) for start in starts][:MAX_WINDOWS]
