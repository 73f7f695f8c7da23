"""A table as CSV: UTF-8, RFC 4180, one header line with the names of the GraphQL fields."""

import csv
from collections.abc import Callable
from functools import lru_cache, partial
from io import StringIO
from typing import Any, BinaryIO

import pyarrow as pa

from exports.document import ColumnKind, Document, Table, cells_of
from rules.days import date_of
from rules.exports import guarded


class CsvWriter:
    """Writes the batches of one table. A text that a spreadsheet would take for a formula gets an apostrophe."""

    def __init__(self, out: BinaryIO, document: Document, table: Table) -> None:
        self._out = out
        self._written = [written(column.kind, document.exponent) for column in table.columns]
        self._put([[column.name for column in table.columns]])

    def write(self, batch: pa.RecordBatch) -> None:
        """Add the rows of a batch."""
        columns = [as_text(cells) for as_text, cells in zip(self._written, cells_of(batch), strict=True)]
        self._put(zip(*columns, strict=True))

    def close(self) -> None:
        """There is nothing after the last row."""

    def abandon(self) -> None:
        """There is nothing to let go of."""

    def _put(self, rows: Any) -> None:
        lines = StringIO(newline="")
        csv.writer(lines).writerows(rows)
        self._out.write(lines.getvalue().encode())


def written(kind: ColumnKind, exponent: int) -> Callable[[list[Any]], list[Any]]:
    """How the cells of a column are written; nothing stands for null."""
    match kind:
        case ColumnKind.TEXT:
            return lambda cells: [None if cell is None else guarded(cell) for cell in cells]
        case ColumnKind.MONEY:
            shown = partial(amount_text, exponent)
            return lambda cells: [None if cell is None else shown(cell) for cell in cells]
        case ColumnKind.DATE:
            return lambda cells: [None if cell is None else day_text(cell) for cell in cells]
        case ColumnKind.FLAG:
            return lambda cells: [None if cell is None else "true" if cell else "false" for cell in cells]
        case _:
            return lambda cells: cells


def amount_text(exponent: int, minor: int) -> str:
    """Minor units as a decimal number."""
    if not exponent:
        return str(minor)
    whole, rest = divmod(abs(minor), 10**exponent)
    return f"{'-' if minor < 0 else ''}{whole}.{rest:0{exponent}d}"


@lru_cache(40_000)
def day_text(day: int) -> str:
    """A day number as 2026-03-05."""
    return date_of(day).isoformat()
