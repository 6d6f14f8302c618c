"""The stand-in that the other tests use answers and refuses as the real bridge does."""

from __future__ import annotations

import secrets
from typing import Any

import httpx
import pytest
from servers import FakeBridge, answer


@pytest.fixture
def fake_client() -> Any:
    fake = FakeBridge()
    fake.start()
    with httpx.Client(base_url=f"{fake.url}/webhooks/bridge", trust_env=False) as client:
        yield client
    fake.stop()


def ids() -> dict[str, str]:
    return {"conversation_id": secrets.token_hex(16), "message_id": secrets.token_hex(16)}


def assert_same_form(real: Any, fake: Any, where: str = "body") -> None:
    """Dicts have the same keys; lists hold the same form; other values have the same type, or are null in one."""
    if isinstance(real, dict) and isinstance(fake, dict):
        assert set(fake) == set(real), where
        for name in real:
            assert_same_form(real[name], fake[name], f"{where}.{name}")
    elif isinstance(real, list) and isinstance(fake, list):
        for entry in fake[:1]:
            for other in real[:1]:
                assert_same_form(other, entry, f"{where}[]")
    elif real is not None and fake is not None:
        assert isinstance(fake, (int, float) if isinstance(real, float) else type(real)), where


@pytest.mark.parametrize(
    ("text", "fake_text"),
    [
        ("who puts a dislocated hip back in?", "hello"),
        ("my hip popped out and i can't move my leg", "hip is out"),
    ],
)
def test_answers_have_the_same_form(bridge_client: httpx.Client, text: str, fake_text: str) -> None:
    response = bridge_client.post("/turn", json={**ids(), "text": text, "region": "GB"})
    assert response.status_code == 200
    assert_same_form(response.json(), answer(fake_text))


def test_a_plan_has_the_same_form(bridge_client: httpx.Client) -> None:
    conversation = secrets.token_hex(16)
    said = [
        "make me a training plan",
        "34",
        "no",
        "no",
        "none",
        "none",
        "beginner",
        "dumbbells",
        "2",
        "no",
        "skip",
        "skip",
    ]
    for text in said:
        body = {"conversation_id": conversation, "message_id": secrets.token_hex(16), "text": text}
        replies = bridge_client.post("/turn", json=body).json()["replies"]
        cards = [reply["card"] for reply in replies if reply["card"]]
        if cards:
            assert_same_form(cards[0], answer("plan")["replies"][0]["card"])
            return
    pytest.fail(f"No plan came; last: {replies}")


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"text": "no ids"},
        {**ids(), "text": "x", "choice": "/y"},
        ids(),
        {**ids(), "text": "   "},
        {**ids(), "text": "x" * 4001},
        {**ids(), "conversation_id": "short", "text": "x"},
        {**ids(), "message_id": "x" * 65, "text": "x"},
        {**ids(), "text": "x", "more": 1},
    ],
)
def test_both_refuse_the_same(bridge_client: httpx.Client, fake_client: httpx.Client, body: Any) -> None:
    real, fake = bridge_client.post("/turn", json=body), fake_client.post("/turn", json=body)
    assert real.status_code == fake.status_code == 400
    assert set(real.json()) == set(fake.json()) == {"error"}


def test_both_erase(bridge_client: httpx.Client, fake_client: httpx.Client) -> None:
    path = f"/conversations/{secrets.token_hex(16)}"
    assert bridge_client.delete(path).status_code == fake_client.delete(path).status_code == 200
