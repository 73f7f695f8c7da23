"""Rows of text out of CSV, CSV.gz, Parquet and XLSX files, a chunk at a time, each with its line number."""

import codecs
import csv
import gzip
import io
import math
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.problems import ImportProblem

ENDINGS = (".csv", ".csv.gz", ".parquet", ".xlsx")
DEFAULT_ENCODING = "utf-8-sig"
ArrowProblem = cast(type[Exception], pa.ArrowException)  # it comes without types
DELIMITERS = ",;\t|"
CHUNK_ROWS = 5_000  # small enough that a chunk stays in the processor's cache


@dataclass
class Chunk:
    """Some consecutive rows: each as many texts as the header has names; `problems` by index in the chunk."""

    lines: list[int] = field(default_factory=list[int])
    rows: list[Sequence[str]] = field(default_factory=list[Sequence[str]])
    problems: dict[int, str] = field(default_factory=dict[int, str])

    def add(self, line: int, row: Sequence[str], problem: str | None = None) -> None:
        """Append one row."""
        if problem is not None:
            self.problems[len(self.rows)] = problem
        self.lines.append(line)
        self.rows.append(row)


@dataclass(frozen=True)
class Source:
    """An open file: the names of its columns, and its chunks, which can be read once."""

    header: list[str]
    chunks: Iterator[Chunk]


