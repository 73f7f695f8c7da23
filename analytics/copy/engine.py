"""Statements for a columnar engine: compiled once per shape, run with bound values, answered as Arrow."""

from collections import namedtuple
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import SelectBase
from sqlalchemy.dialects.postgresql.base import PGCompiler, PGDialect


class _Compiler(PGCompiler):
    """Writes constants of a statement as such: only what a caller gives is a numbered value."""

    def visit_bindparam(self, bindparam: Any, **options: Any) -> str:  # pyright: ignore[reportIncompatibleMethodOverride]
        if not bindparam.required and bindparam.value is not None:
            return str(self.render_literal_value(bindparam.value, bindparam.type))
        return str(super().visit_bindparam(bindparam, **options))  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]


class _Dialect(PGDialect):
    statement_compiler = _Compiler


DIALECT = _Dialect(paramstyle="numeric_dollar")


@dataclass(frozen=True)
class Compiled:
    """The text of a statement and the names of its values in the order of their numbers."""

    text: str
    names: tuple[str, ...]

    def values(self, params: dict[str, Any]) -> list[Any]:
        """The bound values in the order that the text wants."""
        return [_plain(params[name]) for name in self.names]


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value  # an enumeration is a word to the engine


@lru_cache(maxsize=1024)
def compiled(statement: SelectBase) -> Compiled:
    """The PostgreSQL text of a statement, which DuckDB reads too; the same object is compiled once."""
    result = statement.compile(dialect=DIALECT)
    return Compiled(str(result), tuple(result.positiontup or ()))


def as_shown(statement: SelectBase, params: dict[str, Any]) -> str:
    """The statement as it ran, for a reader: its text and the values bound to it."""
    form = compiled(statement)
    values = ", ".join(f"${i} {name} = {_value_as_shown(params[name])}" for i, name in enumerate(form.names, 1))
    return f"{form.text}\n-- {values}" if values else form.text


def _value_as_shown(value: Any) -> str:
    # A list is of all who were asked for together, which is nobody's affair but the one's who is shown the statement.
    return "those asked for" if isinstance(value, list | tuple) else repr(value)


class Engine(Protocol):
    """What answers statements: one consistent version of a business's facts."""

    name: str

    async def fetch(
        self,
        statement: SelectBase,
        params: dict[str, Any],
        tables: dict[str, pa.Table] | None = None,
    ) -> pa.Table:
        """The rows of a statement; `tables` are small tables of the caller that it may name."""
        ...


def table_of(**columns: NDArray[Any]) -> pa.Table:
    """A small table of a caller, to be named by a statement."""
    return pa.Table.from_arrays([pa.array(values) for values in columns.values()], list(columns))


def column_of(rows: pa.Table, name: str, kind: Any = np.int64) -> Any:
    """A column without nulls of an answer as an array of numbers, 64-bit integers unless another kind is wanted."""
    return rows.column(name).to_numpy().astype(kind, copy=False)


def as_rows(result: pa.Table) -> list[Any]:
    """A small result as rows with an attribute per column."""
    row = namedtuple("Row", result.column_names)  # pyright: ignore[reportUntypedNamedTuple]  # noqa: PYI024  named at run time
    return [row(*values.values()) for values in result.to_pylist()]
