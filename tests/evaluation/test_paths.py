"""The program of all paths sees what must not happen: each of its assertions has been red once, here."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from coaching.dialogue.answers import closed_slots
from coaching.dialogue.forms import DIALOGUES
from evaluation import paths
from evaluation.paths import FIGURE, GENERAL, Place, Walk, Walker, plan, table

ASK = {"text": "How tall are you?", "choices": [], "response": "utter_ask_height"}


def reply(text: str, response: str = "utter_fitness_answer", choices: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "text": text,
        "response": response,
        "choices": [{"title": title, "payload": f"/{title}"} for title in choices],
    }


def answer(*replies: dict[str, Any], outcome: str = "fitness", degraded: bool = False) -> dict[str, Any]:
    return {"replies": list(replies), "outcome": outcome, "degraded": degraded}


def violations(
    body: dict[str, Any], asked: str | None = "height", outcomes: tuple[str, ...] = (), forbidden: bool = False
) -> list[str]:
    walker = Walker(None, None)
    walker._check(
        Place("c", asked, tuple(body["replies"][-1]["choices"]) if body["replies"] else (), ("a",), forbidden),
        body,
        outcomes,
    )
    return walker.walk.violations


@pytest.mark.parametrize(
    ("body", "fields", "found"),
    [
        (answer(ASK), {}, ""),
        (answer(reply("  ", choices=("fitness_sleep",))), {"asked": None}, "no reply"),
        (answer(reply("{bmr} kcal"), ASK), {}, "an unfilled value"),
        (answer(reply("None kcal"), ASK), {}, "an unfilled value"),
        (answer(ASK), {"outcomes": ("emergency",)}, "outcome fitness instead of emergency"),
        (answer(reply("1,700 kcal"), ASK), {"forbidden": True}, "a forbidden figure"),
        (answer(reply("never below 1,200 kcal"), ASK), {"forbidden": True}, ""),
        (answer(reply("3 × 8-12"), ASK), {"forbidden": True}, "a forbidden figure"),
        (answer(reply("Okay.")), {}, "the question of height was not asked again"),
        (answer(reply("Done.")), {"asked": None}, "no way on"),
        (answer(reply("Done.", choices=("fitness_sleep",))), {"asked": None}, ""),
        (answer(ASK, degraded=True), {}, "an action failed"),
    ],
)
def test_each_assertion_can_fail(body: dict[str, Any], fields: dict[str, Any], found: str) -> None:
    assert [violation.startswith(found) for violation in violations(body, **fields)] == ([True] if found else [])


class Broken:
    """An assistant that fails at every message."""

    async def answer(self, request: Any) -> dict[str, Any]:
        raise RuntimeError("broken")


async def test_a_path_that_breaks_the_assistant_is_a_finding() -> None:
    walk = await Walker(Broken(), lambda **fields: fields).all_dialogues(["sleep"])
    assert walk.violations == [f"RuntimeError: broken: {paths.DIALOGUES['sleep']}"]


def test_walks_of_several_processes_are_one() -> None:
    left, right = Walk(), Walk()
    left.turns["sleep", "caffeine"] += 2
    right.turns["stress", "start"] += 1
    right.answers["stress", "stress_minutes"] = {"plain"}
    right.violations.append("no reply")
    whole = paths.together([left, right])
    assert sum(whole.turns.values()) == 3
    assert (whole.answers, whole.violations) == (right.answers, right.violations)


def test_the_plan_covers_every_question_of_every_dialogue() -> None:
    slots = {slot for dialogue in DIALOGUES.values() for slot in dialogue.slots}
    assert set(plan()["answers"]) == slots
    assert set(paths.DIALOGUES) == set(DIALOGUES)
    for slot, answers in plan()["answers"].items():
        assert isinstance(answers["plain"], str)
        assert len(answers) >= 3, slot
        if slot in closed_slots():
            assert any(isinstance(said, dict) for said in answers.values()), slot
    assert len(plan()["interruptions"]) >= 20
    outcomes = {outcome for entry in plan()["interruptions"].values() for outcome in entry.get("outcomes", ())}
    assert {"emergency", "crisis", "eating_disorder", "safeguard"} <= outcomes


def test_figures_are_told_from_what_everybody_may_read(domain_file: dict[str, Any]) -> None:
    for name in ("utter_safeguard_minor", "utter_safeguard_low_intake", "utter_safeguard_pregnancy"):
        for entry in domain_file["responses"][name]:
            assert FIGURE.search(GENERAL.sub("", entry["text"])) is None
    result = yaml.safe_dump(domain_file["responses"]["utter_fitness_result_calorie_deficit"])
    assert FIGURE.search(result.replace("{intake}", "1,700–1,900"))


def test_the_table_names_every_question_and_violation() -> None:
    walk = Walk()
    walk.turns["sleep", "sleep_hours"] += 9
    walk.interruptions["sleep", "sleep_hours"] = {"none", "crisis"}
    walk.answers["sleep", "sleep_hours"] = {"plain"}
    walk.violations.append("no reply: a → b")
    shown = table(walk)
    assert "| sleep | sleep_hours | 2 | 1 | 9 |" in shown
    assert "Violations: 1" in shown and "- no reply: a → b" in shown
