"""JSON as no platform sends it: anything at all, and real payloads of which one part is something else."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from gateway.platforms.adapter import Arrival

#: Texts as JSON can carry them: NUL, lone surrogates, anything.
TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
ANY_JSON = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8
)


@st.composite
def mutated(draw: st.DrawFn, examples: list[Any]) -> Any:
    """Return one of the examples with some parts replaced or taken out."""
    value = copy.deepcopy(draw(st.sampled_from(examples)))
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(value))
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        if draw(st.booleans()):
            holder[key] = draw(ANY_JSON)
        else:
            del holder[key]
    return value


def _places(value: Any) -> Any:
    """Yield (container, key) of every part, at any depth."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from _places(value[key])


def assert_sound(arrivals: list[Arrival]) -> None:
    """Hold what adapter.py promises of an arrival, and that it can be stored."""
    for arrival in arrivals:
        assert 0 < len(arrival.event_id) <= 300
        assert 0 < len(arrival.address) <= 200
        assert arrival.choice != ""
        assert arrival.text or arrival.choice or arrival.media
        assert arrival.region is None or (len(arrival.region) == 2 and arrival.region.isupper())
        for text in (arrival.event_id, arrival.address, arrival.text, arrival.choice or "", arrival.token or ""):
            assert "\0" not in text
            text.encode()  # a lone surrogate cannot be
