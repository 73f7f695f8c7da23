"""Parquet files, with whatever Arrow type a column has: read apart, for a few bytes of one may stand for gigabytes."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ingest.apart import apart
from ingest.problems import ImportProblem
from ingest.readers.cells import text_of
from ingest.readers.kinds import PARQUET, head_of, refuse_other_kinds, too_large
from ingest.readers.source import (
    CHUNK_ROWS,
    FIELD_LIMIT,
    HEADER_AGAIN,
    Chunk,
    LineCounts,
    Reading,
    Source,
    cell_problem,
    checked_header,
    cleaned_name,
    repeats_header,
    shown,
)

CHUNK_CHARACTERS = 16 * 2**20  # that a chunk may have at most

ArrowProblem = cast(type[Exception], pa.ArrowException)  # it comes without types
arrow = cast(Any, pa)


@contextmanager
def open_parquet(path: Path, _reading: Reading) -> Generator[Source]:
    """Open a Parquet file, whose schema is the header."""
    refuse_other_kinds(path, head_of(path), PARQUET)
    with apart(_header_and_chunks, path, refusal=too_large(path)) as pieces:
        header: list[str] = next(pieces)
        counts = LineCounts()
        yield Source(header, _counted(pieces, counts), counts)


def _counted(chunks: Iterator[Any], counts: LineCounts) -> Iterator[Chunk]:
    for chunk in chunks:
        counts.records += len(chunk.rows)
        counts.physical_lines += len(chunk.rows)
        yield chunk


# ---------------------------------------------------------------- apart


def _header_and_chunks(path: Path) -> Iterator[Any]:
    try:
        file = cast(Any, pq).ParquetFile(path)
    except MemoryError:
        raise
    except (ArrowProblem, OSError) as error:
        raise ImportProblem(
            f"{path.name} is not a readable Parquet file: {error}. Write or copy it again, or save it as .csv"
        ) from error
    with file:
        names = file.schema_arrow.names
        checked_header(names, path)
        header = [cleaned_name(name) for name in names]
        yield header
        yield from _chunks(file, header, path)


def _chunks(file: Any, header: list[str], path: Path) -> Iterator[Chunk]:
    line = 1
    try:
        for batch in file.iter_batches(batch_size=CHUNK_ROWS):
            columns = [_texts(column, name, path, line) for column, name in zip(batch.columns, header, strict=True)]
            longest = [max(map(len, texts), default=0) for texts in columns]
            rows: list[Sequence[str]] = list(zip(*columns, strict=True))
            chunk = Chunk(list(range(line, line + len(rows))), rows)
            if max(longest) > FIELD_LIMIT or header[0] in columns[0] or any(map(_has_nul, columns)):
                _mark_problems(chunk, header)
            yield from _in_parts(chunk, CHUNK_CHARACTERS // max(1, sum(longest)))
            line += len(rows)
    except MemoryError:
        raise
    except (ArrowProblem, OSError) as error:
        raise ImportProblem(f"{path.name} is damaged after row {line - 1}: {error}. Write or copy it again") from error


def _has_nul(texts: list[str]) -> bool:
    return any("\0" in text for text in texts)


def _in_parts(chunk: Chunk, size: int) -> Iterator[Chunk]:
    """A chunk whose rows are long as several."""
    size = max(1, size)
    if len(chunk.rows) <= size:
        yield chunk
        return
    for start in range(0, len(chunk.rows), size):
        end = start + size
        problems = {index - start: said for index, said in chunk.problems.items() if start <= index < end}
        yield Chunk(chunk.lines[start:end], chunk.rows[start:end], problems)


def _mark_problems(chunk: Chunk, header: list[str]) -> None:
    for index, row in enumerate(chunk.rows):
        problem = HEADER_AGAIN if repeats_header(row, header) else cell_problem(row)
        if problem is not None:
            chunk.problems[index] = problem
            chunk.rows[index] = [shown(text) for text in row]


def _texts(column: Any, name: str, path: Path, line: int) -> list[str]:
    try:
        plain = _in_microseconds(column)
        text = _text_maker(plain.type)
        return [text(value) for value in plain.to_pylist()]
    except MemoryError:
        raise
    except (ValueError, TypeError, LookupError, OverflowError, NotImplementedError, ArrowProblem) as error:
        raise ImportProblem(
            f'{path.name}, column "{name}" ({column.type}), at or after row {line}: {error}. '
            "Write that column as text or numbers, or leave it out of the file"
        ) from error


def _in_microseconds(column: Any) -> Any:
    """Times in nanoseconds without what Python's cannot hold."""
    if arrow.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if arrow.types.is_timestamp(kind) and kind.unit == "ns":
        return column.cast(arrow.timestamp("us", tz=kind.tz), safe=False)
    if arrow.types.is_time64(kind) and kind.unit == "ns":
        return column.cast(arrow.time64("us"), safe=False)
    if arrow.types.is_duration(kind) and kind.unit == "ns":
        return column.cast(arrow.duration("us"), safe=False)
    return column


def _text_maker(kind: Any) -> Callable[[Any], str]:
    if arrow.types.is_float16(kind):
        return lambda value: text_of(None if value is None else float(str(np.float16(value))))
    if arrow.types.is_float32(kind):
        return lambda value: text_of(value, 7)
    return text_of
