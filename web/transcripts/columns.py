"""Column types that hold the record's rules at its boundary, on both databases: whatever is bound has been cleaned."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Float, Text
from sqlalchemy.types import TypeDecorator

from transcripts.cleaning import clean, clean_json, finite


class CleanText(TypeDecorator[str]):
    """Text of any length and any Unicode; see cleaning.py for the two things that cannot be stored."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Clean what is stored, and what is looked for alike."""
        return None if value is None else clean(value)


class CleanJson(TypeDecorator[Any]):
    """A JSON value; None is NULL."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Clean every text in the value."""
        return clean_json(value)


class FiniteFloat(TypeDecorator[float]):
    """A number; NaN and infinity are NULL."""

    impl = Float
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> float | None:
        """Leave out what is no number."""
        return finite(value)


class UtcTime(TypeDecorator[datetime]):
    """An aware time in UTC, to the microsecond. SQLite keeps no zone, so UTC is what it is given and what it gives."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn the time into UTC.

        Raises:
            ValueError: the time is naive.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time of the record must be aware: use datetime.now(UTC).")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time as an aware one, in UTC whatever the session's zone is."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
