"""One turn: a validated request in, the bridge's answer out. The bridge, the shell and the evaluation all come through here."""

from __future__ import annotations

import asyncio
import copy
import logging
import re
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import FailSafeTrackerStore, TrackerStore
from rasa.model import get_latest_model
from rasa.shared.core.events import BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.log_utils import configure_structlog
from sqlalchemy.exc import SQLAlchemyError

from channels.action_endpoint import InProcessActions, SplitActions, check_results_fast, failed_actions
from channels.generator import RotatingGenerator
from channels.outcome import outcome_of_turn
from channels.tracker_store import ConversationStore
from components.rule_search import search_rules_fast
from components.text import normalise

logger = logging.getLogger(__name__)

MODELS = Path(__file__).resolve().parent.parent / "models"
#: Longer text would block the loop (Rasa needs seconds for 100,000 characters); the gateway refuses it earlier.
MAX_CHARACTERS = 4000
_ID = re.compile(r"[A-Za-z0-9_-]{16,64}\Z")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}\Z")
_REGION = re.compile(r"[A-Z]{2}\Z")
#: No English word is as long: "myhippoppedoutandicantmove". Longer runs than 300 letters are no message, and would take time.
_GLUED_WORDS = re.compile(r"(?<![\w.@/-])[A-Za-z']{20,300}(?![\w.@/-])")
#: At start-up these must be understood, or the model did not load as trained.
KNOWN_SENTENCES = {"my hip popped out of its socket and i can't move my leg": "emergency", "hip reduction": "clarify"}


class BadTurnError(ValueError):
    """The request is malformed; the message says which field and what is accepted. HTTP 400."""


