"""A custom action that fails or hangs is noted, and raises as Rasa expects."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from processes import ActionServer, HangingServer, free_port
from rasa.core.actions.action import RemoteAction
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

from channels.action_endpoint import (
    CALLS_OUT,
    InProcessActions,
    SplitActions,
    WatchedEndpoint,
    check_results_fast,
    failed_actions,
)


def call(action: str) -> dict[str, Any]:
    """Return the body that Rasa posts to an action server."""
    tracker = {
        "sender_id": "s" * 16, "slots": {"exercise": "squat"}, "latest_message": {"intent": {"name": "followup_mistakes"}},
        "events": [], "paused": False, "active_loop": {}, "latest_action_name": "action_listen", "followup_action": None,
    }  # fmt: skip
    return {"next_action": action, "sender_id": "s" * 16, "tracker": tracker, "domain": {}, "version": "3.6.21"}


def watched(port: int) -> WatchedEndpoint:
    return WatchedEndpoint(EndpointConfig(url=f"http://127.0.0.1:{port}/webhook"))


async def test_a_real_action_server_answers(action_server: ActionServer) -> None:
    failed_actions.set(noted := [])
    answer = await watched(action_server.port).request(json=call("action_answer_exercise_detail"), method="post")
    assert [response["response"] for response in answer["responses"]] == ["utter_fitness_squat_mistakes"]
    assert noted == []


async def test_an_unknown_action_is_noted(action_server: ActionServer) -> None:
    failed_actions.set(noted := [])
    with pytest.raises(Exception, match="404"):
        await watched(action_server.port).request(json=call("action_that_is_not_there"), method="post")
    assert noted == ["action_that_is_not_there"]


async def test_a_stopped_server_is_noted() -> None:
    failed_actions.set(noted := [])
    with pytest.raises(OSError):
        await watched(free_port()).request(json=call("action_repeat_answer"), method="post")
    assert noted == ["action_repeat_answer"]


async def test_a_hanging_server_is_left_after_the_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIP_ACTION_TIMEOUT", "0.1")
    failed_actions.set(noted := [])
    with HangingServer(port := free_port()) as server:
        with pytest.raises(RasaException, match=r"did not answer within 0\.1 s.*HIP_ACTION_TIMEOUT"):
            await watched(port).request(json=call("action_escalate_emergency"), method="post")
        assert server.calls == 1
    assert noted == ["action_escalate_emergency"]


async def test_each_turn_has_its_own_list() -> None:
    async def one(action: str) -> list[str]:
        failed_actions.set(noted := [])
        with pytest.raises(OSError):
            await watched(free_port()).request(json=call(action), method="post")
        return noted

    assert await asyncio.gather(one("action_a"), one("action_b")) == [["action_a"], ["action_b"]]


async def test_nothing_is_noted_outside_a_turn() -> None:
    failed_actions.set(None)
    with pytest.raises(OSError):
        await watched(free_port()).request(json=call("action_repeat_answer"), method="post")


async def test_in_process_actions_answer_and_note_failures() -> None:
    failed_actions.set(noted := [])
    actions = InProcessActions()
    answer = await actions.request(json=call("action_answer_exercise_detail"))
    assert [response["response"] for response in answer["responses"]] == ["utter_fitness_squat_mistakes"]
    with pytest.raises(Exception, match="action_that_is_not_there"):
        await actions.request(json=call("action_that_is_not_there"))
    assert noted == ["action_that_is_not_there"]


async def test_only_what_calls_out_goes_to_the_action_server() -> None:
    failed_actions.set(noted := [])
    actions = SplitActions(EndpointConfig(url=f"http://127.0.0.1:{free_port()}/webhook"))
    answer = await actions.request(json=call("action_answer_exercise_detail"), method="post")
    assert [response["response"] for response in answer["responses"]] == ["utter_fitness_squat_mistakes"]
    assert noted == []
    for action in CALLS_OUT:
        with pytest.raises(OSError):
            await actions.request(json=call(action), method="post")
    assert noted == sorted(CALLS_OUT)


def test_the_settings_of_the_endpoint_are_kept() -> None:
    endpoint = WatchedEndpoint(EndpointConfig(url="http://x/webhook", headers={"A": "b"}, token="t", token_name="n"))
    assert (endpoint.url, endpoint.headers, endpoint.token, endpoint.token_name) == (
        "http://x/webhook",
        {"A": "b"},
        "t",
        "n",
    )


def test_results_are_checked_against_rasas_schema() -> None:
    check_results_fast()
    action = RemoteAction("action_repeat_answer", InProcessActions())
    assert action._validate_action_result({"events": [{"event": "slot", "name": "a", "value": 1}], "responses": []})
    failed_actions.set(noted := [])
    with pytest.raises(RasaException, match="action_repeat_answer"):
        action._validate_action_result({"events": "none", "responses": []})
    assert noted == ["action_repeat_answer"]
