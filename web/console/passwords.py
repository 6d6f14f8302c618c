"""Passwords: argon2id hashes, rules for new ones, and as much work for an account that does not exist."""

from __future__ import annotations

import secrets
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

SHORTEST, LONGEST = 12, 256
#: A password of fewer different characters is a row of one key.
DIFFERENT = 5
#: A shorter account name says nothing of a password that holds it: "al" is in "canal".
TELLING = 4
#: Letters and digits that nobody confuses when a password is read out; almost 5 bits each.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
#: How many hashes are worked out at once: each takes 64 MiB and a core.
AT_ONCE = 2


class WeakPasswordError(ValueError):
    """A new password is refused; the message says why."""


class Passwords:
    """Hashes and verifies, from any number of threads."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = threading.Semaphore(AT_ONCE)
        self._nobodys = self.hash(secrets.token_urlsafe(32))

    def hash(self, password: str) -> str:
        """Return the argon2id hash, with its parameters and salt in it."""
        with self._turn:
            return self._hasher.hash(_normal(password))

    def verify(self, stored: str | None, password: str) -> bool:
        """Tell whether `password` is that of the hash; None is never met, and takes as long."""
        if len(password) > LONGEST:
            password, stored = "", None
        with self._turn:
            try:
                matches = self._hasher.verify(stored or self._nobodys, _normal(password))
            except VerifyMismatchError:
                return False
        return matches and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Tell whether a hash was made with other parameters than today's."""
        try:
            return self._hasher.check_needs_rehash(stored)
        except InvalidHashError:
            return True


def check_new(password: str, account: str) -> None:
    """Raise WeakPasswordError unless `password` may become that of `account`."""
    password = _normal(password)
    if len(password) < SHORTEST:
        raise WeakPasswordError(f"The password needs at least {SHORTEST} characters; a few unrelated words are good.")
    if len(password) > LONGEST:
        raise WeakPasswordError(f"The password may have at most {LONGEST} characters.")
    if len(set(password)) < DIFFERENT:
        raise WeakPasswordError("The password repeats the same few characters.")
    if len(account) >= TELLING and account.lower() in password.lower():
        raise WeakPasswordError("The password contains the account's name.")


def generated() -> str:
    """Return a random password of 99 bits, in groups that can be read out."""
    letters = [secrets.choice(ALPHABET) for _ in range(20)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 20, 4))


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)  # the same keys give the same password on every system
