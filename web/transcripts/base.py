"""What all tables of the record share."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Integer, MetaData, TextClause
from sqlalchemy.orm import DeclarativeBase

from transcripts.columns import CleanText, FiniteFloat, UtcTime

#: A row's number. SQLite numbers rows by itself only where the type is called INTEGER.
Number = BigInteger().with_variant(Integer, "sqlite")


def partial(condition: TextClause) -> dict[str, Any]:
    """Return the arguments that make an index a partial one on both databases."""
    return {"sqlite_where": condition, "postgresql_where": condition}


class Base(DeclarativeBase):
    """Names every constraint, so that later migrations can find it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {str: CleanText, float: FiniteFloat, datetime: UtcTime}
