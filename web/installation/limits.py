"""How much one name may do. In memory: a restart forgets, and there is one process of each kind."""

from __future__ import annotations

import ipaddress
import math

from throttled import Throttled
from throttled.exceptions import DataError
from throttled.store import MemoryStore

#: Most names that are remembered; beyond, the one that was quiet for longest is forgotten.
NAMES = 100_000


class Limit:
    """One limit for each name, such as `15/minute;200/hour`: so many at once, then evenly (GCRA).

    Raises:
        throttled.exceptions.DataError: the rule cannot be read.
    """

    def __init__(self, rule: str) -> None:
        self._limits = [
            Throttled(using="gcra", quota=part, store=MemoryStore(options={"MAX_SIZE": NAMES}))
            for part in rule.split(";")
        ]

    def take(self, name: str) -> int:
        """Count one and return 0, or return the seconds to wait when it is too much."""
        for limit in self._limits:
            result = limit.limit(name)
            if result.limited:
                return max(1, math.ceil(result.state.retry_after))
        return 0


def network(address: str) -> str:
    """Return what one person has: an address of IPv4, or the 2^64 addresses of IPv6 that each household gets."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def readable(rule: str) -> str:
    """Return `rule`; raises ValueError when it is none."""
    try:
        Limit(rule)
    except DataError as error:
        raise ValueError(str(error)) from error
    return rule
