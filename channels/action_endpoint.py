"""Calling custom actions so that the bridge knows when one failed, and never waits long for it."""

from __future__ import annotations

import asyncio
import os
from contextvars import ContextVar
from typing import Any

import rasa_sdk.executor
from jsonschema import ValidationError
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

#: Seconds an action may take. The emergency text has been uttered before the first action is called.
TIMEOUT_VARIABLE = "HIP_ACTION_TIMEOUT"
DEFAULT_TIMEOUT = 0.5

#: Actions that may call the world outside, and hang.
CALLS_OUT = frozenset({"action_escalate_emergency"})

#: Names of the actions that failed in the turn being answered; the bridge reports them as `degraded`.
failed_actions: ContextVar[list[str] | None] = ContextVar("failed_actions", default=None)


def check_results_fast() -> None:
    """Make Rasa check what an action returns against its schema without checking that schema each time.

    `jsonschema.validate` examines Rasa's own, constant schema at every call, which took three quarters of an emergency turn.
    """
    schema = RemoteAction.action_response_format_spec()
    validator = validator_for(schema)(schema)

    def check(action: RemoteAction, result: dict[str, Any]) -> bool:
        try:
            validator.validate(result)
        except ValidationError as error:
            _note_failure({"json": {"next_action": action.name()}})
            raise RasaException(
                f"The action {action.name()} returned what Rasa cannot read: {error.message}"
            ) from error
        return True

    RemoteAction._validate_action_result = check


class WatchedEndpoint(EndpointConfig):
    """The action server of endpoints.yml, with a time limit and a note of every failure."""

    def __init__(self, endpoint: EndpointConfig) -> None:
        super().__init__(
            url=endpoint.url, headers=endpoint.headers, token=endpoint.token, token_name=endpoint.token_name
        )
        self._timeout = float(os.environ.get(TIMEOUT_VARIABLE, DEFAULT_TIMEOUT))

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        """Call the action server; raises as Rasa's own endpoint does, after noting the failure."""
        try:
            return await asyncio.wait_for(super().request(*args, **kwargs), self._timeout)
        except asyncio.TimeoutError as error:
            _note_failure(kwargs)
            raise RasaException(
                f"The action server at {self.url} did not answer within {self._timeout} s (see {TIMEOUT_VARIABLE})."
            ) from error
        except Exception:
            _note_failure(kwargs)
            raise


class InProcessActions(EndpointConfig):
    """Runs the actions of the package `actions` in this process, through rasa-sdk's own executor."""

    def __init__(self) -> None:
        super().__init__(url="in-process")
        self._executor = rasa_sdk.executor.ActionExecutor()
        self._executor.register_package("actions")

    async def request(self, *args: Any, json: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        """Run the action named in the call body; a failure is noted and raised."""
        try:
            return await self._executor.run(json or {})
        except Exception:
            _note_failure({"json": json})
            raise


class SplitActions(WatchedEndpoint):
    """Actions that only read and compute run in this process; those that may call the world run in the action server.

    So a dialogue costs no second HTTP call, and what hangs or dies in the action server touches no answer.
    """

    def __init__(self, endpoint: EndpointConfig) -> None:
        super().__init__(endpoint)
        self._in_process = InProcessActions()

    async def request(self, *args: Any, json: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        """Run the action named in the call body where it belongs; raises as the two endpoints do."""
        if (json or {}).get("next_action") in CALLS_OUT:
            return await super().request(*args, json=json, **kwargs)
        return await self._in_process.request(*args, json=json, **kwargs)


def _note_failure(call: dict[str, Any]) -> None:
    failures = failed_actions.get()
    if failures is not None:
        failures.append(str((call.get("json") or {}).get("next_action", "unknown")))
