"""What an adapter of a messaging platform is: it verifies, parses and delivers. Everything else is the same for all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Request:
    """What came to a webhook.

    Attributes:
        url: the address as the platform called it, with its query: HIP_PUBLIC_URL and the path.
        headers: by lower-case name.
        query: the last value of each name.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform itself wants to hear, such as the challenge of a handshake."""

    body: str = ""
    status: int = 200
    content_type: str = "text/plain"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One thing that somebody did.

    Attributes:
        event_id: the platform's own id of it, the same each time it is delivered.
        address: where replies go, in the adapter's own notation, at most 200 characters; it names the conversation too.
        text: what was typed, or a caption; "" for none.
        choice: what the pressed button carried.
        media: what was sent that is no text, as a word: "picture", "voice message", "video", "document", "sticker",
            "location", "contact", or "message" for what has no name here.
        public: others read along.
        region: where the person's phone number is from (ISO 3166-1 alpha-2).
        token: what `Adapter.received` needs to know of it, in the adapter's own notation.
    """

    event_id: str
    address: str
    text: str = ""
    choice: str | None = None
    media: str | None = None
    public: bool = False
    region: str | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """An answer to press: `id` comes back as `Arrival.choice`."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Part:
    """One message as it is sent: within the platform's limits."""

    text: str
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message may hold; table and sources: limits.py.

    Attributes:
        text: most of a plain message, counted by `size`.
        text_with_buttons: most of a message with buttons, counted by `size`.
        size: how the platform counts a text: characters, UTF-16 units or bytes.
        buttons: most in one message; 0: there are none.
        title: most characters of a button's title.
    """

    text: int
    text_with_buttons: int
    buttons: int
    title: int
    size: Callable[[str], int] = field(default=len)


class RefusedError(Exception):
    """A webhook call that is not the platform's: forged, stale, unsigned. `status` is 401 or 403; nothing of it is read."""

    def __init__(self, reason: str, status: int = 401) -> None:
        super().__init__(reason)
        self.status = status


class MalformedError(ValueError):
    """A signed call whose body is not what the platform documents: answered 400."""


class SendError(Exception):
    """A message was not sent, or nobody knows. The text says why, without words of the message."""


class NotSentError(SendError):
    """Surely not sent, and may be tried again: no connection, too many, out of order. `wait`: seconds it asks for, or None."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class RejectedError(SendError):
    """Surely not sent, and never will be: blocked, no such person, outside the time that the platform allows."""


class FateUnknownError(SendError):
    """The request left, and no clear answer came back."""


class Adapter(ABC):
    """One platform. Made once, from its settings; used by the event loop's thread alone."""

    #: As in the webhook's path, in the record's `channel` and in the metrics.
    name: ClassVar[str]
    limits: ClassVar[Limits]

    @abstractmethod
    def verify(self, request: Request) -> None:
        """Raise RefusedError unless the platform itself sent this."""

    @abstractmethod
    def parse(self, request: Request) -> list[Arrival]:
        """Return what happened, in order; what nobody needs to answer is left out. Raises MalformedError."""

    @abstractmethod
    async def send(self, address: str, part: Part) -> None:
        """Send one message. Raises NotSentError, RejectedError, FateUnknownError."""

    def answer(self, request: Request) -> Answer | None:
        """Return what a verified call wants to hear besides an empty 200, or None; a handshake is never parsed."""
        return None

    async def received(self, arrival: Arrival) -> None:  # noqa: B027 - not every platform has something to tell
        """Tell the platform that an arrival is taken, and that an answer is coming. A failure of it is of no account."""

    @abstractmethod
    async def close(self) -> None:
        """Close the connections."""
