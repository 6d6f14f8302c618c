"""How much one visitor or one address may send."""

from __future__ import annotations

from gateway.errors import ApiError
from installation import limits


class Limit:
    """A limit with what is told to whoever exceeds it; `message` says `{wait}`, the seconds to wait."""

    def __init__(self, rule: str, message: str) -> None:
        self._limit, self._message = limits.Limit(rule), message

    def take(self, name: str) -> None:
        """Count one; raises ApiError with Retry-After when it is too much."""
        wait = self._limit.take(name)
        if wait:
            raise ApiError("rate_limited", self._message.format(wait=wait), headers={"Retry-After": str(wait)})
