"""What graph components are made with."""

from __future__ import annotations

from pathlib import Path

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource

from components.encoder import Encoder
from components.sentence_featurizer import SentenceFeaturizer

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return Encoder(ROOT / "models" / "encoder")


@pytest.fixture
def storage(tmp_path: Path) -> LocalModelStorage:
    return LocalModelStorage.create(tmp_path)


@pytest.fixture
def resource() -> Resource:
    return Resource("component")


@pytest.fixture(scope="session")
def context() -> ExecutionContext:
    return ExecutionContext(GraphSchema({}), node_name="run_component")


@pytest.fixture(scope="session")
def featurizer(context: ExecutionContext) -> SentenceFeaturizer:
    return SentenceFeaturizer(SentenceFeaturizer.get_default_config(), context.node_name)
