"""What comes out of each dialogue. The caller has asked everything and found no safeguard that forbids it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from coaching import cardio, energy, hydration, measurements, plans, protein, sleep, stress
from coaching.dialogue import display
from coaching.dialogue.forms import DECLINED
from coaching.dialogue.replies import Reply, tips
from coaching.ranges import Range

Known = Mapping[str, Any]

#: Asked, but not answered: the value that is taken, the more careful one.
_DEFAULTS: dict[str, Any] = {
    "level": "beginner",
    "equipment": "body_weight",
    "days": 2.0,
    "cardio_minutes": 0.0,
    "cardio_days": 3.0,
    "cardio_kind": "steady",
    "stress_minutes": 5.0,
    "stress_sources": [],
    "diet": None,
    "sex": None,
    "goal": None,
    "waist": None,
    "hip": None,
}
#: The time course is shown after so many weeks.
_WEEKS = (12, 52)


def result(dialogue: str, known: Known, reasons: tuple[str, ...] = ()) -> list[Reply]:
    """Return the messages of a dialogue's result; figures are rounded, and in the units that the visitor uses."""
    return _RESULTS[dialogue](known, reasons)


def refusal(dialogue: str, known: Known) -> list[Reply]:
    """Return the reply when what is known rules a figure out before the last question; nothing while it is open."""
    needed = ("age", "height", "weight", "activity")
    lacks = known.get("sex") is None or any(known.get(slot) in (None, DECLINED) for slot in needed)
    if dialogue != "calorie_deficit" or lacks:
        return []
    figures = estimate(known)
    return [Reply("utter_safeguard_floor", {"floor": display.kcal(figures.floor)})] if figures.refusal else []


def training_plan(known: Known) -> plans.Plan:
    """Return the plan for what is known: level, equipment without what is missing, days, disliked exercises."""
    kit = plans.kits()[_value(known, "equipment")] - set(known.get("missing") or ())
    return plans.choose(_value(known, "level"), kit, _value(known, "days"), known.get("disliked") or ())


def estimate(known: Known) -> energy.Estimate:
    """Return the energy estimate for what is known."""
    return energy.estimate(_value(known, "sex"), known["age"], known["weight"], known["height"], known["activity"])


def _value(known: Known, slot: str) -> Any:
    value = known.get(slot)
    return _DEFAULTS.get(slot) if value is None or value == DECLINED else value


def _calorie_deficit(known: Known, _reasons: tuple[str, ...]) -> list[Reply]:
    figures = estimate(known)
    floor = display.kcal(figures.floor)
    rate = display.change(energy.weekly_rate(known["weight"]), known.get("units"))
    if len(figures.targets) == 1:
        values = {
            "bmr": display.kcal(figures.bmr),
            "tdee": display.kcal(figures.tdee),
            "intake": display.kcal(figures.targets[0].intake),
        }
        replies = [Reply("utter_fitness_result_calorie_deficit", {**values, "floor": floor, "rate": rate})]
    else:
        values = {
            "bmr": display.kcal(figures.bmr),
            "tdee_women": display.kcal(figures.tdee.low),
            "tdee_men": display.kcal(figures.tdee.high),
            "intake_women": display.kcal(figures.targets[0].intake),
            "intake_men": display.kcal(figures.targets[1].intake),
        }
        replies = [Reply("utter_fitness_result_calorie_deficit_both", {**values, "floor": floor, "rate": rate})]
    replies.append(_time_course(known, figures))
    goal = _value(known, "goal")
    if isinstance(goal, float):
        replies.insert(1, _goal(known, goal))
    return replies


