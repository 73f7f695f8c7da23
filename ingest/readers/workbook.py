"""Excel workbooks (XLSX): the first worksheet, read apart, for a few bytes of one may stand for gigabytes."""

import warnings
import zipfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from ingest.apart import apart
from ingest.problems import ImportProblem
from ingest.readers.cells import text_of
from ingest.readers.kinds import WORKBOOK, ZIP, head_of, refuse_other_kinds, too_large, unpacks_to_too_much
from ingest.readers.source import (
    CHUNK_ROWS,
    HEADER_RECORDS,
    MOST_COLUMNS,
    Chunk,
    LineCounts,
    Reading,
    Source,
    Wanted,
    add_fitted,
    checked_header,
    cleaned_names,
)

SHEET_ROWS = 1_048_576  # that a worksheet can have
MOST_TEXTS = 256 * 2**20  # bytes of the shared strings, which are held in memory
MOST_RELATIONS = 2**20  # bytes
STRICT = b"http://purl.oclc.org/ooxml/"

PART_ROWS = 1_000
PART_CHARACTERS = 16 * 2**20
MORE = "…"  # what stands for the cells of a row beyond those that any header has

SheetRow = tuple[int, list[str]]
Part = tuple[list[SheetRow], int]


@contextmanager
def open_workbook(path: Path, reading: Reading) -> Generator[Source]:
    """Open a workbook whose first row with cells, or the first one wanted, is the header."""
    refuse_other_kinds(path, head_of(path), WORKBOOK, ZIP)
    with apart(_parts, path, refusal=too_large(path)) as parts:
        counts = LineCounts()
        rows = _rows(parts, counts)
        first = list(islice(rows, HEADER_RECORDS))
        place = _header_place(first, path, reading.wanted)
        line, names = first[place]
        header = checked_header(names, path)
        counts.header_lines = line
        yield Source(header, _chunks(_following(first[place + 1 :], rows), header, line, counts), counts)


def _rows(parts: Iterator[Part], counts: LineCounts) -> Iterator[SheetRow]:
    for rows, lines in parts:
        yield from rows
        counts.physical_lines = lines


def _header_place(rows: Sequence[SheetRow], path: Path, wanted: Wanted | None) -> int:
    if not rows:
        raise ImportProblem(f"{path.name} is empty: its first sheet has no cells")
    if wanted is None:
        return 0
    return next((place for place, (_line, row) in enumerate(rows) if wanted(cleaned_names(row))), 0)


def _following(first: Sequence[SheetRow], rows: Iterator[SheetRow]) -> Iterator[SheetRow]:
    yield from first
    yield from rows


def _chunks(rows: Iterator[SheetRow], header: list[str], before: int, counts: LineCounts) -> Iterator[Chunk]:
    chunk, width, last = Chunk(), len(header), before
    for line, row in rows:
        counts.records += 1
        counts.blank_lines += line - last - 1
        last = line
        add_fitted(chunk, line, [*row, *[""] * (width - len(row))], header, ",")
        if len(chunk.rows) >= CHUNK_ROWS:
            yield chunk
            chunk = Chunk()
    counts.blank_lines += counts.physical_lines - last
    if chunk.rows:
        yield chunk


# ---------------------------------------------------------------- apart


def _parts(path: Path) -> Iterator[Part]:
    """The rows of the first sheet that have a cell, some at a time, with the rows that were read so far."""
    import openpyxl  # noqa: PLC0415  slow to import: other files do without

    with path.open("rb") as raw, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of styles and extensions that do not matter here
        try:
            _refuse_strangers(zipfile.ZipFile(raw), path)
            book: Any = openpyxl.load_workbook(raw, read_only=True, data_only=True)
        except (ImportProblem, MemoryError):
            raise
        except Exception as error:  # a damaged part raises whatever its reader stumbles over
            raise ImportProblem(
                f"{path.name} is not a readable XLSX workbook: {error}. Save it again as .xlsx, or name text .csv"
            ) from error
        if not book.worksheets:
            raise ImportProblem(f"{path.name} has no worksheet: put the rows on its first sheet")
        yield from _sheet_parts(book.worksheets[0], path)


def _refuse_strangers(archive: zipfile.ZipFile, path: Path) -> None:
    """Raise ImportProblem for a zip that is no workbook, or one that would not be read rightly or in little memory."""
    parts = {part.filename.lower(): part for part in archive.infolist()}
    if "[content_types].xml" not in parts:
        raise ImportProblem(f"{path.name} is a zip archive and no workbook: unpack it, and import the file inside")
    for part in parts.values():
        if unpacks_to_too_much(part.file_size, part.compress_size):
            raise ImportProblem(
                f"{path.name} cannot be a real workbook: its part {part.filename} unpacks to {part.file_size:,} bytes "
                f"from {part.compress_size:,}. Save the rows as .csv"
            )
        if part.filename.lower().endswith("sharedstrings.xml") and part.file_size > MOST_TEXTS:
            raise ImportProblem(f"{path.name} has {part.file_size:,} bytes of texts, too many: save it as .csv")
    with archive.open("_rels/.rels") as relations:
        if STRICT in relations.read(MOST_RELATIONS):
            raise ImportProblem(
                f"{path.name} is a Strict Open XML workbook, which is not read: save it as the usual "
                '"Excel Workbook (.xlsx)", or as .csv'
            )


def _sheet_parts(sheet: Any, path: Path) -> Iterator[Part]:
    sheet.reset_dimensions()  # what the file says of its size is often wrong, and would cut columns off
    rows, characters, line = list[SheetRow](), 0, 0
    try:
        for line, cells in enumerate(sheet.iter_rows(), start=1):
            if line > SHEET_ROWS:
                raise ImportProblem(f"{path.name} has more than {SHEET_ROWS:,} rows, which no worksheet has")
            row = _texts(cells)
            if any(row):
                rows.append((line, row))
                characters += sum(map(len, row))
            if line % PART_ROWS == 0 or characters > PART_CHARACTERS:
                yield rows, line
                rows, characters = [], 0
    except (ImportProblem, MemoryError):
        raise
    except Exception as error:  # a damaged sheet raises whatever its reader stumbles over
        raise ImportProblem(
            f"{path.name} is a damaged XLSX workbook (after row {line}): {error}. "
            "Open it in a spreadsheet and save it again"
        ) from error
    yield rows, line


def _texts(cells: Sequence[Any]) -> list[str]:
    """The texts of a row; of one that is wider than any header the first, and that there are more."""
    row = [_cell_text(cell) for cell in cells[:MOST_COLUMNS]]
    rest = cells[MOST_COLUMNS:]
    return [*row, MORE] if rest and (rest[-1].value is not None or any(c.value is not None for c in rest)) else row


def _cell_text(cell: Any) -> str:
    value = cell.value
    if isinstance(value, datetime) and "h" not in (cell.number_format or "").lower():
        return value.date().isoformat()  # a spreadsheet's day is a midnight that is shown without its hours
    return text_of(value)
