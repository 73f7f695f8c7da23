"""Imports one file: stages its rows, and writes its sales and refunds in batches, one transaction each."""

import asyncio
import gc
from collections.abc import AsyncGenerator, Generator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol, TypeVar

from sqlalchemy import update

from ingest.customers import customers_numbered
from ingest.facts import SaleTerms, outcome_of
from ingest.mapping import Mapping
from ingest.problems import ImportProblem
from ingest.readers import Chunk, Source, open_source
from ingest.rows import ImportingShop, RowReader, groups_of
from ingest.sales import Batch, Counts, StoredSale, counts_of, stored_of, write_batch
from ingest.staging import Staging
from ingest.values import Unreadable
from models import ImportRun
from models.database import Database, table
from models.imports import ImportStatus
from resolvers.operation.actor import Actor
from resolvers.operation.ids import global_id
from resolvers.operation.writing import Operation, Write, writing

BATCH_SALES = 5_000
BATCH_ROWS = 50_000
SALE_ROWS = 20_000  # rows of one number that are still believed to be one sale

ACTION = "import"
COUNTED_ROWS = ("rows_read", "rows_written", "rows_updated", "rows_unchanged", "rows_rejected")

A = TypeVar("A")
D = TypeVar("D")

import_run = table(ImportRun)


class Progress(Protocol):
    """Told now and then how far an import is; called in a worker thread or the event loop, and must not block."""

    def __call__(self, phase: str, rows: int, of: int | None) -> None:
        """`phase` is "reading", whose length is unknown (`of` is None), then "writing" `of` so many rows."""


@dataclass(frozen=True)
class ImportSummary:
    """What an import did, or in a dry run would have done. Every row read is in exactly one of the four counts."""

    read: int
    written: int
    updated: int
    unchanged: int
    rejected: int
    sales: int  # written or updated
    refunds: int  # written or updated
    customers: int  # made
    contacts_dropped: int  # e-mails and phones left out: impossible, or another customer's
    seconds: float
    dry_run: bool
    rejects: Path | None  # the file of the rejected rows, None where there is none

    @property
    def rows_per_second(self) -> float:
        """How fast it was."""
        return self.read / self.seconds if self.seconds else 0.0


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
    progress: Progress | None = None,
) -> ImportSummary:
    """Import a file into a business; running it again continues what was interrupted, and changes nothing else.

    Rejected rows go to `rejects`, by default `<file>.rejects.csv` in the working directory; a dry run writes them only
    where it is told a path. In a dry run `business` may be one that is not written yet (id None). Raises ImportProblem,
    before anything is written, for a file that cannot be read.
    """
    began = perf_counter()
    run = _Run(database, path, business, mapping, now, actor, batch_size, progress or _silent)
    with _rare_collections(), open_source(path, encoding=encoding, delimiter=delimiter) as source:
        reader = RowReader(mapping, mapping.positions(source.header, path.name), business)
        with Staging(source.header) as staging:
            await asyncio.to_thread(run.stage, source, reader, staging)
            if dry_run:
                counts = await run.rehearse(reader, staging)
            else:
                counts = await run.load(reader, staging)
            target = rejects or (None if dry_run else Path.cwd() / f"{path.name}.rejects.csv")
            kept = target is not None and await asyncio.to_thread(staging.write_rejects, target)
            return _summary(counts, reader, staging, perf_counter() - began, dry_run, target if kept else None)


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


def _summary(  # noqa: PLR0913  a summary is made of these
    counts: Counts, reader: RowReader, staging: Staging, seconds: float, dry_run: bool, rejects: Path | None
) -> ImportSummary:
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
        seconds=seconds,
        dry_run=dry_run,
        rejects=rejects,
    )


