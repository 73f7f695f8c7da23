"""What an exported report is before it is a file: a title, what it is for, figures, tables and charts.

Cells are what the store holds: money in minor units, days as day numbers, percentages 0..100. Writers show them.
"""

import re
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import Any, cast

import pyarrow as pa

from exports.drawing import Drawing
from rules.days import day_number

BATCH_ROWS = 5_000
HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")
HALVES = re.compile(r"[\ud800-\udfff]")  # of characters, which no encoding has


class ColumnKind(StrEnum):
    """What a column holds."""

    TEXT = "TEXT"
    INTEGER = "INTEGER"
    MONEY = "MONEY"
    PERCENT = "PERCENT"
    NUMBER = "NUMBER"
    DATE = "DATE"
    FLAG = "FLAG"


CELLS = {
    ColumnKind.TEXT: pa.string(),
    ColumnKind.INTEGER: pa.int64(),
    ColumnKind.MONEY: pa.int64(),
    ColumnKind.PERCENT: pa.float64(),
    ColumnKind.NUMBER: pa.float64(),
    ColumnKind.DATE: pa.int32(),
    ColumnKind.FLAG: pa.bool_(),
}


@dataclass(frozen=True)
class Column:
    """A column: its name as in the GraphQL answer, its title for people, and what it holds.

    `read` gives the cell of a row's object, by default its attribute of that name; columns that are not `printed` are
    left out where there is only the width of a page, `wide` ones are given more of it there. `is_word` says that its
    texts are words of the schema, `decimals` how many a number is shown with.
    """

    name: str
    title: str
    kind: ColumnKind
    read: Callable[[Any], Any] | None = None
    printed: bool = True
    wide: bool = False
    is_word: bool = False
    decimals: int = 2

    @property
    def before(self) -> str:
        """The name of the same figure of the period before, beside it in a summary."""
        return f"previous{self.name[0].upper()}{self.name[1:]}"

    def within(self, pick: Callable[[Any], Any]) -> "Column":
        """The same column for rows in which `pick` finds what it reads."""
        reader = self.reader

        def read(row: Any) -> Any:
            return reader(pick(row))

        return replace(self, read=read)

    def earlier(self, pick: Callable[[Any], Any]) -> "Column":
        """The same figure of the period before, which `pick` finds in a row."""
        return replace(self.within(pick), name=self.before, title=f"{self.title}, before")

    @property
    def attribute(self) -> str:
        """Its name in the code."""
        return HUMP.sub(r"_\1", self.name).lower()

    @property
    def reader(self) -> Callable[[Any], Any]:
        """What gives the cell of a row's object."""
        return self.read or attrgetter(self.attribute)


@dataclass(frozen=True)
class Table:
    """A part of a report. `batches` begins anew with each call; `count` is the number of rows where it is known."""

    name: str
    title: str
    columns: tuple[Column, ...]
    batches: Callable[[], AsyncGenerator[pa.RecordBatch]]
    count: int | None = None
    batch: pa.RecordBatch | None = None  # all rows of a small one
    is_appendix: bool = False  # on paper only where it is asked for: a chart shows it already


@dataclass(frozen=True)
class Document:
    """A report to be written. `tables` begins with the main one; `summary` has one row.

    Tables `on_demand` are in a file only where they are asked for by name; `printed` ones only on paper.
    """

    title: str
    business: str
    currency: str
    exponent: int
    period: str
    made_at: datetime
    tables: tuple[Table, ...]
    summary: Table | None = None
    filters: tuple[tuple[str, str], ...] = ()
    notices: tuple[str, ...] = ()
    definition: str = ""
    charts: tuple[Drawing, ...] = ()
    on_demand: tuple[Table, ...] = ()
    printed: tuple[Table, ...] = ()

    def __post_init__(self) -> None:
        said: dict[str, Any] = {
            name: whole(getattr(self, name)) for name in ("title", "business", "period", "definition")
        }
        said["filters"] = tuple((whole(label), whole(value)) for label, value in self.filters)
        said["notices"] = tuple(map(whole, self.notices))
        for name, value in said.items():
            object.__setattr__(self, name, value)

    @property
    def figures(self) -> list[tuple[Column, Any]]:
        """The cells of the summary that are not null, with their columns."""
        if self.summary is None:
            return []
        assert self.summary.batch is not None
        cells = self.summary.batch.to_pylist()[0]
        return [(column, cells[column.name]) for column in self.summary.columns if cells[column.name] is not None]

    @property
    def parts(self) -> dict[str, Table]:
        """All tables by name, the main one first."""
        summary = [self.summary] if self.summary else []
        tables = (self.tables[0], *summary, *self.tables[1:], *self.on_demand)
        return {table.name: table for table in tables}


