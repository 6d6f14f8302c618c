from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
import yaml

from transcripts.privacy.identity_numbers import luhn, modulo_11, verhoeff
from transcripts.privacy.phone_numbers import HELP_LINES
from transcripts.privacy.redaction import mask

REGIONS = Path(__file__).resolve().parents[4] / "components" / "regions.yml"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mail jo.bloggs+x@example.co.uk.", "mail [e-mail address]."),
        ("<jo@example.org>, JO@EXAMPLE.ORG", "<[e-mail address]>, [e-mail address]"),
        ("jörg@bücher.example", "[e-mail address]"),
        ("jo (at) example (dot) com", "[e-mail address]"),
        ("it is jo at example dot com", "it is [e-mail address]"),
        ("jo＠example.org", "[e-mail address]"),
        ("jo﹫example.org", "[e-mail address]"),
        ("mail jo @ example.org please", "mail [e-mail address] please"),
        ("https://jo:pa@ss@example.org/a?b", "https://[login]@example.org/a?b"),
        ("ftp://jo@example.org", "ftp://[login]@example.org"),
        ("07700 900123", "[phone number]"),
        ("07700  900123", "[phone number]"),
        ("07700\t900123", "[phone number]"),
        ("07700_900123", "[phone number]"),
        ("0 7 7 0 0 9 0 0 1 2 3, ring", "[phone number], ring"),
        ("077\u034f00 900123", "[phone number]"),
        ("".join(f"{digit}\ufe0f\u20e3" for digit in "07700900123") + " ring", "[phone number] ring"),
        ("ring 07700900123, I'm 34", "ring [phone number], I'm 34"),
        ("07700 900123 34 years", "[phone number] 34 years"),
        ("tel:07700-900-123.", "tel:[phone number]."),
        ("+44 (0)7700 900123", "[phone number]"),
        ("0044 7700 900123", "[phone number]"),
        ("020 7946 0018", "[phone number]"),
        ("(020) 7946 0018", "[phone number]"),
        ("06 12 34 56 78", "[phone number]"),
        ("+49 30 12 2012 12", "[phone number]"),
        ("(555) 123-4567", "[phone number]"),
        ("555-123-4567", "[phone number]"),
        ("1.555.123.4567", "[phone number]"),
        ("+1 212 555 0123", "[phone number]"),
        ("2125550123", "[phone number]"),
        ("212 555 0123", "[phone number]"),
        ("98765 43210", "[phone number]"),
        ("91-98765-43210", "[phone number]"),
        ("1300 975 707", "[phone number]"),
        ("077\u200b00 900\u2011123", "[phone number]"),
        ("٠٧٧٠٠ ٩٠٠١٢٣", "[phone number]"),
        ("０７７００　９００１２３", "[phone number]"),
        ("4111 1111 1111 1111", "[card number]"),
        ("4111-1111-1111-1111", "[card number]"),
        ("5555555555554444", "[card number]"),
        ("3782 822463 10005", "[card number]"),
        ("3056 930902 5904", "[card number]"),
        ("078-05-1120", "[identity number]"),
        ("my SSN is 078 05 1120", "my SSN is [identity number]"),
        ("QQ 12 34 56 C", "QQ 12 34 56 C"),  # no such letters in a national insurance number
        ("AB 12 34 56 C", "[identity number]"),
        ("ab123456c", "[identity number]"),
        ("943 476 5919", "[identity number]"),
        ("2341 2341 2346", "[identity number]"),
        ("ABCPE1234F", "[identity number]"),
        ("account 612345678", "account [number]"),
        ("4111 1111 1111 1112", "4111 1111 1111 1112"),  # the last digit is wrong, and it is no phone number
    ],
)
def test_what_is_masked(text: str, shown: str) -> None:
    assert mask(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hip reduction",
        "I'm 34, female, 5'6, 11 stone 4",
        "80 kg, 172 cm, 1,500 kcal, 2000-2200 kcal",
        "2000 1800 1600",
        "650 720 1800",
        "3200 3000 2800 2620",  # passes Luhn's rule
        "1800 1750 1705 1665",  # so does this, but no card begins with 18
        "2000 2200 2400 2600",
        "6 7 8 9 10 11 12",
        "0 1 2 3 4 5",
        "0 10 20 30 40 50 60",
        "see you @ 5.30 pm, 5 @ 60kg. then rest, 5 @ 60.then rest, I ache @ night.please help",
        "12 10 8 6 reps, 3x12, 4 x 10",
        "79.5 80.1 80.3 80.0 79.8",
        "0.5 0.75 0.25 0.5 1.5",
        "72.123456789012 kg",
        "since 26/11/2026, 26.11.26, 26 11 2026, 2026-11-26 10:30",
        "01/02/2026 12 sets",
        "01-02-2026 10 03-02-2026 12",
        "2026-11-26 2026-11-27 2026-11-28",
        "call 999 or 112, 911, 000, 108, 111, 988, 116 123, 14416, 1737, text HOME to 741741 or SHOUT to 85258",
        "13 11 14",
        "be 10 20 30 a day",
        "@hipfan, look @ 5",
        "https://example.org/a@b",
        "meet me at the dot",
    ],
)
def test_what_is_left_alone(text: str) -> None:
    assert mask(text) == text


def strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    return [value] if isinstance(value, str) else []


def test_no_help_line_of_ours_is_masked() -> None:
    texts = [text for text in strings(yaml.safe_load(REGIONS.read_text(encoding="utf-8"))) if re.search(r"\d{2}", text)]
    assert len(texts) > 20
    for text in texts:
        assert mask(f"ring {text}.") == f"ring {text}."


def test_the_list_of_help_lines_has_no_number_that_nobody_gives_out() -> None:
    digits = re.sub(r"\D", "", REGIONS.read_text(encoding="utf-8"))
    assert [number for number in HELP_LINES if number[-7:] not in digits] == []


@pytest.mark.parametrize("number", HELP_LINES)
def test_help_lines_in_other_forms_are_left_alone(number: str) -> None:
    assert mask(f"a {number}, b") == f"a {number}, b"
    assert mask(f"{number[:-1]}") != number[:-1]  # one digit less is somebody else's


def test_beside_a_help_line_other_numbers_are_masked() -> None:
    assert mask("0808 801 0677 07700 900123") == "0808 801 0677 [phone number]"


def test_check_digits() -> None:
    assert luhn("4111111111111111")
    assert modulo_11("9434765919")
    assert verhoeff("2363")
    for right, check in (("4111111111111111", luhn), ("9434765919", modulo_11), ("234123412346", verhoeff)):
        assert check(right)
        wrong = [right[:place] + digit + right[place + 1 :] for place in range(len(right)) for digit in "0123456789"]
        assert not any(check(number) for number in wrong if number != right)


@pytest.mark.parametrize(
    "piece",
    ["1 ", "1", "a@", "01 ", "+1-", "00 ", "://a@", "at dot ", "(0", "12.12.12.", "4111 ", "a.", "\u0661 ", "@a"],
)
def test_no_text_takes_long(piece: str) -> None:
    text = (piece * 4000)[:4000]  # the longest message
    began = time.process_time()
    mask(text)
    assert time.process_time() - began < 2


def test_digits_that_dial_a_country_which_there_is_not_are_no_error() -> None:
    assert mask("my code is 01183533740, ring it") == "my code is [phone number], ring it"
