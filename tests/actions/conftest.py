"""Running one action as rasa-sdk does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher


@pytest.fixture
def responses_of() -> Callable[..., list[str]]:
    """Return a function that runs an action and returns the names of the responses it uttered; it must return no events."""

    def run(
        action: Action,
        message: dict[str, Any] | None = None,
        slots: dict[str, Any] | None = None,
        events: list[dict[str, Any]] | None = None,
    ) -> list[str]:
        tracker = Tracker("s" * 16, slots or {}, message or {}, events or [], False, None, {}, "action_listen")
        dispatcher = CollectingDispatcher()
        assert action.run(dispatcher, tracker, {}) == []
        assert all(not said["text"] for said in dispatcher.messages), "the domain speaks"
        return [said["response"] for said in dispatcher.messages]

    return run
