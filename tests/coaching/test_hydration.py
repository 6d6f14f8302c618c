"""Water: EFSA's litres, and no push upwards."""

from __future__ import annotations

import pytest

from coaching import hydration
from coaching.body import Sex


@pytest.mark.parametrize(
    ("sex", "total", "drinks"),
    [("female", (2.0, 2.0), (1.4, 1.6)), ("male", (2.5, 2.5), (1.75, 2.0)), (None, (2.0, 2.5), (1.4, 2.0))],
)
def test_litres(sex: Sex | None, total: tuple[float, float], drinks: tuple[float, float]) -> None:
    water = hydration.water(sex)
    assert (water.total.low, water.total.high) == total
    assert (water.drinks.low, water.drinks.high) == pytest.approx(drinks)


def test_suggestions() -> None:
    assert hydration.suggestions(True, True) == ("follow_your_doctor",)
    assert hydration.suggestions(False, False)[0] == "drink_to_thirst"
    assert hydration.suggestions(True, False)[0] == "more_when_hot"
