"""The event stream of a conversation: what is in the record after Last-Event-ID, then what comes, in order, each once."""

from __future__ import annotations

from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse, JSONServerSentEvent, ServerSentEvent

from gateway.hub import Hub
from gateway.shapes import shown
from gateway.threads import Threads
from transcripts.record import Record
from transcripts.values import Message

#: Seconds between two comment lines that keep proxies from closing an idle stream.
PING = 15
#: Messages read from the record at once.
PAGE = 200
#: A client that takes nothing for so many seconds is given up; it comes back with its Last-Event-ID.
SEND_TIMEOUT = 30
ERASED = "erased"


def event_stream(
    hub: Hub, record: Record, threads: Threads, conversation: str, after: int, address: str
) -> EventSourceResponse:
    """Return the response that streams the conversation's events; raises ApiError when too many streams are open."""
    hub.admit(conversation, address)

    async def events() -> AsyncIterator[ServerSentEvent | bytes]:
        last = after
        with hub.listen(conversation, address) as ear:
            page = await threads.read(record.messages, conversation, last, PAGE)
            while True:
                while page:
                    last = page[-1].sequence
                    yield b"".join(_event(message).encode() for message in page)
                    page = await threads.read(record.messages, conversation, last, PAGE) if len(page) == PAGE else []
                for name, data in ear.take_passing():
                    yield JSONServerSentEvent(data, event=name)
                    if name == ERASED:
                        return
                page = [message for message in await ear.news() if message.sequence > last]
                if [message.sequence for message in page] != list(range(last + 1, last + 1 + len(page))):
                    page = await threads.read(record.messages, conversation, last, PAGE)  # told of out of order

    return EventSourceResponse(
        events(),
        ping=PING,
        ping_message_factory=lambda: ServerSentEvent(comment="ping"),
        send_timeout=SEND_TIMEOUT,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _event(message: Message) -> ServerSentEvent:
    return ServerSentEvent(shown(message).model_dump_json(), event="message", id=str(message.sequence))