@dataclass
class _Run:
    """One run of one file."""

    database: Database
    path: Path
    business: ImportingShop
    mapping: Mapping
    now: datetime
    actor: Actor
    batch_size: int
    progress: Progress

    def stage(self, source: Source, reader: RowReader, staging: Staging) -> None:
        """Copy all rows of the source, with the key of each."""
        for chunk in source.chunks:
            columns = list(zip(*chunk.rows, strict=True))
            keys, problems = _marks(chunk, reader.keys(columns), together=self.mapping.is_all_or_nothing)
            staging.add(chunk.lines, keys, problems, columns)
            self.progress("reading", staging.rows, None)
        if not staging.rows:
            raise ImportProblem(f"{self.path.name} has a header and no rows")
        staging.close_rows(SALE_ROWS)

    async def load(self, reader: RowReader, staging: Staging) -> Counts:
        """Write every batch, and remember the run."""
        counts = Counts()
        run = await self._begin()
        try:
            async with aclosing(self._batches(reader, staging)) as batches:
                async for batch in batches:
                    await self._write(batch, run, counts, staging)
                    self._report(counts, staging)
        except BaseException as error:
            await asyncio.shield(self._end(run, ImportStatus.FAILED, counts, staging, type(error).__name__))
            raise
        await self._end(run, ImportStatus.DONE, counts, staging)
        return counts

    async def rehearse(self, reader: RowReader, staging: Staging) -> Counts:
        """Count what `load` would do."""
        counts = Counts()
        async with aclosing(self._batches(reader, staging)) as batches:
            async for batch in batches:
                stored = await self._stored(batch)
                counts.add(counts_of(batch, stored))
                staging.note_buyers(await self._strangers(batch, stored))
                self._report(counts, staging)
        counts.customers = staging.count_buyers()
        return counts

    async def _batches(self, reader: RowReader, staging: Staging) -> AsyncGenerator[Batch]:
        """The batches in turn; while one is written, the next is made in a thread."""
        batches = self._drafted(reader, staging)
        upcoming = asyncio.create_task(asyncio.to_thread(next, batches, None))
        try:
            while (batch := await upcoming) is not None:
                upcoming = asyncio.create_task(asyncio.to_thread(next, batches, None))
                yield batch
        finally:
            await asyncio.wait([upcoming])  # a thread cannot be cancelled, and it reads the staged rows

    def _drafted(self, reader: RowReader, staging: Staging) -> Iterator[Batch]:
        batch, terms = Batch(), SaleTerms(self.mapping, self.business.currency_exponent)
        for group in groups_of(reader, staging.in_order()):
            outcome = outcome_of(group, terms)
            for lines, reason in outcome.rejects:
                staging.reject(lines, reason)
            for draft in outcome.drafts:
                batch.add(draft)
            if len(batch) >= self.batch_size or batch.rows >= BATCH_ROWS:
                yield batch
                batch = Batch()
        if len(batch):
            yield batch

    async def _write(self, batch: Batch, run: int, counts: Counts, staging: Staging) -> None:
        """Write a batch and add what became of it to `counts`; a batch that changes nothing takes no revision."""
        foreseen = counts_of(batch, await self._stored(batch))
        if not foreseen.changed:
            counts.add(foreseen)
            return

        async def import_batch(write: Write, batch: Batch) -> Counts:
            payments = "payment_method" in self.mapping.columns
            done = await write_batch(write, batch, self.mapping.profile, payments=payments)
            total = replace(counts)
            total.add(done)
            await self._note(write, run, total, staging)
            write.note(_subject(run), rows=done.changed, file=self.path.name)
            return done

        counts.add(await self._once(import_batch, batch))

    async def _stored(self, batch: Batch) -> StoredSale:
        """What the store holds now under the numbers of the batch."""
        if self.business.id is None:
            return StoredSale()
        async with self.database.reading(self.business.id) as connection:
            return await stored_of(connection, self.business.id, batch)

    async def _strangers(self, batch: Batch, stored: StoredSale) -> list[str]:
        """The numbers of the customers that the new and changed facts of the batch would make."""
        drafts = (*batch.sales, *batch.refunds)
        numbers = {draft.customer for draft in drafts if draft.customer is not None and stored.differs(draft)}
        if self.business.id is None or not numbers:
            return sorted(numbers)
        async with self.database.reading(self.business.id) as connection:
            values = {"business": self.business.id, "numbers": sorted(numbers)}
            known = (await connection.execute(customers_numbered(), values)).all()
        return sorted(numbers - {row.number for row in known})

    def _report(self, counts: Counts, staging: Staging) -> None:
        done = counts.changed + counts.unchanged + staging.rejected
        self.progress("writing", done, staging.rows)

    # ------------------------------------------------------------ the record of the run

    async def _once(self, operation: Operation[A, D], asked: A) -> D:
        if self.business.id is None:
            raise ValueError("the business of an import must be written first")
        async with writing(self.database, self.business.id, actor=self.actor, clock=lambda: self.now) as write:
            return await write.once(operation, asked, action=ACTION)

    async def _begin(self) -> int:
        async def begin_import(write: Write, file_name: str) -> int:
            counts = dict.fromkeys(COUNTED_ROWS, 0)
            values = {"preset": self.mapping.name, "status": ImportStatus.RUNNING, "started_at": self.now}
            return await write.insert(import_run, file_name=file_name, **values, **counts)

        return await self._once(begin_import, self.path.name)

    async def _end(
        self, run: int, status: ImportStatus, counts: Counts, staging: Staging, error: str | None = None
    ) -> None:
        async def end_import(write: Write, status: ImportStatus) -> None:
            await self._note(write, run, counts, staging, status=status, finished_at=self.now, error=error)
            write.note(_subject(run), status=status)

        await self._once(end_import, status)

    async def _note(self, write: Write, run: int, counts: Counts, staging: Staging, **more: Any) -> None:
        read = (staging.rows, counts.written, counts.updated, counts.unchanged, staging.rejected)
        values = {**dict(zip(COUNTED_ROWS, read, strict=True)), "revision": write.revision, **more}
        await write.run(update(import_run).where(import_run.c.id == run).values(values))


def _subject(run: int) -> str:
    return global_id("ImportRun", run)


def _marks(
    chunk: Chunk, keys: Sequence[str | Unreadable], *, together: bool
) -> tuple[list[str | None], list[str | None]]:
    """For each row its key and its problem; a row with a problem keeps its key where its sale shares the problem."""
    problems: list[str | None] = [key.reason if isinstance(key, Unreadable) else None for key in keys]
    kept = [None if isinstance(key, Unreadable) else key for key in keys]
    for index, problem in chunk.problems.items():
        problems[index] = problem
        if not together:
            kept[index] = None
    return kept, problems
