"""What makes Rasa train a component anew although lines and settings are the same: its key looks at one class's source only.

Without it a new encoder leaves the old classifier in Rasa's cache, and the two do not fit together.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

COMPONENTS = Path(__file__).resolve().parent
ENCODER = COMPONENTS.parent / "models" / "encoder"
#: What vectors and weights depend on.
SOURCES = (
    ENCODER / "model.onnx",
    ENCODER / "tokenizer.json",
    *(
        COMPONENTS / name
        for name in ("encoder.py", "intent_model.py", "safety_net.py", "sentence_featurizer.py", "text.py")
    ),
)


def of_understanding() -> str:
    """Return the hash of everything that the vectors and the weights of a trained model depend on besides its lines."""
    digest = hashlib.sha256()
    for path in SOURCES:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
