"""How fast files are written, against the bare library writing the same rows, and in how much memory.

    python -m bench.exports [ROWS]

First ROWS rows (a million) that are at hand, of ten columns: ratios of this one run, beside them rows a second.
Then a report of four pages as PDF. Last the list of ROWS customers from a store, with how many megabytes the process
had at most beyond what it had when the copy in columns was loaded. Seconds are of the processor: others do not count.
"""

import asyncio
import csv
import json
import logging
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from time import process_time
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

ROWS = 1_000_000
PRINTED = 430  # rows that are four pages
FORMATS = ("CSV", "PARQUET", "XLSX")
TODAY = datetime(2026, 3, 5, 12, tzinfo=UTC)
CUSTOMER = (
    "INSERT INTO customer (id, business_id, number, type, first_name, last_name, sort_name, email, city, country, "
    "is_active, is_email_verified, is_phone_verified, created_at, joined_given, joined_day, credit_limit, "
    "opening_balance, consent_email, consent_sms, consent_push, is_erased, search_name, search_contact, revision) "
    "VALUES (?, 1, ?, 'RETAIL', ?, ?, ?, ?, ?, 'France', 1, 1, 0, '2024-01-01 00:00:00', 1, ?, "
    "0, 0, 1, 0, 0, 0, '', '', 1)"
)


async def _make(path: Path, rows: int) -> None:
    """A migrated store with one business and so many customers."""
    from models.database import Database  # noqa: PLC0415  the measuring process does without
    from models.migrate import migrate  # noqa: PLC0415
    from resolvers.businesses import ensure_business  # noqa: PLC0415

    database = Database(f"sqlite:///{path}")
    await migrate(database)
    await ensure_business(database, "Shop", currency="EUR", timezone="Europe/Paris", now=TODAY)
    await database.close()
    with sqlite3.connect(path) as connection:
        connection.executemany(CUSTOMER, (_customer(i) for i in range(1, rows + 1)))


def _customer(i: int) -> tuple[Any, ...]:
    name = f"Customer {i % 9973}", f"Name-{i}"
    return i, f"C{i:08}", *name, " ".join(name).casefold(), f"c{i}@example.com", f"City {i % 311}", 18_000 + i % 2_000


def _begin_to_watch() -> float:
    """Forget the most memory that this process ever had; the megabytes that it has now. Linux only."""
    Path("/proc/self/clear_refs").write_text("5")
    return _megabytes("VmRSS")


