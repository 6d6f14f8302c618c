"""The chat on somebody else's site, and where its script does not run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import uvicorn
from playwright.sync_api import expect
from servers import ThreadedServer, free_port
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from browser.chat_page import ChatPage
from browser.conftest import NewContext, Visit
from browser.pages import html
from browser.watching import Watch

Gateway = Callable[..., ThreadedServer]
#: What docs/website.md asks of an embedding page, and nothing more.
POLICY = "default-src 'none'; script-src {server}; connect-src {server}; img-src {server}"


@pytest.fixture
def site() -> Iterator[ThreadedServer]:
    """A site of its own origin; `?server=` says where its chat comes from."""

    async def page(request: Request) -> HTMLResponse:
        server = request.query_params["server"]
        return HTMLResponse(html(server), headers={"Content-Security-Policy": POLICY.format(server=server)})

    config = uvicorn.Config(Starlette(routes=[Route("/", page)]), port=free_port(), log_level="warning")
    running = ThreadedServer(config)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def embedded(site: ThreadedServer, new_context: NewContext, watch: Watch) -> Callable[[ThreadedServer], ChatPage]:
    def go(gateway: ThreadedServer) -> ChatPage:
        watch.origins |= {site.url, gateway.url}
        return ChatPage(new_context().new_page(), f"{site.url}/?server={gateway.url}").go()

    return go


def test_on_a_site_that_is_allowed_it_chats(
    embedded: Callable[[ThreadedServer], ChatPage], make_gateway: Gateway, site: ThreadedServer, watch: Watch
) -> None:
    watch.allow("status of 410")  # what it still asked for when the chat was deleted
    chat = embedded(make_gateway(gateway_origins=site.url)).open()
    chat.say("from another site")
    chat.button("This helped").click()
    expect(chat.button("This helped")).to_have_attribute("aria-pressed", "true")
    chat.page.reload()
    expect(chat.echo("from another site")).to_have_count(1)
    expect(chat.button("This helped")).to_have_attribute("aria-pressed", "true")
    chat.menu("Delete my chat", "Delete it")
    expect(chat.status).to_contain_text("This chat was deleted")


def test_a_text_far_too_long_holds_up_nothing(
    embedded: Callable[[ThreadedServer], ChatPage], make_gateway: Gateway, site: ThreadedServer, watch: Watch
) -> None:
    watch.allow("status of 413")
    chat = embedded(make_gateway(gateway_origins=site.url)).open()
    chat.send("pasted " * 10_000)
    expect(chat.log).to_contain_text("at most 4000 characters")
    chat.send("my hip is out")
    expect(chat.window.get_by_role("heading", name="Get emergency help now").first).to_be_visible()


def test_on_another_site_it_says_that_it_does_not_and_shows_the_number(
    embedded: Callable[[ThreadedServer], ChatPage], make_gateway: Gateway, watch: Watch
) -> None:
    watch.allow("blocked by CORS policy|ERR_FAILED|status of 403")
    chat = embedded(make_gateway(gateway_origins="https://www.example.org"))
    expect(chat.number("999")).to_be_visible()
    chat.open()
    chat.send("is anybody there")
    expect(chat.row("is anybody there")).to_contain_text("Not sent yet")
    expect(chat.status).to_contain_text("The chat takes no messages right now.")
    expect(chat.status).to_contain_text("call 999 or 112")
    expect(chat.number("999")).to_be_in_viewport()


def test_without_scripts_what_stands_inside_is_shown(visit: Visit, gateway: ThreadedServer) -> None:
    for path in ("/", ""):
        chat = visit(gateway.url, path=path, java_script_enabled=False)
        expect(chat.fallback).to_be_visible()
        expect(chat.number("999" if not path else "112")).to_be_visible()


def test_with_a_blocked_script_too(visit: Visit, gateway: ThreadedServer, watch: Watch) -> None:
    watch.allow("ERR_FAILED")
    chat = visit(gateway.url, before=lambda context: context.route("**/hip-chat.js", lambda route: route.abort()))
    expect(chat.fallback).to_be_visible()
    expect(chat.number("999")).to_be_visible()


def test_an_element_that_is_moved_and_removed(visit: Visit, gateway: ThreadedServer) -> None:
    chat = visit(gateway.url).open()
    chat.say("before it is moved")
    chat.page.evaluate("document.querySelector('main').append(document.querySelector('hip-chat'))")
    expect(chat.echo("before it is moved")).to_have_count(1)
    chat.say("after it was moved")
    expect(chat.echo("after it was moved")).to_have_count(1)
    chat.page.evaluate("document.querySelector('hip-chat').remove()")
    chat.page.wait_for_timeout(300)
    assert chat.page.locator("hip-chat").count() == 0


def test_the_pages_own_styles_do_not_reach_into_it(visit: Visit, gateway: ThreadedServer) -> None:
    chat = visit(gateway.url, policy=None).open()
    chat.say("hello")
    before = chat.window.bounding_box()
    chat.page.add_style_tag(
        content="* { font-size: 3px !important; color: red !important; } p, button { display: none; }"
    )
    expect(chat.echo("hello")).to_be_visible()
    assert chat.window.bounding_box() == before
    assert chat.echo("hello").evaluate("node => parseFloat(getComputedStyle(node).fontSize)") >= 16
