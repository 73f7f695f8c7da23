"""The tables of a backup. What reads them is imported by a process of its own, so it imports little."""

import zipfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
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


@contextmanager
def in_words() -> Generator[None]:
    """Raise NotABackup for whatever the libraries stumble over in a file that is damaged."""
    try:
        yield
    except (NotABackup, MemoryError):
        raise
    except Exception as error:  # a ZIP alone has a dozen kinds
        raise NotABackup(f"it is no backup, or a damaged one: {error}") from error


def pieces_of(path: Path, tables: Sequence[tuple[str, Any]]) -> Iterator[pa.Table | None]:
    """The rows of tables of these names and columns, some at a time, and None where one is at its end."""
    with in_words(), zipfile.ZipFile(path) as archive:
        for name, columns in tables:
            yield from _chunks(archive, name, columns)
            yield None


def _chunks(archive: zipfile.ZipFile, name: str, columns: Any) -> Iterator[pa.Table]:
    kept, rows, size = list[Any](), 0, 0
    for batch in _batches(archive, name, columns):
        kept.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows >= CHUNK or size >= CHUNK_BYTES:
            yield pa.Table.from_batches(kept)
            kept, rows, size = [], 0, 0
    if kept:
        yield pa.Table.from_batches(kept)


def _batches(archive: zipfile.ZipFile, name: str, columns: Any) -> Iterator[Any]:
    with archive.open(f"{name}.parquet") as member:
        file: Any = pq.ParquetFile(member)
        if not file.schema_arrow.equals(columns):
            raise NotABackup(f"the backup has other columns in {name}.parquet than its manifest tells")
        yield from file.iter_batches(BATCH)
