"""What the console does by itself: it sorts in what was said, and cleans up after what was deleted."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from starlette.concurrency import run_in_threadpool

from transcripts.review import Review
from transcripts.staff.finding import MOST_BATCHES

logger = logging.getLogger(__name__)

#: Seconds between two looks, and between two parts of a backlog: visitors who write meanwhile come in between.
EVERY, PAUSE = 3.0, 0.2


async def catch_up(review: Review, ended: asyncio.Event) -> None:
    """Go on until `ended` is set. So a page seldom has anything to sort in, and no backlog grows while nobody looks.

    After a change of the rules everything is sorted in anew. It must not be cancelled: a thread cannot be, and would go on
    with a database that is being closed.
    """
    judged = False
    while not ended.is_set():
        behind = 0
        try:
            behind = await run_in_threadpool(_once, review)
            if not judged:
                await run_in_threadpool(review.rejudge_if_new)
                judged = True
        except Exception:  # whatever it is: the next round tries again
            logger.exception("The console could not sort in what was said.")
        with suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), PAUSE if behind else EVERY)


def _once(review: Review) -> int:
    review.tidy()
    return review.catch_up(MOST_BATCHES)
