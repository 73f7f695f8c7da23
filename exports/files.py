"""A report as a file: which writer writes it, from rows as they come."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from exports.document import Document, Table
from exports.writers.csv import CsvWriter
from exports.writers.parquet import ParquetWriter
from exports.writers.pdf.fonts import Fonts
from exports.writers.pdf.printed import FEW_ROWS, MOST_ROWS, Printed
from exports.writers.workbook import Workbook
from resolvers.exports import Export
from resolvers.operation.errors import BadUserInput
from rules.exports import ExportFormat

OF_ONE_TABLE: dict[ExportFormat, Any] = {ExportFormat.CSV: CsvWriter, ExportFormat.PARQUET: ParquetWriter}

Progress = Callable[[str, int, int | None], None]


def silent(_part: str, _rows: int, _of: int | None) -> None:
    """Tell nobody how far it is."""


async def write_file(
    document: Document, export: Export, fonts: Fonts, out: BinaryIO, progress: Progress = silent
) -> None:
    """Write a report into an open file, rows as they come; whoever cancels this stops the writing."""
    if export.format in OF_ONE_TABLE:
        await _write_table(document, _chosen(document, export), OF_ONE_TABLE[export.format], out, progress)
    elif export.format is ExportFormat.XLSX:
        await _write_workbook(document, out, progress)
    else:
        await _write_paper(document, _asked_whole(document, export), fonts, out, progress)


def _chosen(document: Document, export: Export) -> Table:
    if export.part is None:
        return document.tables[0]
    if export.part not in document.parts:
        raise BadUserInput(f'there is no part "{export.part}" here: there are {", ".join(document.parts)}')
    return document.parts[export.part]


async def _in_thread(work: Callable[..., Any], *given: Any) -> Any:
    """Do something in a thread; a cancellation waits for its end, so that nothing is written for who has let go."""
    working = asyncio.ensure_future(asyncio.to_thread(work, *given))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait((working,))
        raise


async def _write_table(document: Document, table: Table, writer: Any, out: BinaryIO, progress: Progress) -> None:
    writing = await _in_thread(writer, out, document, table)
    rows = 0
    try:
        async with aclosing(table.batches()) as batches:
            async for batch in batches:
                await _in_thread(writing.write, batch)
                rows += batch.num_rows
                progress(table.title, rows, table.count)
        await _in_thread(writing.close)
    except BaseException:
        writing.abandon()
        raise


async def _write_workbook(document: Document, out: BinaryIO, progress: Progress) -> None:
    """A workbook is put together beside, by a process of its own, and then copied."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        book = await _in_thread(Workbook, document, folder)
        try:
            for table in document.tables:
                await _in_thread(book.begin, table)
                rows = 0
                async with aclosing(table.batches()) as batches:
                    async for batch in batches:
                        await _in_thread(book.write, batch)
                        rows += batch.num_rows
                        progress(table.title, rows, table.count)
            await _in_thread(book.close)
        finally:
            book.end()
        with book.path.open("rb") as whole:
            await _in_thread(copyfileobj, whole, out)


def _asked_whole(document: Document, export: Export) -> Table | None:
    """The table that is printed whole: the one that is asked for, or that of a list, which is nothing else."""
    if export.part is None and document.charts:
        return None
    return _chosen(document, export)


async def _write_paper(
    document: Document, whole: Table | None, fonts: Fonts, out: BinaryIO, progress: Progress
) -> None:
    """The summary and the charts; of long tables the begin, and not what a chart shows, unless asked for."""
    on_paper = [table for table in (*document.tables, *document.printed) if table is whole or not table.is_appendix]
    on_paper += [table for table in document.on_demand if table is whole]
    tables = [
        await _printed(table, progress, MOST_ROWS if table is whole else FEW_ROWS, is_main=table is document.tables[0])
        for table in on_paper
    ]
    await _in_thread(_write_pdf, out, document, tables, fonts)


def _write_pdf(file: BinaryIO, document: Document, tables: list[Printed], fonts: Fonts) -> None:
    from exports.writers.pdf.report import write_pdf  # noqa: PLC0415  reportlab is slow to import: most files do without

    write_pdf(file, document, tables, fonts)


async def _printed(table: Table, progress: Progress, most: int, *, is_main: bool) -> Printed:
    rows: list[dict[str, Any]] = []
    async with aclosing(table.batches()) as batches:
        async for batch in batches:
            rows += batch.slice(0, most - len(rows)).to_pylist()
            progress(table.title, len(rows), min(table.count or most, most))
            if len(rows) == most:
                break
    return Printed(table, rows, table.count, is_main, is_cut=len(rows) == most and table.count != most)
