"""The rows of one table of a backup. What reads them is imported by a process of its own, so it imports little."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rules.failures import Failure

CHUNK = 20_000
CHUNK_BYTES = 64 * 2**20
BATCH = 2_000  # rows that are unpacked at a time


class NotABackup(Failure):
    """A file that cannot be restored; the message says why."""


def chunks_of(path: Path, name: str, columns: Any) -> Iterator[pa.Table]:
    """The rows of a table that has these columns, some at a time."""
    kept, rows, size = list[Any](), 0, 0
    for batch in _batches(path, name, columns):
        kept.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows >= CHUNK or size >= CHUNK_BYTES:
            yield pa.Table.from_batches(kept)
            kept, rows, size = [], 0, 0
    if kept:
        yield pa.Table.from_batches(kept)


def _batches(path: Path, name: str, columns: Any) -> Iterator[Any]:
    with zipfile.ZipFile(path) as archive, archive.open(f"{name}.parquet") as member:
        file: Any = pq.ParquetFile(member)
        if not file.schema_arrow.equals(columns):
            raise NotABackup(f"the backup has other columns in {name}.parquet than its manifest tells")
        yield from file.iter_batches(BATCH)
