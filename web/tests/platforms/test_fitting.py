"""Any reply on any platform: within limits, not a character lost, every choice there, what is urgent complete and first."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from record_samples_platforms import conversation, message

from gateway.platforms.adapter import Button, Limits, Part
from gateway.platforms.fitting import CHOOSE, REPLY_WITH_A_NUMBER, are_numbered, chosen_number, is_number, parts
from gateway.platforms.limits import LIMITS, PAYLOAD_BYTES, utf16_units
from gateway.platforms.showing import buttons_of, sequence_of, text_of
from transcripts.values import Choice

DOMAIN = Path(__file__).resolve().parents[3] / "domain.yml"

PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n"), max_size=300)
TITLES = st.text(st.characters(min_codepoint=33, max_codepoint=0x17F), min_size=1, max_size=30)
BUTTONS = st.lists(
    st.builds(Button, st.from_regex(r"[0-9a-f]{8}\.c[0-9]{1,4}-[0-9]{1,2}", fullmatch=True), TITLES), max_size=15
)
SMALL = st.builds(
    Limits,
    text=st.integers(40, 200),
    text_with_buttons=st.integers(20, 40),
    buttons=st.integers(0, 13),
    title=st.integers(1, 30),
    size=st.sampled_from([len, utf16_units, lambda text: len(text.encode())]),
)


def without_space(text: str) -> str:
    return "".join(text.split())


def assert_within(sent: list[Part], limits: Limits) -> None:
    for part in sent:
        assert part.text.strip()
        assert limits.size(part.text) <= (limits.text_with_buttons if part.buttons else limits.text)
        assert len(part.buttons) <= limits.buttons
        assert all(0 < limits.size(button.title) <= limits.title for button in part.buttons)


def assert_complete(sent: list[Part], text: str, buttons: list[Button], limits: Limits, urgent: bool) -> None:
    """Everything said is there, in order, and nothing else but the words around the choices."""
    assert_within(sent, limits)
    whole = "".join(part.text for part in sent)
    if not buttons:
        assert without_space(whole) == without_space(text)
    elif are_numbered(buttons, limits):
        lines = "".join(f"{number}.{button.title}" for number, button in enumerate(buttons, 1))
        assert without_space(whole) == without_space(text + REPLY_WITH_A_NUMBER + lines)
        assert not any(part.buttons for part in sent)
    else:
        assert without_space(whole) in (without_space(text), without_space(text + CHOOSE))
        assert [button.id for button in sent[-1].buttons] == [button.id for button in buttons]
        assert [button.title for button in sent[-1].buttons] == [button.title.strip() for button in buttons]
        assert not any(part.buttons for part in sent[:-1])
    if urgent and limits.size(text.strip()) <= limits.text and text.strip():
        assert without_space(sent[0].text) == without_space(text) and not sent[0].buttons


@given(PLAIN, BUTTONS, SMALL, st.booleans())
def test_any_reply_fits_any_limits(text: str, buttons: list[Button], limits: Limits, urgent: bool) -> None:
    assert_complete(parts(text, buttons, limits, urgent), text, buttons, limits, urgent)


@pytest.mark.parametrize("platform", LIMITS)
@example(text="", buttons=[Button("00000000.c0-0", f"{'0' * 20}\x85")], urgent=False)
@example(text="", buttons=[Button("00000000.c0-0", f"{'0' * 24}\x85")], urgent=False)
@given(
    text=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200).map(lambda text: text * 60),
    buttons=BUTTONS,
    urgent=st.booleans(),
)
def test_any_long_reply_fits_every_platform(platform: str, text: str, buttons: list[Button], urgent: bool) -> None:
    limits = LIMITS[platform]
    assert_complete(parts(text, buttons, limits, urgent), text, buttons, limits, urgent)


def responses() -> list[tuple[str, dict]]:
    found = yaml.safe_load(DOMAIN.read_text(encoding="utf-8"))["responses"]
    return [(name, variation) for name, variations in found.items() for variation in variations]


@pytest.mark.parametrize("platform", LIMITS)
@pytest.mark.parametrize(
    "filling", ["999 or 112 (or your local number)", "Long & winding value <here>. " * 12, "ü€😀" * 80]
)
def test_every_response_of_the_bot(platform: str, filling: str) -> None:
    limits = LIMITS[platform]
    seen = responses()
    assert len(seen) > 500
    for name, variation in seen:
        metadata = variation.get("metadata") or {}
        urgent = (metadata.get("card") or {}).get("kind") in ("emergency", "crisis")
        text = re.sub(r"\{\w+\}", lambda _: filling, variation.get("text", ""))
        choices = [(button["title"], button["payload"], False) for button in variation.get("buttons", ())]
        reply = message(text=text, choices=choices, source=metadata.get("source"))
        buttons = list(buttons_of(reply))
        sent = parts(text_of(reply), buttons, limits, urgent)
        assert_complete(sent, text_of(reply), buttons, limits, urgent)
        assert not urgent or limits.size(text_of(reply)) > limits.text or text in sent[0].text, name
        for button in buttons:
            assert len(button.id.encode()) <= PAYLOAD_BYTES.get(platform, 64)


def test_the_bots_titles_are_buttons_where_there_are_any() -> None:
    for platform, limits in LIMITS.items():
        for _, variation in responses():
            buttons = [Button("1", button["title"]) for button in variation.get("buttons", ())]
            assert are_numbered(buttons, limits) == (platform == "twilio" and bool(buttons))


@pytest.mark.parametrize("platform", LIMITS)
@pytest.mark.parametrize("count", [1, 3, 4, 10, 13])
def test_every_number_of_buttons(platform: str, count: int) -> None:
    limits = LIMITS[platform]
    buttons = [Button(f"0123abcd.c1-{number}", f"Choice {number}") for number in range(1, count + 1)]
    sent = parts("What do you mean?", buttons, limits, False)
    assert len(sent) == 1
    if count <= limits.buttons:
        assert sent[0] == Part("What do you mean?", tuple(buttons))
    else:
        assert sent[0].text.startswith("What do you mean?\n\nReply with a number:\n1. Choice 1")
        assert all(chosen_number(str(number), buttons) == button for number, button in enumerate(buttons, 1))


def test_choices_of_a_long_text_and_of_an_urgent_one_come_by_themselves() -> None:
    limits, button = LIMITS["whatsapp"], Button("0123abcd.c1-1", "Nobody is hurt")
    assert parts("A word. " * 200, [button], limits, False)[-1] == Part("Choose:", (button,))
    assert parts("Call 112 now.", [button], limits, True) == [Part("Call 112 now."), Part("Choose:", (button,))]
    assert parts("Call 112 now.", [button], LIMITS["twilio"], True) == [
        Part("Call 112 now."),
        Part("Reply with a number:\n1. Nobody is hurt"),
    ]


def test_titles_that_do_not_fit_or_are_alike_become_numbers() -> None:
    limits = LIMITS["messenger"]
    assert are_numbered([Button("1", "x" * 21)], limits) and not are_numbered([Button("1", "x" * 20)], limits)
    assert are_numbered([Button("1", "Yes"), Button("2", "Yes ")], limits)
    assert are_numbered([Button("1", " ")], limits) and not are_numbered([], limits)


def test_a_reply_without_anything_sends_nothing() -> None:
    assert parts(" \n", (), LIMITS["telegram"], False) == []


@pytest.mark.parametrize("typed", ["2", "2.", "(2)", "#2", " 2 ", "2)", "# 2", "2\ufe0f\u20e3", "02"])
def test_a_typed_number(typed: str) -> None:
    buttons = [Button("a", "One"), Button("b", "Two")]
    assert is_number(typed) and chosen_number(typed, buttons) == buttons[1]


@pytest.mark.parametrize("typed", ["0", "3", "-1", "2 days", "two", "", "²", "٢", "1.5", "2024", "1 2"])
def test_what_is_no_number_of_a_choice(typed: str) -> None:
    assert chosen_number(typed, [Button("a", "One"), Button("b", "Two")]) is None


def test_a_button_names_its_conversation() -> None:
    reply = message(text="Which?", choices=[("One", "/one", False), ("How", "/how", True)])
    (button,) = buttons_of(reply)
    assert button == Button(f"{reply.conversation_id[:8]}.c2-1", "One")
    assert sequence_of(button.id, conversation(reply.conversation_id)) == 2
    assert sequence_of(button.id, conversation("f" * 32)) is None
    assert sequence_of(button.id, None) is None and sequence_of("/start", conversation("f" * 32)) is None
    assert isinstance(reply.choices[0], Choice)


def test_the_source_stands_below() -> None:
    assert text_of(message(text="A fact.", source="NHS")) == "A fact.\n\nSource: NHS"
    assert text_of(message(text="No fact.")) == "No fact."
