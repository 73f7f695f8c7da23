"""Writes columns in bulk, in the words of the store's driver: what a value is there is decided once for a column."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
from sqlalchemy import Date, Table
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.sql.sqltypes import UTCDateTime

from ingest.demo.calendar import DAY
from ingest.demo.chance import Ints
from ingest.demo.columns import Column, Columns, Objects, length_of
from models.rows_in_bulk import insert_stored
from rules.days import date_of

ROWS_AT_ONCE = 10_000


async def insert_columns(
    connection: AsyncConnection, target: Table, columns: Columns, written: Callable[[int], None] | None = None
) -> int:
    """Write rows given as columns, moments as seconds since 1970 UTC and dates as day numbers; how many they were."""
    count = length_of(columns)
    is_sqlite = connection.dialect.name == "sqlite"
    for start in range(0, count, ROWS_AT_ONCE):
        end = min(start + ROWS_AT_ONCE, count)
        values = [_as_stored(target.c[name].type, column[start:end], is_sqlite) for name, column in columns.items()]
        await insert_stored(connection, target, tuple(columns), values)
        if written is not None:
            written(end - start)
    return count


def _as_stored(type_: Any, column: Column, is_sqlite: bool) -> list[Any]:
    if isinstance(type_, UTCDateTime):
        return _moments(np.asarray(column), is_sqlite)
    if isinstance(type_, Date):
        return [None if day is None else _date(day, is_sqlite) for day in column]
    return column.tolist() if isinstance(column, np.ndarray) else list(column)


def _moments(seconds: Ints, is_sqlite: bool) -> list[Any]:
    """Moments as the driver takes them: texts or datetimes, each the sum of a day's and a second's."""
    if not len(seconds):
        return []
    day, second = np.divmod(seconds, DAY)
    first = int(day.min())
    days = np.array([_midnight(number, is_sqlite) for number in range(first, int(day.max()) + 1)], object)
    return (days[day - first] + _seconds(is_sqlite)[second]).tolist()


@cache
def _midnight(day: int, is_sqlite: bool) -> str | datetime:
    midnight = datetime.combine(date_of(day), datetime.min.time(), UTC)
    return f"{midnight:%Y-%m-%d} " if is_sqlite else midnight


@cache
def _seconds(is_sqlite: bool) -> Objects:
    if is_sqlite:
        return np.array([f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}.000000" for s in range(DAY)], object)
    return np.array([timedelta(seconds=s) for s in range(DAY)], object)


def _date(day: int, is_sqlite: bool) -> str | date:
    return date_of(day).isoformat() if is_sqlite else date_of(day)