def _time_course(known: Known, figures: energy.Estimate) -> Reply:
    deficits = [end for target in figures.targets for end in (target.deficit.low, target.deficit.high)]
    least, most = min(deficits), max(deficits)
    courses = [
        [energy.course(deficit, known["weight"], known["height"], weeks) for deficit in (least, most)]
        for weeks in _WEEKS
    ]
    stops = any(course.stops or course.limit_stops for pair in courses for course in pair)
    units = known.get("units")
    after = [display.change(Range(slow.loss.low, fast.loss.high), units) for slow, fast in courses]
    limit = Range(courses[0][0].limit, courses[0][1].limit)
    return Reply(
        "utter_fitness_result_time_course_stops" if stops else "utter_fitness_result_time_course",
        {
            "deficit": display.kcal(Range(least, most)),
            "loss12": after[0],
            "loss52": after[1],
            "limit": display.change(limit, units),
        },
    )


def _goal(known: Known, goal: float) -> Reply:
    units = known.get("units")
    if goal >= known["weight"]:
        return Reply("utter_fitness_result_goal_above", {"goal": display.mass(goal, units)})
    difference = known["weight"] - goal
    return Reply(
        "utter_fitness_result_goal",
        {
            "goal": display.mass(goal, units),
            "difference": display.change(Range(difference, difference), units),
        },
    )


def _training_plan(known: Known, _reasons: tuple[str, ...]) -> list[Reply]:
    plan = training_plan(known)
    topics = dict.fromkeys(entry.exercise.topic for session in plan.sessions for entry in session.entries)
    buttons = tuple((display.button(topic), f"/fitness_{topic}") for topic in topics)
    progression = plans.progression()
    replies = [
        Reply(
            "utter_fitness_result_training_plan",
            {"days": str(plan.days), "plan": table(plan), "rest": display.plain_range(plan.rest)},
            buttons,
            plan_card(plan),
        ),
        Reply(
            "utter_fitness_result_progression",
            {
                "warm_up": display.plain_range(progression.warm_up),
                "reserve": display.plain_range(progression.in_reserve),
                "easy_week": display.plain_range(progression.easy_week),
                "load_step": display.plain_range(progression.load_step),
            },
        ),
    ]
    if known.get("injuries") == "other":
        replies.insert(0, Reply("utter_fitness_result_training_caution"))
    return replies


def table(plan: plans.Plan) -> str:
    """Return a plan as lines of text that read well on every channel."""
    lines = []
    for session in plan.sessions:
        days = ", ".join(_WEEKDAYS[day] for day in session.weekdays)
        lines.append(f"{session.name} ({days})" if len(plan.sessions) > 1 else days)
        for entry in session.entries:
            side = " each side" if entry.exercise.each_side else ""
            sets, reps = display.plain_range(entry.sets), display.plain_range(entry.reps)
            lines.append(f"• {display.exercise(entry.exercise.key)}: {sets} × {reps}{side}")
    return "\n".join(lines)


def plan_card(plan: plans.Plan) -> dict[str, Any]:
    """Return the card of a plan (docs/architecture.md, section 7): sessions with weekdays and exercises."""
    return {
        "kind": "plan",
        "level": plan.level,
        "rest_seconds": [plan.rest.low, plan.rest.high],
        "sessions": [
            {
                "name": session.name,
                "weekdays": [_WEEKDAYS[day] for day in session.weekdays],
                "exercises": [
                    {
                        "name": display.exercise(entry.exercise.key),
                        "sets": display.plain_range(entry.sets),
                        "reps": display.plain_range(entry.reps),
                        "each_side": entry.exercise.each_side,
                        "how": f"/fitness_{entry.exercise.topic}",
                    }
                    for entry in session.entries
                ],
            }
            for session in plan.sessions
        ],
    }


_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _protein(known: Known, _reasons: tuple[str, ...]) -> list[Reply]:
    figures = protein.protein(known["weight"], known["height"])
    values = {"day": display.grams(figures.day), "meal": display.grams(figures.meal)}
    if figures.adjusted:
        weight = display.mass(round(figures.weight), known.get("units"))
        replies = [Reply("utter_fitness_result_protein_adjusted", {**values, "weight": weight})]
    else:
        replies = [Reply("utter_fitness_result_protein", {**values})]
    if diet := _value(known, "diet"):
        portions = protein.food(figures.day.low, diet)
        meals = {
            meal: ", ".join(f"{portion.grams} g {portion.name}" for portion in portions if portion.meal == meal)
            for meal in ("breakfast", "lunch", "dinner")
        }
        total = sum(portion.protein for portion in portions)
        replies.append(Reply("utter_fitness_result_protein_food", {**meals, "grams": f"{total:.0f}"}))
    return replies


