"""What one operation holds: its viewer, its clock, its snapshot of the store, its view of the facts, its loaders."""

import asyncio
from collections.abc import Awaitable, Callable, Generator, Hashable, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from time import monotonic
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from aiodataloader import DataLoader

from analytics.copy.copy import ColumnarCopy, Copies, CopyLimits
from analytics.copy.pinned import PinnedView, SnapshotMoved
from analytics.prediction.fits import Fits
from models.audit import AuditSource
from models.database import Database
from resolvers.operation.changes import Changes, Revisions
from resolvers.operation.computed import Computed, ReportCache, Seen, Sized
from resolvers.operation.errors import BadUserInput, Unauthenticated
from resolvers.operation.reader import SLOW_SECONDS, Reader, Statements
from resolvers.operation.refusing import as_member, checked_input
from resolvers.operation.signing import Signing
from resolvers.operation.viewer import Role, Viewer
from resolvers.operation.writing import Actor, Operation, UsedFor, Write, writing
from rules.days import business_today, day_number
from rules.refusals import Refusal

CODE_VERSION = 1  # part of every cache key: raise it when a report's arithmetic changes

DEFAULT_SECONDS = 30.0
TO_ANSWER_SECONDS = 1.0

T = TypeVar("T", bound=Sized)
V = TypeVar("V")
A = TypeVar("A")
Batch = Callable[["Context", Sequence[Any], Any], Awaitable[Sequence[Any]]]


@dataclass(frozen=True)
class ReportLimits:
    """How many bytes computed reports may hold, how long they are kept, and how old ones of earlier facts may be."""

    max_bytes: int = 512 * 1024**2
    ttl_seconds: float = 600
    max_age_seconds: float = 0


class _Undone(Exception):
    """The end of a forecast, with what came of it."""

    def __init__(self, done: Any) -> None:
        super().__init__()
        self.done = done


class Services:
    """What lives as long as the process: the store, its columnar copies, and the reports computed from them."""

    def __init__(
        self,
        database: Database,
        reports: ReportLimits | None = None,
        *,
        signing: Signing | None = None,
        slow_seconds: float = SLOW_SECONDS,
    ) -> None:
        limits = reports or ReportLimits()
        self.database = database
        self.statements = Statements(database, slow_seconds)
        self.copies = Copies(database, CopyLimits(slow_seconds=slow_seconds))
        self.reports = ReportCache(limits.max_bytes, limits.ttl_seconds, limits.max_age_seconds)
        self.fits = Fits()
        self.signing = signing or Signing.of_this_process()
        self.revisions = Revisions(database, self.statements)
        self.changes = Changes(self.revisions)

    async def close(self) -> None:
        """End what is being computed, and let go of every connection and copy."""
        await self.reports.close()
        await self.fits.close()
        await self.revisions.close()
        self.copies.close()
        await self.database.close()


@dataclass(frozen=True)
class BusinessCalendar:
    """The business of an operation: its row, its zone and the day that it is there."""

    row: Any
    zone: ZoneInfo
    today: date

    def money(self, minor: int) -> Decimal:
        """Minor units as an amount of the business's currency."""
        return Decimal(minor).scaleb(-self.row.currency_exponent)

    def money_or_none(self, minor: int | None) -> Decimal | None:
        """The same of an amount that may be unknown."""
        return None if minor is None else self.money(minor)

    def minor(self, amount: Decimal, argument: str) -> int:
        """An amount in minor units; BadUserInput where it has more decimals than the currency, or is beyond sense."""
        scaled = amount.scaleb(self.row.currency_exponent) if amount.is_finite() else amount
        if not amount.is_finite() or abs(scaled) >= 2**62:
            raise BadUserInput(f"`{argument}` is not an amount of money: {amount}")
        if scaled != int(scaled):
            raise BadUserInput(f"`{argument}` has more decimals than {self.row.currency}: {amount}")
        return int(scaled)

    def as_of(self, asked: date | None) -> tuple[int, list[str]]:
        """The day number that an answer is for, and a notice where it is not the day that was asked for."""
        if asked is None or asked <= self.today:
            return day_number(asked or self.today), []
        return day_number(self.today), [f"asOf {asked} is in the future; this is the answer for today, {self.today}."]


def report_key(row: Any, name: str, arguments: Hashable) -> Hashable:
    """What a report of a business depends on, beside the state of the facts."""
    return (row.epoch, CODE_VERSION, row.id, name, arguments)


async def _together(
    context: "Context", batch: Batch, arguments: Hashable, groups: Sequence[tuple[Any, ...]]
) -> list[list[Any]]:
    keys = list(dict.fromkeys(key for group in groups for key in group))
    with context.looking():
        found = dict(zip(keys, await batch(context, keys, arguments), strict=True))
    return [[found[key] for key in group] for group in groups]


