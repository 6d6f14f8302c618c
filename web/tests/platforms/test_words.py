"""The gateway's own texts: short, and each with the number of the person's region."""

from __future__ import annotations

import pytest

from gateway.platforms import words
from gateway.platforms.adapter import Part
from gateway.platforms.commands import MEDIA
from gateway.platforms.fitting import parts
from gateway.platforms.limits import LIMITS

TEXTS = [
    lambda region: words.first_contact(region, 30),
    words.private_offer,
    words.new_conversation,
    words.deleted,
    words.old_button,
    words.too_many,
    words.out_of_order,
    *(lambda region, what=what: words.cannot_see(what, region) for what in MEDIA),
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    ("region", "number"), [("GB", "999 or 112"), ("US", "911"), (None, "112 or 911"), ("ZZ", "112 or 911")]
)
def test_every_text_has_the_number_and_is_one_message(text: object, region: str | None, number: str) -> None:
    said = text(region)
    assert f"call {number}" in said and len(said) < 500
    for limits in LIMITS.values():
        assert parts(said, (), limits, False) == [Part(said)]


def test_the_first_contact_says_what_has_to_be_said() -> None:
    said = words.first_contact("GB", 14)
    for needed in (
        "automated",
        "general information",
        "not medical advice",
        "nobody watches",
        "stored",
        "14 days",
        "staff",
        "delete my data",
    ):
        assert needed in said
