"""A visitor's token: the conversation's id, signed. Whoever has none of a conversation reaches nothing of it."""

from __future__ import annotations

import hashlib
import secrets

from itsdangerous import BadSignature, Signer


class Tokens:
    """Makes and checks tokens with one key; a new key ends all conversations for their visitors."""

    def __init__(self, key: str) -> None:
        self._signer = Signer(key, salt="conversation", digest_method=hashlib.sha256)

    def new(self) -> tuple[str, str]:
        """Return a new conversation's id, 128 random bits as 32 hexadecimal characters, and its token."""
        conversation = secrets.token_hex(16)
        return conversation, self._signer.sign(conversation).decode()

    def belongs(self, token: str, conversation: str) -> bool:
        """Tell whether `token` is that of `conversation`."""
        try:
            return self._signer.unsign(token.encode(errors="surrogateescape")).decode() == conversation
        except BadSignature:
            return False
