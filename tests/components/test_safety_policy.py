"""The safety policy wins in every state, inside an active form too, at every step until the bot listens again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.core.policies.ensemble import DefaultPolicyPredictionEnsemble
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.constants import ACTION_LISTEN_NAME, REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SlotSet, UserUttered
from rasa.shared.core.generator import TrainingDataGenerator
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph

from components.safety_plan import HOLD_SLOT, LOCK_SLOT, SAFEGUARD_SLOT
from components.safety_policy import SafetyPolicy

DOMAIN = Domain.from_yaml(
    """
    version: "3.1"
    intents: [plan, answer, emergency_injury, crisis, eating_disorder, emergency_release, safeguard_minor, medical_past_treated]
    slots:
      days: {type: any, mappings: [{type: custom}]}
      emergency_hold: {type: bool, influence_conversation: false, mappings: [{type: custom}]}
      lock: {type: text, influence_conversation: false, mappings: [{type: custom}]}
      safeguard_reasons: {type: list, influence_conversation: false, mappings: [{type: custom}]}
      country: {type: text, influence_conversation: false, mappings: [{type: custom}]}
      emergency_number: {type: text, initial_value: "112 or 911", influence_conversation: false, mappings: [{type: custom}]}
      crisis_line: {type: text, influence_conversation: false, mappings: [{type: custom}]}
      eating_disorder_line: {type: text, influence_conversation: false, mappings: [{type: custom}]}
      handoff_contact: {type: text, influence_conversation: false, mappings: [{type: custom}]}
      handoff_hours: {type: text, influence_conversation: false, mappings: [{type: custom}]}
    forms:
      plan_form: {required_slots: [days]}
    actions: [action_escalate_emergency]
    responses:
      utter_emergency_injury: [{text: "call {emergency_number}"}]
      utter_emergency_violence: [{text: help exists}]
      utter_emergency_held: [{text: held}]
      utter_crisis_support: [{text: crisis}]
      utter_crisis_locked: [{text: locked}]
      utter_eating_disorder_support: [{text: support}]
      utter_eating_disorder_locked: [{text: locked}]
      utter_safeguard_minor: [{text: minor}]
      utter_clarify_after_release: [{text: released}]
      utter_fitness_answer: [{text: answer}]
    """
)
RULES = """
version: "3.1"
rules:
  - rule: start the form
    steps: [{intent: plan}, {action: plan_form}, {active_loop: plan_form}]
  - rule: answer
    steps: [{intent: answer}, {action: utter_fitness_answer}]
  - rule: past
    steps: [{intent: medical_past_treated}, {action: utter_fitness_answer}]
"""


@pytest.fixture(scope="module")
def rules(context: ExecutionContext, tmp_path_factory: pytest.TempPathFactory) -> RulePolicy:
    """Rasa's RulePolicy, trained on the rules above."""
    folder = tmp_path_factory.mktemp("rules")
    storage = LocalModelStorage.create(folder)
    steps = YAMLStoryReader().read_from_string(RULES)
    trackers = TrainingDataGenerator(StoryGraph(steps), DOMAIN).generate()
    config = {**RulePolicy.get_default_config(), "core_fallback_threshold": 0.3, "enable_fallback_prediction": False}
    policy = RulePolicy(config, storage, Resource("rules"), context)
    policy.train(trackers, DOMAIN)
    return policy


@pytest.fixture(scope="module")
def policy(context: ExecutionContext, tmp_path_factory: pytest.TempPathFactory) -> SafetyPolicy:
    storage = LocalModelStorage.create(tmp_path_factory.mktemp("safety"))
    return SafetyPolicy.load(SafetyPolicy.get_default_config(), storage, Resource("safety"), context)


def said(intent: str, region: str | None = None, **parsed: Any) -> UserUttered:
    about = {"name": intent, "confidence": 1.0}
    return UserUttered("text", about, parse_data={"intent": about, **parsed}, metadata={"region": region})


def tracker(*events: Event) -> DialogueStateTracker:
    return DialogueStateTracker.from_events(
        "me", [ActionExecuted(ACTION_LISTEN_NAME), *events], DOMAIN.slots, domain=DOMAIN
    )


def in_form() -> list[Event]:
    return [
        said("plan"),
        ActionExecuted("plan_form"),
        ActiveLoop("plan_form"),
        SlotSet(REQUESTED_SLOT, "days"),
        ActionExecuted(ACTION_LISTEN_NAME),
    ]


def best(conversation: DialogueStateTracker, *policies: SafetyPolicy | RulePolicy) -> PolicyPrediction:
    predictions = [policy.predict_action_probabilities(conversation, DOMAIN) for policy in policies]
    ensemble = DefaultPolicyPredictionEnsemble()
    return ensemble.combine_predictions_from_kwargs(
        conversation, DOMAIN, **{str(n): p for n, p in enumerate(predictions)}
    )


def turn(conversation: DialogueStateTracker, *policies: SafetyPolicy | RulePolicy) -> list[str]:
    """Run predictions until the bot listens, as Rasa's processor does; return the actions."""
    actions: list[str] = []
    while not actions or actions[-1] != ACTION_LISTEN_NAME:
        prediction = best(conversation, *policies)
        actions.append(DOMAIN.action_names_or_texts[prediction.max_confidence_index])
        conversation.update_with_events([*prediction.events, ActionExecuted(actions[-1])], DOMAIN)
        assert len(actions) < 10
    return actions


