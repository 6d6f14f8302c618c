"""What becomes of a visitor's POST: checked and put into the record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.errors import ApiError
from gateway.limits import Limit
from gateway.shapes import Say, check
from gateway.threads import Threads
from transcripts.record import Record, UnknownConversationError
from transcripts.values import Added


class Posting:
    """Stores messages of the website.

    Args:
        idle: time after its last message at which a conversation takes no more.
        by_conversation, by_address: how much may be sent.
    """

    def __init__(
        self, record: Record, threads: Threads, idle: timedelta, by_conversation: Limit, by_address: Limit
    ) -> None:
        self._record, self._threads, self._idle = record, threads, idle
        self._by_conversation, self._by_address = by_conversation, by_address

    async def store(self, conversation_id: str, body: Say, address: str) -> Added:
        """Store one message of a conversation that is the caller's own.

        Raises:
            ApiError: there is no such conversation (any more), the message is malformed, or one too many.
        """
        try:
            check(body)
            self._by_conversation.take(conversation_id)
            self._by_address.take(address)
            text, payload = await self._said(conversation_id, body)
            since = datetime.now(UTC) - self._idle
            return await self._threads.run_or_wait(
                self._record.add_message, conversation_id, body.id, text, payload, since=since
            )
        except (ApiError, UnknownConversationError) as error:
            raise await self._refusal(conversation_id, error) from error

    async def _said(self, conversation_id: str, body: Say) -> tuple[str, str | None]:
        """Return text and payload of a message: for a choice its title and what the bot knows it by."""
        if body.choice is None:
            return body.text or "", None
        sequence = int(body.choice[1:].partition("-")[0])
        message = await self._threads.read(self._record.message, conversation_id, sequence)
        for choice in message.choices if message else ():
            if choice.id == body.choice:
                return choice.title, choice.payload
        raise ApiError("bad_request", "That choice is not part of this chat: write what you want.")

    async def _refusal(self, conversation_id: str, error: Exception) -> ApiError:
        """Return what the visitor is told, with the number of the conversation's region, which only a refusal needs."""
        conversation = await self._threads.read(self._record.conversation, conversation_id)
        if conversation is None:
            return ApiError("gone", "This chat was deleted or has expired: start a new one.")
        if isinstance(error, ApiError):
            return ApiError(error.code, error.message, conversation.region, error.headers)
        return ApiError("gone", "This chat has ended: start a new one.", conversation.region)
