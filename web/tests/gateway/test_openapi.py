"""The API fuzzed from its own description: no 5xx, nothing undescribed, every refusal with the emergency line."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.specs.openapi.checks import negative_data_rejection
from servers import KEY, FakeBridge, ThreadedServer, free_port
from visitor import Visitor

from gateway.__main__ import configuration
from gateway.settings import Settings


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    bridge = FakeBridge()
    bridge.start()
    folder = tmp_path_factory.mktemp("fuzz")
    wide = {"limit_begin": "1000000/minute", "limit_conversation": "1000000/minute", "limit_address": "1000000/minute"}
    record = f"sqlite:///{folder}/record.db"
    settings = Settings(gateway_key=KEY, gateway_port=free_port(), bridge_url=bridge.url, record_url=record, **wide)
    server = ThreadedServer(configuration(settings))
    server.start()
    yield server
    server.stop()
    bridge.stop()


def test_no_request_breaks_it(fuzzed: ThreadedServer) -> None:
    schema = schemathesis.openapi.from_url(f"{fuzzed.url}/openapi.json")
    operations = [operation.ok() for operation in schema.get_all_operations()]
    operations = [operation for operation in operations if not operation.path.endswith("/events")]  # it does not end
    assert len(operations) == 8
    for operation in operations:
        fuzz(operation, Visitor(fuzzed.url))


def fuzz(operation: Any, visitor: Visitor) -> None:
    """Send what the description allows and what it does not, each to a conversation that the caller may use."""
    modes = list(schemathesis.GenerationMode)

    @hypothesis_settings(max_examples=40, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(case=st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes)))
    def send(case: Case) -> None:
        visitor.begin()
        if "conversation_id" in case.path_parameters:
            case.path_parameters["conversation_id"] = visitor.id
        response = case.call(headers={"Authorization": f"Bearer {visitor.token}"})
        assert response.status_code < 500, (operation.label, response.text)
        if response.status_code >= 400:
            assert response.json()["emergency"]["tel"], operation.label
        else:
            case.validate_response(
                response, excluded_checks=[negative_data_rejection]
            )  # unknown query fields do no harm

    send()
