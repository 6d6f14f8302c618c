"""Policy: emergency, crisis, eating-disorder and safeguard turns are answered here, in every state.

Priority alone would not do it: RulePolicy's prediction inside a form is a "no user" prediction and beats every other.
So this policy predicts with confidence 1.0, a priority above RulePolicy's, and `is_no_user_prediction=True`, at every step
until action_listen; the slots (hold, lock) and the end of an active form come in the same prediction. What to say is a
pure function in components/safety_plan.py.
"""

from __future__ import annotations

import os
from typing import Any

from rasa.core.constants import POLICY_PRIORITY
from rasa.core.featurizers.tracker_featurizers import TrackerFeaturizer
from rasa.core.policies.policy import Policy, PolicyPrediction, SupportedData
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME, REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SlotSet, UserUttered
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY

from coaching.dialogue.contradictions import contradicted
from components import regions
from components.intent_classifier import SAFETY_INTENTS_FOUND
from components.red_flag_detector import COUNTRY, RED_FLAGS, SAFEGUARD_FACTS
from components.safety_plan import HOLD_SLOT, LOCK_SLOT, SAFEGUARD_SLOT, Known, Plan, Understood, plan_turn

#: Above RulePolicy's 6.
PRIORITY = 10
MEANING_SLOT = "meaning"
REGION_SLOT = "region"
COUNTRY_SLOT = "country"
#: Slot -> environment variable: whom to contact at this installation, and when they answer.
HANDOFF_VARIABLES = {"handoff_contact": "HIP_HANDOFF_CONTACT", "handoff_hours": "HIP_HANDOFF_HOURS"}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=False)
class SafetyPolicy(Policy):
    """Predicts the whole turn when safety is at stake, and nothing otherwise."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {POLICY_PRIORITY: PRIORITY}

    @staticmethod
    def supported_data() -> SupportedData:
        return SupportedData.ML_AND_RULE_DATA

    def _create_featurizer(self) -> TrackerFeaturizer | None:
        return None

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SafetyPolicy:
        return cls(config, model_storage, resource, execution_context)

    def train(self, training_trackers: list[TrackerWithCachedStates], domain: Domain, **kwargs: Any) -> Resource:
        """Nothing to learn."""
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        done = _actions_since_user(tracker)
        before = _slots_before_turn(tracker, first_step=not done)
        plan = _plan(tracker, before)
        events = _events(tracker, plan) if not done else []
        if not plan.actions:
            return self._prediction(self._default_predictions(domain), events=events)
        remaining = [*plan.actions, ACTION_LISTEN_NAME][len(done) :]
        probabilities = self._default_predictions(domain)
        probabilities[domain.index_for_action(remaining[0] if remaining else ACTION_LISTEN_NAME)] = 1.0
        return self._prediction(probabilities, events=events, is_no_user_prediction=True)


def _actions_since_user(tracker: DialogueStateTracker) -> list[str]:
    done: list[str] = []
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, ActionExecuted):
            done.append(event.action_name or "")
    return done[::-1]


def _slots_before_turn(tracker: DialogueStateTracker, first_step: bool) -> Known:
    """Return the slots as they were when the message came in: the plan must stay the same at each of its steps."""
    values = {name: tracker.get_slot(name) for name in (HOLD_SLOT, LOCK_SLOT, SAFEGUARD_SLOT, MEANING_SLOT)}
    if not first_step:
        earlier = dict.fromkeys(values)
        for event in tracker.events:
            if isinstance(event, SlotSet) and event.key in earlier:
                earlier[event.key] = event.value
            elif isinstance(event, UserUttered):
                values = dict(earlier)
    return Known(bool(values[HOLD_SLOT]), values[LOCK_SLOT], tuple(values[SAFEGUARD_SLOT] or ()), values[MEANING_SLOT])


def _plan(tracker: DialogueStateTracker, before: Known) -> Plan:
    message = tracker.latest_message
    if message is None:
        return Plan()
    parse_data: dict[str, Any] = dict(message.parse_data or {})
    flags = [flag["name"] for flag in parse_data.get(RED_FLAGS) or ()]
    facts = parse_data.get(SAFEGUARD_FACTS) or ()
    misread = frozenset[str]() if flags else _misread(tracker, parse_data)
    intent = message.intent.get(INTENT_NAME_KEY)
    understood = Understood(
        None if intent in misread else intent,
        float(message.intent.get(PREDICTED_CONFIDENCE_KEY, 1.0)),
        set(parse_data.get(SAFETY_INTENTS_FOUND) or ()) - misread,
        flags,
        facts,
    )
    return plan_turn(understood, before)


def _misread(tracker: DialogueStateTracker, parse_data: dict[str, Any]) -> frozenset[str]:
    """Return the intents that the answer to a form's question contradicts (coaching/dialogue/contradictions.py)."""
    if not tracker.active_loop_name:
        return frozenset()
    known = {slot: tracker.get_slot(slot) for slot in ("height", "weight")}
    return contradicted(tracker.get_slot(REQUESTED_SLOT), str(parse_data.get("text") or ""), known)


def _events(tracker: DialogueStateTracker, plan: Plan) -> list[Event]:
    events: list[Event] = [SlotSet(name, value) for name, value in plan.slots.items()]
    if plan.ends_loop and tracker.active_loop_name:
        events += [ActiveLoop(None), SlotSet(REQUESTED_SLOT, None)]
    return events + _slot_events(tracker)


def _slot_events(tracker: DialogueStateTracker) -> list[Event]:
    """Fill the slots of numbers and contact where they differ from what is known now.

    The country that the visitor named wins over the site's region; a country named in a question about something else
    ("the weather in Paris") does not count, unless an emergency or a crisis is open.
    """
    message = tracker.latest_message
    said = (message.parse_data or {}).get(COUNTRY) if message else None
    if said and message and str(message.intent.get(INTENT_NAME_KEY)).startswith("out_of_scope"):
        open_case = tracker.get_slot(HOLD_SLOT) or tracker.get_slot(LOCK_SLOT)
        said = said if open_case or regions.tells_a_place(message.text or "") else None
    country = said or tracker.get_slot(COUNTRY_SLOT)
    region = (message.metadata or {}).get(REGION_SLOT) if message else None
    wanted: dict[str, Any] = dict(regions.slot_values(country or region, said=bool(country)))
    wanted |= {slot: os.environ[name] for slot, name in HANDOFF_VARIABLES.items() if os.environ.get(name)}
    if said:
        wanted[COUNTRY_SLOT] = said
    return [SlotSet(name, value) for name, value in wanted.items() if tracker.get_slot(name) != value]
