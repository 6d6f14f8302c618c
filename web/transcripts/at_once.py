"""The record's own statements on SQLite's driver: SQLAlchemy, doing the same, takes several times as long as the database.

A turn's two writes are made so, while their visitor waits. Everything else goes through SQLAlchemy's engine.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Select, Update
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.sql.type_api import TypeEngine

Statement = Insert | Select[Any] | Update
Values = Mapping[str, Any]
_Processor = Callable[[Any], Any]


class AtOnce:
    """A connection in a transaction, with what `writing.py` uses of SQLAlchemy's: `execute`, `commit` and `dialect`.

    Values pass the same types in both directions. Errors are the driver's.
    """

    def __init__(self, driver: sqlite3.Connection, dialect: Dialect) -> None:
        self._driver, self.dialect = driver, dialect

    def execute(self, statement: Statement, values: Values | Sequence[Values]) -> IteratorResult[Any]:
        """Execute a statement that is made once, with the module (it is kept); several values: once for each."""
        several = [values] if isinstance(values, Mapping) else values
        prepared = _prepared(statement, tuple(several[0]), self.dialect)
        rows = [row for each in several for row in prepared.execute(self._driver, each)]
        return IteratorResult(prepared.columns, iter(rows))

    def commit(self) -> None:
        """Commit."""
        self._driver.commit()


#: What a turn's writes are given.
Writing = AtOnce | Connection


@dataclass(frozen=True)
class _Prepared:
    """A compiled statement.

    Attributes:
        words: with a question mark for each parameter.
        parameters: their names in order, with what the driver takes of each.
        fixed: values that the statement itself gives.
        columns: of the rows that come back.
        results: what becomes of each column's value.
    """

    words: str
    parameters: tuple[tuple[str, _Processor | None], ...]
    fixed: Values
    columns: SimpleResultMetaData
    results: tuple[_Processor | None, ...]

    def execute(self, driver: sqlite3.Connection, values: Values) -> list[tuple[Any, ...]]:
        given = {**self.fixed, **values}
        bound = [process(given[name]) if process else given[name] for name, process in self.parameters]
        rows = driver.execute(self.words, bound).fetchall()
        return [
            tuple([process(value) if process else value for process, value in zip(self.results, row, strict=True)])
            for row in rows
        ]


@lru_cache(maxsize=64)
def _prepared(statement: Statement, names: tuple[str, ...], dialect: Dialect) -> _Prepared:
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    values = compiled.construct_params(dict.fromkeys(names))  # an error when one is missing
    order = compiled.positiontup or []
    columns = tuple(statement.exported_columns)
    return _Prepared(
        str(compiled),
        tuple((name, _type(compiled.binds[name].type, dialect).bind_processor(dialect)) for name in order),
        {name: value for name, value in values.items() if name not in names},
        SimpleResultMetaData([str(column.key) for column in columns]),
        tuple(_type(column.type, dialect).result_processor(dialect, None) for column in columns),
    )


def _type(declared: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return declared.dialect_impl(dialect)
