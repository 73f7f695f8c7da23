"""Rows that are written many at a time, straight to the driver."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Self

from sqlalchemy import String, Table, text
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from models.compiled import Convert, bind_processor
from models.driver import driver_of

LAYOUTS_KEPT = 500  # tables with the columns that are given of them


class NewRows(NamedTuple):
    """Rows to write into a table: the values of these columns."""

    target: Table
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]

    @classmethod
    def of(cls, target: Table, rows: Sequence[Mapping[str, Any]]) -> Self:
        """Rows that have the same columns."""
        columns = tuple(rows[0]) if rows else ()
        return cls(target, columns, [tuple(row[name] for name in columns) for row in rows])


async def take_ids(connection: AsyncConnection, target: Table, count: int) -> Sequence[int]:
    """`count` unused ids of a table, for rows that refer to each other before they are written."""
    if connection.dialect.name == "sqlite":
        # BEGIN IMMEDIATE holds the only write lock, so nobody else numbers rows meanwhile.
        highest = (await connection.execute(text(f"SELECT coalesce(max(id), 0) FROM {target.name}"))).scalar_one()
        return range(highest + 1, highest + 1 + count)
    statement = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
    return (await connection.execute(statement, {"name": target.name, "count": count})).scalars().all()


async def insert_rows(
    connection: AsyncConnection, target: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Write rows of Python values."""
    await insert_groups(connection, [NewRows(target, tuple(columns), rows)])


async def insert_groups(connection: AsyncConnection, groups: Iterable[NewRows]) -> None:
    """Write rows of several tables in their order: on PostgreSQL in one statement, where each may refer to the others.

    None of the tables may be there twice.
    """
    filled = [group for group in groups if group.rows]
    dialect = connection.dialect
    if dialect.name == "sqlite":
        for group in filled:
            await _insert_on_sqlite(connection, group.target, group.columns, _as_bound(group, dialect))
    elif filled:
        statement = _insertion(tuple((group.target, group.columns) for group in filled), dialect)
        values = [column for group in filled for column in _bound_columns(group, dialect)]
        await driver_of(connection).execute(statement, *values)


async def insert_stored(
    connection: AsyncConnection, target: Table, columns: Sequence[str], values: Sequence[Sequence[Any]]
) -> None:
    """Write columns of values that are what the driver takes already."""
    names, dialect = tuple(columns), connection.dialect
    if dialect.name == "sqlite":
        await _insert_on_sqlite(connection, target, names, list(zip(*values, strict=True)))
    else:
        await driver_of(connection).execute(_insertion(((target, names),), dialect), *values)


async def _insert_on_sqlite(
    connection: AsyncConnection, target: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    await driver_of(connection).written(_insertion(((target, columns),), connection.dialect), rows)


def _as_bound(group: NewRows, dialect: Dialect) -> Sequence[tuple[Any, ...]]:
    if not any(_processors(group.target, group.columns, dialect)):
        return group.rows
    return list(zip(*_bound_columns(group, dialect), strict=True))


def _bound_columns(group: NewRows, dialect: Dialect) -> list[Sequence[Any]]:
    """A column at a time, since rows of bulk writes are many."""
    processors = _processors(group.target, group.columns, dialect)
    return [
        column if convert is None else [convert(value) for value in column]
        for column, convert in zip(zip(*group.rows, strict=True), processors, strict=True)
    ]


# ---------------------------------------------------------------- their statements


@lru_cache(LAYOUTS_KEPT)
def _processors(target: Table, columns: tuple[str, ...], dialect: Dialect) -> list[Convert | None]:
    return [bind_processor(target.c[name].type, dialect) for name in columns]


@lru_cache(LAYOUTS_KEPT)
def _insertion(layouts: tuple[tuple[Table, tuple[str, ...]], ...], dialect: Dialect) -> str:
    if dialect.name == "sqlite":
        ((target, columns),) = layouts
        return f"{_into(target, columns)} VALUES ({', '.join('?' * len(columns))})"
    statements: list[str] = []
    bound = 0
    for target, columns in layouts:
        # COPY would be the quickest, but not into a table with row-level security.
        types = [_array_type(target.c[name].type, dialect) for name in columns]
        arrays = ", ".join(f"${bound + number}::{type_}" for number, type_ in enumerate(types, 1))
        statements.append(f"{_into(target, columns)} SELECT * FROM unnest({arrays})")
        bound += len(columns)
    *others, last = statements
    if not others:
        return last
    named = ", ".join(f"written_{place} AS ({statement})" for place, statement in enumerate(others))
    return f"WITH {named} {last}"


def _into(target: Table, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    return f'INSERT INTO "{target.name}" ({names})'


def _array_type(type_: TypeEngine[Any], dialect: Dialect) -> str:
    """The array of a column's values. A cast to VARCHAR(n) would cut what is too long, where the column refuses it."""
    plain = type_.dialect_impl(dialect)
    return "text[]" if isinstance(plain, String) else f"{plain.compile(dialect)}[]"
