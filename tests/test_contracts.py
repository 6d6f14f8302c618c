"""What the files of the project promise each other: names, wording, sources, imports, settings, numbers."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.answer_exercise_detail import DETAILS
from channels.outcome import OUTCOMES, outcome_of
from coaching.dialogue import answers
from coaching.dialogue.forms import DECLINED
from components import regions
from components.safety_plan import HOLD_SLOT, LOCK_SLOT, RELEASE_INTENT, SAFEGUARD_SLOT, Known, Understood, plan_turn

ROOT = Path(__file__).resolve().parents[1]
#: Rooms of Python code -> rooms of ours they may import from, and libraries they must not (docs/architecture.md).
IMPORTS: dict[str, tuple[set[str], set[str]]] = {
    "coaching": ({"coaching"}, {"rasa", "rasa_sdk", "sanic"}),
    "actions": ({"actions", "coaching"}, {"rasa", "sanic"}),
    "components": ({"components", "coaching"}, {"rasa_sdk", "sanic"}),
    "channels": ({"channels", "components", "launcher"}, set()),  # the shell is a program: it installs the stand-ins
    "web": ({"web"}, {"rasa", "rasa_sdk"}),
}
ROOMS = {*IMPORTS, "launcher", "evaluation", "benchmark", "training"}
SOURCED = {"emergency", "crisis", "eating_disorder", "safeguard", "urgent", "medical_info", "fitness"}
#: Digits that may stand in a reply to somebody locked or safeguarded.
ALLOWED_DIGITS = re.compile(r"\b60 minutes\b")
#: The floor may be named to whoever asks for less.
FLOORS = re.compile(r"\b1,[25]00\b")
#: What asks and steers in the guided dialogues states no fact, and has no source.
STEERING = ("utter_ask_", "utter_fitness_dialogue_")
#: Filled with what was worked out: tests/coaching/dialogue holds that every value is given.
FILLED = ("utter_fitness_result_", "utter_fitness_line_", "utter_fitness_dialogue_", "utter_safeguard_floor")
SLOT = re.compile(r"{(\w+)}")


@cache
def domain() -> dict[str, Any]:
    return dict(
        yaml.load(
            (ROOT / "domain.yml").read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        )
    )


@cache
def data() -> list[dict[str, Any]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [
        yaml.load(path.read_text(encoding="utf-8"), Loader=loader) for path in sorted((ROOT / "data").rglob("*.yml"))
    ]


def code(*rooms: str) -> Iterator[tuple[Path, ast.Module]]:
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            if not {"node_modules", "__pycache__"} & set(path.parts) and ".venv" not in path.as_posix():
                yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def strings(tree: ast.Module) -> Iterator[str]:
    return (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))


def variations() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, entries in domain()["responses"].items():
        for entry in entries:
            yield name, entry


def longest_values() -> dict[str, str]:
    """Slot -> the longest text it can hold."""
    values: dict[str, list[str]] = {
        name: [str(slot["initial_value"])] for name, slot in domain()["slots"].items() if "initial_value" in slot
    }
    for code_ in [*regions.known_regions(), None]:
        for said in (True, False):
            for name, value in regions.slot_values(code_, said).items():
                values[name].append(value)
    return {name: max(texts, key=len) for name, texts in values.items()}


# Responses


def test_every_response_named_in_python_exists() -> None:
    named = {
        (str(path), text)
        for path, tree in code("components", "actions", "channels")
        for text in strings(tree)
        if re.fullmatch(r"utter_(?!action$)[a-z0-9_]*[a-z0-9]", text)  # `utter_action` is a key of Rasa's
    }
    assert named, "the pattern finds nothing"
    assert {(path, text) for path, text in named if text not in domain()["responses"]} == set()


def test_every_response_that_the_safety_plan_can_utter_exists() -> None:
    intents = [*domain()["intents"], None]
    states = [
        Known(hold, lock, reasons)
        for hold in (False, True)
        for lock in (None, "crisis", "eating_disorder")
        for reasons in ((), ("minor",))
    ]
    safety = ["emergency_injury", "emergency_general", "crisis", "eating_disorder"]
    uttered = {
        action
        for intent in intents
        for known in states
        for found in [(), tuple(safety), *((name,) for name in safety)]
        for action in plan_turn(Understood(intent, 1.0, found, ("X1_violence",)), known).actions
    }
    known_names = {*domain()["responses"], *domain()["actions"]}
    assert uttered - known_names == set()
    assert {"utter_emergency_violence", "utter_crisis_locked", "utter_safeguard_minor"} <= uttered


def test_every_response_has_an_outcome() -> None:
    assert {outcome_of(name) for name in domain()["responses"]} <= set(OUTCOMES)
    assert {outcome_of(name) for name in domain()["responses"]} == set(OUTCOMES), "and every outcome has a response"


def test_no_response_is_longer_than_its_limit() -> None:
    values = longest_values()
    too_long = []
    for name, entry in variations():
        if outcome_of(name) == "emergency":
            length, limit = len(SLOT.sub(lambda match: values[match[1]], entry["text"])), 599
        else:
            length, limit = len(entry["text"]), 700
        if length > limit:
            too_long.append((name, length))
    assert too_long == []


def test_every_slot_in_a_text_is_known_and_never_empty() -> None:
    slots = domain()["slots"]
    for name, entry in variations():
        if name.startswith(FILLED):
            continue
        for slot in SLOT.findall(entry["text"]):
            assert slots[slot].get("initial_value"), f"{name}: an empty slot {slot} would print None"


def test_every_variation_that_states_facts_has_a_source() -> None:
    without = {
        name
        for name, entry in variations()
        if outcome_of(name) in SOURCED
        and not name.startswith(STEERING)
        and not (entry.get("metadata") or {}).get("source")
    }
    assert without == set()


def test_no_text_for_a_locked_or_safeguarded_visitor_holds_a_figure() -> None:
    found = {
        name: digits
        for name, entry in variations()
        if name.startswith(("utter_eating_disorder_", "utter_safeguard_"))
        and (digits := re.findall(r"\d+", ALLOWED_DIGITS.sub("", _without_floors(name, entry["text"]))))
    }
    assert found == {}


def _without_floors(name: str, text: str) -> str:
    return FLOORS.sub("", text) if name == "utter_safeguard_low_intake" else text


def test_no_safety_text_varies_with_the_channel() -> None:
    assert [
        name
        for name, entry in variations()
        if "channel" in entry and outcome_of(name) in SOURCED - {"fitness", "medical_info"}
    ] == []


def test_every_choice_is_an_intent_with_a_short_title() -> None:
    payloads = {f"/{intent}" for intent in domain()["intents"]}
    for name, entry in variations():
        buttons = entry.get("buttons") or []
        assert len(buttons) <= (7 if name.startswith("utter_ask_") else 4), name
        for button in buttons:
            assert button["payload"] in payloads or _is_an_answer(button["payload"]), name
            assert 0 < len(button["title"].strip()) <= 20, (name, button["title"])
        assert len({button["title"] for button in buttons}) == len(buttons), name


def _is_an_answer(payload: str) -> bool:
    """Tell whether a button gives a slot of the guided dialogues one of its values: `/inform{{"sex": "female"}}`."""
    given = re.fullmatch(r"/inform({)({.*})(})", payload)
    if given is None:
        return False
    ((slot, value),) = json.loads(given[2]).items()
    if slot == "option":
        return value in ("1", "2")
    extra = {"goal": ("none",)}.get(slot, ())
    values = answers.values(slot) if slot in answers.closed_slots() else ()
    return slot in domain()["entities"] and value in (*values, *extra, DECLINED)


def test_emergency_texts_offer_the_release() -> None:
    for name in ("utter_emergency_injury", "utter_emergency_general", "utter_emergency_held"):
        for entry in domain()["responses"][name]:
            assert f"/{RELEASE_INTENT}" in [button["payload"] for button in entry["buttons"]]
            assert "{emergency_number}" in entry["text"]
            assert entry["metadata"]["card"]["kind"] == "emergency"


# Intents, actions, slots


def test_every_intent_has_training_lines() -> None:
    trained = {
        block["intent"]
        for content in data()
        for block in content.get("nlu") or []
        if block.get("intent") and block["examples"].strip()
    }
    assert set(domain()["intents"]) - trained == set()
    assert trained - set(domain()["intents"]) == set()


def test_every_intent_is_answered_by_a_rule_or_the_safety_policy() -> None:
    ruled = {
        step["intent"]
        for content in data()
        for rule in content.get("rules") or []
        for step in rule["steps"]
        if "intent" in step
    }
    by_policy = {intent for intent in domain()["intents"] if plan_turn(Understood(intent), Known()).actions}
    assert set(domain()["intents"]) - ruled - by_policy == set()
    assert ruled - set(domain()["intents"]) == set()


def fitness_answers() -> Iterator[tuple[str, str]]:
    """Yield (intent, text) for every fitness response that a rule gives, and intent of every exercise detail."""
    for content in data():
        for rule in content.get("rules") or []:
            intents = [step["intent"] for step in rule["steps"] if "intent" in step]
            for step in rule["steps"]:
                for entry in domain()["responses"].get(step.get("action"), ()):
                    if outcome_of(step["action"]) == "fitness":
                        yield intents[0], entry["text"]


def is_safeguarded(intent: str, reason: str) -> bool:
    plan = plan_turn(Understood(intent), Known(safeguards=(reason,), meaning="fitness"))
    return plan.actions == (f"utter_safeguard_{reason}",)


@pytest.mark.parametrize(
    "reason",
    ["minor", "pregnancy", "underweight", "medicine", "condition", "older", "compulsive_exercise", "somebody_else"],
)
def test_no_figure_of_energy_protein_or_pace_is_open_to_whom_none_is_given(reason: str) -> None:
    figure = re.compile(r"kcal|\bper kg\b|% of body weight|BMI|\d+ x \d|\benergy gap\b(?=[^.]*\d)")
    holding = {intent for intent, text in fitness_answers() if figure.search(text)}
    allowed = {"fitness_protein"} if reason == "older" else set()
    assert len(holding) > 4, "the pattern finds nothing"
    assert {intent for intent in holding - allowed if not is_safeguarded(intent, reason)} == set()


@pytest.mark.parametrize("reason", ["after_surgery", "exercise_pain", "compulsive_exercise"])
def test_no_exercise_is_open_to_whom_none_is_given(reason: str) -> None:
    exercise = re.compile(r"\bsets? of \d|\d x \d|\b(?:half )?kneel|minutes a week|squats, deadlifts")
    holding = {intent for intent, text in fitness_answers() if exercise.search(text)} | set(DETAILS)
    assert len(holding) > 20, "the pattern finds nothing"
    assert {intent for intent in holding if not is_safeguarded(intent, reason)} == set()


def test_what_a_safeguard_says_is_not_given_is_not_given() -> None:
    """The words of a safeguard's text and the intents that it closes belong together."""
    closes = {
        r"\bplan\b": "fitness_training_plan", r"\bmeasurements?\b": "fitness_measuring",
        r"\bfluids?\b": "fitness_hydration", r"\bstretches\b": "fitness_mobility",
    }  # fmt: skip
    for reason in (
        "minor",
        "pregnancy",
        "medicine",
        "condition",
        "older",
        "after_surgery",
        "exercise_pain",
        "somebody_else",
    ):
        for entry in domain()["responses"][f"utter_safeguard_{reason}"]:
            for word, intent in closes.items():
                refused = re.search(rf"(?:n't|not|no|nor|none|neither)\b[^.]*{word}", entry["text"])
                assert not refused or is_safeguarded(intent, reason), (reason, intent, refused[0])


