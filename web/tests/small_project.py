"""A few training lines and labelled sets, in the form of data/ and evaluation/."""

from __future__ import annotations

from pathlib import Path

PROTEIN = """version: "3.1"
nlu:
  - intent: fitness_protein
    examples: |
      - how much protein do I need a day
      - protein?
rules:
  - rule: protein
    steps:
      - intent: fitness_protein
      - action: utter_fitness_protein
"""
EMERGENCY = """version: "3.1"
nlu:
  - intent: emergency_injury
    examples: |
      - my [hip](part) popped out of its socket
      - both
  - intent: emergency_release
    examples: |
      - nobody is hurt
"""
SAFETY = (
    "text\toutcome\ttag\n"
    "I landed on my side and cannot lift the leg any more\temergency\tE1\n"
    "hip reduction\tclarify|fitness\n"
    "protein?\tfitness\n"
)
DIALOGUES = """- id: first
  why: a test
  turns:
    - user: which stretch is best after a long run
      outcome: fitness
    - choice: "Yes"
      outcome: fitness
"""


def make(folder: Path) -> Path:
    """Write it into `folder`, which is made, and return that."""
    for name, text in {
        "data/fitness/protein.yml": PROTEIN,
        "data/emergency/injury.yml": EMERGENCY,
        "evaluation/safety.tsv": SAFETY,
        "evaluation/dialogues.yml": DIALOGUES,
        "evaluation/floors.yml": "accuracy: 0.9\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder
