"""How much one visitor or one address may send. In memory: a restart forgets, and there is one process."""

from __future__ import annotations

import math
import time

from limits import parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from gateway.errors import ApiError


class Limit:
    """One limit, such as `15/minute;200/hour`, for each name."""

    def __init__(self, rule: str, message: str) -> None:
        self._limits = parse_many(rule)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._message = message

    def take(self, name: str, region: str | None = None) -> None:
        """Count one; raises ApiError with Retry-After when it is too much."""
        for limit in self._limits:
            if not self._limiter.hit(limit, name):
                reset = self._limiter.get_window_stats(limit, name).reset_time
                wait = max(1, math.ceil(reset - time.time()))
                raise ApiError(
                    "rate_limited", self._message.format(wait=wait), region, headers={"Retry-After": str(wait)}
                )
