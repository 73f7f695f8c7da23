"""One run of one file: surveyed, staged, and written in batches, one transaction each."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, aclosing, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from ingest.books import Books
from ingest.ceilings import SumCeilings
from ingest.customers import customers_numbered
from ingest.drafts import Draft, Drafted, SaleDraft
from ingest.facts import outcome_of
from ingest.fields import REPEATED
from ingest.mapping import Mapping, NumberRestarts, Rules, TaxStanding
from ingest.overdrawn import overdrawn
from ingest.people import person_of, write_people
from ingest.problems import ImportProblem
from ingest.rates import CurrencyRates
from ingest.readers import Chunk, Source
from ingest.rows import Group, ImportingShop, RowReader, groups_of, number_fields
from ingest.sale_terms import SaleTerms
from ingest.sales import Counts, counts_of, write_batch
from ingest.staging import Staging
from ingest.stored import (
    Batch,
    StoredFacts,
    of_another_day,
    of_tills,
    settle_numbers_of_file,
    stored_of,
    tell_apart,
    would_lose,
)
from ingest.surveys import FileSurvey
from ingest.telling import before_import, tell_imported
from ingest.values import Unreadable
from models import ImportRun
from models.database import Database, table
from models.imports import ImportStatus
from resolvers.operation.actor import Actor
from resolvers.operation.ids import global_id
from resolvers.operation.writing import Operation, Write, writing
from rules.days import business_today

BATCH_ROWS = 50_000
SALE_ROWS = 20_000  # rows of one number that are still believed to be one sale
FIRST_DRAFTS = 3
ACTION = "import"
COUNTED_ROWS = ("rows_read", "rows_written", "rows_updated", "rows_unchanged", "rows_rejected")

A = TypeVar("A")
D = TypeVar("D")

import_run = table(ImportRun)


class Progress(Protocol):
    """Told now and then how far an import is; called in a worker thread or the event loop, and must not block."""

    def __call__(self, phase: str, rows: int, of: int | None) -> None:
        """`phase` is "looking", then "reading", of unknown length (`of` is None), then "writing" `of` so many rows."""


class _Undone(Exception):
    """What was written is to be undone."""


@dataclass
class ImportingRun:
    """One run of one file."""

    database: Database
    path: Path
    business: ImportingShop
    mapping: Mapping
    now: datetime
    actor: Actor
    batch_size: int
    rates: CurrencyRates | None
    progress: Progress
    tells: bool = False
    books: Books = field(default_factory=Books)
    ceilings: SumCeilings = field(default_factory=SumCeilings)
    first_drafts: list[Draft] = field(default_factory=list[Draft])

    def survey(self, opened: Callable[[], AbstractContextManager[Source]]) -> RowReader:
        """Look at all rows once to know how their numbers and dates are written."""
        with opened() as source:
            places = self.mapping.places(source.header, self.path.name)
            self.mapping = self.mapping.of_header(source.header)
            seen = FileSurvey(self.mapping, places, number_fields(self.mapping), source.header)
            rows = 0
            for chunk in source.chunks:
                seen.add(list(zip(*chunk.rows, strict=True)))
                rows += len(chunk.rows)
                self.progress("looking", rows, None)
        if not rows:
            raise ImportProblem(f"{self.path.name} has a header and no rows")
        if self.mapping.habits.tax is TaxStanding.ASK and seen.has_tax:
            raise ImportProblem(
                f"{self.path.name} gives tax and does not tell whether its amounts contain it: "
                "--tax within where the shop's prices include tax, --tax beside where it is added"
            )
        tomorrow = business_today(self.now, ZoneInfo(self.business.timezone)) + timedelta(days=1)
        return RowReader(self.mapping, places, self.business, seen.found(), until=tomorrow)

    def stage(self, source: Source, reader: RowReader, staging: Staging) -> None:
        """Copy all rows of the source, with the key of each."""
        for chunk in source.chunks:
            columns = list(zip(*chunk.rows, strict=True))
            keys, problems = _marks(chunk, reader.keys(columns), together=self.mapping.is_all_or_nothing)
            staging.add(chunk.lines, keys, problems, columns)
            self.progress("reading", staging.rows, None)
        staging.close_rows(SALE_ROWS)
        self._ask_about_repeated(reader, staging)

    def _ask_about_repeated(self, reader: RowReader, staging: Staging) -> None:
        """Refuse money that is the same in each row of a sale: added up, the sale's tax would count for each line."""
        if self.mapping.rules is not Rules.SALES:
            return
        beside = [
            choices[0][0] for name in ("unit_price", "amount", "quantity") if (choices := reader.places.get(name))
        ]
        for name in REPEATED:
            if name not in reader.places or name in self.mapping.of_lines:
                continue
            for column in {cell: None for cells in reader.places[name] for cell in cells}:
                equal, different = staging.sums_repeated(column, beside)
                if equal and not different:
                    raise ImportProblem(
                        f'"{staging.header[column]}" says the same in every row of a sale ({equal} of them): is it of '
                        f"the whole sale, or of each row? Say order.{name}={staging.header[column]} or "
                        f"line.{name}={staging.header[column]}"
                    )

    async def load(self, reader: RowReader, staging: Staging) -> Counts:
        """Write every batch, and remember the run."""
        counts = Counts()
        run = await self._begin()
        await self._read_ceilings()
        try:
            async with aclosing(self._batches(reader, staging)) as batches:
                async for batch in batches:
                    await self._screen(batch, staging)
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
        await self._read_ceilings()
        async with aclosing(self._batches(reader, staging)) as batches:
            async for batch in batches:
                await self._screen(batch, staging)
                if batch.people:
                    counts.add(await self._rehearse_people(batch))
                    self._report(counts, staging)
                    continue
                stored = await self._stored(batch)
                counts.add(counts_of(batch, stored))
                staging.note_buyers(await self._strangers(batch, stored))
                self._report(counts, staging)
        counts.customers += staging.count_buyers()
        return counts

    async def _rehearse_people(self, batch: Batch) -> Counts:
        """What writing customers would do: it is done, and undone."""
        if self.business.id is None:
            return Counts(written=batch.rows, customers=len(batch.people))
        counts = Counts()
        with suppress(_Undone):
            async with writing(self.database, self.business.id, actor=self.actor, clock=lambda: self.now) as write:
                counts = await write_people(write, batch.people, self.mapping.profile)
                raise _Undone
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
        terms = SaleTerms(self.mapping, self.business.currency_exponent, self.business.currency, self.rates)
        batch = Batch()
        for group in groups_of(reader, staging.in_order()):
            drafts, rejects = self._made_of(group, terms)
            for lines, reason in rejects:
                staging.reject(lines, reason)
            for draft in drafts:
                batch.add(draft)
                if isinstance(draft, SaleDraft) and draft.odd is not None:
                    reader.notes.append((draft.lines[0], draft.odd))
            if reader.notes:
                staging.note(reader.notes)
                reader.notes.clear()
            if len(batch) >= self.batch_size or batch.rows >= BATCH_ROWS:
                yield batch
                batch = Batch()
        if len(batch):
            yield batch

    def _made_of(self, group: Group, terms: SaleTerms) -> tuple[Sequence[Draft], list[tuple[list[int], str]]]:
        if self.mapping.rules is not Rules.CUSTOMERS:
            return outcome_of(group, terms)
        person = person_of(group, self.now, ZoneInfo(self.business.timezone))
        return [person] if person else [], [([line], reason) for line, reason in group.unreadable]

    async def _read_ceilings(self) -> None:
        if self.business.id is not None:
            async with self.database.reading(self.business.id) as connection:
                await self.ceilings.read(connection, self.business.id)

    async def _screen(self, batch: Batch, staging: Staging) -> None:
        """Take out of a batch what would overwrite another sale, remove what the file does not hold, or sum to no end.

        What is given back of a sale that is taken out goes with it.
        """
        if self.business.id is None:
            refused = settle_numbers_of_file(batch)
        else:
            async with self.database.reading(self.business.id) as connection:
                refused = await self._refused_by_store(connection, self.business.id, batch)
        out = {id(draft): reason for draft, reason in reversed(refused)}  # the first reason of each
        for draft in (*batch.sales, *batch.refunds):
            if id(draft) not in out and (reason := self.ceilings.over(draft)) is not None:
                out[id(draft)] = reason
        gone = {draft.number: out[id(draft)] for draft in batch.sales if id(draft) in out}
        for draft in batch.refunds:
            if draft.sale_number in gone:
                out.setdefault(id(draft), gone[draft.sale_number])
        taken_out = [draft for draft in (*batch.sales, *batch.refunds) if id(draft) in out]
        for draft in taken_out:
            staging.reject(draft.lines, out[id(draft)])
        if taken_out:
            batch.remove(taken_out)
        self.books.add((*batch.sales, *batch.refunds))
        drafts: tuple[Draft, ...] = (*batch.sales, *batch.refunds, *batch.people)
        self.first_drafts = [*self.first_drafts, *drafts][:FIRST_DRAFTS]

    async def _refused_by_store(
        self, connection: AsyncConnection, business_id: int, batch: Batch
    ) -> list[tuple[Drafted, str]]:
        """What of a batch cannot be beside what is stored, with the reasons."""
        refused = await tell_apart(connection, business_id, batch)
        stored = await stored_of(connection, business_id, batch)
        habits = self.mapping.habits
        if self.mapping.is_all_or_nothing and habits.number_restarts is NumberRestarts.UNKNOWN:
            refused += of_another_day(batch, stored)
        refused += await of_tills(connection, business_id, batch, stored)
        if not habits.is_complete:
            refused += await would_lose(connection, business_id, batch, stored)
        payments = self.mapping.says_how_paid
        return refused + await overdrawn(connection, business_id, batch, stored, payments=payments)

    async def _write(self, batch: Batch, run: int, counts: Counts, staging: Staging) -> None:
        """Write a batch and add what became of it to `counts`; a batch that changes nothing takes no revision."""
        if batch.people:
            counts.add(await self._once(self._people_writer(run, counts, staging), batch))
            return
        foreseen = counts_of(batch, await self._stored(batch))
        if not foreseen.changed:
            counts.add(foreseen)
            return

        async def import_batch(write: Write, batch: Batch) -> Counts:
            before = await before_import(write) if self.tells else None
            done = await write_batch(write, batch, self.mapping.profile, payments=self.mapping.says_how_paid)
            if before is not None:
                await tell_imported(write, before)
            total = replace(counts)
            total.add(done)
            await self._note(write, run, total, staging)
            write.note(_subject(run), rows=done.changed, file=self.path.name)
            return done

        counts.add(await self._once(import_batch, batch))

    def _people_writer(self, run: int, counts: Counts, staging: Staging) -> Operation[Batch, Counts]:
        async def import_people(write: Write, batch: Batch) -> Counts:
            before = await before_import(write) if self.tells else None
            done = await write_people(write, batch.people, self.mapping.profile)
            if done.changed:
                if before is not None:
                    await tell_imported(write, before)
                total = replace(counts)
                total.add(done)
                await self._note(write, run, total, staging)
                write.note(_subject(run), rows=done.changed, file=self.path.name)
            return done

        return import_people

    async def _stored(self, batch: Batch) -> StoredFacts:
        """What the store holds now under the numbers of the batch."""
        if self.business.id is None:
            return StoredFacts()
        async with self.database.reading(self.business.id) as connection:
            return await stored_of(connection, self.business.id, batch)

    async def _strangers(self, batch: Batch, stored: StoredFacts) -> list[str]:
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
