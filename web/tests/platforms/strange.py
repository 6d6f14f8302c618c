"""Webhook calls that no platform's documentation shows: hypothesis makes them out of those that it does."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from gateway.platforms.adapter import Arrival, MalformedError

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
bodies = st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode())


def mangled(examples: list[Any]) -> st.SearchStrategy[Any]:
    """Return a strategy of the examples in which something, anywhere, is missing or something else."""
    places = st.lists(st.integers(0, 20), min_size=1, max_size=5)
    return st.builds(_mangle, st.sampled_from(examples), json_values | st.just(...), places)


def parsed_or_malformed(parse: Callable[[Any], list[Arrival]], body: Any) -> None:
    """Assert that `parse` returns arrivals that can be stored and answered, or raises MalformedError."""
    try:
        arrivals = parse(body)
    except MalformedError:
        return
    for arrival in arrivals:
        assert 0 < len(arrival.address) <= 200 and 0 < len(arrival.event_id) <= 200
        assert arrival.text.strip() or arrival.media or arrival.choice
        for text in (arrival.event_id, arrival.address, arrival.text, arrival.choice or "", arrival.token or ""):
            assert "\x00" not in text
            text.encode()


def _mangle(value: Any, junk: Any, path: list[int]) -> Any:
    if not path or not isinstance(value, dict | list) or not value:
        return None if junk is ... else junk
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    key = keys[path[0] % len(keys)]
    copy = value.copy()
    if junk is ... and len(path) == 1:
        del copy[key]
    else:
        copy[key] = _mangle(value[key], junk, path[1:])
    return copy
