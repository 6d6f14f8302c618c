"""From the fine-tuned model to the int8 ONNX file that the assistant runs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from torch import nn


class _States(nn.Module):
    """Token states of the encoder under the three usual BERT inputs (pooling is done by components/encoder.py)."""

    def __init__(self, bert: nn.Module) -> None:
        super().__init__()
        self.bert = bert

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        return self.bert(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state


def export_int8(model: nn.Module, tokenizer: object, scratch: Path, out: Path, texts: list[str]) -> float:
    """Write model.onnx and tokenizer.json to `out`; return the mean cosine of int8 to float vectors over `texts`."""
    example = torch.ones((2, 12), dtype=torch.long)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    torch.onnx.export(
        _States(model.bert),
        (example, example, torch.zeros_like(example)),
        str(scratch / "float.onnx"),
        input_names=names,
        output_names=["last_hidden_state"],
        opset_version=17,
        dynamo=False,
        dynamic_axes={name: {0: "batch", 1: "sequence"} for name in [*names, "last_hidden_state"]},
    )
    out.mkdir(parents=True, exist_ok=True)
    quantize_dynamic(scratch / "float.onnx", out / "model.onnx", weight_type=QuantType.QInt8, per_channel=True)
    plain = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    plain.no_padding()
    plain.no_truncation()
    (out / "tokenizer.json").write_text(json.dumps(json.loads(plain.to_str()), ensure_ascii=False), encoding="utf-8")
    return float(np.mean([_cosine(scratch / "float.onnx", out / "model.onnx", plain, texts)]))


def _cosine(float_file: Path, int8_file: Path, tokenizer: Tokenizer, texts: list[str]) -> float:
    sessions = [
        onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"]) for file in (float_file, int8_file)
    ]
    cosines = []
    for text in texts:
        ids = np.array([tokenizer.encode(text).ids[:256]], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        first, second = (session.run(None, inputs)[0][0].mean(axis=0) for session in sessions)
        cosines.append(float(first @ second / np.linalg.norm(first) / np.linalg.norm(second)))
    return float(np.mean(cosines))