def _sleep(known: Known, reasons: tuple[str, ...]) -> list[Reply]:
    trouble = known.get("sleep_trouble")
    figures = sleep.check_in(
        known["sleep_hours"],
        falling=trouble in ("falling", "both"),
        staying=trouble in ("staying", "both"),
        caffeine=known.get("caffeine") == "yes",
        screens=known.get("screens") == "yes",
    )
    amount = "minor" if "minor" in reasons else "short" if figures.short else "long" if figures.long else "enough"
    replies = [Reply(f"utter_fitness_result_sleep_{amount}", {"tips": tips(figures.suggestions)})]
    if figures.professional:
        replies.append(Reply("utter_fitness_result_sleep_professional"))
    return replies


def _stress(known: Known, _reasons: tuple[str, ...]) -> list[Reply]:
    keys = stress.suggestions(_value(known, "stress_sources"), _value(known, "stress_minutes"))
    return [
        Reply("utter_fitness_result_stress", {"tips": tips(keys)}),
        Reply("utter_fitness_result_stress_professional"),
    ]


def _hydration(known: Known, _reasons: tuple[str, ...]) -> list[Reply]:
    figures = hydration.water(_value(known, "sex"))
    keys = hydration.suggestions(known.get("heat") == "yes", told_to_limit=False)
    values = {"total": display.plain_range(figures.total, 1), "drinks": display.plain_range(figures.drinks, 1)}
    return [Reply("utter_fitness_result_hydration", {**values, "tips": tips(keys)})]


def _cardio(known: Known, _reasons: tuple[str, ...]) -> list[Reply]:
    level, days = _value(known, "level"), _value(known, "cardio_days")
    figures = cardio.cardio(_value(known, "cardio_minutes"), days, level == "beginner", _value(known, "cardio_kind"))
    values = {
        "week": display.plain_range(figures.week),
        "day": display.plain_range(figures.day),
        "days": f"{days:g}",
    }
    replies = [Reply(f"utter_fitness_result_cardio_{figures.kind}", {**values})]
    if figures.missing:
        replies.append(Reply("utter_fitness_result_cardio_missing", {"missing": f"{figures.missing:.0f}"}))
    return replies


def _measuring(known: Known, _reasons: tuple[str, ...]) -> list[Reply]:
    waist, hip, sex = (_value(known, slot) for slot in ("waist", "hip", "sex"))
    units = known.get("units")
    replies = []
    if waist is not None:
        figures = measurements.measured(waist, hip, sex)
        shown = display.length(waist, units, tape=True)
        if sex is None:
            replies.append(Reply("utter_fitness_result_waist_unknown", {"waist": shown}))
        else:
            limits = measurements.thresholds(sex)
            limit = limits.high if figures.waist == "high" else limits.raised
            values = {"waist": shown, "limit": display.length(limit, units, tape=True)}
            replies.append(Reply(f"utter_fitness_result_waist_{figures.waist}", {**values}))
            if figures.ratio is not None:
                values = {"ratio": f"{figures.ratio:.2f}", "ratio_limit": f"{limits.ratio:.2f}"}
                replies.append(Reply("utter_fitness_result_ratio", {**values}))
    if hip is not None:
        replies.append(Reply("utter_fitness_result_hips", {"hip": display.length(hip, units, tape=True)}))
    return replies or [Reply("utter_fitness_general_measuring")]


_RESULTS: dict[str, Callable[[Known, tuple[str, ...]], list[Reply]]] = {
    "calorie_deficit": _calorie_deficit,
    "training_plan": _training_plan,
    "protein": _protein,
    "sleep": _sleep,
    "stress": _stress,
    "hydration": _hydration,
    "cardio": _cardio,
    "measuring": _measuring,
}
