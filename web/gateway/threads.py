"""Runs the record's blocking calls: beside the event loop, or on it where that is quicker and holds up nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from transcripts.record import BusyError

P = ParamSpec("P")
T = TypeVar("T")

#: SQLite writes one at a time; PostgreSQL's pool has ten connections.
THREADS = 4


class Threads:
    """A few threads for the database, and as many for what only reads: that must not wait behind writers who wait."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="record")
        self._readers = ThreadPoolExecutor(THREADS, thread_name_prefix="record-reading")

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `call` returns, or raise what it raises."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(call, *args, **kwargs))

    async def read(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do the same for a call that writes nothing."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, partial(call, *args, **kwargs))

    async def run_or_wait(self, call: Callable[..., T], *args: object, **kwargs: object) -> T:
        """Return what a method of the record returns, in a thread only if it must wait: going there and back takes longer.

        The method takes `at_once`, and stores nothing when that raises BusyError.
        """
        try:
            return call(*args, **kwargs, at_once=True)
        except BusyError:
            return await self.run(call, *args, **kwargs)

    def close(self) -> None:
        """Wait for the calls under way."""
        self._pool.shutdown()
        self._readers.shutdown()
