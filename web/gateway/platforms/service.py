"""The messaging platforms of a gateway, put together: made at start-up, closed at shut-down."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence

from gateway.limits import Limit
from gateway.platforms import words
from gateway.platforms.adapter import Adapter, Arrival
from gateway.platforms.answers import Answers
from gateway.platforms.inbox import Inbox, Turns
from gateway.platforms.outbox import Outbox
from gateway.platforms.showing import text_of
from gateway.threads import Threads
from transcripts.delivering import is_urgent
from transcripts.record import Record
from transcripts.values import Conversation, Reply

#: Seconds until an address is told again that there are no answers just now, and so many addresses are remembered.
SAID_AGAIN_AFTER, REMEMBERED = 3600.0, 10_000


class Platforms:
    """The platforms that are on, by name, with one inbox and one outbox.

    Args:
        public_url: the gateway's address as the world sees it, without a slash at its end; None: as it is called.
        answers: what `turns` asks too.
        limit: how much one person may write.
        region: of the installation; it goes before that of the phone.
        erased: called with the id of each conversation that a person had erased; it returns at once.
    """

    def __init__(
        self,
        adapters: Mapping[str, Adapter],
        public_url: str | None,
        record: Record,
        threads: Threads,
        turns: Turns,
        answers: Answers,
        limit: Limit,
        *,
        region: str | None,
        erased: Callable[[str], None],
    ) -> None:
        self.adapters, self.public_url = adapters, public_url
        self._region = region
        self._told: dict[tuple[str, str], float] = {}
        self.outbox = Outbox(record, threads, adapters)
        self.inbox = Inbox(record, threads, turns, answers, limit, region=region, erased=erased, wake=self.outbox.wake)

    async def start(self) -> None:
        """Take up what an earlier process left: call it before the turns are taken up."""
        await self.outbox.start()
        await self.inbox.recover()

    def say_now(self, conversation: Conversation, replies: Sequence[Reply]) -> None:
        """Send what is urgent of an answer that the record cannot take just now; returns at once.

        Does nothing for a conversation of the website. `Turns` calls it once a turn.
        """
        text = "\n\n".join(text_of(reply) for reply in replies if is_urgent(reply))
        if conversation.address is not None and text:
            self.outbox.say_now(conversation.channel, conversation.address, text)

    def say_out_of_order(self, adapter: Adapter, arrival: Arrival) -> None:
        """Answer what the record cannot take just now with the emergency number, once an hour each address.

        The platform delivers it again, and then it is answered: but somebody may not have the time.
        """
        key, now = (adapter.name, arrival.address), time.monotonic()
        if now - self._told.get(key, -math.inf) >= SAID_AGAIN_AFTER:
            self.outbox.say_now(*key, words.out_of_order(self._region or arrival.region))
            self._told.pop(key, None)
            self._told[key] = now  # the oldest are the first
            while len(self._told) > REMEMBERED:
                del self._told[next(iter(self._told))]

    async def stop(self) -> None:
        """Stop; call it after the turns and before the record is closed."""
        await self.inbox.close()
        await self.outbox.stop()
        for adapter in self.adapters.values():
            await adapter.close()