class TurnFailedError(RuntimeError):
    """Nothing could be answered or stored. HTTP 503. `answer` holds a safety reply that must be shown all the same."""

    def __init__(self, reason: str, answer: dict[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.answer = answer


@dataclass(frozen=True)
class TurnRequest:
    """One message of one visitor.

    Attributes:
        conversation_id, message_id: 16 to 64 characters of A-Z a-z 0-9 _ -; a message id is answered once.
        text, choice: what was typed, or the payload of the button pressed (`/intent`); exactly one of them.
        channel: name of the platform, e.g. `widget`.
        region: ISO 3166-1 alpha-2 code of the site's setting, or None.
        dry_run: answer from an empty conversation and store nothing.
    """

    conversation_id: str
    message_id: str
    text: str | None = None
    choice: str | None = None
    channel: str = "bridge"
    region: str | None = None
    dry_run: bool = False

    def checked(self, choices: Collection[str]) -> TurnRequest:
        """Return self, or raise BadTurnError."""
        for name in ("conversation_id", "message_id"):
            _require(
                _matches(_ID, getattr(self, name)), f"`{name}` must be 16 to 64 characters of A-Z, a-z, 0-9, _ and -."
            )
        _require(_matches(_NAME, self.channel), "`channel` must be a short lower-case name such as widget or telegram.")
        _require(
            self.region is None or _matches(_REGION, self.region),
            "`region` must be two capital letters such as GB, or null.",
        )
        _require(isinstance(self.dry_run, bool), "`dry_run` must be true or false.")
        _require((self.text is None) != (self.choice is None), "Exactly one of `text` and `choice` must be given.")
        if self.choice is not None:
            known = isinstance(self.choice, str) and self.choice in choices
            _require(
                known,
                "`choice` must be the payload of a choice that the assistant offered, e.g. /clarify_choose_medical.",
            )
        else:
            _require(isinstance(self.text, str), "`text` must be a string.")
            _require(len(self.text or "") <= MAX_CHARACTERS, f"`text` is longer than {MAX_CHARACTERS} characters.")
            _require(bool(typed_text(self.text or "")), "`text` is empty or holds nothing that can be read.")
        return self


def offered_choices(responses: dict[str, list[dict[str, Any]]]) -> frozenset[str]:
    """Return the payloads of all buttons of the domain: nothing else can be pressed.

    The domain writes braces twice, as a response generator that fills in values needs them.
    """
    return frozenset(
        button["payload"].replace("{{", "{").replace("}}", "}")
        for variations in responses.values()
        for variation in variations
        for button in variation.get("buttons") or ()
    )


def typed_text(text: str) -> str:
    """Return typed text as it is read: no control characters, spaces where none were typed, and no leading slash.

    So no visitor's text is ever a Rasa payload.
    """
    return _GLUED_WORDS.sub(_spaced, normalise(text)).lstrip("/ ").strip() or ("?" if "/" in text else "")


def _spaced(glued: re.Match[str]) -> str:
    import wordninja_enhanced  # here: its word lists take a second and 75 MB, and hardly anybody needs them

    return " ".join(wordninja_enhanced.split(glued[0]))


class Assistant:
    """A loaded agent, made safe to talk to: see traps 2, 7, 8 and 14 in docs/architecture.md, section 8."""

    def __init__(self, agent: Agent) -> None:
        if agent.processor is None or agent.domain is None:
            raise TurnFailedError("No model is loaded: run `make train`.")
        self._processor: MessageProcessor = agent.processor
        self.store = _unwrapped(agent.tracker_store)
        self._processor.tracker_store = self.store
        agent.tracker_store = self.store
        generator = RotatingGenerator(agent.domain.responses)
        self._processor.nlg = agent.nlg = generator
        check_results_fast()
        search_rules_fast()
        endpoint = self._processor.action_endpoint
        if endpoint is not None and not isinstance(endpoint, (SplitActions, InProcessActions)):
            self._processor.action_endpoint = agent.action_endpoint = SplitActions(endpoint)
        self._choices = offered_choices(agent.domain.responses) | {
            f"/{intent}"
            for intent in agent.domain.intents
            if intent.startswith("fitness_")  # a plan offers its exercises
        }
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @classmethod
    async def load(cls, model: Path | None = None, store: TrackerStore | None = None) -> Assistant:
        """Load a trained model (by default the latest in models/) with actions in process.

        Without a `store` conversations are kept in a SQLite database in memory.
        """
        path = model or get_latest_model(str(MODELS))
        if not path:
            raise TurnFailedError("No model found in models/: run `make train`.")
        configure_structlog(logging.WARNING)  # unconfigured, Rasa's structlog prints every debug line
        store = store or ConversationStore(url="sqlite://")
        agent = Agent(tracker_store=store, lock_store=InMemoryLockStore(), action_endpoint=InProcessActions())
        agent.load_model(path)
        assistant = cls(agent)
        await assistant.check()
        return assistant

    @property
    def model(self) -> str:
        """The name of the model file."""
        return str(self._processor.model_filename)

    async def check(self) -> None:
        """Assert that known sentences are understood; raises TurnFailedError when the model answers wrongly."""
        for text, expected in KNOWN_SENTENCES.items():
            parsed = await self._processor.parse_message(UserMessage(text))
            if not str(parsed["intent"]["name"]).startswith(expected):
                raise TurnFailedError(
                    f"The model takes {text!r} for {parsed['intent']['name']}: train it anew (`make train`)."
                )

    async def answer(self, request: TurnRequest) -> dict[str, Any]:
        """Answer one message; the dict is the bridge's response body (docs/architecture.md, section 7).

        Raises:
            BadTurnError: the request is malformed.
            TurnFailedError: nothing could be answered, or the conversation could not be stored.
        """
        request.checked(self._choices)
        started = time.perf_counter()
        if request.dry_run:
            return (await self._answer_unstored(request, started))[0]
        lock = self._locks.setdefault(request.conversation_id, asyncio.Lock())
        async with lock:
            return await self._answer(request, self._processor, self.store, started)

    async def erase(self, conversation_id: str) -> bool:
        """Erase a conversation; False when there was none. Raises BadTurnError, TurnFailedError."""
        _require(
            _matches(_ID, conversation_id), "The conversation id must be 16 to 64 characters of A-Z, a-z, 0-9, _ and -."
        )
        lock = self._locks.setdefault(conversation_id, asyncio.Lock())
        async with lock:
            try:
                return await self.store.delete(conversation_id)
            except SQLAlchemyError as error:
                logger.exception("A conversation could not be erased.")
                raise TurnFailedError(f"The conversation could not be erased: {type(error).__name__}.") from error

    async def _answer(
        self, request: TurnRequest, processor: MessageProcessor, store: ConversationStore, started: float
    ) -> dict[str, Any]:
        conversation = request.conversation_id
        try:
            if await store.has_message(conversation, request.message_id):
                return self._body(
                    store.tracker_after_message(conversation, request.message_id), started, degraded=False
                )
            failures: list[str] = []
            failed_actions.set(failures)
            message = UserMessage(
                request.choice or typed_text(request.text or ""),
                CollectingOutputChannel(),
                conversation,
                input_channel=request.channel,
                message_id=request.message_id,
                metadata={"region": request.region, "dry_run": request.dry_run, "typed": request.text},
            )
            message.parse_data = await processor.parse_message(message)
            tracker = await processor.log_message(message, should_save_tracker=False)
            tracker = await processor.run_action_extract_slots(message.output_channel, tracker)
            await processor._run_prediction_loop(message.output_channel, tracker)
            body = self._body(tracker, started, degraded=bool(failures))
        except SQLAlchemyError as error:
            store.forget(conversation)
            logger.exception("The conversation store failed before the turn was answered.")
            urgent = None
            if store is self.store:
                body, tracker = await self._answer_unstored(request, started)
                urgent = _urgent(body)
                store.owe(tracker)
            raise TurnFailedError(f"The conversation store failed: {type(error).__name__}.", urgent) from error
        except TurnFailedError:
            store.forget(conversation)  # the live tracker holds the unanswered message
            raise
        except Exception as error:
            store.forget(conversation)
            logger.exception("A turn failed.")
            raise TurnFailedError(f"The turn failed: {type(error).__name__}.") from error
        except BaseException:  # the caller went away in mid-turn: Sanic cancels it
            store.forget(conversation)
            raise
        try:
            await store.save(tracker)
        except Exception as error:
            logger.exception("A turn could not be stored.")
            raise TurnFailedError(f"The turn could not be stored: {type(error).__name__}.", _urgent(body)) from error
        return body

    async def _answer_unstored(
        self, request: TurnRequest, started: float
    ) -> tuple[dict[str, Any], DialogueStateTracker]:
        """Answer from an empty conversation that is not kept: for a dry run, and when the store is out of order."""
        processor = copy.copy(self._processor)
        processor.tracker_store = store = ConversationStore(domain=self._processor.domain, url="sqlite://")
        body = await self._answer(request, processor, store, started)
        return body, await store.get_or_create_tracker(request.conversation_id)

    def _body(self, tracker: DialogueStateTracker, started: float, degraded: bool) -> dict[str, Any]:
        """Return the response body for the last turn of `tracker`."""
        events = _events_of_turn(tracker)
        user = next((event for event in events if isinstance(event, UserUttered)), None)
        uttered = [event for event in events if isinstance(event, BotUttered)]
        if user is None or not uttered:
            raise TurnFailedError("The assistant had no answer to this message.")
        parsed: dict[str, Any] = dict(user.parse_data or {})
        slots = tracker.current_slot_values()
        return {
            "replies": [_reply(event, slots) for event in uttered],
            "outcome": outcome_of_turn(event.metadata["utter_action"] for event in uttered),
            "intent": parsed.get("intent", {}).get("name"),
            "confidence": round(float(parsed.get("intent", {}).get("confidence") or 0.0), 4),
            "alternatives": [
                {"intent": entry["name"], "confidence": round(float(entry["confidence"]), 4)}
                for entry in parsed.get("intent_ranking", [])
            ],
            "red_flags": parsed.get("red_flags", []),
            "region": slots.get("country") or user.metadata.get("region"),
            "model": self.model,
            "ms": round((time.perf_counter() - started) * 1000, 1),
            "degraded": degraded,
        }


def _reply(event: BotUttered, slots: dict[str, Any]) -> dict[str, Any]:
    about = event.metadata.get("metadata") or {}
    card = dict(about["card"]) if about.get("card") else ((event.data or {}).get("custom") or {}).get("card")
    if card and about.get("card"):
        card["numbers"] = {name: slots[name] for name in ("emergency_number", "crisis_line") if slots.get(name)}
    return {
        "text": event.text or "",
        "choices": [
            {"title": button["title"], "payload": button["payload"]}
            for button in (event.data or {}).get("buttons") or []
        ],
        "card": card,
        "source": about.get("source"),
        "response": event.metadata["utter_action"],
    }


def _events_of_turn(tracker: DialogueStateTracker) -> list[Event]:
    events = list(tracker.events)
    start = max(index for index, event in enumerate(events) if isinstance(event, UserUttered))
    return events[start:]


def _urgent(body: dict[str, Any]) -> dict[str, Any] | None:
    """Return the answer when it is one that must be shown although the turn could not be stored."""
    return body if body["outcome"] in {"emergency", "crisis", "eating_disorder"} else None


def _unwrapped(store: TrackerStore) -> ConversationStore:
    """Take our store out of Rasa's FailSafeTrackerStore, which would swallow every error and lose the turn."""
    if isinstance(store, FailSafeTrackerStore):
        store = store._tracker_store
    if not isinstance(store, ConversationStore):
        raise TurnFailedError(
            f"The tracker store is {type(store).__name__}: endpoints.yml must name channels.tracker_store.ConversationStore "
            "(Rasa falls back to memory on a typo)."
        )
    return store


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.match(value) is not None


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise BadTurnError(message)