@pytest.mark.parametrize("order", [0, 1])
def test_an_emergency_inside_a_form_wins_and_ends_it(policy: SafetyPolicy, rules: RulePolicy, order: int) -> None:
    conversation = tracker(*in_form(), said("emergency_injury"))
    policies = [policy, rules] if order else [rules, policy]
    assert turn(conversation, *policies) == ["utter_emergency_injury", "action_escalate_emergency", ACTION_LISTEN_NAME]
    assert conversation.active_loop_name is None
    assert conversation.get_slot(REQUESTED_SLOT) is None
    assert conversation.get_slot(HOLD_SLOT) is True
    conversation.update(said("answer"), DOMAIN)
    assert turn(conversation, *policies) == ["utter_emergency_held", ACTION_LISTEN_NAME]
    conversation.update(said("emergency_release"), DOMAIN)
    assert turn(conversation, *policies) == ["utter_clarify_after_release", ACTION_LISTEN_NAME]
    conversation.update(said("answer"), DOMAIN)
    assert turn(conversation, *policies) == ["utter_fitness_answer", ACTION_LISTEN_NAME]


def test_without_this_policy_the_form_would_have_gone_on(rules: RulePolicy) -> None:
    prediction = best(tracker(*in_form(), said("emergency_injury")), rules)
    assert DOMAIN.action_names_or_texts[prediction.max_confidence_index] == "plan_form"


@pytest.mark.parametrize(
    ("message", "actions"),
    [
        (said("crisis"), ["utter_crisis_support"]),
        (said("eating_disorder"), ["utter_eating_disorder_support"]),
        (said("safeguard_minor"), ["utter_safeguard_minor"]),
        (said("answer", safety_intents=["crisis"]), ["utter_crisis_support"]),
        (
            said("emergency_injury", safety_intents=["crisis"], red_flags=[{"name": "X1_violence"}]),
            ["utter_emergency_injury", "utter_emergency_violence", "utter_crisis_support", "action_escalate_emergency"],
        ),
    ],
)
@pytest.mark.parametrize("before", [[], in_form()], ids=["free", "in a form"])
def test_every_step_is_predicted(
    policy: SafetyPolicy, rules: RulePolicy, before: list[Event], message: UserUttered, actions: list[str]
) -> None:
    conversation = tracker(*before, message)
    assert turn(conversation, rules, policy) == [*actions, ACTION_LISTEN_NAME]
    assert conversation.active_loop_name is None


def test_it_predicts_as_the_design_says(policy: SafetyPolicy) -> None:
    prediction = policy.predict_action_probabilities(tracker(*in_form(), said("emergency_injury")), DOMAIN)
    assert prediction.max_confidence == 1.0
    assert prediction.is_no_user_prediction
    assert prediction.policy_priority > RulePolicy.get_default_config()["priority"]


def test_when_nothing_is_at_stake_the_rules_answer(policy: SafetyPolicy, rules: RulePolicy) -> None:
    prediction = policy.predict_action_probabilities(tracker(said("answer")), DOMAIN)
    assert prediction.max_confidence == 0.0 and not prediction.is_no_user_prediction
    assert turn(tracker(said("answer")), policy, rules) == ["utter_fitness_answer", ACTION_LISTEN_NAME]
    conversation = tracker(*in_form(), said("answer"))
    assert DOMAIN.action_names_or_texts[best(conversation, policy, rules).max_confidence_index] == "plan_form"


def test_a_reason_told_in_passing_is_set_while_the_rules_answer(policy: SafetyPolicy, rules: RulePolicy) -> None:
    conversation = tracker(said("medical_past_treated"))
    assert turn(conversation, policy, rules) == ["utter_fitness_answer", ACTION_LISTEN_NAME]
    assert conversation.get_slot(SAFEGUARD_SLOT) == ["after_surgery"]


def test_a_lock_of_long_ago_holds(policy: SafetyPolicy, rules: RulePolicy) -> None:
    conversation = tracker(SlotSet(LOCK_SLOT, "crisis"), *in_form(), said("answer"))
    assert turn(conversation, policy, rules) == ["utter_crisis_locked", ACTION_LISTEN_NAME]


def test_the_numbers_come_with_the_first_prediction(policy: SafetyPolicy) -> None:
    conversation = tracker(said("emergency_injury", region="AU"))
    slots = {
        event.key: event.value
        for event in policy.predict_action_probabilities(conversation, DOMAIN).events
        if isinstance(event, SlotSet)
    }
    assert slots["emergency_number"].startswith("000")
    conversation = tracker(said("emergency_injury", region="AU", country="GB"))
    slots = {
        event.key: event.value
        for event in policy.predict_action_probabilities(conversation, DOMAIN).events
        if isinstance(event, SlotSet)
    }
    assert slots["emergency_number"] == "999 or 112" and slots["country"] == "GB"


def test_a_message_without_parse_data_is_left_to_the_rules(policy: SafetyPolicy) -> None:
    assert policy.predict_action_probabilities(tracker(UserUttered("text")), DOMAIN).max_confidence == 0.0
    assert policy.predict_action_probabilities(tracker(), DOMAIN).max_confidence == 0.0


def test_it_has_nothing_to_learn_and_loads_from_nothing(policy: SafetyPolicy, tmp_path: Path) -> None:
    assert policy.train([], DOMAIN) == Resource("safety")
