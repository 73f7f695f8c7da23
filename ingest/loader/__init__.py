"""Imports one file: stages its rows, and writes its sales and refunds in batches, one transaction each."""

import asyncio
import gc
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from time import perf_counter

from ingest.loader.importing import ImportingRun, Progress
from ingest.loader.rejects import check_target, write_rejects
from ingest.loader.summary import FileUnderstood, ImportSummary
from ingest.mapping import Mapping
from ingest.rates import CurrencyRates
from ingest.readers import Source, open_source
from ingest.rows import ImportingShop, RowReader
from ingest.staging import Staging
from models import Customer, Payment, Refund, Sale, SaleItem, SaleStatusChange
from models.database import Database, table
from models.statistics import refresh_statistics
from resolvers.operation.actor import Actor

__all__ = ["FileUnderstood", "ImportSummary", "Progress", "import_file", "write_rejects"]

BATCH_SALES = 5_000
SHOWN = 5
WRITTEN_TABLES = [table(filled) for filled in (Customer, Payment, Refund, Sale, SaleItem, SaleStatusChange)]


async def import_file(  # noqa: PLR0913  an import is made of these
    database: Database,
    *,
    path: Path,
    business: ImportingShop,
    mapping: Mapping,
    now: datetime,
    actor: Actor,
    dry_run: bool = False,
    batch_size: int = BATCH_SALES,
    rejects: Path | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    rates: CurrencyRates | None = None,
    progress: Progress | None = None,
    tells: bool = False,
) -> ImportSummary:
    """Import a file into a business; running it again continues what was interrupted, and changes nothing else.

    Rejected rows go to `rejects`, by default `<file>.rejects.csv` beside the file, and one that an earlier run left
    there goes when none is rejected; a dry run writes them only where it is told a path. In a dry run `business` may
    be one that is not written yet (id None). With `tells` its new facts of the last 30 days tell their events. Raises
    ImportProblem, before anything is written, for a file that cannot be read, or that can be read in two ways.
    """
    began = perf_counter()
    if rejects is not None:
        check_target(rejects, path)
    run = ImportingRun(database, path, business, mapping, now, actor, batch_size, rates, progress or _silent, tells)
    opened = partial(open_source, path, encoding=encoding, delimiter=delimiter, wanted=mapping.is_header)
    with _rare_collections():
        reader = await asyncio.to_thread(run.survey, opened)
        with opened() as source, Staging(source.header) as staging:
            await asyncio.to_thread(run.stage, source, reader, staging)
            counts = await (run.rehearse(reader, staging) if dry_run else run.load(reader, staging))
            target = rejects or (None if dry_run else path.with_name(f"{path.name}.rejects.csv"))
            kept = target is not None and await asyncio.to_thread(write_rejects, staging, target)
            if counts.changed and not dry_run:
                await refresh_statistics(database, WRITTEN_TABLES)
            return ImportSummary(
                read=staging.rows,
                written=counts.written,
                updated=counts.updated,
                unchanged=counts.unchanged,
                rejected=staging.rejected,
                sales=counts.sales,
                refunds=counts.refunds,
                customers=counts.customers,
                contacts_dropped=counts.contacts_dropped + reader.contacts.dropped,
                notes=staging.notes,
                seconds=perf_counter() - began,
                dry_run=dry_run,
                rejects=target if kept else None,
                books=run.books,
                understood=_understood(run, source, reader, staging),
            )


def _understood(run: ImportingRun, source: Source, reader: RowReader, staging: Staging) -> FileUnderstood:
    used = {place for choices in reader.places.values() for cells in choices for place in cells}
    return FileUnderstood(
        mapping=run.mapping,
        header=source.header,
        unused=[name for place, name in enumerate(source.header) if place not in used],
        styles=reader.styles,
        lines=source.counts,
        first_drafts=run.first_drafts,
        notes=staging.first_notes(SHOWN),
        reasons=staging.reasons(SHOWN),
    )


@contextmanager
def _rare_collections() -> Generator[None]:
    """Millions of small rows without cycles make the garbage collector run for nothing: a third of an import's time."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _silent(phase: str, rows: int, of: int | None) -> None:
    """Tell nobody."""
