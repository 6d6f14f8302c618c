from __future__ import annotations

import re
from datetime import date

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcripts.privacy.identity_numbers import luhn, modulo_11, verhoeff
from transcripts.privacy.phone_numbers import HELP_LINES
from transcripts.privacy.redaction import mask

WORDS = st.sampled_from(
    ["ring me", "my number:", "it is", "I'm 34 and 80 kg,", "since 26/11/2026,", "hip reduction?", "(work)", "éà 😀"]
)
AROUND = st.tuples(WORDS, WORDS)
DIGIT = st.sampled_from("0123456789")


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text(DIGIT, min_size=length, max_size=length)


def framed(around: tuple[str, str], secret: str, label: str) -> None:
    before, after = around
    assert mask(f"{before} {secret} {after}") == f"{before} {label} {after}"


@given(
    AROUND,
    st.from_regex(
        r"[a-z0-9][a-z0-9._+-]{0,20}[a-z0-9]@[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?(\.[a-z]{2,10}){1,3}", fullmatch=True
    ),
)
def test_e_mail_addresses(around: tuple[str, str], address: str) -> None:
    framed(around, address, "[e-mail address]")


REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
FORMATS = phonenumbers.PhoneNumberFormat


@pytest.mark.parametrize("form", [FORMATS.E164, FORMATS.INTERNATIONAL])
def test_numbers_of_every_country_with_their_code(form: int) -> None:
    for region in REGIONS:
        for kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE):
            example = phonenumbers.example_number_for_type(region, kind)
            if example is None:
                continue
            written = phonenumbers.format_number(example, form)
            if len(re.sub(r"\D", "", written)) >= 8:
                framed(("ring me", "(work)"), written, "[phone number]")


@given(AROUND, st.sampled_from(["GB", "US", "IN"]), st.data())
def test_numbers_of_three_countries_as_people_there_write_them(
    around: tuple[str, str], region: str, data: st.DataObject
) -> None:
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    assert example is not None
    national = phonenumbers.national_significant_number(example)
    tail = data.draw(digits(4))
    number = phonenumbers.parse(national[:-4] + tail, region)
    form = data.draw(st.sampled_from([FORMATS.NATIONAL, FORMATS.INTERNATIONAL, FORMATS.E164]))
    framed(around, phonenumbers.format_number(number, form), "[phone number]")


@given(AROUND, st.sampled_from(["4", "51", "2221", "6011", "34"]), st.data())
def test_card_numbers(around: tuple[str, str], issuer: str, data: st.DataObject) -> None:
    length = 15 if issuer == "34" else 16
    body = issuer + data.draw(digits(length - 1 - len(issuer)))
    card = next(body + check for check in "0123456789" if luhn(body + check))
    gap = data.draw(st.sampled_from(["", " ", "-"]))
    cuts = [4, 10] if length == 15 else [4, 8, 12]
    groups = [card[start:end] for start, end in zip([0, *cuts], [*cuts, length])]
    if gap and all(group.endswith("0") for group in groups):
        return  # reads like amounts; see round_figures
    framed(around, gap.join(groups), "[card number]")


@given(AROUND, st.sampled_from("23456789"), digits(10), st.sampled_from([" ", "-"]))
def test_aadhaar_numbers(around: tuple[str, str], first: str, rest: str, gap: str) -> None:
    number = next(first + rest + check for check in "0123456789" if verhoeff(first + rest + check))
    groups = [number[:4], number[4:8], number[8:]]
    if not all(group.endswith("0") for group in groups):
        assert "[" in mask(f"{around[0]} {gap.join(groups)} {around[1]}")
        framed(around, gap.join(groups), "[identity number]")


@given(AROUND, st.sampled_from("467"), digits(8))
def test_nhs_numbers(around: tuple[str, str], first: str, rest: str) -> None:
    body = first + rest
    number = next((body + check for check in "0123456789" if modulo_11(body + check)), None)
    if number is None:
        return
    groups = [number[:3], number[3:6], number[6:]]
    if not all(group.endswith("0") for group in groups):
        framed(around, " ".join(groups), "[identity number]")


DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))
AMOUNTS = st.one_of(
    st.integers(16, 99).map(lambda n: f"I'm {n}"),
    st.integers(40, 200).map(lambda n: f"{n} kg"),
    st.tuples(st.integers(6, 25), st.integers(0, 13)).map(lambda n: f"{n[0]} stone {n[1]}"),
    st.tuples(st.integers(4, 6), st.integers(0, 11)).map(lambda n: f"{n[0]}'{n[1]}"),
    st.floats(40, 200).map(lambda n: f"{n:.1f} kg"),
    st.integers(800, 4999).map(lambda n: f"{n} kcal"),
    st.integers(1000, 4999).map(lambda n: f"{n:,} calories"),
    DAYS.map(lambda day: f"{day:%d/%m/%Y}"),
    DAYS.map(lambda day: f"{day:%d.%m.%y}"),
    DAYS.map(lambda day: f"{day:%d %m %Y}"),
    DAYS.map(lambda day: day.isoformat()),
    st.times().map(lambda time: f"{time:%H:%M}"),
    st.lists(st.integers(1, 20), min_size=1, max_size=9).map(lambda reps: " ".join(map(str, reps)) + " reps"),
    st.lists(st.integers(80, 500).map(lambda n: 10 * n), min_size=1, max_size=6).map(lambda n: " ".join(map(str, n))),
    st.tuples(st.integers(80, 500), st.integers(80, 500)).map(lambda n: f"{n[0]}-{n[1]} kcal"),
    st.sampled_from(["999", "112 or 911", "116 123", "988", "0808 801 0677", "1-888-375-7767"]),
)


@given(st.lists(AMOUNTS, min_size=1, max_size=8), st.sampled_from([", ", "; ", " and ", "\n", ". "]))
def test_ages_weights_dates_and_calories_are_left_alone(amounts: list[str], joint: str) -> None:
    text = joint.join(amounts)
    assert mask(text) == text


@given(st.text(st.characters(exclude_characters="@", exclude_categories=["Nd", "Cs"])))
def test_text_without_digits_and_at_signs_is_left_alone(text: str) -> None:
    if not re.search(r"\b(at|dot)\b|[(\[]", text, re.IGNORECASE) and "\N{FULLWIDTH COMMERCIAL AT}" not in text:
        assert mask(text) == text


@given(st.text(st.sampled_from("0123456789 -.()+@/:ab\x00٣\u200b\n,"), max_size=60) | st.text())
def test_masking_twice_changes_nothing_and_no_long_number_stays(text: str) -> None:
    masked = mask(text)
    assert mask(masked) == masked
    left = re.findall(r"(?<!\d)(?<!\d[.,])[0-9]{9,}+(?![.,]\d)", masked)
    assert [number for number in left if not any(line.endswith(number[-9:]) for line in HELP_LINES)] == []
