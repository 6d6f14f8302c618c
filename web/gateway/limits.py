"""How much one visitor or one address may send. In memory: a restart forgets, and there is one process."""

from __future__ import annotations

import math

from throttled import Throttled
from throttled.store import MemoryStore

from gateway.errors import ApiError

#: Most names that are remembered; beyond, the one that was quiet for longest is forgotten.
NAMES = 100_000


class Limit:
    """One limit for each name, such as `15/minute;200/hour`: so many at once, then evenly (GCRA).

    Raises:
        throttled.exceptions.DataError: the rule cannot be read.
    """

    def __init__(self, rule: str, message: str) -> None:
        self._limits = [
            Throttled(using="gcra", quota=part, store=MemoryStore(options={"MAX_SIZE": NAMES}))
            for part in rule.split(";")
        ]
        self._message = message

    def take(self, name: str) -> None:
        """Count one; raises ApiError with Retry-After when it is too much."""
        for limit in self._limits:
            result = limit.limit(name)
            if result.limited:
                wait = max(1, math.ceil(result.state.retry_after))
                raise ApiError("rate_limited", self._message.format(wait=wait), headers={"Retry-After": str(wait)})
