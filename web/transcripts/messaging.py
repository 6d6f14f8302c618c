"""The half of the record that the messaging platforms write: what arrives from them, and what goes to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import get_args

from transcripts import arriving, delivering
from transcripts.checking import one_of
from transcripts.reader import Reader
from transcripts.values import Arrived, FinalDeliveryState, Said


class Messaging(Reader):
    """Takes events and keeps the fate of every reply. `address` is personal data: no error, log or audit row repeats it.

    Whoever sends calls, for each of `waiting`: `sending`, then one of `sent_part`, `postpone`, `end_delivery`. Each does
    nothing when the delivery is gone (erased meanwhile) or not in the state it needs.
    """

    def arrive(
        self,
        channel: str,
        event_id: str,
        address: str,
        said: Sequence[Said],
        *,
        public: bool,
        region: str | None,
        idle: timedelta,
        anew: bool = False,
    ) -> Arrived | None:
        """Take a platform's event, once: store what was said as "received"; None when the event was taken before.

        It goes into the current conversation of the address, or into a new one: when there is none, its last message is
        older than `idle`, or `anew`. Nothing said: the event is noted, and no conversation begun.

        Raises:
            ValueError: channel, event id or address is empty, or `idle` is negative.
        """
        if not (channel and event_id and address):
            raise ValueError("An arrival needs its channel, the platform's id of it and an address to answer to.")
        if idle < timedelta(0):
            raise ValueError(f"A conversation is idle for a time, not for {idle}: give a positive timedelta.")
        now = self._now()
        with self._database.writing() as connection:
            return arriving.arrive(
                connection,
                channel,
                event_id,
                address,
                said,
                public=public,
                region=region,
                since=now - idle,
                anew=anew,
                now=now,
            )

    def notify(self, channel: str, address: str, text: str) -> None:
        """Queue a text that belongs to no conversation; its row goes as soon as it is sent or given up.

        Raises:
            ValueError: one of them is empty.
        """
        if not (channel and address and text):
            raise ValueError("A notice needs its channel, an address and a text.")
        with self._database.writing() as connection:
            delivering.notify(connection, channel, address, text, self._now())

    def sending(self, delivery_id: int) -> bool:
        """Note, before a part is sent, that it is being sent; False: it is gone or does not wait, so do not send it."""
        with self._database.writing() as connection:
            return delivering.sending(connection, delivery_id, self._now())

    def sent_part(self, delivery_id: int, *, last: bool) -> None:
        """Note that the part was sent; the delivery waits for its next one (attempts count from 0 anew), or is sent."""
        with self._database.writing() as connection:
            if delivering.sent_part(connection, delivery_id, last, self._now()):
                self._database.owe_cleaning()

    def postpone(self, delivery_id: int, until: datetime, reason: str) -> None:
        """Note that the part was not sent (or that nobody knows, and it is urgent), and is tried again at `until`.

        `reason` holds no address and no word of the message; so does that of `end_delivery`.
        """
        with self._database.writing() as connection:
            delivering.postpone(connection, delivery_id, until, reason, self._now())

    def end_delivery(self, delivery_id: int, state: FinalDeliveryState, reason: str) -> None:
        """Give a delivery up: it "failed", or its fate is "unknown"; staff see it.

        Raises:
            ValueError: there is no such state.
        """
        one_of(state, get_args(FinalDeliveryState))
        with self._database.writing() as connection:
            if delivering.end(connection, delivery_id, state, reason, self._now()):
                self._database.owe_cleaning()

    def take_over(self) -> tuple[int, int]:
        """Call at start: of what a killed process left "sending", what is urgent waits again, the rest becomes "unknown".

        Returns:
            how many wait again, and how many nobody knows the fate of.
        """
        with self._database.writing() as connection:
            again, unknown, deleted = delivering.take_over(connection, self._now())
            if deleted:
                self._database.owe_cleaning()
        return again, unknown
