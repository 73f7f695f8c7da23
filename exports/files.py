"""The bytes of an exported file, as they are made."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any, BinaryIO, cast

from exports.document import Document, Table
from exports.writers.csv import CsvWriter
from exports.writers.parquet import ParquetWriter
from exports.writers.pdf.fonts import Fonts
from exports.writers.pdf.printed import MOST_ROWS, Printed
from resolvers.exports import Export
from resolvers.operation.errors import BadUserInput
from rules.exports import ExportFormat

CHUNK_BYTES = 256 * 1024
OF_ONE_TABLE: dict[ExportFormat, Any] = {ExportFormat.CSV: CsvWriter, ExportFormat.PARQUET: ParquetWriter}

Progress = Callable[[str, int, int | None], None]


def silent(_part: str, _rows: int, _of: int | None) -> None:
    """Tell nobody how far it is."""


class Outbox:
    """A file for writers that is emptied as it fills."""

    def __init__(self) -> None:
        self.closed = False
        self._parts: list[bytes] = []
        self._written = 0

    def write(self, data: bytes) -> int:
        """Take bytes."""
        self._parts.append(bytes(data))
        self._written += len(data)
        return len(data)

    def tell(self) -> int:
        """How many bytes it took in all."""
        return self._written

    def flush(self) -> None:
        """They are taken already."""

    def close(self) -> None:
        """No more is to come."""
        self.closed = True

    def seekable(self) -> bool:
        """What was taken is gone."""
        return False

    def readable(self) -> bool:
        """It is taken out by other means."""
        return False

    def writable(self) -> bool:
        """That is what it is for."""
        return True

    def emptied(self) -> bytes:
        """What was written since it was last emptied."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def file_of(document: Document, export: Export, fonts: Fonts, progress: Progress = silent) -> AsyncGenerator[bytes]:
    """The bytes of a report as a file; whoever stops reading stops the writing."""
    if export.format in OF_ONE_TABLE:
        return _table_file(document, _chosen(document, export), OF_ONE_TABLE[export.format], progress)
    if export.format is ExportFormat.XLSX:
        return _workbook(document, progress)
    return _paper(document, fonts, progress)


def _chosen(document: Document, export: Export) -> Table:
    if export.part is None:
        return document.tables[0]
    if export.part not in document.parts:
        raise BadUserInput(f'there is no part "{export.part}" here: there are {", ".join(document.parts)}')
    return document.parts[export.part]


async def _table_file(document: Document, table: Table, writer: Any, progress: Progress) -> AsyncGenerator[bytes]:
    box = Outbox()
    writing = await asyncio.to_thread(writer, cast(BinaryIO, box), document, table)
    rows = 0
    async with aclosing(table.batches()) as batches:
        async for batch in batches:
            await asyncio.to_thread(writing.write, batch)
            rows += batch.num_rows
            progress(table.title, rows, table.count)
            if data := box.emptied():
                yield data
    await asyncio.to_thread(writing.close)
    yield box.emptied()


async def _workbook(document: Document, progress: Progress) -> AsyncGenerator[bytes]:
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder, TemporaryFile() as file:
        book = await asyncio.to_thread(_begun_workbook, cast(BinaryIO, file), document, folder)
        try:
            for table in document.tables:
                part = await asyncio.to_thread(book.part, table)
                rows = 0
                async with aclosing(table.batches()) as batches:
                    async for batch in batches:
                        await asyncio.to_thread(part.write, batch)
                        rows += batch.num_rows
                        progress(table.title, rows, table.count)
        except BaseException:
            book.abandon()
            raise
        await asyncio.to_thread(book.close)
        file.seek(0)
        while data := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield data


def _begun_workbook(file: BinaryIO, document: Document, folder: str) -> Any:
    from exports.writers.xlsx import XlsxWriter  # noqa: PLC0415  xlsxwriter is slow to import: most files do without

    return XlsxWriter(file, document, folder)


async def _paper(document: Document, fonts: Fonts, progress: Progress) -> AsyncGenerator[bytes]:
    on_paper = sorted((*document.tables, *document.printed), key=lambda table: table.is_appendix)
    tables = [await _printed(table, progress, is_main=table is document.tables[0]) for table in on_paper]
    with TemporaryFile() as file:
        await asyncio.to_thread(_write_pdf, cast(BinaryIO, file), document, tables, fonts)
        file.seek(0)
        while data := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield data


def _write_pdf(file: BinaryIO, document: Document, tables: list[Printed], fonts: Fonts) -> None:
    from exports.writers.pdf.report import write_pdf  # noqa: PLC0415  reportlab is slow to import: most files do without

    write_pdf(file, document, tables, fonts)


async def _printed(table: Table, progress: Progress, *, is_main: bool) -> Printed:
    rows: list[dict[str, Any]] = []
    async with aclosing(table.batches()) as batches:
        async for batch in batches:
            rows += batch.slice(0, MOST_ROWS - len(rows)).to_pylist()
            progress(table.title, len(rows), min(table.count or MOST_ROWS, MOST_ROWS))
            if len(rows) == MOST_ROWS:
                break
    return Printed(table, rows, table.count, is_main)