@contextmanager
def open_source(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> Generator[Source]:
    """Open a file by its ending. Reading may raise ImportProblem at any row, for what makes the rest unreadable.

    `encoding` (default UTF-8 with or without a byte order mark) and `delimiter` (default: the one of , ; tab |
    that splits the header into most columns) matter to CSV only. Lines count from 1 as an editor or a spreadsheet
    shows them, header included; rows of a Parquet file from 1.
    """
    opener = _opener(path)
    if not path.exists():
        raise ImportProblem(f"there is no file {path}")
    if not path.is_file():
        raise ImportProblem(f"{path} is not a file")
    if path.stat().st_size == 0:
        raise ImportProblem(f"{path.name} is empty")
    with opener(path, encoding or DEFAULT_ENCODING, delimiter) as source:
        yield source


def _opener(path: Path) -> Callable[..., Any]:
    name = path.name.lower()
    if name.endswith((".csv", ".csv.gz")):
        return _open_csv
    if name.endswith(".parquet"):
        return _open_parquet
    if name.endswith(".xlsx"):
        return _open_xlsx
    raise ImportProblem(f"cannot tell what kind of file {path.name} is: its name must end in {', '.join(ENDINGS)}")


def _header(names: Sequence[str], path: Path) -> list[str]:
    header = [name.strip() for name in names]
    if not any(header):
        raise ImportProblem(f"{path.name} has no header: its first line must name the columns")
    return header


# ---------------------------------------------------------------- CSV


@contextmanager
def _open_csv(path: Path, encoding: str, delimiter: str | None) -> Generator[Source]:
    known = _known_encoding(encoding)
    with _bytes_of(path) as binary:
        lines = _decoded(binary, known, path)
        first = next(lines, None)
        if first is None or not first.strip():
            raise ImportProblem(f"{path.name} is empty" if first is None else f"{path.name} has no header")
        delimiter = delimiter or max(DELIMITERS, key=lambda mark: len(next(csv.reader([first], delimiter=mark))))
        header = _header(next(csv.reader([first], delimiter=delimiter)), path)
        yield Source(header, _csv_chunks(lines, delimiter, len(header)))


def _known_encoding(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError as error:
        raise ImportProblem(f'unknown encoding "{encoding}": try utf-8, cp1252, latin-1 or utf-16') from error


@contextmanager
def _bytes_of(path: Path) -> Generator[IO[bytes]]:
    packed = path.name.lower().endswith(".gz")
    with path.open("rb") as raw:
        yield cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if packed else raw


def _decoded(binary: IO[bytes], encoding: str, path: Path) -> Iterator[str]:
    """Lines of text. Line by line where a line end is one byte, so that a wrong byte has a line number."""
    line = 0
    try:
        if "\n".encode(encoding).endswith(b"\n") and len("\n\n".encode(encoding)) - len("\n".encode(encoding)) == 1:
            later = "utf-8" if encoding == "utf-8-sig" else encoding
            for raw in binary:
                yield raw.decode(later if line else encoding)
                line += 1
        else:
            for text in _wide_lines(binary, encoding):
                yield text
                line += 1
    except UnicodeDecodeError as error:
        raise ImportProblem(_wrong_byte(path, line + 1, encoding, error)) from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ImportProblem(f"{path.name} is not a whole gzip file (after line {line}): {error}") from error


def _wide_lines(binary: IO[bytes], encoding: str) -> Iterator[str]:
    wrapper = io.TextIOWrapper(binary, encoding=encoding, newline="")
    try:
        yield from wrapper
    finally:
        wrapper.detach()  # the file is closed by who opened it


def _wrong_byte(path: Path, line: int, encoding: str, error: UnicodeDecodeError) -> str:
    byte = error.object[error.start]
    name = "UTF-8" if encoding in ("utf-8", "utf-8-sig") else encoding
    return (
        f"{path.name} is not {name}: byte 0x{byte:02x} at or after line {line}. "
        "Name the encoding it was written in, like --encoding cp1252 or --encoding latin-1"
    )


def _csv_chunks(lines: Iterator[str], delimiter: str, width: int) -> Iterator[Chunk]:
    reader = csv.reader(lines, delimiter=delimiter)
    chunk = Chunk()
    while True:
        line = reader.line_num + 2  # the header was read before
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            chunk.add(line, [""] * width, f"not readable as CSV ({error}): is a double quote not closed?")
            continue
        if len(row) == width:
            chunk.lines.append(line)
            chunk.rows.append(row)
        elif row:
            _add_misfit(chunk, line, row, width, delimiter)
        if len(chunk.rows) >= CHUNK_ROWS:
            yield chunk
            chunk = Chunk()
    if chunk.rows:
        yield chunk


def _add_misfit(chunk: Chunk, line: int, row: list[str], width: int, delimiter: str) -> None:
    if len(row) > width and not any(row[width:]):
        chunk.add(line, row[:width])
        return
    problem = f"{len(row)} fields where the header has {width}"
    fitted = [*row[: width - 1], delimiter.join(row[width - 1 :])] if len(row) > width else row
    chunk.add(line, [*fitted, *[""] * (width - len(fitted))], problem)


# ---------------------------------------------------------------- Parquet


@contextmanager
def _open_parquet(path: Path, _encoding: str, _delimiter: str | None) -> Generator[Source]:
    try:
        file = cast(Any, pq).ParquetFile(path)
    except (ArrowProblem, OSError) as error:
        raise ImportProblem(f"{path.name} is not a readable Parquet file: {error}") from error
    with file:
        yield Source(_header(file.schema_arrow.names, path), _parquet_chunks(file, path))


def _parquet_chunks(file: Any, path: Path) -> Iterator[Chunk]:
    line = 1
    try:
        for batch in file.iter_batches(batch_size=CHUNK_ROWS):
            columns = [_texts(column) for column in batch.columns]
            rows: list[Sequence[str]] = list(zip(*columns, strict=True))
            yield Chunk(list(range(line, line + len(rows))), rows)
            line += len(rows)
    except (ArrowProblem, OSError) as error:
        raise ImportProblem(f"{path.name} is damaged after row {line - 1}: {error}") from error


def _texts(column: Any) -> list[str]:
    digits = 7 if str(column.type) == "float" else 15
    return [text_of(value, digits) for value in column.to_pylist()]


def text_of(value: object, digits: int = 15) -> str:
    """A cell as the text it would have in a CSV file: whole numbers without a point, nothing for what is missing.

    Floating numbers are shown with the decimal digits that they hold reliably, as a spreadsheet shows them.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return f"{Decimal(f'{value:.{digits}g}'):f}" if math.isfinite(value) else str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return str(value)


# ---------------------------------------------------------------- XLSX


@contextmanager
def _open_xlsx(path: Path, _encoding: str, _delimiter: str | None) -> Generator[Source]:
    import openpyxl  # noqa: PLC0415  slow to import: other files do without
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise ImportProblem(f"{path.name} is not a readable XLSX workbook: {error}") from error
    try:
        rows = _sheet_rows(book, path)
        _line, first = next(rows, (0, None))
        if first is None:
            raise ImportProblem(f"{path.name} is empty: its first sheet has no cells")
        header = _header(first, path)
        while header and not header[-1]:
            header.pop()
        yield Source(header, _xlsx_chunks(rows, len(header)))
    finally:
        book.close()


def _sheet_rows(book: Any, path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first sheet that have a cell, with their row numbers."""
    try:
        for line, cells in enumerate(book.worksheets[0].iter_rows(), start=1):
            row = [_cell_text(cell) for cell in cells]
            if any(row):
                yield line, row
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, SyntaxError) as error:
        raise ImportProblem(f"{path.name} is a damaged XLSX workbook: {error}") from error


def _cell_text(cell: Any) -> str:
    value = cell.value
    if isinstance(value, datetime) and "h" not in (cell.number_format or "").lower():
        return value.date().isoformat()  # a spreadsheet's day is a midnight that is shown without its hours
    return text_of(value)


def _xlsx_chunks(rows: Iterator[tuple[int, list[str]]], width: int) -> Iterator[Chunk]:
    chunk = Chunk()
    for line, row in rows:
        if len(row) <= width:
            chunk.add(line, [*row, *[""] * (width - len(row))])
        else:
            _add_misfit(chunk, line, row, width, ",")
        if len(chunk.rows) >= CHUNK_ROWS:
            yield chunk
            chunk = Chunk()
    if chunk.rows:
        yield chunk