def test_every_action_of_a_rule_exists() -> None:
    steps = [
        step["action"]
        for content in data()
        for rule in content.get("rules") or []
        for step in rule["steps"]
        if "action" in step
    ]
    known = {*domain()["responses"], *domain()["actions"], *domain().get("forms", {}), "action_listen"}
    assert set(steps) - known == set()


def test_every_action_has_a_class_and_every_class_is_in_the_domain() -> None:
    from rasa_sdk.executor import ActionExecutor

    executor = ActionExecutor()
    executor.register_package("actions")
    ours = {name for name in executor.actions if not name.startswith(("action_extract", "validate_action"))}
    assert ours == set(domain()["actions"])
    assert all(re.fullmatch(r"action_[a-z]+(_[a-z]+)+|validate_\w+_form", name) for name in ours)


def test_each_action_has_a_file_and_a_test_of_its_name() -> None:
    for name in domain()["actions"]:
        stem = "validate_dialogue_form" if name.startswith("validate_") else name.removeprefix("action_")
        assert (ROOT / "actions" / f"{stem}.py").is_file()
        assert (ROOT / "tests" / "actions" / f"test_{stem}.py").is_file()


def test_slots_are_filled_before_any_action_server_is_asked() -> None:
    assert "action_validate_slot_mappings" not in domain()["actions"]
    for name, slot in domain()["slots"].items():
        for mapping in slot["mappings"]:
            assert mapping["type"] in {"from_intent", "custom"}, name
            assert "action" not in mapping, name
    assert domain()["session_config"]["session_expiration_time"] == 0, "locks survive idle time"


