"""The search for customers that may be one person, at night or as a job: compared first, then kept batch by batch.

What differs from the last search is written, some pairs in each transaction, so that nobody waits for it. Which pairs
those are is worked out anew after a kill.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select

from models.customers import customer_rows
from models.database import Database
from models.duplicates import (
    candidate_pairs,
    candidate_removed,
    dismissed_of,
    dismissed_pairs,
    duplicate_candidate,
    people_compared,
)
from models.jobs import JobKind, JobStatus, jobs_going
from resolvers.held_jobs import HeldJob, end_job
from resolvers.job_rows import new_job
from resolvers.operation.ids import global_id
from resolvers.operation.services import Services
from resolvers.operation.writing import Write
from rules.currency import MILLION
from rules.duplicates import HALF_KEY, LikelyPair, likely_pairs, traits_of

KEPT_SCORE = 0.7  # what is less likely is not kept
MOST_PAIRS = 250  # of a batch, which is one transaction
COLUMNS = ("first_id", "second_id", "business_id", "score", "evidence", "found_at")

Ids = tuple[int, int]
Opened = Callable[[], AbstractAsyncContextManager[tuple[Write, Any]]]  # a transaction with the row of its job


@dataclass(frozen=True)
class FindDuplicates:
    """Pairs that a search found in another way than the last one, and those that it found no more."""

    found: tuple[LikelyPair, ...]
    gone: tuple[Ids, ...]


@dataclass(frozen=True)
class FoundDuplicates:
    """How many pairs a batch wrote."""

    count: int


@dataclass(frozen=True)
class DuplicateSearch:
    """What came of a search: how many pairs there are, and whether all of them are kept."""

    count: int
    is_whole: bool = True


async def search_duplicates(database: Database, business_id: int, opened: Opened) -> DuplicateSearch:
    """Compare the customers of a business with each other, and keep the pairs that may be one person.

    Each batch is written in a transaction that `opened` gives; a job that is cancelled meanwhile ends it.
    """
    count, changes = await _compared(database, business_id)
    for start in range(0, len(changes), MOST_PAIRS):
        batch = changes[start : start + MOST_PAIRS]
        found = tuple(pair for pair in batch if isinstance(pair, LikelyPair))
        gone = tuple(pair for pair in batch if not isinstance(pair, LikelyPair))
        async with opened() as (write, row):
            if row is not None and row.is_cancelled:
                return DuplicateSearch(count, is_whole=False)
            await write.once(find_duplicates, FindDuplicates(found, gone))
    return DuplicateSearch(count)


async def _compared(database: Database, business_id: int) -> tuple[int, list[LikelyPair | Ids]]:
    """How many pairs there are that nobody dismissed, and in what they differ from those that are kept."""

    async def rows(statement: Any) -> Sequence[Any]:
        return (await connection.execute(cast(Select[Any], statement), {"business": business_id})).all()

    async with database.reading(business_id) as connection:
        people = await rows(people_compared())
        dismissed = {(row.first_id, row.second_id) for row in await rows(dismissed_pairs())}
        before = {(row.first_id, row.second_id): (row.score, row.evidence) for row in await rows(candidate_pairs())}
    found = [pair for pair in await asyncio.to_thread(_likely, people) if pair[:2] not in dismissed]
    gone = sorted(before.keys() - {pair[:2] for pair in found})
    new = [pair for pair in found if before.get(pair[:2]) != _kept(pair)]
    return len(found), [*gone, *new]


async def find_duplicates(write: Write, asked: FindDuplicates) -> FoundDuplicates:
    """Keep pairs of a search in the place of those of the last one.

    Pairs that were dismissed since the search began, and those of who was merged or erased since, are left out.
    """
    ids = sorted({id_ for pair in asked.found for id_ in pair[:2]})
    there = {row.id for row in await write.rows(customer_rows(), ids=ids) if not _is_gone(row)}
    dismissed = {(row.first_id, row.second_id) for row in await write.rows(dismissed_of(), ids=ids)}
    found = [pair for pair in asked.found if {*pair[:2]} <= there and pair[:2] not in dismissed]
    written = [*asked.gone, *(pair[:2] for pair in found)]
    mine = {"business": write.business_id}
    await write.run(candidate_removed(), [{**mine, "first": first, "second": second} for first, second in written])
    rows = [(*pair[:2], write.business_id, *_kept(pair), write.now) for pair in found]
    await write.insert_many(duplicate_candidate, COLUMNS, rows)
    if written:
        write.note(global_id("Business", write.business_id), found=len(found), gone=len(asked.gone))
    return FoundDuplicates(len(found))


def _is_gone(row: Any) -> bool:
    return row.is_erased or row.merged_into_id is not None


def _kept(pair: LikelyPair) -> tuple[int, str]:
    return round(pair.score * MILLION), " ".join(pair.evidence)


def _likely(rows: Iterable[Any]) -> list[LikelyPair]:
    people = (traits_of(*row) for row in rows if row.id < 1 << HALF_KEY)
    return likely_pairs(people, KEPT_SCORE)


# ---------------------------------------------------------------- as a job


async def begin_search(write: Write) -> int:
    """Begin a job that searches, or find the one that goes on; its id. It is no change of the business's data."""
    going = await write.rows(jobs_going(), kind=JobKind.DUPLICATES)
    return going[0].id if going else await new_job(write, JobKind.DUPLICATES)


async def do_search(services: Services, held: HeldJob, clock: Callable[[], datetime]) -> bool:
    """Do such a job to its end; how many pairs there are is what it has done."""
    search = await search_duplicates(services.database, held.business_id, lambda: held.writing(services, clock))
    async with held.writing(services, clock) as (write, row):
        is_done = search.is_whole and not row.is_cancelled
        came = {"status": JobStatus.DONE, "done": search.count} if is_done else {"status": JobStatus.CANCELLED}
        await end_job(write, row, **came)
    return False
