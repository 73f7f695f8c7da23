"""A table as Parquet: amounts as decimals, days as dates."""

from typing import Any, BinaryIO, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from exports.document import CELLS, Column, ColumnKind, Document, Table

ROWS_OF_A_GROUP = 65_536
DIGITS = 18


class ParquetWriter:
    """Writes the batches of one table in groups of rows."""

    def __init__(self, out: BinaryIO, document: Document, table: Table) -> None:
        self._exponent = document.exponent
        self._columns = table.columns
        said = {"title": document.title, "business": document.business, "period": document.period}
        fields = [pa.field(c.name, _type(c, self._exponent), metadata={"title": c.title}) for c in table.columns]
        self._schema = pa.schema(fields, metadata={**said, "currency": document.currency})
        file: Any = out
        self._writer = pq.ParquetWriter(pa.PythonFile(file, mode="w"), self._schema)
        self._kept: list[pa.RecordBatch] = []

    def write(self, batch: pa.RecordBatch) -> None:
        """Add the rows of a batch."""
        held = cast(list[Any], cast(Any, batch).columns)
        arrays = [_typed(c, cells, self._exponent) for c, cells in zip(self._columns, held, strict=True)]
        self._kept.append(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
        if sum(kept.num_rows for kept in self._kept) >= ROWS_OF_A_GROUP:
            self._flush()

    def close(self) -> None:
        """Write the last rows and what is said of all of them."""
        if self._kept:
            self._flush()
        self._writer.close()

    def abandon(self) -> None:
        """Write no more: left to itself it would end the file when it is collected."""
        self._writer.is_open = False

    def _flush(self) -> None:
        self._writer.write_table(pa.Table.from_batches(self._kept, self._schema))
        self._kept.clear()


def _type(column: Column, exponent: int) -> pa.DataType:
    if column.kind is ColumnKind.MONEY:
        return pa.decimal128(DIGITS, exponent)
    return pa.date32() if column.kind is ColumnKind.DATE else CELLS[column.kind]


def _typed(column: Column, cells: Any, exponent: int) -> Any:
    if column.kind is ColumnKind.DATE:
        return cells.cast(pa.date32())
    return _decimals(cells, exponent) if column.kind is ColumnKind.MONEY else cells


def _decimals(minor: Any, exponent: int) -> Any:
    """Minor units as decimals: the same integers, each with twice the bits."""
    low = minor.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    wide = np.empty((len(low), 2), np.int64)
    wide[:, 0], wide[:, 1] = low, low >> 63
    valid: Any = None if minor.null_count == 0 else minor.is_valid().buffers()[1]
    bits: Any = wide
    return pa.Array.from_buffers(pa.decimal128(DIGITS, exponent), len(low), [valid, pa.py_buffer(bits)])