def test_the_slots_of_the_safety_plan_exist() -> None:
    for name in (HOLD_SLOT, LOCK_SLOT, SAFEGUARD_SLOT):
        assert domain()["slots"][name]["mappings"] == [{"type": "custom"}]


def test_intents_named_in_python_exist() -> None:
    from components.safety_plan import ANSWERED_WHILE_LOCKED, NEW_CONVERSATION_INTENT, SAFEGUARDED_INTENTS

    named = {
        RELEASE_INTENT,
        NEW_CONVERSATION_INTENT,
        *ANSWERED_WHILE_LOCKED,
        *(i for names in SAFEGUARDED_INTENTS.values() for i in names),
    }
    assert named - set(domain()["intents"]) == set()
    assert {f"safeguard_{reason}" for reason in SAFEGUARDED_INTENTS} == {
        i for i in domain()["intents"] if i.startswith("safeguard_")
    }


# Code


@pytest.mark.parametrize("room", ["actions", "components", "channels", "coaching"])
def test_python_never_words_a_reply_and_never_prints(room: str) -> None:
    for path, tree in code(room):
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            assert getattr(call.func, "id", "") != "print", f"{path}:{call.lineno}"
            if name == "utter_message":
                assert not call.args and {key.arg for key in call.keywords} & {"response"}, f"{path}:{call.lineno}"
                assert "text" not in {key.arg for key in call.keywords}, f"{path}:{call.lineno}"


