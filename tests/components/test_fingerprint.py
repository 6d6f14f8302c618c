"""A new encoder makes everything that was trained on its vectors train anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from rasa.engine.graph import GraphComponent

from components import fingerprint
from components.intent_classifier import IntentClassifier
from components.out_of_scope_gate import OutOfScopeGate
from components.sentence_featurizer import SentenceFeaturizer


@pytest.mark.parametrize("component", [SentenceFeaturizer, IntentClassifier, OutOfScopeGate])
def test_a_changed_source_changes_the_key(
    component: type[GraphComponent], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = component.get_default_config()
    before = component.fingerprint_addon(config)
    assert before == component.fingerprint_addon(config)
    for place, path in enumerate(fingerprint.SOURCES):
        changed = tmp_path / str(place)
        changed.write_bytes(path.read_bytes() + b"\n")
        sources = (*fingerprint.SOURCES[:place], changed, *fingerprint.SOURCES[place + 1 :])
        with monkeypatch.context() as patched:
            patched.setattr(fingerprint, "SOURCES", sources)
            assert component.fingerprint_addon(config) != before
