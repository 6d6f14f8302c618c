"""Server, bot or network fail: it is said in words, with the number; nothing is lost, and nothing comes twice."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Route, expect
from servers import FakeBridge, ThreadedServer, free_port

from browser.chat_page import ChatPage
from browser.conftest import Visit
from browser.watching import Watch

LOST = r"ERR_(CONNECTION|INCOMPLETE|NETWORK|FAILED|INTERNET|EMPTY)"
NUMBER = "call 999 or 112 or your local number now."
Gateway = Callable[..., ThreadedServer]


def texts_at_the_bot(bridge: FakeBridge) -> list[str]:
    return [call["text"] for call in bridge.calls]


def test_a_server_that_is_killed_and_comes_back(
    visit: Visit, make_gateway: Gateway, bridge: FakeBridge, watch: Watch
) -> None:
    watch.allow(LOST)
    port = free_port()
    first = make_gateway(gateway_port=port)
    chat = visit(first.url).open()
    chat.say("before")
    chat.send("slow 2")
    expect(chat.row("slow 2")).not_to_contain_text("Sending")
    first.stop()
    expect(chat.status).to_contain_text("The connection was lost. Trying again.")
    expect(chat.status).to_contain_text(NUMBER)
    chat.send("meanwhile")
    expect(chat.row("meanwhile")).to_contain_text("Not sent yet")
    expect(chat.status).to_contain_text("The chat takes no messages right now. What you write is kept and sent later.")
    expect(chat.status).to_contain_text(NUMBER)
    expect(chat.number("999")).to_be_in_viewport()
    chat.field.fill("half a sent")
    make_gateway(gateway_port=port)
    chat.button("Try again").click()
    for text in ("before", "slow 2", "meanwhile"):
        expect(chat.echo(text)).to_have_count(1)
        expect(chat.said(text)).to_have_count(1)
    expect(chat.status).to_be_empty()
    expect(chat.field).to_have_value("half a sent")
    assert texts_at_the_bot(bridge).count("meanwhile") == 1
    chat.page.reload()
    expect(chat.echo("meanwhile")).to_have_count(1)
    words = chat.text()
    assert [words.count(text) for text in ("before", "slow 2", "meanwhile")] == [2, 2, 2]
    assert words.index("slow 2") < words.index("meanwhile")


def test_a_bot_that_is_slow_or_fails_gets_the_fixed_text_within_eight_seconds(
    visit: Visit, gateway: ThreadedServer
) -> None:
    sent = {}
    chats = {text: visit(gateway.url).open() for text in ("slow 20", "fail")}
    for text, chat in chats.items():
        chat.send(text)
        sent[text] = time.monotonic()
    for text, chat in chats.items():
        sorry = chat.log.get_by_text("Sorry, I could not answer that")
        expect(sorry).to_contain_text("call 999 or 112 (or your local number) now.")
        assert time.monotonic() - sent[text] < 8.5
        expect(chat.button("This helped")).to_have_count(0)
        expect(chat.status).to_be_empty()


def test_a_bot_that_refuses_is_answered_at_once(chat: ChatPage) -> None:
    chat.send("refuse")
    expect(chat.log.get_by_text("Sorry, I could not answer that")).to_be_visible()
    assert len(chat.spoken("Sorry, I could not answer that")) == 1
    chat.say("go on")


def test_a_server_that_is_silent_for_eight_seconds(visit: Visit, gateway: ThreadedServer, watch: Watch) -> None:
    watch.allow(LOST)
    held: list[Route] = []
    chat = visit(gateway.url, before=lambda context: context.clock.install()).open()
    chat.page.route("**/messages", lambda route: held.append(route))
    chat.send("anybody there")
    expect(chat.row("anybody there")).to_contain_text("Sending")
    chat.page.clock.fast_forward(6000)
    expect(chat.status).to_be_empty()
    chat.page.clock.fast_forward(2500)
    expect(chat.status).to_contain_text("There is no answer yet. It is taking longer than usual.")
    expect(chat.status).to_contain_text(NUMBER)
    assert held
    chat.page.unroute("**/messages")  # lets go of what was held
    expect(chat.echo("anybody there")).to_have_count(1)
    expect(chat.status).to_be_empty()


def test_offline_is_said_and_what_is_written_is_sent_later(chat: ChatPage, bridge: FakeBridge, watch: Watch) -> None:
    watch.allow(LOST)
    chat.say("online")
    chat.page.context.set_offline(True)
    expect(chat.status).to_contain_text("You are offline. What you write is kept and sent later.")
    expect(chat.status).to_contain_text(NUMBER)
    chat.send("first kept")
    chat.send("second kept")
    expect(chat.row("first kept")).to_contain_text("Not sent yet")
    expect(chat.number("999")).to_be_in_viewport()
    chat.page.context.set_offline(False)
    for text in ("first kept", "second kept"):
        expect(chat.echo(text)).to_have_count(1)
        expect(chat.row(text)).not_to_contain_text("Not sent yet")
    expect(chat.status).to_be_empty()
    assert texts_at_the_bot(bridge) == ["online", "first kept", "second kept"]


def test_what_is_not_sent_yet_survives_a_reload(chat: ChatPage, bridge: FakeBridge, watch: Watch) -> None:
    watch.allow(LOST)
    chat.page.route("**/api/**", lambda route: route.abort())
    chat.send("kept for later")
    expect(chat.row("kept for later")).to_contain_text("Not sent yet")
    chat.page.unroute("**/api/**")
    chat.page.reload()
    expect(chat.echo("kept for later")).to_have_count(1)
    expect(chat.said("kept for later")).to_have_count(1)
    assert texts_at_the_bot(bridge) == ["kept for later"]


def test_a_lost_acknowledgement_is_no_second_message(chat: ChatPage, bridge: FakeBridge, watch: Watch) -> None:
    watch.allow(LOST)
    lost: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(str(route.fetch().status))
            route.abort()
        else:
            route.continue_()

    chat.page.route("**/messages", lose)
    chat.send("acknowledged in vain")
    expect(chat.echo("acknowledged in vain")).to_have_count(1)
    expect(chat.row("acknowledged in vain")).not_to_contain_text("Not sent yet")
    expect(chat.said("acknowledged in vain")).to_have_count(1)
    chat.say("go on")
    assert lost == ["202"]
    assert texts_at_the_bot(bridge) == ["acknowledged in vain", "go on"]


def test_too_many_messages_are_told_and_sent_when_they_may_be(
    visit: Visit, make_gateway: Gateway, bridge: FakeBridge, watch: Watch
) -> None:
    watch.allow("status of 429")
    gateway = make_gateway(limit_conversation="30/minute burst 2")
    chat = visit(gateway.url).open()
    for text in ("one", "two", "three"):
        chat.send(text)
    expect(chat.row("three")).to_contain_text("Not sent yet")
    expect(chat.status).to_contain_text("It is sent then.")
    expect(chat.status).to_contain_text(NUMBER)
    expect(chat.echo("three")).to_have_count(1)
    expect(chat.status).to_be_empty()
    assert texts_at_the_bot(bridge) == ["one", "two", "three"]


@pytest.fixture
def without_stream(visit: Visit, gateway: ThreadedServer, watch: Watch) -> ChatPage:
    """A chat in a network that lets no event stream through."""
    watch.allow("ERR_FAILED")
    chat = visit(gateway.url, before=lambda context: context.route("**/events", lambda route: route.abort())).open()
    chat.send("without a stream")
    expect(chat.row("without a stream")).not_to_contain_text("Sending")
    return chat


def test_a_network_that_lets_no_stream_through(without_stream: ChatPage) -> None:
    chat = without_stream
    expect(chat.echo("without a stream")).to_have_count(1)
    chat.page.reload()
    expect(chat.echo("without a stream")).to_have_count(1)


def test_a_chat_that_is_no_more_gives_the_text_back(
    without_stream: ChatPage, gateway: ThreadedServer, watch: Watch
) -> None:
    chat = without_stream  # it learns that it is no more by its next message
    expect(chat.echo("without a stream")).to_have_count(1)  # now it waits for no answer, and asks no more
    watch.allow("status of 410")
    [(conversation, token)] = watch.tokens.items()
    headers = {"Authorization": f"Bearer {token}"}
    httpx.delete(f"{gateway.url}/api/conversations/{conversation}", headers=headers, trust_env=False)
    chat.send("still there?")
    expect(chat.status).to_contain_text("This chat was deleted, has expired")
    expect(chat.status).to_contain_text(NUMBER)
    expect(chat.field).to_have_value("still there?")
    expect(chat.said("without a stream")).to_have_count(0)
    chat.page.context.unroute("**/events")
    chat.send_button.click()
    expect(chat.echo("still there?")).to_have_count(1)
    expect(chat.status).to_be_empty()
