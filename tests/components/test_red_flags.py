"""What the red-flag rules promise: docs/safety.md, section 2 (what must trigger) and section 4 (negation, time, person)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from components.red_flags import RedFlagMatcher, RedFlagRulesError
from components.red_flags import matcher as module

FOLDER = Path(module.__file__).parent
MATCHER = RedFlagMatcher()


@pytest.fixture(scope="module")
def matcher() -> RedFlagMatcher:
    return MATCHER


def names(matcher: RedFlagMatcher, text: str) -> set[str]:
    return {flag.name for flag in matcher.find(text)}


def kinds(matcher: RedFlagMatcher, text: str) -> set[str]:
    return {flag.kind for flag in matcher.find(text)}


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("my wife's hip has come out of its socket on the squash court", "E1_hip_out_of_place"),
        ("hip poped out pls help", "E1_hip_out_of_place"),
        ("crashed my motorbike and my hip is agony", "E1_severe_pain_after_fall"),
        ("he came off his horse and he cannot move his leg", "E1_leg_cannot_be_moved"),
        ("I've broken my pelvis", "E1_hip_broken"),
        ("my nan, 78, was bumped over by a dog and her groin hurts on the stairs", "E5_older_person_fall"),
        ("is there a painless way to go", "K1_suicide"),
        ("gonna ctb tonight", "K1_suicide"),
        ("I've had an eating disorder", "D1_named_by_the_person"),
        ("her left leg looks shorter and the foot is turned out", "E2_leg_shape"),
        ("tripped over the hose and cant put any weight on it", "E3_cannot_bear_weight"),
        ("my replaced hip went clunk and suddenly hurts", "E4_replaced_hip"),
        ("my nan fell by the back door, her hip hurts but she's up and about", "E5_older_person_fall"),
        ("he's 84, slipped on the ice and his groin is sore", "E5_older_person_fall"),
        ("fell on my hip at work and now my foot is numb", "E6_leg_numb_after_injury"),
        ("my foot is cold and blue", "E6_leg_cold_or_blue"),
        ("i can see the bone through the cut", "E7_open_wound"),
        ("I can't feel anything between my legs since lifting the sofa", "E8_saddle_signs"),
        ("hip pain and a fever of 39", "E9_hip_infection"),
        ("our toddler refuses to walk since breakfast", "E10_child_will_not_walk"),
        ("my son is 12, his knee hurts and he cannot stand on that leg", "E11_adolescent_cannot_bear_weight"),
        ("swollen calf since the flight and now i'm breathless", "E12_leg_and_chest"),
        ("crushing pain in my chest on the treadmill", "E13_chest_signs"),
        ("I fainted during the class", "E13_fainting"),
        ("my pee looks like cola after the bootcamp", "E14_dark_urine_after_exercise"),
        ("how do I pop a hip back in", "E15_push_back_request"),
        ("my cousin tried to push it back", "E15_push_back_tried"),
        ("she is not breathing", "E16_not_breathing"),
        ("he's choking on a grape, no air", "E16_choking"),
        ("dad's face is drooping and his speech is slurred", "E16_stroke_signs"),
        ("allergic to nuts, throat swelling", "E16_anaphylaxis"),
        ("the little one swallowed a battery", "E16_poisoning"),
        ("he hit his head and keeps vomiting", "E16_head_injury"),
        ("heatstroke, he's stopped sweating and is confused", "E16_heat_stroke"),
        ("she's diabetic, shaky and confused", "E16_low_blood_sugar"),
        ("the bleeding won't stop", "E16_heavy_bleeding"),
        ("sudden pain in my left testicle", "E16_testicular_pain"),
        ("painful lump in my groin and i keep vomiting", "E16_groin_lump"),
        ("30 weeks pregnant and bleeding", "E16_pregnancy"),
        ("my shoulder popped out playing handball", "E16_other_joint_out"),
        ("my boyfriend pushed me and my hip hurts", "X1_violence"),
        ("i want to kill myself", "K1_suicide"),
        ("she says she doesn't want to live any more", "K1_suicide"),
        ("I cut my arms again last night", "K2_self_harm"),
        ("I think my sister has bulimia", "D1_named_by_the_person"),
        ("i make myself sick after dinner", "D2_purging"),
        ("been taking laxatives after every meal", "D2_purging"),
        ("i starve myself all week", "D3_bingeing_and_starving"),
        ("I'm terrified of eating bread", "D4_fear_of_food"),
        ("my periods stopped since i started dieting", "D5_lost_periods"),
        ("i eat 500 kcal a day", "D6_intake_under_800"),
    ],
)
def test_sign_raises_its_flag(matcher: RedFlagMatcher, text: str, flag: str) -> None:
    assert flag in names(matcher, text)


@pytest.mark.parametrize(
    "text",
    [
        "how many suicide sprints should I do",
        "suicide grip on the bench, yes or no",
        "dead bugs, deadlifts and skull crushers on one day?",
        "these squats are killing me",
        "dying to try the sumo deadlift",
        "I would die for a slice of cake",
        "shoulder dislocates with a band before squats",
        "hip pops in my street dance class",
        "hips don't lie",
        "my hip clicks when I squat, no pain",
        "can't walk after leg day lol",
        "I can't stand the treadmill",
        "hip workout without weights",
        "I burn 500 kcal a day on the bike",
        "a deficit of 500 kcal a day",
        "500 kcal deficit or 300?",
        "is a 600 kcal lunch too much",
        "how do I reduce my hips",
        "pushing through a plateau",
        "legs turned out in sumo squats, how far?",
        "ball of my foot hurts in lunges",
        "my dog's hip popped out",
        "our cat was hit by a car and can't walk",
        "my old bike fell over and scratched my leg, what oils for scars?",
        "I fell off the wagon over christmas and my hips show it",
        "my tape measure broke, how else can I measure hips",
        "broken sleep and weight gain, linked?",
        "I broke my diet yesterday",
        "my coach pushed me hard today",
        "my husband pushed me to join the gym",
        "chest day or leg day first",
        "my feet get cold at night",
        "one leg is stronger than the other in lunges",
        "put my hips into the swing",
        "how do you pop your hips in salsa",
        "what is a hip reduction",
        "how do doctors put a hip back in",
        "my hip was replaced in 2018 and I walk every day",
        "my dad broke his hip 5 years ago, all fine now",
        "mum fell last winter and broke her hip, it was pinned, she's walking again",
        "my toddler loves squats haha",
        "my son won't stand still",
        "kid won't walk the dog",
        "I was bleeding money at that gym",
        "blood sugar and hip fat, related?",
        "swiss ball hurts my back",
        "I binge watched a series instead of training",
        "this plan is suicide for my knees",
        "hit the gym or hit the pool",
        "goodbye and thanks",
        "I want to disappear for a week on a beach",
        "what are the signs of a stroke",
        "what is anorexia",
        "symptoms of a hip dislocation",
        "how common is it for a hip to dislocate",
        "can I put a hip back myself",
        "why can't I do it myself",
        "my calf is swollen and warm, breathing is fine",
        "hip aches at night for two months",
        "I'm 15 and my hip hurts after football",
        "what's the best way to go about smaller hips",
        "the least painful way to go to the gym in winter",
        "I've never had an eating disorder",
        "she has not had an eating disorder",
    ],
)
def test_harmless_message_raises_none(matcher: RedFlagMatcher, text: str) -> None:
    assert matcher.find(text) == []


@pytest.mark.parametrize(
    ("row", "text", "expected"),
    [
        ("now, self", "my hip is dislocated", {"emergency_injury"}),
        ("another person", "my gran's hip is dislocated", {"emergency_injury"}),
        ("possible", "I think my hip might be dislocated", {"emergency_injury"}),
        ("possible, question", "could it be that my hip is out of its socket", {"emergency_injury"}),
        ("denied", "no, I didn't dislocate it", set()),
        ("denied, many", "no fall, no numbness, my leg is not shorter", set()),
        ("denied, sign first", "my hip is not out of place", set()),
        ("denied + second sign", "not numb, but I can't put weight on it", {"emergency_injury"}),
        ("denied + second sign, other clause", "no fever. I fell and can't stand on my leg", {"emergency_injury"}),
        ("inability: can't", "I fell and can't walk", {"emergency_injury"}),
        ("inability: unable", "unable to bear weight since the fall", {"emergency_injury"}),
        ("inability: no feeling", "no feeling in my foot after the crash", {"emergency_injury"}),
        ("inability: won't move", "my leg won't move", {"emergency_injury"}),
        ("inability: not in place", "I fell, the hip is not in place", {"emergency_injury"}),
        ("past and treated", "my hip was dislocated last year and they put it back in hospital", set()),
        ("past, and did it again", "they put my hip back last month and it popped out again", {"emergency_injury"}),
        ("yesterday and still", "fell yesterday and still can't put weight on my leg", {"emergency_injury"}),
        ("history alone", "history of hip dislocation, hip popped out", {"emergency_injury"}),
        ("hypothetical", "what if my hip dislocates", set()),
        ("definition", "what is a dislocated hip", set()),
        ("exam", "exam question: a man's hip is dislocated and his leg is shorter", set()),
        ("fiction", "in my novel the hero's hip is dislocated and he can't move his leg", set()),
        ("how to put it back", "how do you pop a hip back in", {"emergency_injury"}),
        ("played down", "it's probably nothing lol but my hip popped out of its socket", {"emergency_injury"}),
        ("figurative", "squats are killing me", set()),
        ("painless clicking", "my hip pops when I squat", set()),
    ],
)
def test_denial_table_of_safety_section_4(matcher: RedFlagMatcher, row: str, text: str, expected: set[str]) -> None:
    assert kinds(matcher, text) == expected, row


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n\t",
        "🙂",
        "👍🏽👍🏽",
        "??!!",
        "\u200d",
        "\x00",
        "ß",
        "ｈｉｐ",
        "a" * 4000,
        "hip " * 1000,
        "no " * 1300,
    ],
)
def test_any_text_is_answered(matcher: RedFlagMatcher, text: str) -> None:
    assert isinstance(matcher.find(text), list)
    assert isinstance(matcher.signs(text), dict)


WORDS = st.sampled_from(
    [
        "hip",
        "not",
        "no",
        "my",
        "is",
        "dislocated",
        "can't",
        "walk",
        "but",
        "what if",
        "fell",
        ".",
        ",",
        "gran",
        "?",
        "500",
        "kcal",
    ]
)


@settings(max_examples=50)
@given(st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=60).map(" ".join)))
def test_no_text_raises_and_the_same_text_gets_the_same_flags(text: str) -> None:
    assert MATCHER.find(text) == MATCHER.find(text)


def test_sign_late_in_a_very_long_message_counts(matcher: RedFlagMatcher) -> None:
    assert "E1_hip_out_of_place" in names(
        matcher, "I like to walk in the park with friends. " * 90 + "My hip popped out of its socket."
    )


def test_spelling_of_phones_and_shouting_make_no_difference(matcher: RedFlagMatcher) -> None:
    for text in (
        "MY HIP IS DISLOCATED",
        "my hip\u2019s dislocated",
        "my  hip\nis dislocated!!!",
        "ｍｙ hip is dislocated",
    ):
        assert "E1_hip_out_of_place" in names(matcher, text)


def test_evidence_is_in_the_visitors_own_words(matcher: RedFlagMatcher) -> None:
    (flag,) = [flag for flag in matcher.find("Help! My Hip is Dislocated") if flag.name == "E1_hip_out_of_place"]
    assert flag.evidence == ("My Hip is Dislocated",)


def test_order_is_that_of_the_file(matcher: RedFlagMatcher) -> None:
    order = [rule["name"] for rule in yaml.safe_load((FOLDER / "flags.yml").read_text(encoding="utf-8"))["flags"]]
    found = [
        flag.name
        for flag in matcher.find(
            "my gran fell, her hip is out of its socket, her foot is blue and she is not breathing"
        )
    ]
    assert len(found) > 2
    assert found == sorted(found, key=order.index)


def test_every_sign_is_used_and_every_flag_has_its_own_name() -> None:
    read = {name: yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8")) for name in ("signs", "flags")}
    flags = read["flags"]["flags"]
    used = {sign for flag in flags for combination in flag["any"] for sign in combination}
    used |= {sign for flag in flags for sign in flag.get("unless", [])} | set(read["flags"]["overrides"])
    assert {*read["signs"]["message_signs"], *read["signs"]["signs"]} == used
    assert len({flag["name"] for flag in flags}) == len(flags)


@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        ("flags.yml", "\nflags:\n", "\nflag_list: []\nflags:\n", ["flag_list", "flags", "overrides"]),
        (
            "flags.yml",
            "    kind: crisis\n",
            "    kind: crisis\n    when: [suicide]\n",
            ["when", "any", "kind", "name", "unless"],
        ),
        (
            "flags.yml",
            "kind: crisis",
            "kind: worry",
            ["worry", "crisis", "eating_disorder", "emergency_general", "emergency_injury"],
        ),
        ("flags.yml", "[[suicide]", "[[suicidal]", ["suicidal", "suicide"]),
        ("flags.yml", "now_sign: [settled", "now_sign: [setled", ["setled", "settled"]),
        ("signs.yml", "\nsigns:\n", "\nsins: {}\nsigns:\n", ["sins", "signs", "words"]),
        ("signs.yml", "%region%", "%regoin%", ["regoin", "region"]),
        ("signs.yml", "  settled:\n", "  broken: ['(']\n  settled:\n", ["broken", "does not compile"]),
        ("context.yml", "- category: DENIED", "- category: DENID", ["DENID", "BOUNDARY", "DENIED", "HYPOTHETICAL"]),
        ("context.yml", "direction: FORWARD", "direction: AHEAD", ["AHEAD", "FORWARD", "TERMINATE"]),
        ("context.yml", "signs: [low_intake]", "signs: [low_intakes]", ["low_intakes", "low_intake"]),
        ("context.yml", "max_scope: 6", "scope: 6", ["scope", "max_scope", "patterns"]),
    ],
)
def test_unknown_key_is_an_error_that_lists_what_is_allowed(
    tmp_path: Path, file: str, old: str, new: str, named: list[str]
) -> None:
    for name in ("signs.yml", "context.yml", "flags.yml"):
        shutil.copy(FOLDER / name, tmp_path / name)
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RedFlagRulesError) as error:
        RedFlagMatcher(tmp_path)
    for word in named:
        assert word in str(error.value)
