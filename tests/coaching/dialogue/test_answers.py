"""Answers to closed questions, as people word them: a disclosure wins over a no, and what answers nothing gives nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.dialogue import answers
from coaching.dialogue.answers import choice, choices, closed_slots, is_denied, values
from coaching.numerals import plain
from dialogue.talk import PLAIN

#: Slot -> value -> answers to its question.
ANSWERS: dict[str, dict[str, list[str]]] = {
    "pregnancy": {
        "yes": [
            "yes",
            "Yes, 14 weeks along",
            "yep, third trimester",
            "I'm expecting my second",
            "we're trying for a baby",
            "still nursing my little one",
            "breastfeeding twins",
            "breast-feeding, yes",
            "had a baby four months ago",
            "I gave birth in March",
            "just had a baby",
            "my daughter is 7 weeks old",
            "doing IVF at the moment",
            "not pregnant but breastfeeding",
            "not pregnant, but nursing",
            "No, but we are trying to conceive",
            "possibly, my period is late",
            "hopefully soon",
            "no, hopefully soon",
            "the last one",
            "we're hoping for a second child",
            "had my daughter 8 weeks ago",
            "postpartum, 10 weeks",
        ],
        "no": [
            "no",
            "No.",
            "nope, none of that",
            "nah",
            "oh god no",
            "thankfully no",
            "not pregnant",
            "definitely not",
            "not that I know of",
            "none of those apply",
            "neither pregnant nor breastfeeding",
            "I'm a man",
            "I'm 58 and through the menopause",
            "had a hysterectomy years ago",
            "no, my youngest is 12",
            "no plans for kids",
            "No, I had my son 12 years ago",
            "no, I gave birth 10 years ago",
            "N/A",
            "never been pregnant",
            "no, not expecting, not trying, nothing",
            "sure, I'm not pregnant",
        ],
    },
    "eating": {
        "yes": [
            "yes",
            "yeah, anorexia as a teenager",
            "I had anorexia years ago",
            "I was bulimic at uni",
            "a bit of bingeing now and then",
            "used to make myself sick",
            "sometimes I binge at night",
            "recovering from an eating disorder",
            "in my teens, yes",
            "kind of",
            "it's complicated",
            "no, well, I used to binge",
            "not any more, but I was bulimic",
            "I restricted a lot in the past",
            "I did years ago, never treated",
        ],
        "no": [
            "no",
            "Never",
            "nope, never had anything like that",
            "no, I love my food",
            "not me",
            "I eat normally",
            "no history of eating disorders",
            "I've never had anorexia, bulimia or anything like it",
            "no eating disorder, no bingeing, nothing",
            "none, thankfully",
            "nah mate, I just like food",
            "I'm lucky, never had an eating disorder",
            "I'm not anorexic or anything",
        ],
    },
    "health": {
        "medicine": [
            "I inject insulin",
            "yes, insulin",
            "type 1 diabetic",
            "on gliclazide for my diabetes",
            "I take tablets for my diabetes",
            "no kidney trouble, but I'm on insulin",
            "jardiance",
            "I've got diabetes",
        ],
        "condition": [
            "yes",
            "I've got kidney disease",
            "gout now and again",
            "no diabetes, but gout",
            "had a gastric sleeve two years ago",
            "heart failure",
            "in chemo at the moment",
            "I only have one kidney",
            "bariatric surgery in 2019",
            "the third one",
            "breast cancer, in treatment",
        ],
        "none": [
            "none",
            "None of these",
            "no",
            "nope, fit and well",
            "no medication",
            "I don't take any tablets",
            "just the pill",
            "nothing apart from hay fever",
            "only blood pressure tablets",
            "I'm healthy",
            "no insulin, kidney disease or gout",
            "yes I have no conditions",
            "no diabetes, no gout, nothing",
            "not that I know of",
            "an inhaler for my asthma, that's it",
        ],
    },
    "sex": {
        "female": ["female", "F", "a woman", "I'm a lady", "she", "female, thanks"],
        "male": ["male", "m", "a bloke", "I'm a man", "guy", "Male please"],
        "declined": ["non-binary", "neither", "I'm trans", "other"],
    },
    "activity": {
        "desk": [
            "desk",
            "I sit at a computer all day",
            "office job, no sport",
            "barely move to be honest",
            "not active at all",
            "sedentary",
            "couch potato",
            "hardly any exercise",
            "I work from home and drive everywhere",
        ],
        "light": [
            "light",
            "lightly active",
            "yoga twice a week",
            "I walk the dog most days",
            "a bit, two walks a week",
            "1-3 days",
            "gentle pilates on Mondays",
        ],
        "moderate": [
            "moderate",
            "gym 3-4 times a week",
            "I'm on my feet most of the day",
            "fairly active",
            "I'm a nurse",
            "four workouts a week",
        ],
        "hard": ["hard", "I train six days a week", "I run every day", "very active", "6-7 days", "marathon training"],
        "physical": ["physical job", "builder, on site all day", "I work in a warehouse", "manual labour and the gym"],
    },
    "diet": {
        "omnivore": [
            "everything",
            "a bit of everything",
            "I eat meat",
            "mostly chicken and rice",
            "pescatarian",
            "no restrictions",
            "not vegan, I eat everything",
            "halal",
        ],
        "vegetarian": ["vegetarian", "veggie", "no meat", "no meat or fish", "I don't eat meat or fish", "veg", "lacto vegetarian"],
        "vegan": ["vegan", "plant-based", "fully vegan since 2018", "no animal products"],
    },
    "level": {
        "beginner": [
            "beginner",
            "total newbie",
            "never lifted a weight",
            "new to this",
            "just starting out",
            "a few months",
            "coming back, rusty",
            "none at all",
            "no experience",
        ],
        "intermediate": [
            "intermediate",
            "somewhere in between",
            "about a year",
            "two years on and off",
            "medium I guess",
            "decent",
            "not a beginner any more, intermediate I'd say",
        ],
        "advanced": ["advanced", "ten years of lifting", "I compete in powerlifting", "expert", "over 6 years"],
    },
    "equipment": {
        "gym": ["gym", "a full gym", "I'm a member at PureGym", "everything, it's a proper gym", "gym membership"],
        "bands_and_dumbbells": ["bands and dumbbells", "dumbbells plus a band", "both", "a kettlebell and some bands"],
        "dumbbells": ["dumbbells", "two 10 kg dumbbells", "kettlebell", "some weights", "no gym, just dumbbells"],
        "bands": ["bands", "a couple of resistance bands", "just a band", "I don't have a gym, only bands"],
        "body_weight": [
            "body weight",
            "just my bodyweight",
            "nothing",
            "no equipment",
            "none",
            "only a yoga mat",
            "my living room floor",
        ],
    },
    "injuries": {
        "hip_treated": [
            "I had a hip replacement last year",
            "labral surgery on my left hip",
            "dislocated my hip in 2020",
            "broke my pelvis",
            "hip op in June",
            "I had a hip reduction in spring",
            "my hip was reduced in hospital",
            "I've got a new hip",
            "the first",
            "they put a titanium hip in",
            "no pain, but I have a new hip",
        ],
        "hip_pain": [
            "my hip hurts when I squat",
            "groin strain",
            "hip impingement",
            "yes, my groin",
            "sore hips after running",
            "no injuries, but the groin a bit",
            "hip",
        ],
        "watched": [
            "heart trouble",
            "I'm on insulin",
            "a pacemaker",
            "no injuries, but I have epilepsy",
            "a condition, yes",
            "blood thinners since last year",
        ],
        "none": [
            "none",
            "no",
            "no injuries",
            "all good",
            "nothing hurts",
            "nope, fit as a fiddle",
            "pain free",
            "no injuries or surgery",
            "never had hip surgery",
            "my hips don't hurt",
            "no injuries, no heart trouble",
        ],
        "other": [
            "dodgy knee",
            "my lower back",
            "tennis elbow",
            "yes, sore shoulder",
            "a sprained ankle",
            "no, just a dodgy knee",
            "not the hips, my knee",
            "hips are fine but my knee is bad",
        ],
    },
    "sleep_trouble": {
        "none": ["none", "no, I sleep fine", "I sleep like a log", "neither", "no trouble"],
        "falling": ["falling asleep", "takes me ages to fall asleep", "I can't switch off", "the first", "mind racing"],
        "staying": [
            "staying asleep",
            "I wake up at 3 every night",
            "waking up a lot",
            "the kids wake me up",
            "up several times",
            "I fall asleep fine but wake up at 4",
        ],
        "both": ["both", "all of the above", "trouble falling asleep, and I wake up at 3 every night"],
    },
    "caffeine": {
        "no": [
            "no",
            "never",
            "only in the morning",
            "decaf only",
            "never touch coffee",
            "none after lunch",
            "one coffee at breakfast",
            "I don't drink coffee",
        ],
        "yes": ["yes", "coffee at 4 pm", "a cola in the evening", "yes, tea after dinner", "sometimes", "coffee in the morning and at 4 pm"],
    },
    "screens": {
        "no": ["no", "never", "no, I read a book", "the phone stays downstairs", "not really"],
        "yes": ["yes", "phone in bed", "Netflix till midnight", "TV until I drop off", "always", "a bit of scrolling"],
    },
    "heat": {
        "no": ["no", "not really", "it's cool here", "air conditioned office", "never"],
        "yes": ["yes", "very hot here", "I sweat buckets at work", "38 degrees at the moment", "it's humid", "a lot"],
    },
    "cardio_kind": {
        "walk": ["walking", "walks with the dog", "hiking", "long strolls"],
        "steady": ["steady", "jogging", "cycling at an easy pace", "swimming", "I don't mind", "rowing machine"],
        "intervals": ["intervals", "HIIT", "sprints", "short and hard", "spinning"],
    },
}  # fmt: skip
#: What answers none of the questions.
NO_ANSWERS = ("", " ", "?", "purple", "what do you mean", "qwrtz plk", "👍🏽", "bonjour", "...", "I'll have to ask")
SAFETY = ("pregnancy", "eating", "health", "injuries")
_ROWS = [(slot, value, text) for slot, told in ANSWERS.items() for value, texts in told.items() for text in texts]


@pytest.mark.parametrize(("slot", "value", "text"), _ROWS)
def test_an_answer_is_read(slot: str, value: str, text: str) -> None:
    assert choice(slot, text, asked=True) == value


@pytest.mark.parametrize("text", NO_ANSWERS)
@pytest.mark.parametrize("slot", closed_slots())
def test_what_is_no_answer_gives_none(slot: str, text: str) -> None:
    assert choices(slot, text, asked=True) == ()


def test_the_tables_know_every_value() -> None:
    told = {slot: set(table) for slot, table in ANSWERS.items()}
    assert told == {slot: set(values(slot)) for slot in closed_slots() if slot != "stress_sources"}


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("work", ["work"]),
        ("work and money", ["work", "money"]),
        ("money, work", ["money", "work"]),
        ("my boss, and the kids at home", ["work", "family"]),
        ("bills and the news", ["money", "news"]),
        ("I can't sleep, and my marriage is rocky", ["sleep", "family"]),
        ("my mum's illness", ["family", "health"]),
        ("exams", ["work"]),
        ("loneliness", ["other"]),
        ("everything really", ["other"]),
        ("not work, it's the rent", ["money"]),
        ("dunno", ["other"]),
    ],
)
def test_several_sources_of_stress_are_read_in_their_order(text: str, sources: list[str]) -> None:
    assert list(choices("stress_sources", text, asked=True)) == sources


@pytest.mark.parametrize(
    ("slot", "text", "value"),
    [
        ("pregnancy", "I'm pregnant and want a plan", "yes"),
        ("pregnancy", "I'm not pregnant and 34", "no"),
        ("pregnancy", "breastfeeding mum here, 31", "yes"),
        ("pregnancy", "no", None),
        ("pregnancy", "yes", None),
        ("pregnancy", "I am late with this", None),
        ("eating", "my history of bulimia", "yes"),
        ("eating", "I skip breakfast", None),
        ("eating", "sometimes", None),
        ("health", "I take insulin", "medicine"),
        ("health", "my gout is bad", "condition"),
        ("health", "healthy food", None),
        ("health", "sugar is my weakness", None),
        ("injuries", "my hip hurts", "hip_pain"),
        ("injuries", "I had hip surgery", "hip_treated"),
        ("injuries", "I want smaller hips", None),
        ("injuries", "my knee", None),
        ("injuries", "hip thrusts are fine", None),
        ("activity", "desk job, 40 hours", "desk"),
        ("activity", "hard", None),
        ("diet", "I'm vegan", "vegan"),
        ("diet", "chicken", None),
        ("level", "I'm a beginner", "beginner"),
        ("level", "never", None),
        ("equipment", "I've got resistance bands", "bands"),
        ("equipment", "nothing", None),
        ("caffeine", "coffee in the afternoon", "yes"),
        ("caffeine", "no", None),
        ("sleep_trouble", "I wake up at 3 every night", "staying"),
        ("sleep_trouble", "first", None),
    ],
)
def test_told_without_being_asked(slot: str, text: str, value: str | None) -> None:
    assert choice(slot, text, asked=False) == value


@pytest.mark.parametrize(
    ("slot", "text"),
    [
        ("pregnancy", "I'm hoping for a flatter stomach"),
        ("pregnancy", "planning to have two rest days"),
        ("pregnancy", "I was expecting to lose more by now"),
        ("pregnancy", "I like pumping iron"),
        ("pregnancy", "I have a daughter at uni"),
        ("pregnancy", "we have a son 12 years old"),
        ("pregnancy", "I had my son 12 years ago"),
        ("pregnancy", "I gave birth in 2011"),
        ("pregnancy", "had a C-section in 2012"),
        ("eating", "I'm binge-watching series till one"),
        ("eating", "I was bingeing on box sets again"),
        ("eating", "eating out"),
        ("health", "I'm the type I guess who sits"),
        ("health", "kidney beans and rice"),
        ("health", "a heart rate of 60"),
        ("injuries", "I want a plan for hip reduction"),
        ("injuries", "hip reduction training please"),
        ("injuries", "I want my hips reduced"),
        ("injuries", "I'm new, want smaller hips"),
        ("injuries", "a new plan for my hips please"),
        ("injuries", "my back"),
        ("injuries", "sore shoulders, not the hips"),
        ("activity", "I want to look like a body builder"),
        ("diet", "I eat my veggies"),
        ("diet", "I don't eat everything on my plate"),
        ("level", "I'm not a beginner"),
        ("equipment", "I hate the gym"),
        ("caffeine", "I like the taste of coffee"),
        ("cardio_kind", "I hit the gym on Mondays"),
        ("heat", "hot yoga"),
    ],
)
def test_near_misses_tell_nothing(slot: str, text: str) -> None:
    assert choice(slot, text, asked=False) is None


@pytest.mark.parametrize(
    ("text", "word", "denied"),
    [
        ("not pregnant", "pregnant", True),
        ("pregnant, not tired", "pregnant", False),
        ("no insulin, gout or cancer", "cancer", True),
        ("no insulin, gout or cancer", "gout", True),
        ("no, gout", "gout", False),
        ("no insulin but gout", "gout", False),
        ("no. gout", "gout", False),
        ("never had bulimia", "bulimia", True),
        ("without bands", "bands", True),
        ("i don't eat meat", "meat", True),
        ("i haven't any gout", "gout", True),
        ("gout", "gout", False),
    ],
)
def test_what_is_denied(text: str, word: str, denied: bool) -> None:
    assert is_denied(text, text.index(word)) == denied


@pytest.mark.parametrize("slot", SAFETY)
@given(st.data())
def test_a_disclosure_wins_over_a_denial_in_the_same_answer(slot: str, data: st.DataObject) -> None:
    nothing = {"pregnancy": "no", "eating": "no", "health": "none", "injuries": "none"}[slot]
    told = {value: texts for value, texts in ANSWERS[slot].items() if value not in (nothing, "other")}
    value = data.draw(st.sampled_from(sorted(told)))
    text = data.draw(st.sampled_from([text for text in told[value] if len(text.split()) > 2]))
    link = data.draw(st.sampled_from([". ", "; ", " but "]))
    assert choice(slot, f"no{link}{text}", asked=True) not in (nothing, None)


@given(st.sampled_from(closed_slots()), st.text() | st.lists(st.sampled_from([t for *_, t in _ROWS])).map(", ".join))
def test_any_text_gives_known_values_and_never_raises(slot: str, text: str) -> None:
    asked, unasked = choices(slot, text, asked=True), choices(slot, text, asked=False)
    assert set(unasked) <= set(asked) <= set(values(slot))
    assert len(set(asked)) == len(asked)
    assert choice(slot, text, asked=True) == (asked[0] if asked else None)
    for position in range(0, len(plain(text)), 7):
        is_denied(plain(text), position)


@pytest.mark.parametrize("slot", [slot for slot in closed_slots() if slot in PLAIN])
def test_case_and_spaces_change_nothing(slot: str) -> None:
    for text in PLAIN[slot]:
        told = choice(slot, text, asked=True)
        assert told is not None
        assert choice(slot, f"  {text.upper()} ", asked=True) == told
        assert choice(slot, f"{text}!", asked=True) == told


def test_an_unknown_key_is_an_error_that_lists_the_allowed_ones() -> None:
    with pytest.raises(ValueError, match=r"diet\.vegan has say; allowed are asked, denied, said"):
        answers._compiled("diet.vegan", {"say": ["vegan"]}, {})