def imported(tree: ast.Module) -> set[str]:
    """Return the top-level packages that a module imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("room", sorted(IMPORTS))
def test_import_rules(room: str) -> None:
    allowed, forbidden = IMPORTS[room]
    for path, tree in code(room):
        assert imported(tree) & ROOMS - allowed == set(), path
        assert imported(tree) & forbidden == set(), path


# Settings


def settings_in_code() -> set[str]:
    files = [path for room in sorted(ROOMS - {"web"}) for path in (ROOT / room).rglob("*.py")]
    files += [ROOT / name for name in ("Procfile", "Makefile", "endpoints.yml", "credentials.yml")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files if path.is_file())
    return set(re.findall(r"\bHIP_[A-Z_]+[A-Z]\b", text)) | website_settings()


def website_settings() -> set[str]:
    """HIP_ and the name of each field of the classes that read settings, of gateway, console, both, and each messaging platform."""
    found: set[str] = set()
    rooms = [ROOT / "web" / room for room in ("gateway", "console", "installation")]
    for path in (path for room in rooms for path in room.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and any(ast.unparse(base).endswith("Settings") for base in node.bases):
                fields = [item for item in node.body if isinstance(item, ast.AnnAssign)]
                names = [
                    ast.unparse(field.target) for field in fields if "ClassVar" not in ast.unparse(field.annotation)
                ]
                found |= {f"HIP_{name.upper()}" for name in names}
    return found


def test_every_setting_is_in_the_example_and_in_the_docs() -> None:
    used = settings_in_code()
    assert {
        "HIP_BRIDGE_SECRET",
        "HIP_RETENTION_DAYS",
        "HIP_PUBLIC_URL",
        "HIP_CONSOLE_PORT",
        "HIP_TELEGRAM_TOKEN",
        "HIP_TWILIO_FROM",
    } <= used
    example = set(re.findall(r"^#? ?(HIP_[A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    docs = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md"))
    assert example == used
    assert used - set(re.findall(r"\bHIP_[A-Z_]+[A-Z]\b", docs)) == set()


# Numbers


def test_every_region_has_its_numbers() -> None:
    content = yaml.safe_load((ROOT / "components" / "regions.yml").read_text(encoding="utf-8"))
    assert {"GB", "IE", "US", "CA", "AU", "NZ", "IN", "EU", "DE", "FR", "IT", "ES"} <= set(content["regions"])
    for code_, region in {**content["regions"], "unknown": content["unknown"]}.items():
        assert set(region) <= {"emergency", "crisis", "eating_disorder", "names", "countries"}, code_
        for key in ("emergency", "crisis"):
            assert isinstance(region[key], str) and re.search(r"\d{2}|findahelpline", region[key]), (code_, key)
        assert re.search(r"\d{3}", region["emergency"]), code_
    assert re.search(r"\d{3}", content["unknown"]["eating_disorder"])
    countries = [country for region in content["regions"].values() for country in region.get("countries", [])]
    assert all(isinstance(country, str) and re.fullmatch("[A-Z]{2}", country) for country in countries), "NO is Norway"
    names = [name for region in content["regions"].values() for name in region["names"]]
    assert len({*countries, *content["regions"]}) == len(countries) + len(content["regions"])
    assert len(set(names)) == len(names) and all(name == name.lower() for name in names)
    member_states = [
        "AT",
        "BE",
        "BG",
        "HR",
        "CY",
        "CZ",
        "DK",
        "EE",
        "FI",
        "FR",
        "DE",
        "GR",
        "HU",
        "IE",
        "IT",
        "LV",
        "LT",
        "LU",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SK",
        "SI",
        "ES",
        "SE",
        "NO",
        "IS",
        "LI",
        "CH",
    ]
    assert set(member_states) <= {*countries, *content["regions"]}


def test_the_closed_helpline_is_nowhere() -> None:
    closed = re.compile(r"800[^\d]{0,3}931[^\d]{0,3}2237")
    for path in [ROOT / "domain.yml", *(ROOT / "components").rglob("*.yml")]:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
        assert not closed.search("\n".join(lines)), path


def test_a_number_is_written_in_one_place() -> None:
    """Helplines come through slots: their only copies are regions.yml and the first values of its slots."""
    numbers = re.compile(r"0808 801|1-888-375|116 123|13 11 14|85258|741741|14416")
    assert [name for name, entry in variations() if numbers.search(entry["text"])] == []
    unknown = regions.slot_values(None, said=False)
    for slot, value in unknown.items():
        assert domain()["slots"][slot]["initial_value"] == value
