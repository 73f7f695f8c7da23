"""Verifies a business: its copy against the store, and what must hold between its rows."""

from collections import Counter
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analytics.copy.copy import SnapshotMoved
from analytics.copy.pinned import PinnedView
from analytics.copy.statements import all_rows
from analytics.copy.tables import COPIED_TABLES, EVERYTHING, CopiedTable
from analytics.verification import (
    Digest,
    Hashes,
    added,
    differing,
    differing_keys,
    digest_of_copy,
    digest_of_rows,
    hashes_of_copy,
    hashes_of_rows,
    misdated,
    rows_in,
)
from models.verification import Invariant, first_of, invariants, number_of
from resolvers.operation.context import Context
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer

CHUNK = 50_000
IDS_TOLD = 10
ATTEMPTS = 10

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class Finding:
    """What a rule was found to be: nothing broke it, or `wrong` rows of a `kind`, the first few of them by id."""

    rule: str
    kind: str
    wrong: int = 0
    ids: tuple[int, ...] = ()
    rows: int | None = None  # how many were compared


async def verify(
    services: Services, business_id: int, now: datetime, progress: Progress | None = None
) -> AsyncGenerator[Finding]:
    """Everything that can be verified of a business, in one snapshot of the store.

    A copy that these services hold already is brought to that snapshot through the changes since, as by a question.
    """
    context, view = await _pinned(services, business_id, now)
    try:
        for copied in COPIED_TABLES:
            yield await _compared(context, view, copied, progress or _silent)
        for copied in COPIED_TABLES:
            if "weekday" in copied.columns:
                yield await _dated(view, copied)
        for invariant in invariants():
            yield await _held(context, invariant)
    finally:
        await context.close()


def _silent(phase: str, rows: int, of: int | None) -> None:
    """Tell nobody."""


async def _pinned(services: Services, business_id: int, now: datetime) -> tuple[Context, PinnedView]:
    """A snapshot of the store, and the copy at the same revision, though others write meanwhile."""
    viewer = Viewer("verify", Role.ADMIN, business_id)
    for attempt in range(ATTEMPTS):
        context = Context(services, viewer, now, pin_at_start=attempt > 0)
        try:
            return context, await context.facts(EVERYTHING)
        except SnapshotMoved:
            await context.close()
        except BaseException:
            await context.close()
            raise
    raise SnapshotMoved


async def _compared(context: Context, view: PinnedView, copied: CopiedTable, progress: Progress) -> Finding:
    copy, store = await digest_of_copy(view, copied), await _digest_of_store(context, view, copied, progress)
    rule = f"the copy of {copied.name} is what the store holds"
    kind = copied.name if copied.owner is None else copied.owner.name
    rows = rows_in(store)
    if copy == store:
        return Finding(rule, kind, rows=rows)
    buckets = differing(copy, store)
    hashes: Hashes = Counter()
    async for chunk in context.reader.batches(all_rows(copied), {}, CHUNK):
        hashes.update(await hashes_of_rows(view, copied, chunk, buckets))
    keys = differing_keys(hashes, await hashes_of_copy(view, copied, buckets))
    return Finding(rule, kind, len(keys), tuple(keys[:IDS_TOLD]), rows)


async def _digest_of_store(context: Context, view: PinnedView, copied: CopiedTable, progress: Progress) -> Digest:
    digest: Digest = {}
    of = rows_in(await digest_of_copy(view, copied))
    async for chunk in context.reader.batches(all_rows(copied), {}, CHUNK):
        digest = added(digest, await digest_of_rows(view, copied, chunk))
        progress(copied.name, rows_in(digest), of)
    return digest


async def _dated(view: PinnedView, copied: CopiedTable) -> Finding:
    wrong = await view.fetch(misdated(copied), {})
    ids: list[Any] = wrong.slice(0, IDS_TOLD).column(0).to_pylist()
    rule = f"month and weekday of each {copied.name} are those of its business day"
    return Finding(rule, copied.name, wrong.num_rows, tuple(ids))


async def _held(context: Context, invariant: Invariant) -> Finding:
    first = await context.reader.stored(first_of(invariant.broken), {"size": IDS_TOLD})
    if not first:
        return Finding(invariant.rule, invariant.kind)
    (counted,) = await context.reader.stored(number_of(invariant.broken), {})
    return Finding(invariant.rule, invariant.kind, counted.count, tuple(row.id for row in first))