class Context:
    """Made for one operation and closed after it; nothing in it is shared with another.

    A report that it computes may be waited for by others too: the snapshot then ends when that is done.
    """

    def __init__(  # noqa: PLR0913  what an operation is of, and by which clock and request
        self,
        services: Services,
        viewer: Viewer,
        now: datetime,
        *,
        pin_at_start: bool = False,
        may_move: bool = False,
        seconds: float = DEFAULT_SECONDS,
        clock: Callable[[], datetime] | None = None,
        request_id: str | None = None,
    ) -> None:
        self.services = services
        self.viewer = viewer
        self.reader = Reader(services.database, services.statements, viewer.business_id)
        self._now = now
        self._until = monotonic() + seconds
        self._is_exact = True
        self._saw_clock = False
        self._holders = 1
        self._pin_at_start = pin_at_start
        self._may_move = may_move  # to a newer snapshot: an operation that writes is never run again
        self._clock = clock or (lambda: now)
        self._request_id = request_id
        self._earlier: list[Reader] = []
        self._opening = asyncio.Lock()
        self._business: BusinessCalendar | None = None
        self._view: PinnedView | None = None
        self._loaders: dict[Hashable, DataLoader[Any, Any]] = {}
        self._lookups: set[asyncio.Task[Any]] = set()
        self._begun: set[Hashable] = set()

    @property
    def now(self) -> datetime:
        """The moment of this operation. An answer that depends on it is not that of another moment of the day."""
        self._saw_clock = True
        return self._now

    @property
    def began_at(self) -> datetime:
        """The moment of this operation, for what is kept longer than its answer."""
        return self._now

    @property
    def seconds_left(self) -> float:
        """How long this operation may still wait for what goes on without it, so that there is time to say so."""
        return max(self._until - monotonic() - TO_ANSWER_SECONDS, 0)

    def will_change(self) -> None:
        """Say that the answer tells of what is still being computed: the same question may soon be answered anew."""
        self._is_exact = False

    @property
    def is_repeatable(self) -> bool:
        """Whether the same question on the same day and at the same revision has the same answer, as far as it ran."""
        return self._is_exact and not self._saw_clock

    @property
    def seen(self) -> BusinessCalendar | None:
        """The business as this operation saw it, None where it read nothing of the store."""
        if self._business is None and self.reader.seen is not None:
            return self._calendar(self.reader.seen)
        return self._business

    async def business(self) -> BusinessCalendar:
        """The business as this operation sees it; the first call takes the snapshot."""
        if self._business is None:
            async with self._opening:
                if self._business is None:
                    self._business = await self._begin()
        return self._business

    async def facts(self, need: frozenset[str] = frozenset()) -> PinnedView:
        """The facts in columns at the revision of this operation's snapshot, with the tables that are needed.

        Where the copy is past it an operation that writes goes on with a newer snapshot; any other raises
        SnapshotMoved, and is then run again with `pin_at_start`.
        """
        await self.business()
        async with self._opening:
            if self._view is None or self._view.is_stopped or not need <= self._view.tables:
                view = await self._pinned(need)
                if self._view is not None:
                    self._view.close()
                self._view = view
        return self._view

    async def report(
        self,
        name: str,
        arguments: Hashable,
        compute: Callable[[PinnedView], Awaitable[T]],
        need: frozenset[str] = frozenset(),
    ) -> tuple[Computed[T], bool]:
        """A computed value of this business and whether it is of before this operation.

        Its `seen` is what it is the truth of. `need` names the tables that it is computed from beside those that are
        always there.
        """
        if self._may_move:
            await self.facts(need)  # what moves does so before the key is made
        row = (await self.business()).row
        seen = Seen(row.facts_revision, row.revision)
        key = report_key(row, name, arguments)

        def begin() -> Awaitable[T]:
            self._holders += 1
            self._begun.add(key)
            return self._computed(compute, need)

        computed, was_there = await self.services.reports.get(key, self._now, begin, seen)
        is_kept = was_there and key not in self._begun
        if computed.seen.facts_revision == row.facts_revision:
            return replace(computed, seen=seen), is_kept  # changes since then were of nothing that it depends on
        self._is_exact = False
        return computed, is_kept

    def aside(self, compute: Callable[[PinnedView], Awaitable[V]]) -> Awaitable[V]:
        """What is computed of the facts as this operation sees them, beside it and also where it ends before."""
        self._holders += 1
        return self._aside(compute)

    async def _aside(self, compute: Callable[[PinnedView], Awaitable[V]]) -> V:
        try:
            async with self._opening, self._copy.lock:
                view = await self._pin()  # one of its own: the statements of a view take turns
        finally:
            await self.close()
        try:
            return await compute(view)
        finally:
            view.close()

    async def _computed(self, compute: Callable[[PinnedView], Awaitable[T]], need: frozenset[str]) -> T:
        try:
            async with (await self.facts(need)).held() as view:
                return await compute(view)
        finally:
            await self.close()

    async def load(self, batch: Batch, key: Any, arguments: Hashable = None) -> Any:
        """What `batch` answers for `key`, asked together with all other keys of the same arguments."""
        return (await self.load_many(batch, (key,), arguments))[0]

    async def load_many(self, batch: Batch, keys: Sequence[Any], arguments: Hashable = None) -> Sequence[Any]:
        """What `batch` answers for each key, asked together with all other keys of the same arguments."""
        loader = self._loaders.get((batch, arguments))
        if loader is None:
            loader = self._loaders[batch, arguments] = DataLoader(partial(_together, self, batch, arguments))
        group = tuple(keys)  # a list is one load: a future for each of its keys would cost more than their statement
        try:
            return await loader.load(group)
        except asyncio.CancelledError:
            loader.clear(group)
            raise

    async def write(self, operation: Operation[A, Any], asked: A, used: UsedFor | None = None) -> Any:
        """Run an operation in a transaction of its own, and see from then on what it has written.

        Its result, or the refusal as a member of the result's union. `asked` tells all that can be told without the
        store where it has `checked`; `used` is its idempotency key.
        """
        try:
            checked = checked_input(asked)
            async with self._writing() as write:
                done = await write.once(operation, checked, used=used)
        except Refusal as refusal:
            return as_member(refusal)
        self._now = max(self._now, write.now)
        async with self._opening:
            await self._leave_snapshot()
        return done

    async def write_each(self, operation: Operation[A, Any], asked: Sequence[tuple[A, UsedFor | None]]) -> list[Any]:
        """Run an operation for each of several, one after the other, each in a transaction of its own."""
        return [await self.write(operation, one, used) for one, used in asked]

    async def forecast(self, operation: Operation[A, Any], asked: A) -> Any:
        """What an operation would come to: it is run, and all that it did is undone."""
        try:
            checked = checked_input(asked)
            async with self._writing() as write:
                raise _Undone(await write.once(operation, checked))
        except Refusal as refusal:
            return as_member(refusal)
        except _Undone as undone:
            return undone.done

    def _writing(self) -> AbstractAsyncContextManager[Write]:
        viewer = self.viewer
        is_customer = viewer.role is Role.CUSTOMER
        actor = Actor(
            name="customer" if is_customer else viewer.subject,
            role=viewer.role,
            source=AuditSource.PORTAL if is_customer else AuditSource.API,
            request_id=self._request_id,
            customer_id=viewer.customer_id,
        )
        return writing(self.services.database, viewer.business_id, actor=actor, clock=self._clock)

    @contextmanager
    def looking(self) -> Generator[None]:
        """While a look-up runs in a task of its own: cancelling the operation does not reach it."""
        task = asyncio.current_task()
        assert task is not None
        self._lookups.add(task)
        try:
            yield
        finally:
            self._lookups.discard(task)

    async def abandon(self) -> None:
        """End the look-ups of an operation that was cancelled; what a statement of theirs does is interrupted."""
        running = list(self._lookups)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def close(self) -> None:
        """Let go; the last to do so ends the snapshot and lets go of the view."""
        self._holders -= 1
        if self._holders == 0:
            async with self._opening:  # a look-up of a cancelled operation may still be pinning one
                if self._view is not None:
                    self._view.close()
                for reader in (*self._earlier, self.reader):
                    await reader.close()

    @property
    def _copy(self) -> ColumnarCopy:
        return self.services.copies.of(self.viewer.business_id)

    async def _pinned(self, need: frozenset[str]) -> PinnedView:
        async with self._copy.lock:
            try:
                return await self._pin(need)
            except SnapshotMoved:
                if not self._may_move:
                    raise
            await self._leave_snapshot()
            return await self._pin_newer(need)

    async def _pin_newer(self, need: frozenset[str]) -> PinnedView:
        """Pin with the lock of the copy held: it moves once more at most, where it has to be loaded."""
        try:
            self._business = self._calendar(await self.reader.business())
            return await self._pin(need)
        except SnapshotMoved:
            await self._leave_snapshot()
            self._business = self._calendar(await self.reader.business())
            return await self._pin(need)

    async def _leave_snapshot(self) -> None:
        """See what there is from now on; who still computes of the earlier snapshot keeps it."""
        if self._view is not None:
            self._view.close()
        if self._holders == 1:
            await self.reader.close()
        else:
            self._earlier.append(self.reader)
        self.reader = Reader(self.services.database, self.services.statements, self.viewer.business_id)
        self._view, self._business, self._loaders = None, None, {}

    async def _begin(self) -> BusinessCalendar:
        if not self._pin_at_start:
            return self._calendar(await self.reader.business())
        async with self._copy.lock:  # nobody moves the copy between the snapshot and the pin
            try:
                return await self._begin_pinned()
            except SnapshotMoved:  # it had to be loaded, and is of a later moment: from now on small steps do
                await self.reader.close()
                self.reader = Reader(self.services.database, self.services.statements, self.viewer.business_id)
                return await self._begin_pinned()

    async def _begin_pinned(self) -> BusinessCalendar:
        calendar = self._calendar(await self.reader.business())
        self._view = await self._pin()
        return calendar

    async def _pin(self, need: frozenset[str] = frozenset()) -> PinnedView:
        row = await self.reader.business()
        await self._copy.bring_to(row.revision, self.reader.stored, need)
        self.services.copies.keep_within_budget()
        return self._copy.pin()

    def _calendar(self, row: Any) -> BusinessCalendar:
        if row is None:
            raise Unauthenticated("this token is for a business that does not exist here")
        zone = ZoneInfo(row.timezone)
        return BusinessCalendar(row, zone, business_today(self._now, zone))
