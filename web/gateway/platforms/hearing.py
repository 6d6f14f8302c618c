"""What somebody says with an arrival: words, a pressed or typed choice, something that is no text."""

from __future__ import annotations

from datetime import timedelta

from gateway.platforms.adapter import Adapter, Arrival
from gateway.platforms.commands import OLD_BUTTON, Command, command_of, written
from gateway.platforms.fitting import are_numbered, chosen_number, is_number
from gateway.platforms.showing import buttons_of, is_button, sequence_of
from gateway.platforms.splitting import pieces
from gateway.shapes import MAX_CHARACTERS
from gateway.threads import Threads
from transcripts.cleaning import is_blank
from transcripts.record import Record
from transcripts.values import Choice, Conversation, Said

#: After so much time without a message a new conversation begins.
IDLE = timedelta(hours=24)
#: Messages of both sides among which the choices are looked for that a typed number means.
LOOKED_BACK = 50


def asked(arrival: Arrival) -> Command | None:
    """Return what an arrival asks of the gateway itself."""
    return command_of(arrival.text) if arrival.choice is None and not arrival.media else None


class Hearing:
    """Looks up in the record which choice is meant."""

    def __init__(self, record: Record, threads: Threads) -> None:
        self._record, self._threads = record, threads

    async def said(self, adapter: Adapter, arrival: Arrival) -> list[Said]:
        """Return what an arrival says as messages of the record, in the order in which they are answered; [] for nothing."""
        text = "" if is_blank(arrival.text) else arrival.text
        if arrival.choice is not None and (is_button(arrival.choice) or not text):
            choice = await self._pressed(adapter, arrival, arrival.choice)
            return [Said(choice.title, choice.payload) if choice else Said(OLD_BUTTON)]
        if is_number(text) and not arrival.media and (choice := await self._numbered(adapter, arrival)):
            return [Said(choice.title, choice.payload)]
        said = [Said(piece) for piece in pieces(text, MAX_CHARACTERS)]
        return [*said, Said(written(arrival.media))] if arrival.media else said

    async def _pressed(self, adapter: Adapter, arrival: Arrival, pressed: str) -> Choice | None:
        conversation = await self._current(adapter, arrival)
        sequence = sequence_of(pressed, conversation)
        if conversation is None or sequence is None:
            return None
        message = await self._threads.read(self._record.message, conversation.id, sequence)
        own = (choice for choice in (message.choices if message else ()) if choice.id == pressed.partition(".")[2])
        return next(own, None)

    async def _numbered(self, adapter: Adapter, arrival: Arrival) -> Choice | None:
        """Return the choice that a typed number means: of the last answer, if its choices were sent as numbers.

        The gateway's own notices in between do not count: they offer nothing.
        """
        conversation = await self._current(adapter, arrival)
        messages = await self._threads.read(self._record.latest, conversation.id, LOOKED_BACK) if conversation else []
        answers = [message for message in messages if message.sender == "assistant" and message.kind != "notice"]
        offering = [answer for answer in answers if answer.reply_to == answers[-1].reply_to and buttons_of(answer)]
        if not offering or not are_numbered(buttons_of(offering[-1]), adapter.limits):
            return None
        button = chosen_number(arrival.text, buttons_of(offering[-1]))
        own = (choice for choice in offering[-1].choices if button and choice.id == button.id.partition(".")[2])
        return next(own, None)

    async def _current(self, adapter: Adapter, arrival: Arrival) -> Conversation | None:
        return await self._threads.read(self._record.current, adapter.name, arrival.address, IDLE)
