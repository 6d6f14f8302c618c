"""Asks the bot of now what was asked before: in the background, a turn at a time, under conversations that are thrown away."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from console import labelled
from gateway.bridge import Bridge, BridgeError
from transcripts.review import Review
from transcripts.teaching.replay_values import Plan, Reading, Step

logger = logging.getLogger(__name__)

#: Seconds that the bot has for one turn; it may be starting again with a new model.
PATIENCE = 20.0
#: Seconds between two turns: whoever visits meanwhile comes first.
PAUSE = 0.02
#: Seconds between two tries at what could not be done: erasing at the bot, reading a record that is out of order.
AGAIN = 15.0
#: Seconds that `close` waits for the bot to erase what is under way.
CLOSING = 12.0
#: What conversations of replays are called at the bot, so that its log tells them from visitors'.
PREFIX = "replay-"


class Replaying:
    """The work of replays, in one thread that is begun when there is any.

    What runs and what is to be erased stands in the record; nothing is lost with the process. A replay that an earlier process
    left is marked as cut off by `begin`, its conversations at the bot are erased as soon as the bot answers.

    Args:
        evaluation: the folder of the labelled sets.
        bridge, secret: the bot's.
        region: of the installation, where a conversation's is unknown; so asks the gateway too.
    """

    def __init__(self, review: Review, evaluation: Path, bridge: str, secret: str | None, region: str | None) -> None:
        self._evaluation, self._region = evaluation, region
        self._review, self._bridge_url, self._secret = review, bridge, secret
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake: asyncio.Event | None = None
        self._task: asyncio.Task[None] | None = None
        self._ready = threading.Event()

    def begin(self) -> None:
        """Take up what an earlier process left, at the console's start."""
        number = self._review.running_replay()
        if number is not None:
            self._review.end_replay(number, "cut_off")
        if self._review.throwaways():
            self.wake()

    def wake(self) -> None:
        """Have the work looked at: a replay has begun."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._ready.clear()
                self._thread = threading.Thread(target=self._run, name="replaying", daemon=True)
                self._thread.start()
            self._ready.wait()
            assert self._loop is not None and self._wake is not None
            self._loop.call_soon_threadsafe(self._wake.set)

    def close(self) -> None:
        """End: a replay that runs is cut off, what the bot holds of it is erased, now or at the next start."""
        with self._lock:
            if self._thread is None:
                return
            self._ready.wait()
            assert self._loop is not None and self._task is not None
            self._loop.call_soon_threadsafe(self._task.cancel)
            self._thread.join(CLOSING)
            self._thread = None

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop, self._wake, self._task = asyncio.get_running_loop(), asyncio.Event(), asyncio.current_task()
        self._ready.set()
        bridge = Bridge(self._bridge_url, self._secret)
        try:
            while True:
                self._wake.clear()
                is_done = await self._work(bridge)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(None if is_done else AGAIN):
                        await self._wake.wait()
        except asyncio.CancelledError:
            self._cut_off()
        finally:
            await bridge.close()

    def _cut_off(self) -> None:
        number = self._review.running_replay()
        if number is not None:
            self._review.end_replay(number, "cut_off")

    async def _work(self, bridge: Bridge) -> bool:
        """Do what there is to do; False: something has to be tried again."""
        try:
            number = self._review.running_replay()
            if number is not None:
                await _Run(self._review, self._evaluation, bridge, self._region, number).replay()
            return await erase_left(self._review, bridge)
        except SQLAlchemyError:
            logger.exception("The record is out of order: the comparison is tried again.")
            return False


async def erase_left(review: Review, bridge: Bridge) -> bool:
    """Have the bot erase what is left of replays; False: it could not erase all of it."""
    for conversation in review.throwaways():
        if not await _erase(review, bridge, conversation):
            return False
    return True


async def _erase(review: Review, bridge: Bridge, conversation: str) -> bool:
    try:
        await bridge.erase(conversation)
    except BridgeError as error:
        logger.warning("A conversation of a comparison is still to be erased at the bot: %s", error)
        return False
    review.forget_throwaway(conversation)
    return True


class _AwayError(Exception):
    """The bot is away."""


class _Run:
    """One replay on its way through the bot."""

    def __init__(self, review: Review, evaluation: Path, bridge: Bridge, region: str | None, number: int) -> None:
        self._evaluation, self._region = evaluation, region
        self._review, self._bridge, self._number = review, bridge, number

    async def replay(self) -> None:
        """Replay what waits, until all is done, somebody stops it, or the bot is away."""
        try:
            found = self._review.replay(self._number)
            if found is not None and found.file is not None:
                await self._lines(found.file, found.digest)
            else:
                await self._conversations()
        except _AwayError:
            self._review.end_replay(self._number, "no_answer")
        except SQLAlchemyError:
            raise
        except Exception:
            logger.exception("A comparison failed.")
            self._review.end_replay(self._number, "failed")
        else:
            self._review.end_replay(self._number, "done")  # unless somebody has stopped it

    async def _conversations(self) -> None:
        while self._goes_on() and (plan := self._review.next_plan(self._number)) is not None:
            if len(plan.steps) == 1:  # nothing was said before it: the bot need not keep anything
                await self._step(plan, plan.steps[0], f"{PREFIX}{secrets.token_hex(16)}", 1, dry_run=True)
                continue
            conversation = f"{PREFIX}{secrets.token_hex(16)}"
            self._review.keep_throwaway(conversation)
            try:
                for place, step in enumerate(plan.steps, start=1):
                    if not (self._goes_on() and self._review.conversation(plan.conversation_id)):
                        break  # stopped, or erased: nobody's words are sent any more
                    await self._step(plan, step, conversation, place, dry_run=False)
            finally:
                await _erase(self._review, self._bridge, conversation)

    async def _step(self, plan: Plan, step: Step, conversation: str, place: int, *, dry_run: bool) -> None:
        said = {"choice": step.payload} if step.payload else {"text": step.text}
        body = {"channel": plan.channel, "region": plan.region or self._region, **said}
        now = await self._asked(conversation, place, dry_run, body)
        if step.replayed is not None:
            self._review.store_replayed(step.replayed, now)

    async def _lines(self, file: str, digest: str | None) -> None:
        try:
            held = labelled.read(self._evaluation, file)
        except labelled.LabelledError:
            held = None
        if held is None or held.digest != digest:
            self._review.end_replay(self._number, "file_changed")
            return
        for replayed, line in self._review.waiting_lines(self._number):
            if not self._goes_on():
                return
            body = {"channel": "evaluation", "region": None, "text": held.texts[line]}
            now = await self._asked(f"{PREFIX}{secrets.token_hex(16)}", 1, True, body)
            self._review.store_replayed(replayed, now)

    async def _asked(self, conversation: str, place: int, dry_run: bool, body: Mapping[str, Any]) -> Reading | None:
        """Return what the bot makes of a message; None: it is there, and gives no answer to this one.

        Raises:
            _AwayError: the bot is away, or refuses the console.
        """
        named = {"conversation_id": conversation, "message_id": f"{conversation}-{place}", "dry_run": dry_run}
        await asyncio.sleep(PAUSE)
        try:
            answer = await self._bridge.turn({**named, **body}, PATIENCE)
        except BridgeError as error:
            if error.answer is None:
                if not await self._bridge.healthy():
                    raise _AwayError from error
                return None
            answer = error.answer
        confidence = answer.get("confidence")
        return Reading(
            outcome=str(answer["outcome"]),
            intent=answer.get("intent"),
            confidence=None if confidence is None else float(confidence),
            model=answer.get("model"),
        )

    def _goes_on(self) -> bool:
        return self._review.running_replay() == self._number
