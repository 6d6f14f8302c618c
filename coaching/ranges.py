"""A range of numbers, and the error of lying outside one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Range:
    """The numbers from `low` to `high`, both included; a single number has two equal ends."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"a range from {self.low} to {self.high} is empty")

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def times(self, factor: float) -> Range:
        """Return the range with both ends multiplied by `factor` (0 or more)."""
        return Range(self.low * factor, self.high * factor)

    def check(self, quantity: str, value: float) -> None:
        """Raise OutOfRangeError when `value` lies outside; `quantity` names it, such as "age"."""
        if value not in self:
            raise OutOfRangeError(quantity, value, self)


class OutOfRangeError(ValueError):
    """A value that is not accepted. Says which quantity it is, its value and what is accepted."""

    def __init__(self, quantity: str, value: float, accepted: Range) -> None:
        super().__init__(f"{quantity} {value:g} is out of range: {accepted.low:g} to {accepted.high:g} is accepted")
        self.quantity = quantity
        self.value = value
        self.accepted = accepted