def _megabytes(which: str = "VmHWM") -> float:
    """The most memory that this process had since it was watched, or what it has now."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{which}:"))


async def _exported(store: Path, format: str) -> dict[str, float]:
    """Export all customers in this process."""
    from exports.reports import document_of  # noqa: PLC0415
    from models.database import Database  # noqa: PLC0415
    from resolvers.exports import Export  # noqa: PLC0415
    from resolvers.listing import ListQuestion, spending_at  # noqa: PLC0415
    from resolvers.operation.context import Context  # noqa: PLC0415
    from resolvers.operation.services import Services  # noqa: PLC0415
    from resolvers.operation.viewer import Role, Viewer  # noqa: PLC0415
    from rules.exports import ExportFormat  # noqa: PLC0415

    services = Services(Database(f"sqlite:///{store}"))
    context = Context(services, Viewer("bench", Role.ADMIN, 1), TODAY)
    await spending_at(context, 20_000)
    before = _begin_to_watch()
    export = Export(ListQuestion(), ExportFormat(format))
    started = process_time()
    document = await document_of(context, export)
    size = await _size(document, export)
    found = {"rows": document.tables[0].count or 0, "seconds": process_time() - started, "bytes": size}
    await context.close()
    await services.close()
    return found | {"grown": _megabytes() - before}


async def _size(document: Any, export: Any) -> int:
    from exports.files import write_file  # noqa: PLC0415
    from exports.writers.pdf.fonts import Fonts  # noqa: PLC0415

    with TemporaryFile() as file:
        await write_file(document, export, Fonts(Path("/nowhere")), file)
        return file.tell()


async def _written(format: str, rows: int) -> dict[str, float]:
    """Write rows that are at hand, of ten columns as in the ranking of customers; then the bare library the same."""
    import pyarrow as pa  # noqa: PLC0415

    from exports.document import (  # noqa: PLC0415
        BATCH_ROWS,
        Document,
        Table,
        batch_of,
        day,
        integer,
        money,
        percent,
        text,
    )
    from resolvers.exports import Export  # noqa: PLC0415
    from resolvers.listing import ListQuestion  # noqa: PLC0415
    from rules.exports import ExportFormat  # noqa: PLC0415

    columns = (
        *(integer("rank", "Rank"), text("number", "Number"), text("name", "Name")),
        *(money("revenue", "Revenue"), money("profit", "Profit"), percent("profitMargin", "Margin")),
        *(integer("orders", "Orders"), money("averageOrderValue", "Average order")),
        *(day("firstPurchaseDate", "First purchase"), day("lastPurchaseDate", "Last purchase")),
    )
    each = [
        (i, f"C{i:08}", f"Customer {i}", 100 * i, 33 * i, i / 77, i % 50, 7 * i, 18_000 + i % 900, 19_000 + i % 900)
        for i in range(BATCH_ROWS)
    ]
    batch = batch_of(columns, list(zip(*each, strict=True)))

    async def batches() -> AsyncIterator[pa.RecordBatch]:
        for _ in range(rows // BATCH_ROWS):
            yield batch

    async def nothing() -> AsyncIterator[pa.RecordBatch]:
        yield batch.slice(0, 1)

    table = Table("customers", "Customers", columns, batches, rows)
    document = Document("Customers", "Shop", "EUR", 2, "to today", TODAY, (table,))
    export = Export(ListQuestion(), ExportFormat(format))
    await _size(replace(document, tables=(replace(table, batches=nothing),)), export)  # imports are not writing
    before, started = _begin_to_watch(), process_time()
    size = await _size(document, export)
    seconds, grown = process_time() - started, _megabytes() - before
    bare = await _bare(batches(), format, [column.name for column in columns])
    return {"rows": rows, "seconds": seconds, "bare": bare, "bytes": size, "grown": grown}


async def _bare(batches: AsyncIterator[Any], format: str, names: list[str]) -> float:
    """Seconds that the bare library needs for the same rows, which are at hand: a batch at a time, unformatted."""
    seconds = 0.0
    with TemporaryDirectory() as folder:
        writing = {"CSV": _BareCsv, "PARQUET": _BareParquet, "XLSX": _BareXlsx}[format](Path(folder) / "bare", names)
        async for batch in batches:
            held = batch if format == "PARQUET" else list(zip(*(c.to_pylist() for c in batch.columns), strict=True))
            started = process_time()
            writing.write(held)
            seconds += process_time() - started
        started = process_time()
        writing.close()
    return seconds + process_time() - started


class _BareCsv:
    def __init__(self, path: Path, names: list[str]) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(names)

    def write(self, rows: list[tuple[Any, ...]]) -> None:
        """Write rows."""
        self._writer.writerows(rows)

    def close(self) -> None:
        """End the file."""
        self._file.close()


class _BareParquet:
    def __init__(self, path: Path, _names: list[str]) -> None:
        self._path, self._writer, self._kept = path, None, []  # type: ignore[var-annotated]

    def write(self, batch: Any) -> None:
        """Write rows."""
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.parquet as pq  # noqa: PLC0415

        self._writer = self._writer or pq.ParquetWriter(self._path, batch.schema)
        self._kept.append(batch)
        if len(self._kept) == 13:
            self._writer.write_table(pa.Table.from_batches(self._kept))
            self._kept.clear()

    def close(self) -> None:
        """End the file."""
        self._writer.close()


class _BareXlsx:
    def __init__(self, path: Path, names: list[str]) -> None:
        import xlsxwriter  # noqa: PLC0415

        self._book: Any = xlsxwriter.Workbook(path, {"constant_memory": True})
        self._sheet = self._book.add_worksheet()
        self._sheet.write_row(0, 0, names)
        self._row = 0

    def write(self, rows: list[tuple[Any, ...]]) -> None:
        """Write rows."""
        for cells in rows:
            self._row += 1
            self._sheet.write_row(self._row, 0, cells)

    def close(self) -> None:
        """End the file."""
        self._book.close()


async def _printed() -> tuple[int, float, float]:
    """The pages of a report, the seconds to write it, and those of reportlab to draw as much text in one font."""
    import pypdf  # noqa: PLC0415
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415

    from exports.document import Document, integer, money, small_table, text  # noqa: PLC0415
    from exports.files import Printed  # noqa: PLC0415
    from exports.writers.pdf.fonts import Fonts  # noqa: PLC0415
    from exports.writers.pdf.report import write_pdf  # noqa: PLC0415

    columns = (
        text("number", "Number"),
        text("name", "Name", wide=True),
        integer("orders", "Orders"),
        money("revenue", "Revenue"),
    )
    named = ((f"C{i:06}", f"Émile Customer {i}", i, 100 * i) for i in range(PRINTED))
    rows = [dict(zip(("number", "name", "orders", "revenue"), cells, strict=True)) for cells in named]
    table = small_table("customers", "Customers", columns, [], 2)
    document = Document("Customers", "Shop", "EUR", 2, "to today", TODAY, (table,))
    printed, fonts = Printed(table, rows, len(rows)), Fonts(Path("/nowhere"))
    write_pdf(BytesIO(), document, [printed], fonts)  # fonts are loaded once for a process
    out, started = BytesIO(), process_time()
    write_pdf(out, document, [printed], fonts)
    seconds = process_time() - started
    pages = len(pypdf.PdfReader(out).pages)
    started = process_time()
    canvas = Canvas(BytesIO(), pageCompression=1)
    for place, row in enumerate(rows):
        for column, cell in enumerate(row.values()):
            canvas.setFont("FiraGO", 7.5)
            canvas.drawString(40 + 100 * column, 800 - 10 * (place % 70), str(cell))
        if place % 70 == 69:
            canvas.showPage()
    canvas.save()
    return pages, seconds, process_time() - started


def main() -> None:
    """Measure and print."""
    if len(sys.argv) > 2:
        logging.disable(logging.WARNING)
        of, format, rows = sys.argv[1:]
        work = _written(format, int(rows)) if of == "written" else _exported(Path(of), format)
        print(json.dumps(asyncio.run(work)))
        return
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    for format in FORMATS:
        report(f"{format} / bare library", _in_a_process("written", format, rows))
    pages, seconds, bare = asyncio.run(_printed())
    print(f"{f'PDF of {pages} pages / bare reportlab':32}{seconds / bare:6.2f} x   {seconds:.3f} s")
    with TemporaryDirectory() as folder:
        store = Path(folder) / "shop.db"
        asyncio.run(_make(store, rows))
        for format in FORMATS:
            report(f"{format} from the store, 26 columns", _in_a_process(str(store), format, rows))


def _in_a_process(of: str, format: str, rows: int) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.exports", of, format, str(rows)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return json.loads(done.stdout.splitlines()[-1])


def report(what: str, found: dict[str, float]) -> None:
    """Print one line: the ratio where there is one, and beside it speed and memory."""
    ratio = f"{found['seconds'] / found['bare']:6.2f} x" if "bare" in found else " " * 8
    speed, size = f"{found['rows'] / found['seconds']:,.0f} rows/s", f"{found['bytes'] / 1e6:,.0f} MB"
    print(f"{what:32}{ratio}   {speed}, {found['grown']:+,.0f} MB of memory, a file of {size}", flush=True)


if __name__ == "__main__":
    main()
