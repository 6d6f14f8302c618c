"""Headers, origins, and where the gateway's files may be loaded."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from servers import ThreadedServer
from test_api import assert_refused


@pytest.mark.parametrize("path", ["/", "/widget/hip-chat.js", "/health", "/nothing", "/pages/demo.css"])
def test_every_response_has_the_security_headers(gateway: ThreadedServer, path: str) -> None:
    headers = httpx.get(f"{gateway.url}{path}").headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "*" not in policy
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers and "set-cookie" not in headers


def test_nothing_of_the_pages_comes_from_elsewhere(gateway: ThreadedServer) -> None:
    page = httpx.get(f"{gateway.url}/").text
    assert (
        "http://" not in page and "https://" not in page and '<script type="module" src="/widget/hip-chat.js">' in page
    )
    assert "tel:112" in page  # before any script, and without


def test_the_widget_may_be_loaded_by_any_page(gateway: ThreadedServer) -> None:
    response = httpx.get(f"{gateway.url}/widget/hip-chat.js", headers={"Origin": "https://anywhere.example"})
    assert response.status_code == 200 and response.headers["access-control-allow-origin"] == "*"
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["cache-control"] == "no-cache" and response.headers["content-encoding"] == "gzip"


def test_the_demonstration_page_has_the_installation_s_region(make_gateway: Any) -> None:
    assert '<hip-chat region="IE">' in httpx.get(f"{make_gateway(gateway_region='IE').url}/").text
    assert '<hip-chat region="">' in httpx.get(f"{make_gateway().url}/").text


def test_the_api_answers_its_own_origin_and_the_allowed_ones(make_gateway: Any) -> None:
    server = make_gateway(gateway_origins="https://clinic.example, https://shop.example:8443")
    begin = f"{server.url}/api/conversations"
    for origin in ("https://clinic.example", "https://shop.example:8443"):
        response = httpx.post(begin, json={}, headers={"Origin": origin})
        assert response.status_code == 201 and response.headers["access-control-allow-origin"] == origin
    assert httpx.post(begin, json={}, headers={"Origin": server.url}).status_code == 201
    for origin in (
        "https://evil.example",
        "https://clinic.example.evil.example",
        "http://clinic.example",
        "null",
        "http://[",
        "clinic.example",
    ):
        response = httpx.post(begin, json={}, headers={"Origin": origin})
        assert_refused(response, 403, "forbidden_origin")
        assert "access-control-allow-origin" not in response.headers


def test_an_allowed_page_learns_that_its_message_is_too_long(make_gateway: Any) -> None:
    server = make_gateway(gateway_origins="https://clinic.example")
    response = httpx.post(
        f"{server.url}/api/conversations", content=b"x" * 70_000, headers={"Origin": "https://clinic.example"}
    )
    assert "at most 4000 characters" in assert_refused(response, 413, "too_long")["error"]["message"]
    assert response.headers["access-control-allow-origin"] == "https://clinic.example"


def test_a_preflight_names_what_the_widget_sends(make_gateway: Any) -> None:
    server = make_gateway(gateway_origins="https://clinic.example")
    response = httpx.options(
        f"{server.url}/api/conversations",
        headers={
            "Origin": "https://clinic.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type,last-event-id",
        },
    )
    assert response.status_code == 200 and response.headers["access-control-allow-origin"] == "https://clinic.example"
    assert "access-control-allow-credentials" not in response.headers
