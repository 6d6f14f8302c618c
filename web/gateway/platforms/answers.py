"""Which answers the gateway gives by itself on a platform, and what it makes of the bot's: hooks of `gateway.turns`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from gateway.platforms import words
from gateway.platforms.commands import OLD_BUTTON, command_of, media_of
from transcripts.delivering import is_urgent
from transcripts.values import Conversation, Message, Reply

T = TypeVar("T")

#: So many marks are remembered; a forgotten one means one greeting too many, or a message that the bot answers after all.
REMEMBERED = 10_000
_NEW = "gateway_new_conversation"
#: Why a message is unanswered that was one too many.
TOO_MANY = "too many messages in a short time"


class Answers:
    """`own`, `reason` and `arranged` can be called again for the same message: they answer the same.

    After a restart everything is told from the message itself; the two marks below do not survive it, and need not.

    Args:
        region: of the installation, where the person's is unknown.
        days: how long the record keeps a conversation.
    """

    def __init__(self, region: str | None, days: int) -> None:
        self._region, self._days = region, days
        self._returning: dict[str, None] = {}
        self._too_many: dict[tuple[str, int], None] = {}

    def mark_returning(self, conversation_id: str) -> None:
        """Note that this conversation's person has been greeted before."""
        _remember(self._returning, conversation_id)

    def mark_too_many(self, message: Message) -> None:
        """Note that the bot is not asked about this message."""
        _remember(self._too_many, (message.conversation_id, message.sequence))

    def own(self, message: Message, conversation: Conversation) -> list[Reply] | None:
        """Return the replies to a message about which the bot is not asked; None: ask it."""
        if conversation.address is None:
            return None
        region = conversation.region or self._region
        if self._is_too_many(message):
            return [_notice("gateway_too_many", words.too_many(region))]
        if media := media_of(message):
            return [_notice("gateway_cannot_see", words.cannot_see(media, region))]
        if message.payload is None and message.text == OLD_BUTTON:
            return [_notice("gateway_old_button", words.old_button(region))]
        if message.payload is None and command_of(message.text) == "new":
            return [_notice(_NEW, words.new_conversation(region))]
        return None

    def reason(self, message: Message) -> str | None:
        """Return why a message with a reply of the gateway's own is unanswered, for staff; None: it is answered."""
        return TOO_MANY if self._is_too_many(message) else None

    def arranged(self, replies: Sequence[Reply], message: Message, conversation: Conversation) -> list[Reply]:
        """Return the replies of one turn, own or the bot's, as this conversation gets them."""
        if conversation.address is None:
            return list(replies)
        region = conversation.region or self._region
        if conversation.public:
            urgent = [reply for reply in replies if is_urgent(reply)]
            offer = [_notice("gateway_private_offer", words.private_offer(region))]
            return urgent + offer if len(urgent) < len(replies) else urgent
        if message.sequence == 1 and conversation.id not in self._returning:
            greeting = _notice("gateway_first_contact", words.first_contact(region, self._days))
            return [greeting, *(reply for reply in replies if reply.response != _NEW)]
        return list(replies)

    def _is_too_many(self, message: Message) -> bool:
        return (message.conversation_id, message.sequence) in self._too_many


def _notice(name: str, text: str) -> Reply:
    return Reply(text=text, response=name, kind="notice")


def _remember(marks: dict[T, None], mark: T) -> None:
    marks[mark] = None
    while len(marks) > REMEMBERED:
        del marks[next(iter(marks))]