def limited(table: Table, names: Sequence[str]) -> Table:
    """A table with some of its columns alone, in the order of the names; what it has not is left out."""
    kept = [column for name in names for column in table.columns if column.name == name]
    columns = tuple(replace(column, printed=True) for column in kept)

    async def batches() -> AsyncGenerator[pa.RecordBatch]:
        async for batch in table.batches():
            cells: list[Any] = [batch.column(column.name) for column in columns]
            yield pa.RecordBatch.from_arrays(cells, [column.name for column in columns])

    return replace(table, columns=columns, batches=batches)


def whole(text: str) -> str:
    """A text without halves of characters: a file of any kind can hold it."""
    return HALVES.sub("\ufffd", text)


def batch_of(columns: Sequence[Column], cells: Sequence[Any]) -> pa.RecordBatch:
    """Columns of cells, in their types."""
    arrays = [_array(column.kind, values) for column, values in zip(columns, cells, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, [column.name for column in columns])


def _array(kind: ColumnKind, values: Any) -> Any:
    if kind is ColumnKind.FLAG:  # 0 and 1 on SQLite
        return cast(Any, pa.array(values)).cast(pa.bool_())
    try:
        return pa.array(values, CELLS[kind])
    except UnicodeEncodeError:
        return pa.array([None if value is None else whole(value) for value in values], CELLS[kind])


def cells_of(batch: pa.RecordBatch) -> list[list[Any]]:
    """The cells of a batch, column by column."""
    return [column.to_pylist() for column in cast(list[Any], cast(Any, batch).columns)]


def small_table(name: str, title: str, columns: Sequence[Column], rows: Iterable[Any], exponent: int) -> Table:
    """A table of a few objects as resolvers give them: amounts as decimals, days as dates."""
    held = list(rows)
    batch = batch_of_objects(columns, held, exponent)

    async def batches() -> AsyncGenerator[pa.RecordBatch]:
        yield batch

    return Table(name=name, title=title, columns=tuple(columns), batches=batches, count=len(held), batch=batch)


def batch_of_objects(columns: Sequence[Column], rows: Sequence[Any], exponent: int) -> pa.RecordBatch:
    """A row for each object: amounts come as decimals, days as dates."""
    read = [(column.kind, column.reader) for column in columns]
    return batch_of(columns, [[_cell(kind, reader(row), exponent) for row in rows] for kind, reader in read])


def _cell(kind: ColumnKind, value: Any, exponent: int) -> Any:
    if value is None:
        return None
    match kind:
        case ColumnKind.MONEY:
            return int(Decimal(value).scaleb(exponent))
        case ColumnKind.DATE:
            return day_number(value) if isinstance(value, date) else value
        case ColumnKind.TEXT:
            return str(value)
        case ColumnKind.NUMBER:
            return float(value)  # units are a decimal
        case _:
            return value


# ---------------------------------------------------------------- columns


def text(name: str, title: str, read: Callable[[Any], Any] | None = None, **more: Any) -> Column:
    """A column of text."""
    return Column(name, title, ColumnKind.TEXT, read, **more)


def integer(name: str, title: str, read: Callable[[Any], Any] | None = None, **more: Any) -> Column:
    """A column of whole numbers."""
    return Column(name, title, ColumnKind.INTEGER, read, **more)


def money(name: str, title: str, read: Callable[[Any], Any] | None = None, **more: Any) -> Column:
    """A column of amounts."""
    return Column(name, title, ColumnKind.MONEY, read, **more)


def percent(name: str, title: str, read: Callable[[Any], Any] | None = None, **more: Any) -> Column:
    """A column of percentages, 0..100."""
    return Column(name, title, ColumnKind.PERCENT, read, **more)


def number(name: str, title: str, read: Callable[[Any], Any] | None = None, **more: Any) -> Column:
    """A column of numbers with a fraction."""
    return Column(name, title, ColumnKind.NUMBER, read, **more)


def day(name: str, title: str, read: Callable[[Any], Any] | None = None, **more: Any) -> Column:
    """A column of calendar days."""
    return Column(name, title, ColumnKind.DATE, read, **more)


def flag(name: str, title: str, read: Callable[[Any], Any] | None = None, **more: Any) -> Column:
    """A column of yes or no."""
    return Column(name, title, ColumnKind.FLAG, read, **more)
