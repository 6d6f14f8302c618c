"""Gives the choices of a reply their ids, and takes the payloads out of its card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from transcripts.values import Choice, Offer, Reply

#: The field of a plan's exercise that holds the payload of the topic which explains it.
HOW = "how"


def choices_and_card(reply: Reply, sequence: int) -> tuple[tuple[Choice, ...], dict[str, Any] | None]:
    """Return the reply's choices with ids, and its card with ids in place of payloads.

    Every "how": "/payload" in the card becomes the id of a hidden choice: of the one that the reply offers with this
    payload, else of a new one at the end, titled with the exercise's name.
    """
    offers = [Offer(*choice) for choice in reply.choices]
    hidden = {offer.payload: number for number, offer in enumerate(offers, 1) if offer.hidden}

    def convert(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: identify(value, name) for name in value}
        if isinstance(value, list | tuple):
            return [convert(item) for item in value]
        return value

    def identify(parent: Mapping[str, Any], name: str) -> Any:
        value = parent[name]
        if name != HOW or not isinstance(value, str) or not value.startswith("/"):
            return convert(value)
        if value not in hidden:
            offers.append(Offer(str(parent.get("name") or value), value, hidden=True))
            hidden[value] = len(offers)
        return _id(sequence, hidden[value])

    card = None if reply.card is None else convert(reply.card)
    choices = tuple(Choice(_id(sequence, number), *offer) for number, offer in enumerate(offers, 1))
    return choices, card


def _id(sequence: int, number: int) -> str:
    return f"c{sequence}-{number}"
