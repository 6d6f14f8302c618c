"""Too much is refused with a time to wait and the emergency line, and nobody else is held up by it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from test_api import assert_refused
from visitor import Visitor


def test_a_conversation_that_is_too_fast(make_gateway: Any) -> None:
    server = make_gateway(limit_conversation="3/minute")
    visitor, other = Visitor(server.url).begin(region="IE"), Visitor(server.url).begin()
    for number in range(3):
        visitor.say(f"m{number}")
    response = visitor.post({"id": "a" * 16, "text": "my hip is out"})
    body = assert_refused(response, 429, "rate_limited")
    assert 1 <= int(response.headers["retry-after"]) <= 60
    assert response.headers["retry-after"] in body["error"]["message"] and "112 or 999" in body["emergency"]["number"]
    other.say("hello")


def test_an_address_that_is_too_fast(make_gateway: Any) -> None:
    server = make_gateway(limit_address="3/minute")
    visitors = [Visitor(server.url).begin() for _ in range(4)]
    for visitor in visitors[:3]:
        visitor.say("hello")
    assert_refused(visitors[3].post({"id": "a" * 16, "text": "x"}), 429, "rate_limited")


def test_too_many_new_conversations(make_gateway: Any) -> None:
    server = make_gateway(limit_begin="2/minute")
    for _ in range(2):
        Visitor(server.url).begin()
    assert_refused(httpx.post(f"{server.url}/api/conversations", json={}), 429, "rate_limited")


@pytest.mark.parametrize(
    ("second", "status"), [("2001:db8:1:2::9", 429), ("2001:db8:1:3::9", 201), ("::ffff:198.51.100.1", 201)]
)
def test_a_household_has_one_limit_whatever_its_devices_are_called(make_gateway: Any, second: str, status: int) -> None:
    server = make_gateway(limit_begin="1/minute")
    for address, wanted in (("2001:db8:1:2::7", 201), (second, status)):
        response = httpx.post(f"{server.url}/api/conversations", json={}, headers={"X-Forwarded-For": address})
        assert response.status_code == wanted


@pytest.mark.parametrize(("proxies", "second"), [("127.0.0.1", 201), ("192.0.2.7", 429)])
def test_the_address_is_the_one_that_a_trusted_proxy_tells(make_gateway: Any, proxies: str, second: int) -> None:
    server = make_gateway(limit_begin="1/minute", gateway_proxies=proxies)
    for address, status in (("198.51.100.1", 201), ("198.51.100.2", second)):
        response = httpx.post(f"{server.url}/api/conversations", json={}, headers={"X-Forwarded-For": address})
        assert response.status_code == status
